// openid-client with a certificate instead of a secret: Node's own TLS carries it, the library knows the method. RFC 8705.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import * as client from "openid-client";

function fetching(options) {
  const agent = new Agent(options);
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { agent, method, headers: Object.fromEntries(new Headers(headers)) }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])) })));
      });
      sent.on("error", reject);
      sent.end(body ? String(body) : undefined);
    });
}

async function met(given, name) {
  const read = (file) => readFileSync(`${given.folder}/${file}`);
  const papers = name ? { cert: read(`${name}.pem`), key: read(`${name}.key`) } : {};
  return client.discovery(new URL(given.issuer), given.clientId, { use_mtls_endpoint_aliases: true }, client.TlsClientAuth(), {
    [client.customFetch]: fetching({ ca: read("ca.pem"), ...papers }),
  });
}

export async function bound(given) {
  const config = await met(given, given.certificate);
  const tokens = await client.clientCredentialsGrant(config);
  const told = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(told.active, true);
  assert.equal(told.cnf["x5t#S256"], given.thumbprint);
  await assert.rejects(client.clientCredentialsGrant(await met(given, "other")));
  await assert.rejects(client.clientCredentialsGrant(await met(given, "")));
}
