// openid-client with a secret that the owner gave it: discovery, code with PKCE, introspection, refresh, revocation.
//
// Prints one JSON line with the authorization URL, reads one line with the URL that the browser was sent to, and
// prints at the end one JSON line with what came of it.
// Usage: openid_client_secret.mjs ISSUER RESOURCE CA_FILE METHOD CLIENT_ID SECRET FOREIGN_TOKEN

import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, resource, , method, clientId, secret, foreign] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => console.log(JSON.stringify(value));
const shown = (text) => (method === "client_secret_post" ? client.ClientSecretPost(text) : client.ClientSecretBasic(text));
const as = (text) => client.discovery(new URL(issuer), clientId, undefined, shown(text), { algorithm: "oauth2" });
const config = await as(secret);
const stranger = await as(`${secret}x`);

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
const refused = async (attempt) => {
  try {
    await attempt();
    return "nothing";
  } catch (error) {
    return error.error ?? error.cause?.[0]?.parameters?.error ?? error.code ?? String(error);
  }
};
const exchange = (by) => client.authorizationCodeGrant(by, back, { pkceCodeVerifier, expectedState }, { resource });
const said = { with_wrong_secret: (await refused(() => exchange(stranger))) !== "nothing" };
const tokens = await exchange(config);
said.scope = tokens.scope;
const own = await client.tokenIntrospection(config, tokens.access_token);
said.own = { active: own.active, scope: own.scope, client_id: own.client_id, aud: own.aud, iss: own.iss };
said.foreign = await client.tokenIntrospection(config, foreign);
said.asked_with_wrong_secret =
  (await refused(() => client.tokenIntrospection(stranger, tokens.access_token))) !== "nothing";
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, { resource });
said.rotated = renewed.refresh_token !== tokens.refresh_token;
said.renewed = (await client.tokenIntrospection(config, renewed.access_token)).active;
await client.tokenRevocation(config, foreign);
await client.tokenRevocation(config, renewed.refresh_token);
said.revoked = await client.tokenIntrospection(config, renewed.access_token);
say(said);
process.exit(0);
