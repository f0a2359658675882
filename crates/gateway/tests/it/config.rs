//! What a configuration file may say, and what it is told when it is wrong.

use std::path::Path;

use gateway::{Config, ConfigError, Deployments, Environment};

fn parse(yaml: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("config.yaml"), yaml, Environment::from([("KEY", "sk-1"), ("EMPTY", "")]))
}

/// A file with one model, whose `litellm_params` are `params`.
fn with(params: &str) -> String {
    format!("model_list:\n  - model_name: m\n    litellm_params:\n      model: bedrock/amazon.nova-lite-v1:0\n{params}")
}

#[tokio::test]
async fn a_wrong_file_is_one_line_with_file_line_and_key() {
    let files = [
        "",
        "a: [",
        "a: b: c",
        "- x",
        "model_list: 5",
        "model_list: []",
        "model_list: [5]",
        "model_list:\n  - litellm_params: {model: x}",
        "model_list:\n  - model_name: m",
        "model_list:\n  - model_name: m\n    litellm_params:\n      aws_region_name: x",
        "model_list:\n  - model_name: m\n    litellm_params:\n      model: [x]",
        "model_list:\n  - model_name: m\n    litellm_params:\n      model: openai/gpt-4o",
        "model_list:\n  - model_name: m\n    model_name: n",
        &with("      custom_llm_provider: openai"),
        &with("      aws_access_key_id: os.environ/MISSING"),
        &with("      aws_access_key_id: os.environ/EMPTY"),
        &with("      aws_access_key_id: AKID"),
        &with("      aws_secret_access_key: x"),
        &with("      aws_session_token: x"),
        &with("      aws_external_id: x"),
        &with("      aws_web_identity_token: x"),
        &with("      aws_profile_name: not-there"),
        &with("      aws_region_name: evil.example/"),
        &with("      aws_bedrock_runtime_endpoint: ftp://x"),
        &with("      timeout: soon"),
        &with("      timeout: -1"),
        &with("      max_retries: -1"),
        &with("      drop_params: maybe"),
        &with("      temperature: hot"),
        &with("      input_cost_per_token: cheap"),
        &with("    model_info: {supports_vision: maybe}"),
        &with("      stop: [5]"),
        &with("      stream: true"),
        &with("      extra_headers: {\"a b\": c}"),
        &with("general_settings:\n  master_key: os.environ/MISSING"),
        &with("general_settings:\n  max_request_size_mb: big"),
        &with("litellm_settings: 5"),
    ];
    let mut lines = Vec::new();
    for file in files {
        let error = match parse(file) {
            Ok(config) => match Deployments::connect(&config).await {
                Ok(_) => panic!("{file}"),
                Err(error) => error,
            },
            Err(error) => error,
        };
        lines.push(error.to_string());
    }
    assert!(lines.iter().all(|line| !line.contains('\n')));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    config.yaml: `model_list` is empty: there is nothing to serve
    config.yaml:1: unclosed bracket '['
    config.yaml:1: mapping values are not allowed in this context
    config.yaml:1: expected a map, found a list
    config.yaml:1: model_list: expected a list, found a number
    config.yaml: `model_list` is empty: there is nothing to serve
    config.yaml:1: model_list[0]: expected a map, found a number
    config.yaml:2: model_list[0].model_name: is missing
    config.yaml:2: model_list[0].litellm_params.model: is missing
    config.yaml:2: model_list[0].litellm_params.model: is missing
    config.yaml:4: model_list[0].litellm_params.model: expected a text, found a list
    config.yaml:4: model_list[0].litellm_params.model: only Bedrock is served, and `openai/gpt-4o` does not begin with `bedrock/`
    config.yaml:3: duplicate mapping key `model_name` is not allowed here
    config.yaml:5: model_list[0].litellm_params.custom_llm_provider: only `bedrock` is served
    config.yaml:5: model_list[0].litellm_params.aws_access_key_id: the environment variable `MISSING` is not set
    config.yaml:5: model_list[0].litellm_params.aws_access_key_id: the environment variable `EMPTY` is not set
    config.yaml:4: model_list[0].litellm_params.aws_secret_access_key: is missing: a key pair has two halves
    config.yaml:4: model_list[0].litellm_params.aws_access_key_id: is missing: a key pair has two halves
    config.yaml:4: model_list[0].litellm_params.aws_access_key_id: is missing: a key pair has two halves
    config.yaml:5: model_list[0].litellm_params.aws_external_id: needs an `aws_role_name`
    config.yaml:5: model_list[0].litellm_params.aws_web_identity_token: needs an `aws_role_name`
    config.yaml:5: model_list[0].litellm_params.aws_profile_name: there is no profile `not-there` in the AWS config files
    config.yaml:5: model_list[0].litellm_params.aws_region_name: `evil.example/` is not the name of an AWS region
    config.yaml:5: model_list[0].litellm_params.aws_bedrock_runtime_endpoint: `ftp://x` is not an http:// or https:// URL
    config.yaml:5: model_list[0].litellm_params.timeout: expected a number of seconds above 0, found a text
    config.yaml:5: model_list[0].litellm_params.timeout: expected a number of seconds above 0, found a number
    config.yaml:5: model_list[0].litellm_params.max_retries: expected a whole number, 0 or more, found a number
    config.yaml:5: model_list[0].litellm_params.drop_params: expected true or false, found a text
    config.yaml:5: model_list[0].litellm_params.temperature: invalid type: string "hot", expected f64
    config.yaml:5: model_list[0].litellm_params.input_cost_per_token: is not valid: a price is a number of US dollars, not negative and below 18446, e.g. `0.000003` or `3e-06`
    config.yaml:5: model_list[0].model_info.supports_vision: must be `true` or `false`
    config.yaml:5: model_list[0].litellm_params.stop: invalid type: integer `5`, expected a string
    config.yaml:5: model_list[0].litellm_params.stream: belongs into requests
    config.yaml:5: model_list[0].litellm_params.extra_headers.a b: not a legal header
    config.yaml:6: general_settings.master_key: the environment variable `MISSING` is not set
    config.yaml:6: general_settings.max_request_size_mb: expected a whole number, 0 or more, found a text
    config.yaml:5: litellm_settings: expected a map, found a number
    "#);
}

#[test]
fn unknown_keys_and_keys_not_served_yet_are_named() {
    let file = "
model_list:
  - model_name: m
    litellm_parms: {}
    litellm_params:
      model: bedrock/amazon.nova-lite-v1:0
      rpm: 60
      top_k: 5
      output_cost_per_second: 1
    model_info: {mode: chat, id: x, max_tokens: 5}
litellm_settings: {drop_params: true, fallbacks: [], drop_param: true}
router_settings: {routing_strategy: latency-based-routing, num_retry: 1, retry_policy: {RateLimitErrorRetry: 1}, allowed_fails_policy: {NotFoundErrorAllowedFails: 1}, model_group_alias: {n: k}}
general_settings: {database_url: x, master_kye: y}
guardrails: []
modle_list: []
";
    insta::assert_snapshot!(parse(file).unwrap().warnings().join("\n"), @r"
config.yaml:12: `router_settings.allowed_fails_policy.NotFoundErrorAllowedFails` is ignored: what is wrong with a request cools nobody
config.yaml:12: unknown key `router_settings.retry_policy.RateLimitErrorRetry`
config.yaml:12: `router_settings.routing_strategy`: `simple-shuffle` is used in place of `latency-based-routing`, which is not served
config.yaml:4: unknown key `model_list[0].litellm_parms`
config.yaml:9: `model_list[0].litellm_params.output_cost_per_second` is ignored: nothing is counted at such a price
config.yaml:11: unknown key `litellm_settings.drop_param`
config.yaml:12: unknown key `router_settings.num_retry`
config.yaml:13: `general_settings.database_url` is ignored: there is no database
config.yaml:13: unknown key `general_settings.master_kye`
config.yaml:14: `guardrails` is ignored: the gateway runs no guardrails of its own; Bedrock's are set with `guardrailConfig`
config.yaml:15: unknown key `modle_list`
config.yaml: nobody serves `k`, which is named as a fallback or alias
");
}

#[test]
fn default_params_are_those_of_models_that_do_not_set_them() {
    let file = with(
        "      timeout: 5\n  - model_name: other\n    litellm_params: {model: bedrock/amazon.nova-pro-v1:0}\nrouter_settings: {stream_timeout: 3, \
                     default_litellm_params: {timeout: 7, aws_region_name: eu-west-1, input_cost_per_token: 1}}",
    );
    let config = parse(&file).unwrap();
    assert_eq!(config.warnings(), &[] as &[String]);
    let shown = format!("{config:?}");
    for (text, times) in [
        ("timeout: Some(5s)", 1),
        ("timeout: Some(7s)", 1),
        ("stream_timeout: Some(3s)", 2),
        (r#"region: Some("eu-west-1")"#, 2),
    ] {
        assert_eq!(shown.matches(text).count(), times, "{text}: {shown}");
    }
}

#[test]
fn models_of_which_nothing_is_known_are_named_when_the_file_is_read() {
    let file = r#"
model_list:
  - {model_name: a, litellm_params: {model: bedrock/amazon.nova-lite-v1:0}}
  - {model_name: b, litellm_params: {model: bedrock/eu-west-1/amazon.nvoa-lite-v1:0}}
  - {model_name: c, litellm_params: {model: "bedrock/arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdef123456"}}
  - {model_name: d, litellm_params: {model: bedrock/acme.chat-v1}, model_info: {base_model: amazon.nova-pro-v1:0}}
  - {model_name: e, litellm_params: {model: "bedrock/llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456"}}
  - {model_name: "acme.*", litellm_params: {model: "bedrock/acme.*"}}
"#;
    insta::assert_snapshot!(parse(file).unwrap().warnings().join("\n"), @r"
    config.yaml:4: nothing is known of `amazon.nvoa-lite-v1:0`: it is called by Converse with all that requests say; check the name, or set `model_info.base_model` to the model that it is or is like
    config.yaml:5: nothing is known of `arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abcdef123456`: it is called by Converse with all that requests say; check the name, or set `model_info.base_model` to the model that it is or is like
    ");
}

#[test]
fn no_secret_prints() {
    let file = with(
        "      aws_access_key_id: AKID\n      aws_secret_access_key: os.environ/KEY\n      aws_session_token: tok-9\ngeneral_settings: {master_key: os.environ/KEY}",
    );
    let shown = format!("{:?}", parse(&file).unwrap());
    assert!(!shown.contains("sk-1") && !shown.contains("tok-9"), "{shown}");
}

#[tokio::test]
async fn a_file_may_refer_to_variables_that_it_sets_itself() {
    let file = with(
        "      aws_region_name: os.environ/REGION\nenvironment_variables:\n  REGION: eu-west-1\n  OTHER: os.environ/KEY",
    );
    Deployments::connect(&parse(&file).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_model_may_be_called_n() {
    let file =
        "model_list:\n- model_name: n\n  litellm_params: {model: bedrock/amazon.nova-lite-v1:0, drop_params: yes}\n";
    let config = parse(file).unwrap();
    let router = gateway::App::new(&config, Deployments::connect(&config).await.unwrap()).router();
    let request = http::Request::get("/v1/models").body(axum::body::Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains(r#""id":"n""#), "{body:?}");
}
