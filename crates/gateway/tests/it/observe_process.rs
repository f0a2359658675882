//! The log and the traces of a whole process.

use std::collections::BTreeMap;

use bedrock_emulator::Emulator;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use prost::Message as _;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::process::Process;

/// A server in front of an emulator of this process.
struct Server {
    process: Process,
    file: std::path::PathBuf,
    _emulator: Emulator,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

const SECRETS: &[&str] = &["sk-m4ster", "s3cr3t-k3y", "s3ss10n-t0ken", "h34der-value"];

impl Server {
    async fn start(name: &str, settings: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let yaml = format!(
            "model_list:\n- model_name: nova\n  litellm_params:\n    model: bedrock/us.amazon.nova-lite-v1:0\n    \
             aws_access_key_id: AKID\n    aws_secret_access_key: s3cr3t-k3y\n    aws_session_token: s3ss10n-t0ken\n    \
             aws_region_name: us-east-1\n    aws_bedrock_runtime_endpoint: \"{}\"\n    extra_headers: {{x-api-key: h34der-value}}\n\
             general_settings: {{master_key: sk-m4ster}}\nlitellm_settings: {{{settings}}}\n",
            emulator.url()
        );
        let file = std::env::temp_dir().join(format!("pumice-observe-{name}-{}.yaml", std::process::id()));
        std::fs::write(&file, yaml).unwrap();
        let args = [&["--config", file.to_str().unwrap()], args].concat();
        Self { process: Process::serve(&args, env), file, _emulator: emulator }
    }

    async fn chat(&self, more: Value, traceparent: Option<&str>) -> u16 {
        let mut request = reqwest::Client::new()
            .post(format!("{}/v1/chat/completions", self.process.url))
            .bearer_auth("sk-m4ster")
            .json(&crate::common::question(more));
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        response.text().await.unwrap();
        status
    }
}

#[tokio::test]
async fn json_logs_have_one_line_for_each_call() {
    let mut server = Server::start("json", "json_logs: true", &[], &[]).await;
    assert_eq!(server.chat(json!({}), None).await, 200);
    // Sorted, whatever serde_json does with the order of members.
    let mut line: BTreeMap<String, Value> = serde_json::from_str(&server.process.logged("gateway::requests")).unwrap();
    for name in ["ms", "gateway_ms"] {
        assert!(line[name].as_f64().unwrap() > 0.0, "{line:?}");
        line.insert(name.to_owned(), json!("time"));
    }
    line.insert("timestamp".to_owned(), json!("time"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&line).unwrap(), @r#"
    {
      "cost_usd": "0.00000666",
      "deployment": "us.amazon.nova-lite-v1:0",
      "gateway_ms": "time",
      "input_tokens": 3,
      "level": "INFO",
      "message": "called",
      "model": "nova",
      "ms": "time",
      "operation": "chat",
      "output_tokens": 27,
      "request_id": "00000000-0000-4000-8000-000000000001",
      "status": 200,
      "stream": false,
      "target": "gateway::requests",
      "timestamp": "time"
    }
    "#);
    for line in server.process.stop() {
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
}

#[tokio::test]
async fn a_server_that_stops_has_logged_every_call() {
    let mut server = Server::start("last", "json_logs: false", &[], &[]).await;
    for _ in 0..20 {
        assert_eq!(server.chat(json!({}), None).await, 200);
    }
    let calls = server.process.stop().iter().filter(|line| line.contains("gateway::requests")).count();
    assert_eq!(calls, 20);
}

#[tokio::test]
async fn calls_are_answered_when_nobody_reads_the_log() {
    let mut server = Server::start("unread", "json_logs: true", &[], &[]).await;
    server.process.forget_log();
    for _ in 0..5 {
        assert_eq!(server.chat(json!({}), None).await, 200);
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    server.process.stop();
}

#[tokio::test]
async fn set_verbose_shows_the_request_of_aws() {
    let mut server = Server::start("verbose", "set_verbose: true", &[], &[]).await;
    assert_eq!(server.chat(json!({}), None).await, 200);
    let line = server.process.logged("bedrock_transport");
    for part in [
        "method=\"POST\"",
        "/model/us.amazon.nova-lite-v1%3A0/converse",
        r#""authorization": "(hidden)""#,
        r#""x-amz-security-token": "(hidden)""#,
        r#"body={"messages":[{"role":"user","content":[{"text":"Say hello"}]}]}"#,
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    server.process.stop();
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    for level in ["info", "debug", "trace"] {
        let args = ["--log", level, "--detailed-debug"];
        let mut server =
            Server::start(level, "json_logs: true, set_verbose: true", &args, &[("RUST_BACKTRACE", "1")]).await;
        for more in [json!({}), json!({"stream": true}), json!({"temperature": "hot"})] {
            server.chat(more, None).await;
        }
        let lines = server.process.stop();
        assert!(lines.iter().any(|line| line.contains("(hidden)")), "{level}");
        for secret in SECRETS {
            let told = lines.iter().find(|line| line.contains(secret));
            assert_eq!(told, None, "{level} tells {secret}");
        }
    }
}

#[tokio::test]
async fn a_collector_gets_one_span_for_each_call() {
    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let collector = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/traces"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&collector)
        .await;
    let env = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.uri()), ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=a".to_owned())];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut server = Server::start("traces", "", &[], &env).await;
    assert_eq!(server.chat(json!({"stream": true}), Some(PARENT)).await, 200);
    assert_eq!(server.chat(json!({"n": 99}), None).await, 400);
    server.process.stop();
    let requests = collector.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["x-team"], "a");
    let exports = requests.iter().map(|request| ExportTraceServiceRequest::decode(&*request.body).unwrap());
    let mut lines = Vec::new();
    for resource in exports.flat_map(|export| export.resource_spans) {
        let service = resource.resource.unwrap().attributes.into_iter().find(|a| a.key == "service.name").unwrap();
        lines.push(format!("service {:?}", text(service.value.unwrap().value.unwrap())));
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let is_child = hex(&span.trace_id) == PARENT[3..35] && hex(&span.parent_span_id) == PARENT[36..52];
            lines.push(format!("{} kind={} child={is_child} {:?}", span.name, span.kind, span.status.unwrap()));
            assert!(span.end_time_unix_nano > span.start_time_unix_nano);
            for attribute in span.attributes {
                let value = text(attribute.value.unwrap().value.unwrap());
                let value = if attribute.key.contains("time_to") { "time".to_owned() } else { value };
                lines.push(format!("  {} = {value}", attribute.key));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    service "pumice"
    chat us.amazon.nova-lite-v1:0 kind=3 child=true Status { message: "", code: Unset }
      gen_ai.operation.name = chat
      gen_ai.provider.name = aws.bedrock
      gen_ai.request.model = us.amazon.nova-lite-v1:0
      pumice.model = nova
      http.response.status_code = 200
      pumice.cost_usd = 0.00000666
      gen_ai.response.time_to_first_chunk = time
      aws.request_id = 00000000-0000-4000-8000-000000000001
      gen_ai.usage.input_tokens = 3
      gen_ai.usage.output_tokens = 27
    chat nova kind=3 child=false Status { message: "400", code: Error }
      gen_ai.operation.name = chat
      gen_ai.provider.name = aws.bedrock
      gen_ai.request.model = nova
      pumice.model = nova
      http.response.status_code = 400
      pumice.cost_usd = unknown
      error.type = 400
    "#);
}

#[tokio::test]
async fn the_configuration_may_say_where_traces_go() {
    let collector = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/traces"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&collector)
        .await;
    let variables = |more: &str| {
        format!(
            "}}\nenvironment_variables: {{OTEL_EXPORTER_OTLP_ENDPOINT: \"{}/\", \
             OTEL_EXPORTER_OTLP_HEADERS: \"authorization=Bearer%20t0ken\", OTEL_SERVICE_NAME: front{more}",
            collector.uri()
        )
    };
    for (name, more) in [("own", ""), ("sampled-out", ", OTEL_TRACES_SAMPLER: always_off")] {
        let mut server = Server::start(name, &variables(more), &[], &[("OTEL_SERVICE_NAME", "process")]).await;
        assert_eq!(server.chat(json!({}), None).await, 200);
        server.process.stop();
    }
    let requests = collector.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1, "nothing is told of what was not sampled");
    assert_eq!(requests[0].headers["authorization"], "Bearer t0ken");
    let export = ExportTraceServiceRequest::decode(&*requests[0].body).unwrap();
    let attributes = export.resource_spans[0].resource.clone().unwrap().attributes;
    let service = attributes.into_iter().find(|attribute| attribute.key == "service.name").unwrap();
    assert_eq!(text(service.value.unwrap().value.unwrap()), r"front");
}

fn text(value: AnyValue) -> String {
    match value {
        AnyValue::StringValue(text) => text,
        AnyValue::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
