//! What Prometheus scrapes, and what calls cost. Metrics are those of the process: each test has a model of its own.

use crate::common::{Gateway, finish, question};
use bedrock_emulator::Fault;
use serde_json::json;

const NOVA: &str = "bedrock/us.amazon.nova-lite-v1:0";

/// The series of a model that do not depend on time, and counts of those that do.
async fn series(gateway: &Gateway, model: &str) -> String {
    let answer = finish(gateway.get("/metrics")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(answer.text.ends_with("# EOF\n"));
    let own = format!("model=\"{model}\"");
    let timeless = |line: &&str| !line.contains("_seconds_bucket") && !line.contains("_seconds_sum");
    let mut lines: Vec<&str> = answer.text.lines().filter(|line| line.contains(&own)).filter(timeless).collect();
    // What was never used says nothing.
    lines.retain(|line| !line.ends_with(" 0") && !line.ends_with(" 0.0"));
    lines.sort_unstable();
    lines.join("\n")
}

#[tokio::test]
async fn metrics_count_calls_tokens_dollars_and_failures() {
    let gateway = Gateway::routed("", |keys| {
        let params = format!("{{model: \"{NOVA}\", max_retries: 0, {keys}}}");
        format!("- model_name: counted\n  model_info: {{id: one}}\n  litellm_params: {params}\n")
    })
    .await;
    let chat = |more| {
        let mut body = question(more);
        body["model"] = json!("counted");
        body
    };
    assert_eq!(gateway.chat(&chat(json!({}))).await.status, 200);
    assert_eq!(gateway.chat(&chat(json!({"stream": true}))).await.status, 200);
    gateway.emulator.script("throttle".parse().unwrap());
    assert_eq!(gateway.chat(&chat(json!({}))).await.status, 429);
    gateway.emulator.script("exception=modelStreamErrorException;after=3".parse().unwrap());
    assert_eq!(gateway.chat(&chat(json!({"stream": true}))).await.status, 200);
    assert_eq!(gateway.chat(&chat(json!({"n": 99}))).await.status, 400);
    insta::assert_snapshot!(series(&gateway, "counted").await, @r#"
    pumice_cooldowns_total{model="counted",deployment="one"} 1
    pumice_cost_unknown_total{model="counted",operation="chat"} 1
    pumice_cost_usd_total{model="counted",operation="chat"} 0.00001332
    pumice_first_token_seconds_count{model="counted",operation="chat"} 2
    pumice_overhead_seconds_count{model="counted",operation="chat"} 5
    pumice_request_seconds_count{model="counted",operation="chat"} 5
    pumice_requests_total{model="counted",operation="chat",status="200"} 2
    pumice_requests_total{model="counted",operation="chat",status="400"} 1
    pumice_requests_total{model="counted",operation="chat",status="429"} 1
    pumice_requests_total{model="counted",operation="chat",status="502"} 1
    pumice_tokens_total{model="counted",operation="chat",kind="input"} 6
    pumice_tokens_total{model="counted",operation="chat",kind="output"} 54
    pumice_upstream_errors_total{model="counted",code="ModelStreamErrorException"} 1
    pumice_upstream_errors_total{model="counted",code="ThrottlingException"} 1
    "#);
}

#[tokio::test]
async fn embeddings_are_counted_under_the_configured_name() {
    let gateway = Gateway::of("vectors/*", "bedrock/*", "", "").await;
    let body = json!({"model": "vectors/amazon.titan-embed-text-v2:0", "input": ["a cat", "a dog"]});
    let answer = finish(gateway.post("/v1/embeddings").json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_ne!(answer.header("x-litellm-response-cost"), "unknown");
    insta::assert_snapshot!(series(&gateway, "vectors/*").await, @r#"
    pumice_cost_usd_total{model="vectors/*",operation="embeddings"} 8e-8
    pumice_overhead_seconds_count{model="vectors/*",operation="embeddings"} 1
    pumice_request_seconds_count{model="vectors/*",operation="embeddings"} 1
    pumice_requests_total{model="vectors/*",operation="embeddings",status="200"} 1
    pumice_tokens_total{model="vectors/*",operation="embeddings",kind="input"} 4
    "#);
}

#[tokio::test]
async fn a_caller_who_goes_away_is_counted_and_leaves_nothing_open() {
    let gateway = Gateway::of("left", NOVA, "", "").await;
    gateway.emulator.script(Fault::Slow { millis: 100 });
    let mut body = question(json!({"stream": true}));
    body["model"] = json!("left");
    drop(gateway.connection(&body, "data: ").await);
    gateway.open_calls(0).await;
    for _ in 0..2_000 {
        if series(&gateway, "left").await.contains("pumice_requests_total") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let series = series(&gateway, "left").await;
    assert!(series.contains(r#"pumice_requests_total{model="left",operation="chat",status="499"} 1"#), "{series}");
    // What it cost is not known; it is not nothing.
    assert!(series.contains(r#"pumice_cost_unknown_total{model="left",operation="chat"} 1"#), "{series}");
    assert!(!series.contains("pumice_cost_usd_total"), "{series}");
}

#[tokio::test]
async fn cooldowns_are_counted_by_deployment() {
    let gateway = Gateway::routed("", |keys| {
        let entry = |id| {
            format!(
                "- model_name: cooled\n  litellm_params: {{model: \"{NOVA}\", {keys}}}\n  model_info: {{id: {id}}}\n"
            )
        };
        [entry("first"), entry("second")].concat()
    })
    .await;
    let mut body = question(json!({}));
    body["model"] = json!("cooled");
    gateway.emulator.script("throttle".parse().unwrap());
    assert_eq!(gateway.chat(&body).await.status, 200);
    let series = series(&gateway, "cooled").await;
    let cooled = series.lines().filter(|line| line.starts_with("pumice_cooldowns_total")).count();
    assert_eq!(cooled, 1, "{series}");
    assert!(
        series.contains(r#"pumice_upstream_errors_total{model="cooled",code="ThrottlingException"} 1"#),
        "{series}"
    );
    assert!(series.contains(r#"pumice_requests_total{model="cooled",operation="chat",status="200"} 1"#), "{series}");
}

#[tokio::test]
async fn metrics_want_the_key() {
    let gateway = Gateway::start("general_settings: {master_key: sk-1}").await;
    assert_eq!(finish(gateway.get("/metrics")).await.status, 401);
    assert_eq!(finish(gateway.get("/metrics").bearer_auth("sk-1")).await.status, 200);
}

#[tokio::test]
async fn metrics_want_no_key_if_the_operator_says_so() {
    for (section, wins) in [("general_settings", ""), ("litellm_settings", "\ngeneral_settings: {master_key: sk-1}")] {
        let key = if section == "general_settings" { "master_key: sk-1, " } else { "" };
        let settings = format!("{section}: {{{key}require_auth_for_metrics_endpoint: false}}{wins}");
        let gateway = Gateway::start(&settings).await;
        assert_eq!(finish(gateway.get("/metrics")).await.status, 200, "{section}");
        assert_eq!(finish(gateway.get("/v1/models")).await.status, 401, "{section}");
    }
}

#[tokio::test]
async fn an_answer_says_what_it_cost_if_that_is_known() {
    const TOKENS: &str = ", input_cost_per_token: 0.001, output_cost_per_token: 1e-2";
    let rows = [
        ("listed", NOVA, "", ""),
        ("own", NOVA, TOKENS, ""),
        ("unlisted", "bedrock/acme.chat-v1", "", ""),
        ("priced", "bedrock/acme.chat-v1", TOKENS, ""),
        (
            "based",
            "bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
            "",
            "amazon.nova-lite-v1:0",
        ),
        ("opaque", "bedrock/arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", "", ""),
    ];
    let mut lines = Vec::new();
    for (name, model, params, base) in rows {
        let base = if base.is_empty() { String::new() } else { format!(", base_model: \"{base}\"") };
        let gateway = Gateway::of(name, model, &format!("{params}{base}"), "").await;
        let mut body = question(json!({}));
        body["model"] = json!(name);
        let answer = gateway.chat(&body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let usage = &answer.json()["usage"];
        let cost = answer.header("x-litellm-response-cost").to_owned();
        lines.push(format!("{name}: {} in, {} out: {cost}", usage["prompt_tokens"], usage["completion_tokens"]));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    listed: 3 in, 27 out: 0.00000666
    own: 3 in, 27 out: 0.273
    unlisted: 3 in, 27 out: unknown
    priced: 3 in, 27 out: 0.273
    based: 3 in, 27 out: 0.00000666
    opaque: 3 in, 27 out: unknown
    "#);
}

#[tokio::test]
async fn text_completions_cost_what_all_their_prompts_do() {
    let gateway = Gateway::of("texts", NOVA, ", input_cost_per_token: 0.001, output_cost_per_token: 0", "").await;
    let mut costs = Vec::new();
    for prompt in [json!("one two three"), json!(["one two three", "one two three"])] {
        let body = json!({"model": "texts", "prompt": prompt});
        let answer = finish(gateway.post("/v1/completions").json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let tokens = answer.json()["usage"]["prompt_tokens"].as_u64().unwrap();
        costs.push((tokens, answer.header("x-litellm-response-cost").to_owned()));
    }
    assert_eq!(costs, [(4, "0.004".to_owned()), (8, "0.008".to_owned())]);
}

#[tokio::test]
async fn images_cost_by_the_piece() {
    let gateway = Gateway::of("pictures", "bedrock/amazon.nova-canvas-v1:0", ", output_cost_per_image: 0.04", "").await;
    let body = json!({"model": "pictures", "prompt": "An otter", "n": 2});
    let answer = finish(gateway.post("/v1/images/generations").json(&body)).await;
    assert_eq!((answer.status, answer.header("x-litellm-response-cost")), (200, "0.08"), "{}", answer.text);
}
