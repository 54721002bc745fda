//! Another authorization server, of a test's own: its documents on loopback, its keys, its tokens.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct Shared {
    pages: Mutex<HashMap<String, (u16, String)>>,
    came: Mutex<Vec<Came>>,
    down: Mutex<bool>,
}

/// The server.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

impl Issuer {
    /// A server with this path behind its host, whose metadata names everything.
    pub(crate) async fn at(path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let shared = Arc::new(Shared::default());
        tokio::spawn(serve(listener, Arc::clone(&shared)));
        let issuer = Self { url: format!("{origin}{path}"), shared };
        let metadata = json!({
            "issuer": issuer.url,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/jwks"),
            "introspection_endpoint": format!("{origin}/introspect"),
            "registration_endpoint": format!("{origin}/register"),
        });
        issuer.put(&format!("/.well-known/oauth-authorization-server{path}"), 200, &metadata);
        issuer
    }

    pub(crate) async fn new() -> Self {
        Self::at("").await
    }

    /// Puts a document there.
    pub(crate) fn put(&self, path: &str, status: u16, document: &Value) {
        self.shared.pages.lock().insert(path.to_owned(), (status, document.to_string()));
    }

    pub(crate) fn remove(&self, path: &str) -> Option<(u16, String)> {
        self.shared.pages.lock().remove(path)
    }

    /// Publishes these keys.
    pub(crate) fn publish(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
        self.put("/jwks", 200, &json!({ "keys": keys }));
    }

    /// Whether it answers nobody.
    pub(crate) fn down(&self, down: bool) {
        *self.shared.down.lock() = down;
    }

    /// What came for this path.
    pub(crate) fn came(&self, path: &str) -> Vec<Came> {
        self.shared.came.lock().iter().filter(|came| came.path == path).cloned().collect()
    }

    /// The claims of a good token for the local origin.
    pub(crate) fn claims(&self, now: clock::Timestamp) -> Value {
        json!({
            "iss": self.url, "aud": crate::support::RESOURCE, "sub": "person", "client_id": "their-client",
            "iat": now.as_secs(), "exp": now.as_secs() + 300, "jti": "1", "scope": "openid context:read",
        })
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&shared)));
    }
}

async fn answer(mut stream: TcpStream, shared: Arc<Shared>) {
    if *shared.down.lock() {
        return;
    }
    let mut bytes = Vec::new();
    let (head, mut body) = loop {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
        if let Some((head, body)) = String::from_utf8(bytes.clone()).unwrap().split_once("\r\n\r\n") {
            break (head.to_owned(), body.to_owned());
        }
    };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned))
        .map_or(0, |length| length.trim().parse().unwrap());
    while body.len() < length {
        let mut more = [0; 1024];
        let count = stream.read(&mut more).await.unwrap();
        body.push_str(std::str::from_utf8(&more[..count]).unwrap());
    }
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let page = shared.pages.lock().get(&path).cloned();
    shared.came.lock().push(Came { path, head, body });
    let (status, document) = page.unwrap_or((404, "{}".to_owned()));
    let length = document.len();
    let text = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{document}"
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// A key of another server.
pub(crate) struct Key {
    pub(crate) id: &'static str,
    pair: Pair,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub(crate) fn p256(id: &'static str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self { id, pair: Pair::P256(pair) }
    }

    pub(crate) fn ed25519(id: &'static str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self { id, pair: Pair::Ed25519(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap()) }
    }

    pub(crate) fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = self.public();
        match &self.pair {
            Pair::P256(_) => json!({
                "kty": "EC", "crv": "P-256", "kid": self.id,
                "x": encode(&public[1..33]), "y": encode(&public[33..]),
            }),
            Pair::Ed25519(_) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": encode(&public) })
            }
        }
    }

    fn algorithm(&self) -> &'static str {
        match &self.pair {
            Pair::P256(_) => "ES256",
            Pair::Ed25519(_) => "EdDSA",
        }
    }

    /// A token with these claims and the header that belongs to the key.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({ "typ": "at+jwt", "alg": self.algorithm(), "kid": self.id }), claims)
    }

    /// A token with any header.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        let unsigned = unsigned(header, claims);
        let signature = match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), unsigned.as_bytes()).unwrap(),
            Pair::Ed25519(pair) => pair.sign(unsigned.as_bytes()),
        };
        format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(header), encode(claims))
}
