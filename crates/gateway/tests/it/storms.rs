//! Many callers and many failures at once: every request is answered, once, and nothing is left behind.

use std::time::Duration;

use bedrock_emulator::Fault;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::common::{Answer, Gateway, question};

/// Longer than any answer takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// All answers to these requests, sent at once.
async fn answers(gateway: &Gateway, bodies: &[Value]) -> Vec<Answer> {
    let answers = join_all(bodies.iter().map(|body| gateway.chat(body)));
    tokio::time::timeout(PATIENCE, answers).await.unwrap()
}

fn questions(count: usize, more: &Value) -> Vec<Value> {
    (0..count).map(|_| question(more.clone())).collect()
}

/// `nova` twice, with `params`.
async fn twice(params: &str, settings: &str) -> Gateway {
    Gateway::routed(settings, |keys| {
        let model = "model: bedrock/us.amazon.nova-lite-v1:0";
        let entry = format!("- model_name: nova\n  litellm_params: {{{model}, {keys}{params}}}\n");
        entry.repeat(2)
    })
    .await
}

#[tokio::test]
async fn a_throttling_storm_costs_no_request_its_answer_and_no_call_is_made_that_nobody_is_told_of() {
    const CALLERS: usize = 100;
    let gateway = twice(", num_retries: 2", "").await;
    gateway.emulator.script(Fault::Throttle { times: 150 });
    let answers = answers(&gateway, &questions(CALLERS, &json!({}))).await;
    let mut calls = 0;
    for answer in &answers {
        assert!([200, 429].contains(&answer.status), "{}", answer.text);
        calls += 1 + answer.header("x-litellm-attempted-retries").parse::<usize>().unwrap();
    }
    assert_eq!(gateway.emulator.requests().len(), calls);
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!(refused <= 50, "{refused} of {CALLERS} are refused, though 150 refusals make up three for no more than 50");
    gateway.open_calls(0).await;
}

/// How a stream or a whole answer ended, for the caller to see.
fn ending(answer: &Answer) -> &'static str {
    let is_error = |text: &str| text.starts_with(r#"{"error":{"#);
    match answer.status {
        200 if answer.header("content-type").starts_with("text/event-stream") => {
            let events = answer.events();
            let last = events.last().map(String::as_str).unwrap_or_default();
            let done = events.iter().filter(|event| *event == "[DONE]").count();
            let errors = events.iter().filter(|event| is_error(event)).count();
            match (last, done, errors) {
                ("[DONE]", 1, 0) => "done",
                (last, 0, 1) if is_error(last) => "broken",
                _ => panic!("neither done nor broken: {}", answer.text),
            }
        }
        200 => {
            assert_eq!(answer.json()["choices"].as_array().map(Vec::len), Some(1), "{}", answer.text);
            "done"
        }
        400..=599 => {
            assert!(is_error(&answer.text), "{}", answer.text);
            "refused"
        }
        status => panic!("{status}: {}", answer.text),
    }
}

#[tokio::test]
async fn whatever_happens_a_caller_is_told_how_it_ended_and_nothing_stays_open() {
    const CALLERS: usize = 120;
    const FAULTS: &[&str] = &[
        "throttle",
        "status=500",
        "status=503",
        "html=502",
        "json-200",
        "reset",
        "reset;after=3",
        "truncate;after=3",
        "cut;after=2",
        "stall;after=0",
        "stall;after=3",
        "exception=modelStreamErrorException;after=3",
        "exception=throttlingException;after=0",
        "slow=5",
    ];
    let limits = ", timeout: 2, stream_timeout: 2, max_parallel_requests: 60, num_retries: 1, cooldown_time: 0.2";
    let gateway = twice(limits, "").await;
    for fault in FAULTS.iter().cycle().take(CALLERS) {
        gateway.emulator.script(fault.parse().unwrap());
    }
    let bodies: Vec<Value> = (0..CALLERS).map(|index| question(json!({"stream": index % 3 != 0}))).collect();
    let answers = answers(&gateway, &bodies).await;
    let count = |ended: &str| answers.iter().filter(|answer| ending(answer) == ended).count();
    let (done, broken, refused) = (count("done"), count("broken"), count("refused"));
    assert_eq!(done + broken + refused, CALLERS);
    assert!(done > 0 && broken > 0, "{done} done, {broken} broken, {refused} refused");
    gateway.open_calls(0).await;
    // Every place is free again: as many as there are fit at once. Faults that nobody met yet are met now.
    let after = self::answers(&gateway, &questions(CALLERS, &json!({}))).await;
    let turned_away = |answer: &&Answer| answer.text.contains("no deployment of");
    assert_eq!(after.iter().filter(turned_away).map(|answer| &answer.text).next(), None);
}
