//! Clients with secrets, and what they send.

use authorization::{ClientSecret, Credentials, Decider, NewClient, NewSecret};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, header};
use url::form_urlencoded;

use crate::support::{Answer, REDIRECT, RESOURCE, Server, Tokens, VERIFIER, tokens};

pub(crate) const SECRET: &str = "k3J9-x2Qw8Zp-7fLmT1vRb6Yc:0HdNs%uG+";
pub(crate) const OTHER_SECRET: &str = "uW4r-Kq7Nz0vXa5Td-9hJmP2cEs8LbYg6Fo";

/// A client that the owner wants, with this secret.
pub(crate) fn wanted(id: &str, secret: NewSecret) -> NewClient {
    NewClient {
        id: Some(id.to_owned()),
        name: format!("Agent {id}"),
        redirect_uris: vec![REDIRECT.to_owned()],
        secret,
        introspects: Vec::new(),
    }
}

pub(crate) fn given() -> NewSecret {
    NewSecret::Given(ClientSecret::new(SECRET).unwrap())
}

/// How a client sends its secret.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Basic,
    Post,
}

impl Server {
    /// A confidential client with [`SECRET`].
    pub(crate) async fn add_confidential(&self, id: &str) -> Credentials {
        self.auth.add_client(wanted(id, given()), Decider::Terminal).await.unwrap()
    }

    /// As the server behind our own resource.
    pub(crate) async fn add_resource_server(&self, id: &str, resource: &str) {
        let client = NewClient {
            introspects: vec![resource.to_owned()],
            redirect_uris: Vec::new(),
            ..wanted(id, given())
        };
        self.auth.add_client(client, Decider::Terminal).await.unwrap();
    }

    pub(crate) async fn post_as(
        &self,
        by: By,
        id: &str,
        secret: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match by {
            By::Basic => {
                let basic = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
                request = request.header(header::AUTHORIZATION, format!("Basic {basic}"));
            }
            By::Post => {
                body.append_pair("client_id", id).append_pair("client_secret", secret);
            }
        }
        self.send(request.body(Body::from(body.finish())).unwrap()).await
    }

    pub(crate) async fn exchange_as(&self, by: By, id: &str, secret: &str, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("resource", RESOURCE),
        ];
        self.post_as(by, id, secret, "/oauth/token", &fields).await
    }

    pub(crate) async fn refresh_as(&self, by: By, id: &str, secret: &str, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post_as(by, id, secret, "/oauth/token", &fields).await
    }

    /// Tokens of a confidential client with [`SECRET`], by the whole way.
    pub(crate) async fn connect_confidential(&self, id: &str) -> Tokens {
        let code = self.code(id).await;
        tokens(&self.exchange_as(By::Basic, id, SECRET, &code).await)
    }

    pub(crate) async fn introspect_as(&self, id: &str, secret: &str, token: &str) -> Answer {
        self.post_as(By::Basic, id, secret, "/oauth/introspect", &[("token", token)]).await
    }
}
