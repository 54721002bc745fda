// Another authorization server (panva's oidc-provider) on loopback, for the stories of the external mode. Prints one
// JSON line with its issuer, then reads commands, one JSON object a line, and answers each with one JSON line.
// Usage: authorization_server.mjs jwt|opaque

import { once } from "node:events";
import http from "node:http";
import readline from "node:readline";

import * as jose from "jose";
import Provider from "oidc-provider";

const format = process.argv[2];
const secret = "a secret of 32 characters: enough";
const scope = "context:read context:write conversations:write memory admin";

let keys = [];
let port = 0;
let server;

async function key(alg) {
  const pair = await jose.generateKeyPair(alg, { extractable: true });
  return { ...(await jose.exportJWK(pair.privateKey)), kid: `${alg}-${keys.length}-${Date.now()}`, alg, use: "sig" };
}

function provider() {
  const client = (client_id, grant_types) => ({
    client_id,
    client_secret: secret,
    grant_types,
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: keys[0].alg,
  });
  return new Provider(issuer(), {
    jwks: { keys },
    scopes: scope.split(" "),
    clients: [client("assistant", ["client_credentials"]), client("memory", [])],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope,
          audience: resource,
          accessTokenFormat: format,
          accessTokenTTL: 600,
          ...(format === "jwt" ? { jwt: { sign: { alg: keys[0].alg } } } : {}),
        }),
      },
    },
  });
}

const issuer = () => `http://127.0.0.1:${port}`;

async function start() {
  server = http.createServer((request, response) => handler(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  port = server.address().port;
}

let handler = (_request, response) => response.writeHead(503).end();

async function post(path, fields) {
  const response = await fetch(`${issuer()}${path}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`assistant:${encodeURIComponent(secret)}`)}` },
    body: new URLSearchParams(fields),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

const commands = {
  // A token by the client credentials grant, for a resource (RFC 8707).
  token: ({ resource, scope: asked }) =>
    post("/token", { grant_type: "client_credentials", resource, scope: asked }),
  revoke: async ({ token }) => post("/token/revocation", { token }),
  // Whatever the current key signs: what this server would never give by itself.
  async mint({ claims, header }) {
    const signing = await jose.importJWK(keys[0]);
    const whole = { typ: "at+jwt", alg: keys[0].alg, kid: keys[0].kid, ...header };
    return { token: await new jose.SignJWT(claims).setProtectedHeader(whole).sign(signing) };
  },
  // Under the name of the current key, signed with the published half of it as a shared secret.
  async confuse({ claims }) {
    const { d, ...published } = keys[0];
    const shared = new TextEncoder().encode(JSON.stringify(published));
    const token = new jose.SignJWT(claims).setProtectedHeader({ typ: "at+jwt", alg: "HS256", kid: keys[0].kid });
    return { token: await token.sign(shared) };
  },
  async unsigned({ claims }) {
    return { token: new jose.UnsecuredJWT(claims).encode() };
  },
  // A new key; the old one is published no more.
  async rotate({ alg }) {
    keys = [await key(alg)];
    handler = provider().callback();
    return { kid: keys[0].kid };
  },
  async stop() {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    return {};
  },
  async start() {
    await start();
    return {};
  },
};

await start();
await commands.rotate({ alg: "ES256" });
console.log(JSON.stringify({ issuer: issuer() }));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  try {
    console.log(JSON.stringify(await commands[command](parameters)));
  } catch (error) {
    console.log(JSON.stringify({ failed: String(error) }));
  }
}
process.exit(0);
