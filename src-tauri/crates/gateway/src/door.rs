//! The way of one request: names → routes → bearer → scopes → session → the room that answers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authorization::{
    Arrival, Authorization, OriginName, PeerAddress, ProviderId, RejectionKind, bearer_token,
};
use axum::Router;
use axum::body::Body;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{
    SessionManager as _, StreamableHttpServerConfig, StreamableHttpService,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::names::{Named, SharedNames};
use crate::rates::Rates;
use crate::respond::Early;
use crate::sessions::Sessions;
use crate::standing::{self, Counted, Standing};
use crate::{Limits, Rooms, Settings, VisitorRule, bearer, body, json_rpc, respond};

const SESSION_HEADER: &str = "mcp-session-id";

/// To somebody whom the owner keeps out by [`VisitorRule`].
const FOREIGN_ADDRESS: &str = "from the internet, this server answers Claude's cloud alone; its owner can change that with \
                               the setting tunnel.allow";

/// How long a legacy session is kept without a word. Clients of that era cope badly with losing it.
const SESSION_KEPT: Duration = Duration::from_hours(2);

/// Everything that a request meets.
pub(crate) struct Door<S: ServerHandler> {
    names: SharedNames,
    limits: Limits,
    visitors: VisitorRule,
    rates: Rates,
    sessions: Sessions,
    standing: Counted,
    /// Where rmcp holds the sessions themselves.
    held: Arc<LocalSessionManager>,
    authorization: Authorization,
    endpoints: Router,
    mcp: StreamableHttpService<S, LocalSessionManager>,
    /// Stands for the provider where only the name says that a request came through one.
    public_name: ProviderId,
    /// Cancelled when the program begins to stop.
    stopping: CancellationToken,
}

/// What is known of a connection before anything is read from it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) arrival: Arrival,
    pub(crate) peer: Option<IpAddr>,
    /// Where a provider that hands requests over in clear says from where each of them comes. On every other
    /// connection, what such a header says is anybody's word.
    pub(crate) visitor_header: Option<HeaderName>,
}

impl Connection {
    /// From where a request comes, for logs and limits.
    fn peer_of(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let Some(name) = &self.visitor_header else { return self.peer };
        let mut said = headers.get_all(name).iter();
        match (said.next(), said.next()) {
            (Some(address), None) => address.to_str().ok()?.trim().parse().ok(),
            _ => None,
        }
    }
}

impl<S: ServerHandler> Door<S> {
    /// `ended` is cancelled once the calls under way are done: it ends what is left of the sessions.
    pub(crate) fn new(
        settings: &Settings,
        names: SharedNames,
        rooms: Rooms<S>,
        stopping: CancellationToken,
        ended: CancellationToken,
    ) -> Self {
        let mut held = LocalSessionManager::default();
        held.session_config.keep_alive = Some(SESSION_KEPT);
        let held = Arc::new(held);
        // rmcp's own list of hosts and origins is not used: the same check stands here, before the token,
        // and knows both of our origins with their ports.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .with_json_response(true)
            .with_max_request_body_bytes(settings.limits.body_bytes)
            .with_cancellation_token(ended);
        let make = rooms.mcp;
        let mcp = StreamableHttpService::new(move || Ok(make()), Arc::clone(&held), config);
        Self {
            names,
            limits: settings.limits.clone(),
            visitors: settings.visitors.clone(),
            rates: Rates::new(settings.limits.requests_per_second),
            sessions: Sessions::default(),
            standing: Counted::default(),
            held,
            endpoints: rooms.authorization.router(),
            authorization: rooms.authorization,
            mcp,
            public_name: "public-name".parse().expect("this is a provider's id"),
            stopping,
        }
    }

    pub(crate) async fn answer(&self, connection: &Connection, request: Request<Incoming>) -> Response<Body> {
        let began = Instant::now();
        let method = request.method().clone();
        let area = Area::of(request.uri().path());
        let (head, incoming) = request.into_parts();
        let mut unread = Some(incoming);
        let mut response = self.route(connection, area, head, &mut unread).await;
        if let Some(unread) = unread
            && !body::discard(unread).await
        {
            close_afterwards(&mut response);
        }
        respond::harden(response.headers_mut());
        // The path of an authorization request names it, so only the area is logged.
        tracing::debug!(
            %method,
            area = area.name(),
            status = response.status().as_u16(),
            arrival = %connection.arrival,
            micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "request"
        );
        response
    }

    /// Whoever reads the body takes it out of `unread`.
    async fn route(
        &self,
        connection: &Connection,
        area: Area,
        head: Parts,
        unread: &mut Option<Incoming>,
    ) -> Response<Body> {
        let named = match self.names.check(&head.uri, &head.headers, &connection.arrival) {
            Ok(named) => named,
            Err(refusal) => {
                self.authorization.record_rejection(refusal.kind(), &connection.arrival);
                return respond::text(StatusCode::FORBIDDEN, &refusal.to_string());
            }
        };
        // Somebody who uses the public name came through the tunnel, whatever listener they reached.
        let arrival = match (named.origin, &connection.arrival) {
            (OriginName::Public, Arrival::Local) => Arrival::Tunnel(self.public_name.clone()),
            _ => connection.arrival.clone(),
        };
        let browser = named.browser_origin.clone().filter(|_| area.is_open_to_browsers());
        if let Some(origin) = &browser
            && head.method == Method::OPTIONS
        {
            return respond::preflight(origin);
        }
        let mut response = match area {
            Area::Health => health(&head.method),
            // Without a token nobody gets further than the challenge, and the self-test of the public address looks
            // for that from here: only whoever shows a token, or asks for one, has to come from the right place.
            Area::Mcp
                if bearer_token(&head.headers).is_some()
                    && !self.visitors.lets_in(&arrival, connection.peer_of(&head.headers)) =>
            {
                self.authorization.record_rejection(RejectionKind::ForeignAddress, &arrival);
                respond::text(StatusCode::FORBIDDEN, FOREIGN_ADDRESS)
            }
            Area::Authorization
                if is_token_endpoint(head.uri.path())
                    && !self.visitors.lets_in(&arrival, connection.peer_of(&head.headers)) =>
            {
                self.authorization.record_rejection(RejectionKind::ForeignAddress, &arrival);
                // Not one of the errors of RFC 6749 §5.2: they have a client throw its refresh token away.
                let body =
                    serde_json::json!({ "error": "access_denied", "error_description": FOREIGN_ADDRESS });
                respond::json(StatusCode::FORBIDDEN, body.to_string())
            }
            Area::Mcp => match self.mcp(&named, &arrival, head, unread).await {
                Ok(response) => response,
                Err(early) => early.into(),
            },
            Area::Authorization | Area::Pages | Area::Discovery | Area::Other => {
                let peer = connection.peer_of(&head.headers);
                self.endpoint(&named, arrival, peer, head, unread).await
            }
        };
        if let Some(origin) = browser {
            respond::allow_browser(response.headers_mut(), &origin);
        }
        response
    }

    async fn endpoint(
        &self,
        named: &Named,
        arrival: Arrival,
        peer: Option<IpAddr>,
        mut head: Parts,
        unread: &mut Option<Incoming>,
    ) -> Response<Body> {
        // The largest body that any of these endpoints takes; each has a smaller limit of its own.
        let limit = self.limits.body_bytes.min(64 * 1024);
        let bytes = match body::read(unread.take(), limit, self.limits.body).await {
            Ok(bytes) => bytes,
            Err(unreadable) => return refuse_body(unreadable),
        };
        head.extensions.insert(arrival);
        head.extensions.insert(PeerAddress(peer));
        head.extensions.insert(named.origin);
        let request = Request::from_parts(head, Body::from(bytes));
        match self.endpoints.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    async fn mcp(
        &self,
        named: &Named,
        arrival: &Arrival,
        mut head: Parts,
        unread: &mut Option<Incoming>,
    ) -> Result<Response<Body>, Early> {
        // The bearer check stands before every other check of MCP, on every method: RS-7, and clients that
        // open with GET need the challenge (mcp-remote).
        let access = bearer::authenticate(&self.authorization, &head.headers, named.origin, arrival).await?;
        let caller = bearer::caller(&access, arrival);
        self.rates.take(&caller.principal).map_err(|wait| {
            self.authorization.record_rejection(RejectionKind::RateLimited, arrival);
            respond::wait(
                StatusCode::TOO_MANY_REQUESTS,
                wait.as_secs() + 1,
                "too many requests from this client; wait a moment",
            )
        })?;
        let session = self.session_of(&mut head.headers, &caller.principal)?;
        let bytes =
            body::read(unread.take(), self.limits.body_bytes, self.limits.body).await.map_err(refuse_body)?;
        let mut stands = standing::stands(&head.method, None);
        if head.method == Method::POST {
            let glance = json_rpc::glance(&bytes)
                .map_err(|malformed| respond::json(StatusCode::BAD_REQUEST, malformed.to_json()))?;
            bearer::check_scopes(&self.authorization, &access, &glance, named.origin, arrival)?;
            stands = standing::stands(&head.method, glance.method.as_deref());
        }
        let standing = if stands {
            Some(self.stand(named, arrival, &head.headers, session.clone()).await?)
        } else {
            None
        };
        if let Some(standing) = &standing {
            head.extensions.insert(standing.ending());
        }
        let method = head.method.clone();
        let is_json = has_json_type(&head.headers);
        let principal = caller.principal.clone();
        head.extensions.insert(caller);
        let request = Request::from_parts(head, http_body_util::Full::new(bytes));
        let Ok(response) = self.mcp.clone().oneshot(request).await;
        let mut response = response.map(Body::new);
        // rmcp answers a message that it can not read like a body of another type; a client expects the error
        // of JSON-RPC.
        if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE && is_json {
            let malformed = json_rpc::Malformed::NotJsonRpc.to_json();
            response = respond::json(StatusCode::BAD_REQUEST, malformed);
        }
        if method == Method::DELETE && response.status().is_success() {
            if let Some(session) = session {
                self.sessions.end(&session);
            }
        } else if session.is_none()
            && let Some(opened) = response.headers().get(SESSION_HEADER).map(HeaderValue::to_str)
            && let Ok(opened) = opened
        {
            self.bind(opened, &principal);
        }
        Ok(match standing {
            Some(standing) => standing.hold(response, &method),
            None => response,
        })
    }

    /// Prepares an answer that stands until somebody ends it. The token is looked at once more, now that the end
    /// of its grant would be heard of.
    async fn stand(
        &self,
        named: &Named,
        arrival: &Arrival,
        headers: &HeaderMap,
        session: Option<String>,
    ) -> Result<Standing, Early> {
        let events = self.authorization.events();
        let access = bearer::authenticate(&self.authorization, headers, named.origin, arrival).await?;
        let place = self.standing.take(&access.principal.to_string()).ok_or_else(|| {
            self.authorization.record_rejection(RejectionKind::RateLimited, arrival);
            respond::wait(
                StatusCode::TOO_MANY_REQUESTS,
                1,
                "too many streams of this client stand open; end one first",
            )
        })?;
        let held = Arc::clone(&self.held);
        let close_session = async move {
            let Some(session) = session else { return };
            if let Err(error) = held.close_session(&session.into()).await {
                tracing::debug!(%error, "the session of a grant that ended could not be closed");
            }
        };
        Ok(Standing::watch(events, access.principal, place, &self.stopping, close_session))
    }

    /// Remembers whose the new session is, and closes the one that had to make room for it: what nobody can
    /// reach any more would else hold its memory for hours.
    fn bind(&self, opened: &str, principal: &str) {
        let Some(given_up) = self.sessions.bind(opened, principal, Instant::now()) else { return };
        let held = Arc::clone(&self.held);
        tokio::spawn(async move {
            if let Err(error) = held.close_session(&given_up.into()).await {
                tracing::debug!(%error, "a session that was given up could not be closed");
            }
        });
    }

    /// The session that the request names, if it is the caller's own. Somebody else's is answered exactly
    /// like one that is not there.
    fn session_of(&self, headers: &mut HeaderMap, principal: &str) -> Result<Option<String>, Early> {
        // The newest protocol has no sessions and ignores the header; it is taken off, so that nothing further
        // on can read it either.
        if headers.get("mcp-protocol-version").is_some_and(|version| version == "2026-07-28") {
            headers.remove(SESSION_HEADER);
        }
        let Some(session) = headers.get(SESSION_HEADER) else { return Ok(None) };
        let session = session.to_str().unwrap_or_default();
        if self.sessions.belongs(session, principal, Instant::now()) {
            Ok(Some(session.to_owned()))
        } else {
            Err(respond::text(StatusCode::NOT_FOUND, "there is no such session; initialize a new one").into())
        }
    }
}

/// Where codes and refresh tokens are turned into access tokens.
fn is_token_endpoint(path: &str) -> bool {
    matches!(path, "/oauth/token" | "/token")
}

fn has_json_type(headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| {
        value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    })
}

fn health(method: &Method) -> Response<Body> {
    if method == Method::GET || method == Method::HEAD {
        respond::json(StatusCode::OK, r#"{"status":"ok"}"#.to_owned())
    } else {
        let mut response = respond::text(StatusCode::METHOD_NOT_ALLOWED, "use GET");
        response.headers_mut().insert(http::header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        response
    }
}

fn refuse_body(unreadable: body::Unreadable) -> Response<Body> {
    let status = match unreadable {
        body::Unreadable::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        body::Unreadable::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
        body::Unreadable::BrokenOff => StatusCode::BAD_REQUEST,
    };
    let mut response = respond::text(status, &unreadable.to_string());
    close_afterwards(&mut response);
    response
}

/// Says that the connection can not be used again: what is left of the body stays unread. A connection that
/// closes without a word breaks the next request of clients that keep it (the MCP SDK for Python).
fn close_afterwards(response: &mut Response<Body>) {
    response.headers_mut().insert(http::header::CONNECTION, HeaderValue::from_static("close"));
}

/// The part of the house that a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    Mcp,
    Health,
    Discovery,
    Authorization,
    /// What a person's browser shows: nothing for a page's scripts to read.
    Pages,
    Other,
}

impl Area {
    fn of(path: &str) -> Self {
        match path {
            "/mcp" | "/mcp/" => Self::Mcp,
            "/health" => Self::Health,
            _ if path.starts_with("/.well-known/") => Self::Discovery,
            "/oauth/authorize" | "/authorize" => Self::Pages,
            _ if path.starts_with("/oauth/requests/") => Self::Pages,
            _ if path.starts_with("/oauth/") => Self::Authorization,
            "/token" | "/register" | "/introspect" => Self::Authorization,
            _ => Self::Other,
        }
    }

    /// Scripts of allowed origins may read discovery, the token endpoint and its kin, and `/mcp`; never what
    /// `/oauth/authorize` and the waiting page answer (RFC 9700 §2.6: no CORS at the authorization endpoint).
    fn is_open_to_browsers(self) -> bool {
        matches!(self, Self::Mcp | Self::Discovery | Self::Authorization)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Health => "health",
            Self::Discovery => "discovery",
            Self::Authorization => "authorization",
            Self::Pages => "pages",
            Self::Other => "other",
        }
    }
}
