// openid-client as somebody else's program uses it: discovery, registration, code with PKCE, refresh, revocation.
//
// Prints one JSON line with the authorization URL, reads one line with the URL that the browser was sent to, and
// prints at the end one JSON line with what came of it. Usage: openid_client.mjs ISSUER RESOURCE

import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, resource] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => console.log(JSON.stringify(value));

const config = await client.dynamicClientRegistration(
  new URL(issuer),
  {
    client_name: "openid-client",
    redirect_uris: ["http://127.0.0.1:49152/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  },
  client.None(),
  { algorithm: "oauth2" },
);

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: "http://127.0.0.1:49152/callback",
  scope: "context:read insights:read",
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
  resource,
});
say({ authorize_url: url.href });

const back = new URL((await lines.next()).value);
// Checks state and `iss` (RFC 9207), which the metadata announces.
const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState }, { resource });

const knock = async (token) => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize });
  const headers = new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream" });
  try {
    return (await client.fetchProtectedResource(config, token, new URL(resource), "POST", body, headers)).status;
  } catch (error) {
    // The library reads the challenge and throws it.
    return error.status ?? String(error);
  }
};
const initialize = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "openid-client", version: "6" },
};
const refused = async (attempt) => {
  try {
    await attempt();
    return "nothing";
  } catch (error) {
    return error.error ?? String(error);
  }
};

const said = { scope: tokens.scope, with_token: await knock(tokens.access_token) };
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, { resource });
said.rotated = renewed.refresh_token !== tokens.refresh_token;
said.with_renewed = await knock(renewed.access_token);
const again = await client.refreshTokenGrant(config, tokens.refresh_token, { resource });
said.same_again = again.access_token === renewed.access_token;
said.code_again = await refused(() =>
  client.authorizationCodeGrant(config, back, { pkceCodeVerifier: `${pkceCodeVerifier}x`, expectedState }, { resource }),
);
await client.tokenRevocation(config, renewed.refresh_token);
said.with_revoked = await knock(renewed.access_token);
said.refresh_revoked = await refused(() => client.refreshTokenGrant(config, renewed.refresh_token, { resource }));
say(said);
process.exit(0);
