// Checks an access token of the server as any resource server would: with the keys that its metadata names.
// Prints the claims. Usage: verify_token.mjs ISSUER RESOURCE TOKEN (the authority by NODE_EXTRA_CA_CERTS)

import { createRemoteJWKSet, jwtVerify } from "jose";

const [issuer, audience, token] = process.argv.slice(2);
const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
const { payload, protectedHeader } = await jwtVerify(token, keys, {
  issuer,
  audience,
  typ: "at+jwt",
  algorithms: ["ES256"],
  requiredClaims: ["client_id", "exp", "iat", "jti", "sub"],
});
console.log(JSON.stringify({ payload, protectedHeader }));
