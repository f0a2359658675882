//! A caller who goes away ends the call to AWS.

use crate::common::{Gateway, question};
use bedrock_emulator::Fault;
use serde_json::json;

#[tokio::test]
async fn streams_of_fifty_callers_who_went_away_are_cancelled() {
    const CALLERS: usize = 50;
    let gateway = Gateway::start("").await;
    for _ in 0..CALLERS {
        gateway.emulator.script(Fault::Stall { after: 3 });
    }
    let body = question(json!({"stream": true}));
    let sockets = futures::future::join_all((0..CALLERS).map(|_| gateway.connection(&body, "data: {"))).await;
    assert_eq!(gateway.emulator.open_calls(), CALLERS);
    drop(sockets);
    gateway.open_calls(0).await;
}

#[tokio::test]
async fn a_call_whose_caller_went_away_before_the_answer_is_cancelled() {
    let gateway = Gateway::start("").await;
    for stream in [false, true] {
        gateway.emulator.script(Fault::Stall { after: 0 });
        let socket = gateway.connection(&question(json!({"stream": stream})), "").await;
        gateway.open_calls(1).await;
        drop(socket);
        gateway.open_calls(0).await;
    }
}
