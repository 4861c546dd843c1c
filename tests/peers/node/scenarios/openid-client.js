// openid-client as a relying party: one function a feature. Each throws where the library finds our answer wrong.
import assert from "node:assert/strict";
import * as client from "openid-client";

const INSECURE = { execute: [client.allowInsecureRequests] }; // http, for this machine only

async function keyOf(jwk) {
  const { kid, alg, ...rest } = jwk;
  const kind = { ES256: { name: "ECDSA", namedCurve: "P-256" }, PS256: { name: "RSA-PSS", hash: "SHA-256" }, EdDSA: { name: "Ed25519" } }[alg];
  return { key: await crypto.subtle.importKey("jwk", rest, kind, false, ["sign"]), kid };
}

async function configured(given, auth, execute = []) {
  return client.discovery(new URL(given.issuer), given.clientId, given.metadata, auth, {
    execute: [client.allowInsecureRequests, ...execute],
  });
}

const secretly = (given) => configured(given, client.ClientSecretBasic(given.secret));

export async function withKey(given, execute = []) {
  return configured(given, client.PrivateKeyJwt(await keyOf(given.key)), execute);
}

// An authorization request with everything a careful client sends, and what must be known when the answer comes.
async function attempt(given, more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true };
  const parameters = {
    redirect_uri: given.redirectUri,
    scope: given.scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...more,
  };
  return { parameters, checks };
}

async function signIn(given, config, { parameters, checks }, options) {
  const arrived = await given.visit(client.buildAuthorizationUrl(config, parameters));
  return client.authorizationCodeGrant(config, arrived, checks, undefined, options);
}

async function refused(promise, code) {
  const error = await promise.then(() => assert.fail(`not refused with ${code}`), (caught) => caught);
  if (error instanceof assert.AssertionError) throw error;
  const body = error.response && !error.response.bodyUsed ? await error.response.json().catch(() => ({})) : {};
  assert.equal(error.error ?? error.cause?.[0]?.parameters?.error ?? body.error, code, error.message);
}

export async function code(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given, { max_age: "3600" }));
  const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  await refused(client.authorizationCodeGrant(config, new URL(`${given.redirectUri}?code=none&iss=${given.issuer}`)), "invalid_grant");
  return { claims: tokens.claims(), told };
}

export async function refresh(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given, { scope: `${given.scope} offline_access`, prompt: "consent" }));
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(fresh.claims().sub, tokens.claims().sub);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  await client.fetchUserInfo(config, fresh.access_token, tokens.claims().sub);
  await refused(client.refreshTokenGrant(config, "not-a-token"), "invalid_grant");
}

export async function introspection(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given));
  const live = await client.tokenIntrospection(config, tokens.access_token);
  assert.equal(live.active, true);
  assert.equal(live.client_id, given.clientId);
  assert.equal((await client.tokenIntrospection(config, "not-a-token")).active, false);
  return live;
}

export async function revocation(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given));
  await client.tokenRevocation(config, tokens.refresh_token);
  await refused(client.refreshTokenGrant(config, tokens.refresh_token), "invalid_grant");
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false);
}

export async function clientCredentials(given) {
  const config = await secretly(given);
  const tokens = await client.clientCredentialsGrant(config);
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true);
  const wrong = await configured(given, client.ClientSecretBasic(`${given.secret}x`));
  await refused(client.clientCredentialsGrant(wrong), "invalid_client");
}

export async function formPost(given) {
  const config = await secretly(given);
  const { parameters, checks } = await attempt(given, { response_mode: "form_post" });
  const { posted } = await given.ask({ visit: client.buildAuthorizationUrl(config, parameters).href, to: given.redirectUri });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const request = new Request(given.redirectUri, { method: "POST", headers, body: new URLSearchParams(posted).toString() });
  return { claims: (await client.authorizationCodeGrant(config, request, checks)).claims() };
}

export async function privateKeyJwt(given) {
  const config = await withKey(given);
  const tokens = await signIn(given, config, await attempt(given));
  await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const other = await configured(given, client.PrivateKeyJwt({ key: privateKey, kid: given.key.kid }));
  await refused(client.clientCredentialsGrant(other), "invalid_client");
}

export async function pushed(given) {
  const config = await (given.secret ? secretly(given) : withKey(given));
  const { parameters, checks } = await attempt(given);
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters);
  assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  const arrived = await given.visit(url);
  const tokens = await client.authorizationCodeGrant(config, arrived, checks);
  await refused(client.buildAuthorizationUrlWithPAR(config, { ...parameters, redirect_uri: `${given.redirectUri}/x` }), "invalid_request");
  return { claims: tokens.claims() };
}

export async function signedRequest(given) {
  const config = await withKey(given);
  const { parameters, checks } = await attempt(given);
  const url = await client.buildAuthorizationUrlWithJAR(config, parameters, await keyOf(given.key));
  const tokens = await client.authorizationCodeGrant(config, await given.visit(url), checks);
  return { claims: tokens.claims() };
}

export async function signedResponse(given) {
  const config = await withKey(given, [client.useJwtResponseMode]);
  const { parameters, checks } = await attempt(given);
  const arrived = await given.visit(client.buildAuthorizationUrl(config, parameters));
  assert.deepEqual([...arrived.searchParams.keys()], ["response"]);
  const tokens = await client.authorizationCodeGrant(config, arrived, checks);
  return { claims: tokens.claims() };
}

export async function dpop(given) {
  const config = await withKey(given);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const { parameters, checks } = await attempt(given, { scope: `${given.scope} offline_access`, prompt: "consent" });
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
  const tokens = await client.authorizationCodeGrant(config, await given.visit(url), checks, undefined, { DPoP });
  assert.equal(tokens.token_type, "dpop");
  await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  await client.fetchUserInfo(config, fresh.access_token, tokens.claims().sub, { DPoP });
  const stolen = await fetch(config.serverMetadata().userinfo_endpoint, { headers: { authorization: `Bearer ${fresh.access_token}` } });
  assert.equal(stolen.status, 401);
  const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const answer = await client.fetchProtectedResource(config, fresh.access_token, new URL(config.serverMetadata().userinfo_endpoint), "GET", undefined, undefined, { DPoP: thief }).catch((error) => error);
  assert.equal(answer.status ?? answer.cause?.status, 401);
}

// FAPI 2.0 as one run: pushed and signed request, signed response, DPoP, private_key_jwt.
export async function messageSigning(given) {
  const config = await withKey(given, [client.useJwtResponseMode]);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const { parameters, checks } = await attempt(given);
  const signing = { [client.modifyAssertion]: (_header, payload) => void (payload.nbf ??= payload.iat) };
  const { searchParams } = await client.buildAuthorizationUrlWithJAR(config, { ...parameters, response_mode: "jwt" }, await keyOf(given.key), signing);
  const url = await client.buildAuthorizationUrlWithPAR(config, searchParams, { DPoP });
  const arrived = await given.visit(url);
  assert.deepEqual([...arrived.searchParams.keys()], ["response"]);
  const tokens = await client.authorizationCodeGrant(config, arrived, checks, undefined, { DPoP });
  assert.equal(tokens.token_type, "dpop");
  await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
}

export async function deviceFlow(given) {
  const config = await secretly(given);
  const device = await client.initiateDeviceAuthorization(config, { scope: given.scope });
  assert.ok(device.user_code && device.verification_uri && device.expires_in);
  await given.ask({ device: device.user_code, at: device.verification_uri });
  const tokens = await client.pollDeviceAuthorizationGrant(config, device);
  await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  return { claims: tokens.claims() };
}

export async function deviceRefused(given) {
  const config = await secretly(given);
  const device = await client.initiateDeviceAuthorization(config, { scope: given.scope });
  await given.ask({ device: device.user_code, at: device.verification_uri, answer: "no" });
  await refused(client.pollDeviceAuthorizationGrant(config, device), "access_denied");
}

export async function tokenExchange(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given));
  const exchanged = await client.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:token-exchange", {
    subject_token: tokens.access_token,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience: given.audience,
  });
  assert.equal(exchanged.issued_token_type, "urn:ietf:params:oauth:token-type:access_token");
  await refused(
    client.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:token-exchange", {
      subject_token: tokens.access_token,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: "nobody-allowed-this",
    }),
    "invalid_target",
  );
  const audience = await configured({ ...given, clientId: given.audience }, client.ClientSecretBasic(given.secret));
  const told = await client.tokenIntrospection(audience, exchanged.access_token);
  assert.equal(told.active, true);
  assert.equal(told.act.sub, `client:${given.clientId}`);
}

// RFC 7592 by hand, as the library leaves it to its user: read, replace, delete.
async function managed(registered, metadata) {
  const uri = registered.registration_client_uri;
  const headers = { authorization: `Bearer ${registered.registration_access_token}`, "content-type": "application/json" };
  const read = await fetch(uri, { headers });
  assert.equal((await read.json()).client_id, registered.client_id);
  const body = JSON.stringify({ ...metadata, client_id: registered.client_id, client_name: "Nama baru" });
  const changed = await fetch(uri, { method: "PUT", headers, body });
  assert.equal((await changed.json()).client_name, "Nama baru");
  assert.equal((await fetch(uri, { headers: { authorization: "Bearer nobody" } })).status, 401);
  assert.equal((await fetch(uri, { method: "DELETE", headers })).status, 204);
}

export async function registration(given) {
  const metadata = { redirect_uris: [given.redirectUri], client_name: "Uji pendaftaran", token_endpoint_auth_method: "client_secret_basic" };
  const config = await client.dynamicClientRegistration(new URL(given.issuer), metadata, undefined, { ...INSECURE, initialAccessToken: given.initialAccessToken });
  const registered = config.clientMetadata();
  assert.ok(registered.client_id && registered.client_secret);
  const own = await client.discovery(new URL(given.issuer), registered.client_id, registered, client.ClientSecretBasic(registered.client_secret), INSECURE);
  const tokens = await signIn(given, own, await attempt({ ...given, scope: "openid" }));
  await client.fetchUserInfo(own, tokens.access_token, tokens.claims().sub);
  await assert.rejects(client.dynamicClientRegistration(new URL(given.issuer), metadata, undefined, INSECURE));
  await managed(registered, metadata);
  await refused(client.authorizationCodeGrant(own, new URL(`${given.redirectUri}?code=none-none-none-none-none&iss=${given.issuer}`)), "invalid_client");
}

export async function rpInitiatedLogout(given) {
  const config = await secretly(given);
  const tokens = await signIn(given, config, await attempt(given));
  const state = client.randomState();
  const url = client.buildEndSessionUrl(config, { post_logout_redirect_uri: given.afterUri, id_token_hint: tokens.id_token, state });
  const arrived = await given.visit(url, given.afterUri);
  assert.equal(arrived.searchParams.get("state"), state);
  const silent = await attempt(given, { prompt: "none" });
  const answer = await given.visit(client.buildAuthorizationUrl(config, silent.parameters));
  assert.equal(answer.searchParams.get("error"), "login_required");
}
