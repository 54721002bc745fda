use std::time::Duration;

use authorization::GrantId;
use http_body_util::BodyExt as _;
use tokio::sync::{broadcast, oneshot};

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn grant(last: u8) -> GrantId {
    format!("019a9d0c-5c00-7000-8000-0000000000{last:02}").parse().unwrap()
}

fn revoked(last: u8) -> AuthorizationEvent {
    AuthorizationEvent::GrantRevoked {
        id: grant(last),
        client_id: "client".to_owned(),
        by: authorization::Decider::Terminal,
    }
}

fn place() -> Place {
    Counted::default().take("grant").unwrap()
}

/// A body that never ends by itself.
fn endless() -> Response<Body> {
    Response::new(Body::from_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>()))
}

async fn ends(response: Response<Body>) {
    tokio::time::timeout(LIMIT, response.into_body().collect()).await.expect("the stream ends").unwrap();
}

#[test]
fn a_session_stream_and_a_listen_stand_and_nothing_else_does() {
    assert!(stands(&Method::GET, None));
    assert!(stands(&Method::POST, Some("subscriptions/listen")));
    assert!(!stands(&Method::POST, Some("tools/call")));
    assert!(!stands(&Method::POST, None));
    assert!(!stands(&Method::DELETE, Some("subscriptions/listen")));
}

#[tokio::test]
async fn the_end_of_its_own_grant_ends_an_answer_and_another_grants_does_not() {
    let (tell, events) = broadcast::channel(8);
    let (close, closed) = oneshot::channel();
    let close = async move {
        let _ = close.send(());
    };
    let standing =
        Standing::watch(events, Principal::Grant(grant(1)), place(), &CancellationToken::new(), close);
    let ending = standing.ending().0;
    let response = standing.hold(endless(), &Method::GET);
    tell.send(revoked(2)).unwrap();
    tokio::task::yield_now().await;
    assert!(!ending.is_cancelled());
    tell.send(revoked(1)).unwrap();
    tokio::time::timeout(LIMIT, closed).await.expect("its session is closed").unwrap();
    assert!(ending.is_cancelled());
    ends(response).await;
}

#[tokio::test]
async fn who_can_no_longer_know_whether_the_grant_holds_ends_the_answer() {
    let (tell, events) = broadcast::channel(1);
    let standing =
        Standing::watch(events, Principal::Grant(grant(1)), place(), &CancellationToken::new(), async {});
    for _ in 0..3 {
        tell.send(revoked(2)).unwrap();
    }
    ends(standing.hold(endless(), &Method::GET)).await;
}

#[tokio::test]
async fn a_stop_ends_every_answer_and_an_answer_that_ends_stops_nobody() {
    let stopping = CancellationToken::new();
    let (_tell, events) = broadcast::channel(8);
    let one = Standing::watch(events.resubscribe(), Principal::Grant(grant(1)), place(), &stopping, async {});
    let other = Standing::watch(events, Principal::Grant(grant(1)), place(), &stopping, async {});
    let gone = one.ending().0;
    drop(one.hold(endless(), &Method::GET));
    tokio::time::timeout(LIMIT, gone.cancelled()).await.expect("what nobody reads ends");
    assert!(!stopping.is_cancelled() && !other.ending().0.is_cancelled());
    let response = other.hold(endless(), &Method::GET);
    stopping.cancel();
    ends(response).await;
}

#[tokio::test]
async fn one_principal_has_so_many_answers_standing_and_gets_a_place_back_when_one_ends() {
    let counted = Counted::default();
    let mut places: Vec<Place> = (0..MOST_STANDING).map(|_| counted.take("one").unwrap()).collect();
    assert!(counted.take("one").is_none());
    assert!(counted.take("other").is_some(), "others have their own");
    let (_tell, events) = broadcast::channel(8);
    let last = places.pop().unwrap();
    let standing =
        Standing::watch(events, Principal::Grant(grant(1)), last, &CancellationToken::new(), async {});
    let response = standing.hold(endless(), &Method::GET);
    assert!(counted.take("one").is_none(), "the answer holds it");
    drop(response);
    assert!(counted.take("one").is_some());
    drop(places);
    assert!(counted.0.lock().is_empty(), "nothing is left of who has gone");
}
