//! Which deployment answers, who is asked again, and who stands in.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::common::{Answer, Gateway, finish};

/// A `model_list` of names and Bedrock models, each with what goes into its `litellm_params`.
async fn gateway(models: &[(&str, &str, &str)], settings: &str) -> Gateway {
    Gateway::routed(settings, |keys| {
        let entry = |(name, model, params): &(&str, &str, &str)| {
            format!("- model_name: {name}\n  litellm_params: {{model: \"bedrock/{model}\", {keys}{params}}}\n")
        };
        models.iter().map(entry).collect()
    })
    .await
}

fn question(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Say hello"}]})
}

/// The models that AWS was asked for, in order.
fn asked(gateway: &Gateway) -> Vec<String> {
    let model = |path: &str| {
        let rest = path.strip_prefix("/model/").unwrap();
        rest.rsplit_once('/').unwrap().0.replace("%3A", ":")
    };
    gateway.emulator.requests().iter().map(|request| model(&request.path)).collect()
}

/// `status model-group retries fallbacks`
fn told(answer: &Answer) -> String {
    let header = |name: &str| answer.header(&format!("x-litellm-{name}")).to_owned();
    let (group, retries) = (header("model-group"), header("attempted-retries"));
    format!("{} {group} {retries} {}", answer.status, header("attempted-fallbacks"))
}

const NOVA: &str = "amazon.nova-lite-v1:0";
const PRO: &str = "amazon.nova-pro-v1:0";
/// Answers 429, always.
const THROTTLED: &str = "converse/emulator.fault.throttle:1000000";
const BROKEN: &str = "converse/emulator.fault.status:500";
const DENIED: &str = "converse/emulator.fault.status:403";
const MISSING: &str = "converse/emulator.fault.status:404";
const REFUSED: &str = "converse/emulator.fault.status:400";

#[tokio::test]
async fn what_one_deployment_cannot_answer_another_one_does() {
    for fault in [THROTTLED, BROKEN, DENIED, "converse/emulator.fault.reset"] {
        let gateway = gateway(&[("m", fault, ", weight: 1000"), ("m", NOVA, ", weight: 0.001")], "").await;
        for stream in [false, true] {
            let mut body = question("m");
            body["stream"] = json!(stream);
            let answer = gateway.chat(&body).await;
            assert_eq!(answer.status, 200, "{fault} {stream}: {}", answer.text);
            assert!(answer.text.contains("hello") || answer.text.contains("\"role\":\"assistant\""), "{}", answer.text);
        }
        let asked = asked(&gateway);
        assert_eq!(asked.last().map(String::as_str), Some(NOVA), "{fault}");
    }
}

#[tokio::test]
async fn a_request_that_is_wrong_is_asked_once_and_cools_nobody() {
    for (fault, status) in [(REFUSED, 400), (MISSING, 404)] {
        let gateway = gateway(&[("m", fault, ""), ("m", fault, "")], "router_settings: {allowed_fails: 0}").await;
        for calls in 1..5 {
            assert_eq!(gateway.chat(&question("m")).await.status, status);
            assert_eq!(asked(&gateway).len(), calls, "{fault}");
        }
    }
}

#[tokio::test]
async fn a_deployment_that_fails_is_passed_over_for_a_while() {
    let models = [("m", THROTTLED, ", weight: 1000"), ("m", NOVA, ", weight: 0.001")];
    let gateway = gateway(&models, "router_settings: {cooldown_time: 2}").await;
    let one = gateway.chat(&question("m")).await;
    assert_eq!(told(&one), "200 m 1 0");
    for _ in 0..3 {
        assert_eq!(told(&gateway.chat(&question("m")).await), "200 m 0 0");
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(told(&gateway.chat(&question("m")).await), "200 m 1 0");
}

#[tokio::test]
async fn who_is_alone_is_never_passed_over() {
    let gateway = gateway(&[("m", NOVA, ", num_retries: 0")], "").await;
    gateway.emulator.script("throttle=1".parse().unwrap());
    assert_eq!(gateway.chat(&question("m")).await.status, 429);
    assert_eq!(gateway.chat(&question("m")).await.status, 200);
}

#[tokio::test]
async fn requests_are_shared_by_weight() {
    let gateway = gateway(&[("m", NOVA, ", weight: 4"), ("m", PRO, ", weight: 1")], "").await;
    for _ in 0..200 {
        assert_eq!(gateway.chat(&question("m")).await.status, 200);
    }
    let nova = asked(&gateway).iter().filter(|model| *model == NOVA).count();
    assert!((130..190).contains(&nova), "{nova} of 200, not about 160");
}

#[tokio::test]
async fn a_deployment_at_its_limit_leaves_requests_to_the_others() {
    let gateway = gateway(&[("m", NOVA, ", rpm: 2"), ("m", PRO, ", tpm: 1, rpm: 2")], "").await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(gateway.chat(&question("m")).await.status);
    }
    // Two by requests; one by tokens, whose number is known when they are spent.
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    let refused = gateway.chat(&question("m")).await;
    insta::assert_snapshot!(refused.error(), @"429 rate_limit_error rate_limit_exceeded -: no deployment of `m` takes another request now; its limits are reached, or it fails");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn other_models_stand_in() {
    let settings = "litellm_settings:\n  num_retries: 0\n  fallbacks: [{a: [b, c]}, {loop: [loop2]}, {loop2: [loop]}]\n  \
                    context_window_fallbacks: [{long: [c]}]\n  default_fallbacks: [c]\n";
    let models = [
        ("a", THROTTLED, ""),
        ("b", BROKEN, ""),
        ("c", NOVA, ""),
        ("loop", DENIED, ""),
        ("loop2", MISSING, ""),
        ("wrong", REFUSED, ""),
        ("other", BROKEN, ""),
    ];
    let gateway = gateway(&models, settings).await;
    let mut lines = Vec::new();
    for name in ["c", "a", "loop", "wrong", "other"] {
        gateway.emulator.clear_requests();
        let answer = gateway.chat(&question(name)).await;
        let model = answer.json()["model"].as_str().unwrap_or("-").to_owned();
        lines.push(format!("{name}: {} {model} {:?}", told(&answer), asked(&gateway)));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    c: 200 c 0 0 c ["amazon.nova-lite-v1:0"]
    a: 200 c 0 2 c ["emulator.fault.throttle:1000000", "emulator.fault.status:500", "amazon.nova-lite-v1:0"]
    loop: 403 loop 0 1 - ["emulator.fault.status:403", "emulator.fault.status:404"]
    wrong: 400 wrong 0 0 - ["emulator.fault.status:400"]
    other: 200 c 0 1 c ["emulator.fault.status:500", "amazon.nova-lite-v1:0"]
    "#);
}

#[tokio::test]
async fn what_a_filter_holds_back_another_model_may_answer_and_if_none_does_it_is_the_answer() {
    const GUARDED: &str = ", guardrailConfig: {guardrailIdentifier: g, guardrailVersion: \"1\"}";
    let settings = "router_settings: {num_retries: 0, content_policy_fallbacks: [{mild: [free]}, {lone: [broken]}]}";
    let models = [("mild", NOVA, GUARDED), ("lone", NOVA, GUARDED), ("free", PRO, ""), ("broken", BROKEN, "")];
    let gateway = gateway(&models, settings).await;
    let mut lines = Vec::new();
    for (name, says) in [("mild", "hello"), ("mild", "forbidden"), ("lone", "forbidden")] {
        let body = json!({"model": name, "messages": [{"role": "user", "content": says}]});
        let answer = gateway.chat(&body).await;
        lines.push(format!("{name} {says}: {} {}", told(&answer), answer.json()["choices"][0]["finish_reason"]));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    mild hello: 200 mild 0 0 "stop"
    mild forbidden: 200 free 0 1 "stop"
    lone forbidden: 200 lone 0 1 "content_filter"
    "#);
}

#[tokio::test]
async fn a_request_may_name_who_stands_in_and_how_often_to_try() {
    let gateway = gateway(&[("a", THROTTLED, ", num_retries: 0"), ("b", NOVA, "")], "").await;
    let mut with = Vec::new();
    for wishes in [
        r#"{"fallbacks":["b"]}"#,
        r#"{"fallbacks":[{"a":["b"]}]}"#,
        r#"{"disable_fallbacks":true,"fallbacks":["b"]}"#,
        r#"{"fallbacks":["nobody"]}"#,
        r#"{"num_retries":1}"#,
        r#"{"num_retries":"x"}"#,
    ] {
        gateway.emulator.clear_requests();
        let mut body = question("a");
        body.as_object_mut().unwrap().extend(serde_json::from_str::<Map<String, Value>>(wishes).unwrap());
        let answer = gateway.chat(&body).await;
        with.push(format!("{wishes}: {} {:?}", told(&answer), asked(&gateway).len()));
        for request in gateway.emulator.requests() {
            let sent = String::from_utf8_lossy(&request.body).into_owned();
            assert!(!sent.contains("fallbacks") && !sent.contains("retries"), "{sent}");
        }
    }
    insta::assert_snapshot!(with.join("\n"), @r#"
    {"fallbacks":["b"]}: 200 b 0 1 2
    {"fallbacks":[{"a":["b"]}]}: 200 b 0 1 1
    {"disable_fallbacks":true,"fallbacks":["b"]}: 429 a 0 0 1
    {"fallbacks":["nobody"]}: 400  0 0 0
    {"num_retries":1}: 429 a 1 0 2
    {"num_retries":"x"}: 400  0 0 0
    "#);
}

#[tokio::test]
async fn a_time_limit_of_the_request_is_kept_and_cools_nobody() {
    let gateway = gateway(&[("m", NOVA, "")], "router_settings: {allowed_fails: 0}").await;
    for stream in [false, true] {
        gateway.emulator.script("stall;after=0".parse().unwrap());
        let mut body = question("m");
        body["stream"] = json!(stream);
        body["timeout"] = json!(0.2);
        let begun = std::time::Instant::now();
        let answer = gateway.chat(&body).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.error().split(" (request").next().unwrap(), @"408 timeout_error Timeout -: Timeout: AWS sent nothing for 200ms within an answer");
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
        gateway.open_calls(0).await;
    }
}

#[tokio::test]
async fn an_alias_is_another_name() {
    let settings = "router_settings: {model_group_alias: {gpt-4o: nova, secret: {model: nova, hidden: true}}}";
    let gateway = gateway(&[("nova", NOVA, "")], settings).await;
    for name in ["gpt-4o", "secret", "nova"] {
        let answer = gateway.chat(&question(name)).await;
        assert_eq!((answer.status, answer.json()["model"].as_str()), (200, Some(name)));
    }
    let list = finish(gateway.get("/v1/models")).await.json();
    let names: Vec<_> = list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(names, ["nova", "gpt-4o"]);
}

#[tokio::test]
async fn an_answer_says_who_gave_it_and_how_long_the_gateway_took() {
    let models = [("m", NOVA, ""), ("m", PRO, "")];
    let settings = "router_settings: {routing_strategy: simple-shuffle}";
    let gateway = gateway(&models, settings).await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let answer = gateway.chat(&question("m")).await;
        let number = |name: &str| answer.header(name).parse::<f64>().unwrap();
        assert!(number("x-litellm-overhead-duration-ms") <= number("x-litellm-response-duration-ms"));
        assert!(!answer.header("x-amzn-requestid").is_empty());
        ids.insert((answer.header("x-litellm-model-id").to_owned(), answer.header("x-litellm-model-name").to_owned()));
    }
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert!(ids.iter().all(|(id, name)| id.len() == 16 && name.starts_with("bedrock/amazon.nova-")), "{ids:?}");
}

#[tokio::test]
async fn embeddings_are_routed_too() {
    let titan = "amazon.titan-embed-text-v2:0";
    let gateway = gateway(&[("e", titan, ""), ("e", titan, "")], "").await;
    gateway.emulator.script("status=503".parse().unwrap());
    let answer = finish(gateway.post("/v1/embeddings").json(&json!({"model": "e", "input": "x"}))).await;
    assert_eq!(told(&answer), "200 e 1 0", "{}", answer.text);
}
