// A relying party with openid-client: code flow, PKCE, state and nonce. It says, as a page, what it was given.
import "./webcrypto.js";
import { createServer } from "node:http";
import * as client from "openid-client";

const { PORT, ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;
const ORIGIN = `http://localhost:${PORT}`;
const attempts = new Map();
const people = new Map();

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretBasic(CLIENT_SECRET), {
  execute: [client.allowInsecureRequests], // http, for this machine only
});

function cookie(request, name) {
  const found = (request.headers.cookie ?? "").split("; ").find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

async function enter() {
  const verifier = client.randomPKCECodeVerifier();
  const attempt = { verifier, state: client.randomState(), nonce: client.randomNonce() };
  const handle = client.randomState();
  attempts.set(handle, attempt);
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${ORIGIN}/kembali`,
    scope: SCOPE,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  return [303, { location: url.href, "set-cookie": `node-masuk=${handle}; Path=/; HttpOnly; SameSite=Lax` }, ""];
}

async function arrive(request, url) {
  const handle = cookie(request, "node-masuk");
  const attempt = attempts.get(handle);
  attempts.delete(handle);
  if (!attempt) return [400, {}, "no attempt"];
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: attempt.verifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  });
  const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const session = client.randomState();
  people.set(session, { claims, idToken: tokens.id_token });
  return [303, { location: "/", "set-cookie": `node-sesi=${session}; Path=/; HttpOnly; SameSite=Lax` }, ""];
}

async function home(request) {
  const person = people.get(cookie(request, "node-sesi"));
  if (!person) return enter();
  const text = JSON.stringify(person.claims).replaceAll("<", "&lt;");
  return [200, {}, `<!doctype html><title>Antrean</title><h1>Node</h1><pre>${text}</pre>`];
}

async function leave(request) {
  const session = cookie(request, "node-sesi");
  const person = people.get(session);
  people.delete(session);
  const url = client.buildEndSessionUrl(config, { post_logout_redirect_uri: `${ORIGIN}/`, id_token_hint: person?.idToken ?? "" });
  return [303, { location: url.href }, ""];
}

const pages = { "/": home, "/masuk": enter, "/kembali": arrive, "/keluar": leave };

createServer(async (request, response) => {
  const url = new URL(request.url, ORIGIN);
  const page = pages[url.pathname];
  let answer;
  try {
    answer = page ? await page(request, url) : [404, {}, "not found"];
  } catch (error) {
    answer = [502, {}, `${error.code ?? error.name}: ${error.message}`];
  }
  response.writeHead(answer[0], { "content-type": "text/html; charset=utf-8", ...answer[1] });
  response.end(answer[2]);
}).listen(Number(PORT), "127.0.0.1");
