//! The SDK's own serializer as a witness: the member names of the full Converse request are the ones that AWS reads.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use aws_smithy_http_client::test_util::capture_request;
use bedrock_transport::sdk;
use sdk::operation::converse::builders::ConverseFluentBuilder;
use sdk::primitives::Blob;
use sdk::types::*;
use serde_json::Value;

const FULL: &str = include_str!("fixtures/converse_full.json");

#[tokio::test]
async fn the_full_request_is_what_the_sdk_would_send() {
    let (client, request) = capture_request(None);
    let config = sdk::Config::builder()
        .behavior_version(sdk::config::BehaviorVersion::latest())
        .region(sdk::config::Region::new("us-east-1"))
        .credentials_provider(sdk::config::Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(client)
        .build();
    let _ = full(sdk::Client::from_conf(config).converse()).send().await;
    let sent: Value = serde_json::from_slice(request.expect_request().body().bytes().unwrap()).unwrap();
    let ours: Value = serde_json::from_str(FULL).unwrap();
    assert_same("", &ours, &sent);
}

/// Objects are unordered, and numbers need be equal as `f32` only: the SDK has no more.
fn assert_same(at: &str, ours: &Value, sdks: &Value) {
    match (ours, sdks) {
        (Value::Object(ours), Value::Object(sdks)) => {
            let keys = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(ours), keys(sdks), "{at}");
            for (key, value) in ours {
                assert_same(&format!("{at}/{key}"), value, &sdks[key]);
            }
        }
        (Value::Array(ours), Value::Array(sdks)) => {
            assert_eq!(ours.len(), sdks.len(), "{at}");
            for (index, (ours, sdks)) in ours.iter().zip(sdks).enumerate() {
                assert_same(&format!("{at}/{index}"), ours, sdks);
            }
        }
        (Value::Number(ours), Value::Number(sdks)) => {
            let (ours, sdks) = (ours.as_f64().unwrap(), sdks.as_f64().unwrap());
            assert!((ours - sdks).abs() <= f64::from(f32::EPSILON) * ours.abs(), "{at}: {ours} and {sdks}");
        }
        _ => assert_eq!(ours, sdks, "{at}"),
    }
}

fn full(call: ConverseFluentBuilder) -> ConverseFluentBuilder {
    call.model_id("amazon.nova-lite-v1:0")
        .messages(message(ConversationRole::User, question()))
        .messages(message(ConversationRole::Assistant, turn()))
        .messages(message(ConversationRole::User, results()))
        .system(SystemContentBlock::Text("Be brief.".into()))
        .system(SystemContentBlock::GuardContent(GuardrailConverseContentBlock::Text(
            GuardrailConverseTextBlock::builder().text("guard this").build().unwrap(),
        )))
        .system(SystemContentBlock::CachePoint(cache_point(None)))
        .inference_config(
            InferenceConfiguration::builder()
                .max_tokens(512)
                .temperature(0.7)
                .top_p(0.9)
                .stop_sequences("END")
                .stop_sequences("\n\n")
                .build(),
        )
        .tool_config(tools())
        .guardrail_config(
            GuardrailConfiguration::builder()
                .guardrail_identifier("gr-1")
                .guardrail_version("DRAFT")
                .trace(GuardrailTrace::EnabledFull)
                .build(),
        )
        .additional_model_request_fields(document(r#"{"top_k":50,"thinking":{"type":"enabled","budget_tokens":1024}}"#))
        .additional_model_response_field_paths("/stop_sequence")
        .prompt_variables("name", PromptVariableValues::Text("Ada".into()))
        .request_metadata("team", "blue")
        .performance_config(PerformanceConfiguration::builder().latency(PerformanceConfigLatency::Optimized).build())
        .service_tier(ServiceTier::builder().r#type(ServiceTierType::Priority).build().unwrap())
        .output_config(
            OutputConfig::builder()
                .text_format(
                    OutputFormat::builder()
                        .r#type(OutputFormatType::JsonSchema)
                        .structure(OutputFormatStructure::JsonSchema(
                            JsonSchemaDefinition::builder()
                                .schema(r#"{"type":"object"}"#)
                                .name("answer")
                                .description("An answer")
                                .build()
                                .unwrap(),
                        ))
                        .build()
                        .unwrap(),
                )
                .effort("high")
                .build(),
        )
}

fn message(role: ConversationRole, content: Vec<ContentBlock>) -> Message {
    Message::builder().role(role).set_content(Some(content)).build().unwrap()
}

fn question() -> Vec<ContentBlock> {
    let guard_text = GuardrailConverseTextBlock::builder()
        .text("guard me")
        .qualifiers(GuardrailConverseContentQualifier::GroundingSource)
        .qualifiers(GuardrailConverseContentQualifier::Query)
        .qualifiers(GuardrailConverseContentQualifier::GuardContent)
        .build()
        .unwrap();
    let guard_image = GuardrailConverseImageBlock::builder()
        .format(GuardrailConverseImageFormat::Jpeg)
        .source(GuardrailConverseImageSource::Bytes(Blob::new("image")))
        .build()
        .unwrap();
    let report = file(DocumentFormat::Pdf, "Report", DocumentSource::Bytes(Blob::new("%PDF")))
        .context("The yearly report")
        .citations(citations_on());
    let pieces = ["one", "two"].map(|text| DocumentContentBlock::Text(text.into()));
    let page = SearchResultBlock::builder()
        .source("https://example.com/a")
        .title("A page")
        .content(SearchResultContentBlock::builder().text("found").build().unwrap())
        .citations(citations_on());
    let addition = ToolReference::builder().r#type("tool_reference").name("weather").server_name("mcp").build();
    let removal = ToolReference::builder().r#type("tool_reference").name("stocks").build();
    vec![
        ContentBlock::Text("What is in these? \"Quotes\", é, 🙂\n".into()),
        ContentBlock::Image(image(ImageFormat::Png)),
        ContentBlock::Image(
            ImageBlock::builder()
                .format(ImageFormat::Jpeg)
                .source(ImageSource::S3Location(s3("s3://bucket/cat.jpg", Some("123456789012"))))
                .build()
                .unwrap(),
        ),
        ContentBlock::Document(report.build().unwrap()),
        ContentBlock::Document(
            file(DocumentFormat::Txt, "Note", DocumentSource::Text("a note".into())).build().unwrap(),
        ),
        ContentBlock::Document(
            file(DocumentFormat::Txt, "Pieces", DocumentSource::Content(pieces.into())).build().unwrap(),
        ),
        ContentBlock::Document(
            file(DocumentFormat::Csv, "Table", DocumentSource::S3Location(s3("s3://bucket/table.csv", None)))
                .build()
                .unwrap(),
        ),
        ContentBlock::Video(video(VideoFormat::Mp4, VideoSource::Bytes(Blob::new("video")))),
        ContentBlock::Video(video(VideoFormat::ThreeGp, VideoSource::S3Location(s3("s3://bucket/film.3gp", None)))),
        ContentBlock::Audio(audio(AudioFormat::Mp3, AudioSource::Bytes(Blob::new("audio")))),
        ContentBlock::Audio(audio(AudioFormat::Wav, AudioSource::S3Location(s3("s3://bucket/song.wav", None)))),
        ContentBlock::GuardContent(GuardrailConverseContentBlock::Text(guard_text)),
        ContentBlock::GuardContent(GuardrailConverseContentBlock::Image(guard_image)),
        ContentBlock::SearchResult(page.build().unwrap()),
        ContentBlock::ToolAddition(ToolAdditionBlock::builder().tool(addition).build()),
        ContentBlock::ToolRemoval(ToolRemovalBlock::builder().tool(removal).build()),
        ContentBlock::CachePoint(cache_point(Some(CacheTtl::OneHour))),
    ]
}

fn turn() -> Vec<ContentBlock> {
    let thought = ReasoningTextBlock::builder().text("Let me think").signature("c2ln").build().unwrap();
    let character = DocumentCharLocation::builder().document_index(0).start(1).end(2).build();
    let page = DocumentPageLocation::builder().document_index(0).start(3).end(4).build();
    let chunk = DocumentChunkLocation::builder().document_index(1).start(5).end(6).build();
    let result = SearchResultLocation::builder().search_result_index(0).start(7).end(8).build();
    let web = WebLocation::builder().url("https://example.com/a").domain("example.com").build();
    let at = |location| Citation::builder().location(location);
    let cited = CitationsContentBlock::builder()
        .content(CitationGeneratedContent::Text("It says so".into()))
        .citations(
            at(CitationLocation::DocumentChar(character))
                .title("Report")
                .source("report.pdf")
                .source_content(CitationSourceContent::Text("so".into()))
                .build(),
        )
        .citations(at(CitationLocation::DocumentPage(page)).build())
        .citations(at(CitationLocation::DocumentChunk(chunk)).build())
        .citations(at(CitationLocation::SearchResultLocation(result)).build())
        .citations(at(CitationLocation::Web(web)).build());
    let weather = ToolUseBlock::builder()
        .tool_use_id("call_1")
        .name("weather")
        .input(document(r#"{"city":"Bern","days":3,"metric":true,"at":null,"near":[1.5]}"#));
    let grounding = ToolUseBlock::builder()
        .tool_use_id("call_2")
        .name("nova_grounding")
        .input(document("{}"))
        .r#type(ToolUseType::ServerToolUse);
    vec![
        ContentBlock::ReasoningContent(ReasoningContentBlock::ReasoningText(thought)),
        ContentBlock::ReasoningContent(ReasoningContentBlock::RedactedContent(Blob::new("redacted"))),
        ContentBlock::CitationsContent(cited.build()),
        ContentBlock::ToolUse(weather.build().unwrap()),
        ContentBlock::ToolUse(grounding.build().unwrap()),
    ]
}

fn results() -> Vec<ContentBlock> {
    let forecast = file(DocumentFormat::Md, "Forecast", DocumentSource::Bytes(Blob::new("# Forecast")));
    let found = SearchResultBlock::builder()
        .source("s")
        .title("t")
        .content(SearchResultContentBlock::builder().text("x").build().unwrap());
    let good = ToolResultBlock::builder()
        .tool_use_id("call_1")
        .status(ToolResultStatus::Success)
        .r#type("nova_grounding_result")
        .content(ToolResultContentBlock::Text("sunny".into()))
        .content(ToolResultContentBlock::Json(document(r#"{"celsius":21}"#)))
        .content(ToolResultContentBlock::Image(image(ImageFormat::Webp)))
        .content(ToolResultContentBlock::Document(forecast.build().unwrap()))
        .content(ToolResultContentBlock::Video(video(VideoFormat::Webm, VideoSource::Bytes(Blob::new("video")))))
        .content(ToolResultContentBlock::SearchResult(found.build().unwrap()));
    let bad =
        ToolResultBlock::builder().tool_use_id("call_2").status(ToolResultStatus::Error).set_content(Some(Vec::new()));
    vec![ContentBlock::ToolResult(good.build().unwrap()), ContentBlock::ToolResult(bad.build().unwrap())]
}

fn tools() -> ToolConfiguration {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let weather = ToolSpecification::builder()
        .name("weather")
        .description("The weather of a city")
        .input_schema(ToolInputSchema::Json(document(schema)))
        .strict(true)
        .build()
        .unwrap();
    ToolConfiguration::builder()
        .tools(Tool::ToolSpec(weather))
        .tools(Tool::SystemTool(SystemTool::builder().name("nova_grounding").build().unwrap()))
        .tools(Tool::CachePoint(cache_point(Some(CacheTtl::FiveMinutes))))
        .tool_choice(ToolChoice::Tool(SpecificToolChoice::builder().name("weather").build().unwrap()))
        .build()
        .unwrap()
}

fn image(format: ImageFormat) -> ImageBlock {
    ImageBlock::builder().format(format).source(ImageSource::Bytes(Blob::new("image"))).build().unwrap()
}

fn video(format: VideoFormat, source: VideoSource) -> VideoBlock {
    VideoBlock::builder().format(format).source(source).build().unwrap()
}

fn audio(format: AudioFormat, source: AudioSource) -> AudioBlock {
    AudioBlock::builder().format(format).source(source).build().unwrap()
}

fn file(format: DocumentFormat, name: &str, source: DocumentSource) -> builders::DocumentBlockBuilder {
    DocumentBlock::builder().format(format).name(name).source(source)
}

fn citations_on() -> CitationsConfig {
    CitationsConfig::builder().enabled(true).build().unwrap()
}

fn s3(uri: &str, owner: Option<&str>) -> S3Location {
    S3Location::builder().uri(uri).set_bucket_owner(owner.map(str::to_owned)).build().unwrap()
}

fn cache_point(ttl: Option<CacheTtl>) -> CachePointBlock {
    CachePointBlock::builder().r#type(CachePointType::Default).set_ttl(ttl).build().unwrap()
}

fn document(json: &str) -> aws_smithy_types::Document {
    fn of(value: Value) -> aws_smithy_types::Document {
        use aws_smithy_types::{Document, Number};
        match value {
            Value::Null => Document::Null,
            Value::Bool(value) => Document::Bool(value),
            Value::Number(number) => Document::Number(match number.as_u64() {
                Some(number) => Number::PosInt(number),
                None => Number::Float(number.as_f64().unwrap()),
            }),
            Value::String(text) => Document::String(text),
            Value::Array(items) => Document::Array(items.into_iter().map(of).collect()),
            Value::Object(members) => {
                Document::Object(members.into_iter().map(|(key, value)| (key, of(value))).collect())
            }
        }
    }
    of(serde_json::from_str(json).unwrap())
}
