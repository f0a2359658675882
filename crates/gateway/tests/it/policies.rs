//! What operators say of tags, turns, and numbers by class of failure.

use serde_json::{Value, json};

use crate::common::{Answer, Gateway, finish};

const NOVA: &str = "amazon.nova-lite-v1:0";

/// A `model_list` of `model_info.id`s for the name `m`, each with its Bedrock model and what goes into its `litellm_params`.
async fn gateway(models: &[(&str, &str, &str)], settings: &str) -> Gateway {
    Gateway::routed(&format!("router_settings: {{{settings}}}"), |keys| {
        let entry = |(id, model, params): &(&str, &str, &str)| {
            format!(
                "- model_name: m\n  litellm_params: {{model: \"bedrock/{model}\", {keys}{params}}}\n  model_info: {{id: {id}}}\n"
            )
        };
        models.iter().map(entry).collect()
    })
    .await
}

fn question(more: Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Say hello"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn who(answer: &Answer) -> String {
    match answer.status {
        200 => answer.header("x-litellm-model-id").to_owned(),
        _ => answer.error(),
    }
}

#[tokio::test]
async fn requests_go_to_the_deployments_that_have_their_tags() {
    let models = [("free", NOVA, ", tags: [free]"), ("paid", NOVA, ", tags: [paid, fast]")];
    let tagged = gateway(&models, "enable_tag_filtering: true").await;
    let with_default = [models[0], ("rest", NOVA, ", tags: [default]")];
    let with_default = gateway(&with_default, "enable_tag_filtering: true, tag_filtering_match_any: false").await;
    let mut lines = Vec::new();
    for (gateway, more) in [
        (&tagged, json!({"tags": ["free"]})),
        (&tagged, json!({"metadata": {"tags": ["paid"]}})),
        (&tagged, json!({"tags": ["other"]})),
        (&with_default, json!({})),
        (&with_default, json!({"stream": true, "tags": ["free"]})),
        (&with_default, json!({"tags": ["free", "fast"]})),
    ] {
        lines.push(format!("{more}: {}", who(&gateway.chat(&question(more.clone())).await)));
    }
    let by_header = tagged.post("/v1/chat/completions").header("x-litellm-tags", "x, fast").json(&question(json!({})));
    lines.push(format!("header: {}", who(&finish(by_header).await)));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"tags":["free"]}: free
    {"metadata":{"tags":["paid"]}}: paid
    {"tags":["other"]}: 403 permission_error - tags: no deployment of `m` is for the tags of this request, and none has the tag `default`
    {}: rest
    {"stream":true,"tags":["free"]}: free
    {"tags":["free","fast"]}: rest
    header: paid
    "#);
}

#[tokio::test]
async fn tags_mean_nothing_unless_the_operator_says_so() {
    let gateway = gateway(&[("one", NOVA, ", tags: [free]")], "").await;
    assert_eq!(who(&gateway.chat(&question(json!({"tags": ["paid"]}))).await), "one");
}

#[tokio::test]
async fn every_kind_of_request_has_tags() {
    let embed = "amazon.titan-embed-text-v2:0";
    let gateway =
        gateway(&[("a", embed, ", tags: [a]"), ("b", embed, ", tags: [b]")], "enable_tag_filtering: true").await;
    for (tag, body) in [("a", json!({"tags": ["a"]})), ("b", json!({"metadata": {"tags": ["b"]}}))] {
        let mut request = json!({"model": "m", "input": "x"});
        request.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(who(&finish(gateway.post("/v1/embeddings").json(&request)).await), tag);
    }
    assert!(gateway.emulator.requests().iter().all(|request| !String::from_utf8_lossy(&request.body).contains("tags")));
}

#[tokio::test]
async fn deployments_of_a_lower_order_go_first_and_the_others_stand_in() {
    let models = [("last", NOVA, ""), ("second", NOVA, ", order: 2"), ("first", NOVA, ", order: 1, weight: 0.001")];
    let gateway = gateway(&models, "").await;
    for _ in 0..5 {
        assert_eq!(who(&gateway.chat(&question(json!({}))).await), "first");
    }
    gateway.emulator.script("throttle=2".parse().unwrap());
    let answer = gateway.chat(&question(json!({}))).await;
    assert_eq!((who(&answer).as_str(), answer.header("x-litellm-attempted-retries")), ("last", "2"));
}

#[tokio::test]
async fn a_deployment_at_its_limit_gives_its_turn_to_the_next() {
    let gateway = gateway(&[("first", NOVA, ", order: 1, rpm: 1"), ("second", NOVA, ", order: 2")], "").await;
    assert_eq!(who(&gateway.chat(&question(json!({}))).await), "first");
    assert_eq!(who(&gateway.chat(&question(json!({}))).await), "second");
}

#[tokio::test]
async fn how_often_is_tried_depends_on_the_failure() {
    let policies = "num_retries: 2, retry_policy: {BadRequestErrorRetries: 1, RateLimitErrorRetries: 0}, \
                    model_group_retry_policy: {other: {DefaultRetries: 3}}, cooldown_time: 0";
    let mut lines = Vec::new();
    for (status, more) in [
        (400, json!({})),
        (400, json!({"num_retries": 0})),
        (429, json!({})),
        // The policy has no number for it.
        (503, json!({})),
        (404, json!({})),
    ] {
        let gateway = gateway(&[("one", &format!("converse/emulator.fault.status:{status}"), "")], policies).await;
        let answer = gateway.chat(&question(more.clone())).await;
        assert_eq!(answer.status, status);
        lines.push(format!("{status} {more}: {}", gateway.emulator.requests().len()));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 {}: 2
    400 {"num_retries":0}: 1
    429 {}: 1
    503 {}: 3
    404 {}: 1
    "#);
    let own = "model_group_retry_policy: {m: {DefaultRetries: 1}}, retry_policy: {DefaultRetries: 0}";
    let gateway = gateway(&[("one", "converse/emulator.fault.status:404", "")], own).await;
    assert_eq!(gateway.chat(&question(json!({}))).await.status, 404);
    assert_eq!(gateway.emulator.requests().len(), 2);
}

#[tokio::test]
async fn how_often_may_fail_depends_on_the_failure() {
    let failing = "converse/emulator.fault.status";
    let policy =
        "num_retries: 0, allowed_fails_policy: {RateLimitErrorAllowedFails: 1, InternalServerErrorAllowedFails: 0}";
    for (status, failures) in [(429, 2), (500, 1)] {
        let models = [("bad", &*format!("{failing}:{status}"), ", order: 1"), ("good", NOVA, ", order: 2")];
        let gateway = gateway(&models, policy).await;
        for _ in 0..failures {
            assert_eq!(gateway.chat(&question(json!({}))).await.status, status);
        }
        assert_eq!(who(&gateway.chat(&question(json!({}))).await), "good", "{status}");
    }
}

#[tokio::test]
async fn calls_go_where_the_fewest_are_open() {
    // Nearly all of them would go to the first by weight.
    let models = [("one", NOVA, ", weight: 1000"), ("other", NOVA, ", weight: 0.001")];
    let gateway = gateway(&models, "routing_strategy: least-busy").await;
    let mut served = std::collections::BTreeSet::new();
    let mut open = Vec::new();
    for _ in 0..2 {
        gateway.emulator.script("stall;after=2".parse().unwrap());
        let request = gateway.post("/v1/chat/completions").json(&question(json!({"stream": true})));
        let answer = request.send().await.unwrap();
        served.insert(answer.headers()["x-litellm-model-id"].to_str().unwrap().to_owned());
        open.push(answer);
    }
    assert_eq!(served.len(), 2, "{served:?}");
}

#[tokio::test]
async fn calls_go_where_the_fewest_tokens_were_used() {
    let models = [("one", NOVA, ", weight: 1000"), ("other", NOVA, ", weight: 0.001")];
    let gateway = gateway(&models, "routing_strategy: usage-based-routing-v2").await;
    let mut served = Vec::new();
    for _ in 0..4 {
        served.push(who(&gateway.chat(&question(json!({}))).await));
    }
    served.sort_unstable();
    assert_eq!(served, ["one", "one", "other", "other"]);
}
