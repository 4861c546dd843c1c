// oauth4webapi, the stricter library below: each step written out, so that signed userinfo and signed introspection are judged too.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";

const HTTP = { [oauth.allowInsecureRequests]: true };

async function keyOf(jwk) {
  const { kid, alg, ...rest } = jwk;
  return { key: await crypto.subtle.importKey("jwk", rest, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]), kid };
}

async function met(given, metadata = {}) {
  const issuer = new URL(given.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...HTTP, algorithm: "oidc" }));
  const same = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...HTTP, algorithm: "oauth2" }));
  assert.equal(same.token_endpoint, server.token_endpoint); // RFC 8414 says the same
  const client = { client_id: given.clientId, ...given.metadata, ...metadata };
  const auth = given.key ? oauth.PrivateKeyJwt(await keyOf(given.key)) : oauth.ClientSecretBasic(given.secret);
  return { server, client, auth };
}

async function signIn(given, { server, client, auth }, { push = false, DPoP, sign } = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const state = oauth.generateRandomState();
  let parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: given.redirectUri,
    response_type: "code",
    scope: given.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  if (sign) {
    const request = await oauth.issueRequestObject(server, client, parameters, sign);
    parameters = new URLSearchParams({ client_id: client.client_id, request });
  }
  if (push) {
    const send = () => oauth.pushedAuthorizationRequest(server, client, auth, parameters, { ...HTTP, DPoP });
    const { request_uri } = await twice(send, async (response) => oauth.processPushedAuthorizationResponse(server, client, response));
    parameters = new URLSearchParams({ client_id: client.client_id, request_uri });
  }
  const url = new URL(server.authorization_endpoint);
  url.search = parameters.toString();
  const answer = oauth.validateAuthResponse(server, client, await given.visit(url), state);
  const send = () => oauth.authorizationCodeGrantRequest(server, client, auth, answer, given.redirectUri, verifier, { ...HTTP, DPoP });
  return twice(send, async (response) => {
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(server, response, HTTP);
    return tokens;
  });
}

// A DPoP client repeats a request once, with the nonce that it was told.
async function twice(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await send());
  }
}

export async function code(given) {
  const all = await met(given);
  const tokens = await signIn(given, all);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const response = await oauth.userInfoRequest(all.server, all.client, tokens.access_token, HTTP);
  return { told: await oauth.processUserInfoResponse(all.server, all.client, sub, response), token: tokens.access_token };
}

export async function privateKeyJwt(given) {
  const all = await met(given);
  await signIn(given, all, { push: true, sign: await keyOf(given.key) });
}

export async function signedUserinfo(given) {
  const all = await met(given, { userinfo_signed_response_alg: "ES256" });
  const tokens = await signIn(given, all);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const response = await oauth.userInfoRequest(all.server, all.client, tokens.access_token, HTTP);
  assert.match(response.headers.get("content-type"), /^application\/jwt/);
  const told = await oauth.processUserInfoResponse(all.server, all.client, sub, response);
  await oauth.validateApplicationLevelSignature(all.server, response, HTTP);
  return { told };
}

export async function signedIntrospection(given) {
  const all = await met(given, { introspection_signed_response_alg: "ES256" });
  const tokens = await signIn(given, all);
  for (const [token, active] of [[tokens.access_token, true], ["not-a-token-not-a-token", false]]) {
    const response = await oauth.introspectionRequest(all.server, all.client, all.auth, token, HTTP);
    assert.match(response.headers.get("content-type"), /^application\/token-introspection\+jwt/);
    const told = await oauth.processIntrospectionResponse(all.server, all.client, response);
    await oauth.validateApplicationLevelSignature(all.server, response, HTTP);
    assert.equal(told.active, active);
  }
}

export async function dpop(given) {
  const all = await met(given);
  const DPoP = oauth.DPoP(all.client, await oauth.generateKeyPair("ES256"));
  const tokens = await signIn(given, all, { push: true, DPoP });
  assert.equal(tokens.token_type, "dpop");
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const send = () => oauth.userInfoRequest(all.server, all.client, tokens.access_token, { ...HTTP, DPoP });
  await twice(send, async (response) => oauth.processUserInfoResponse(all.server, all.client, sub, response));
}

export async function revocation(given) {
  const all = await met(given);
  const tokens = await signIn(given, all);
  const revoked = await oauth.revocationRequest(all.server, all.client, all.auth, tokens.access_token, HTTP);
  await oauth.processRevocationResponse(revoked);
  const response = await oauth.introspectionRequest(all.server, all.client, all.auth, tokens.access_token, HTTP);
  assert.equal((await oauth.processIntrospectionResponse(all.server, all.client, response)).active, false);
}

export async function jwtAccessToken(given) {
  const all = await met(given);
  const tokens = await signIn(given, all);
  const request = new Request(given.redirectUri, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  const claims = await oauth.validateJwtAccessToken(all.server, request, given.clientId, HTTP); // RFC 9068
  assert.equal(claims.client_id, given.clientId);
}

export async function resourceMetadata(given) {
  const resource = new URL(`${given.issuer}/userinfo`);
  const response = await oauth.resourceDiscoveryRequest(resource, HTTP);
  const told = await oauth.processResourceDiscoveryResponse(resource, response); // RFC 9728
  assert.deepEqual(told.authorization_servers, [given.issuer]);
}
