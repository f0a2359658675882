//! AWS's model of the Converse requests, and of InvokeModel's headers, as data.
//!
//! Facts from the service model of bedrock-runtime (2023-09-30), as of botocore 1.43; see also
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.

mod async_invoke;
mod content;
mod rerank;
mod text;

pub(crate) use async_invoke::START_ASYNC_INVOKE;
use content::{CACHE_POINT, CONTENT_BLOCKS, GUARD_CONTENT};
pub(crate) use rerank::RERANK;
use text::{GUARDRAIL_ID, GUARDRAIL_VERSION, METADATA_KEY, METADATA_VALUE, TOOL_NAME};

/// A shape of AWS's model.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Base64, of at least so many bytes.
    Blob {
        min: usize,
    },
    Boolean,
    /// Any JSON.
    Document,
    Float {
        min: f64,
        max: f64,
    },
    Integer {
        min: i64,
        max: i64,
    },
    List {
        of: &'static Self,
        min: usize,
        max: usize,
    },
    Map {
        key: &'static Text,
        value: &'static Self,
        min: usize,
        max: usize,
    },
    Structure(&'static [Member]),
    Text(Text),
    /// Exactly one of the members; the name is the one that error messages use.
    Union(&'static str, &'static [Member]),
}

/// A member of a structure or union.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: &'static Shape,
}

/// What a string may be.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// The enumeration; empty means any.
    pub(crate) values: &'static [&'static str],
    pub(crate) pattern: Option<Pattern>,
}

/// A pattern that the whole string has to match.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// As error messages show it.
    pub(crate) shown: &'static str,
    pub(crate) matches: fn(&str) -> bool,
}

const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: true, shape }
}

const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: false, shape }
}

const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, min: 0, max: usize::MAX }
}

const ANY: Text = Text { min: 0, max: usize::MAX, values: &[], pattern: None };

const fn one_of(values: &'static [&'static str]) -> Shape {
    Shape::Text(Text { values, ..ANY })
}

const fn sized(min: usize, max: usize) -> Shape {
    Shape::Text(Text { min, max, ..ANY })
}

static STRING: Shape = Shape::Text(ANY);
static NON_EMPTY: Shape = sized(1, usize::MAX);

/// The body of Converse.
pub(crate) static CONVERSE: Shape = Shape::Structure(&[
    optional("messages", &MESSAGES),
    optional("system", &SYSTEM),
    optional("inferenceConfig", &INFERENCE),
    optional("toolConfig", &TOOL_CONFIG),
    optional("guardrailConfig", &GUARDRAIL),
    optional("additionalModelRequestFields", &Shape::Document),
    optional("promptVariables", &PROMPT_VARIABLES),
    optional("additionalModelResponseFieldPaths", &RESPONSE_PATHS),
    optional("requestMetadata", &REQUEST_METADATA),
    optional("performanceConfig", &PERFORMANCE),
    optional("serviceTier", &SERVICE_TIER),
    optional("outputConfig", &OUTPUT_CONFIG),
]);

/// The body of ConverseStream: the guardrail has one setting more.
pub(crate) static CONVERSE_STREAM: Shape = Shape::Structure(&[
    optional("messages", &MESSAGES),
    optional("system", &SYSTEM),
    optional("inferenceConfig", &INFERENCE),
    optional("toolConfig", &TOOL_CONFIG),
    optional("guardrailConfig", &GUARDRAIL_STREAM),
    optional("additionalModelRequestFields", &Shape::Document),
    optional("promptVariables", &PROMPT_VARIABLES),
    optional("additionalModelResponseFieldPaths", &RESPONSE_PATHS),
    optional("requestMetadata", &REQUEST_METADATA),
    optional("performanceConfig", &PERFORMANCE),
    optional("serviceTier", &SERVICE_TIER),
    optional("outputConfig", &OUTPUT_CONFIG),
]);

/// The request headers of InvokeModel and InvokeModelWithResponseStream, by their member's name.
pub(crate) static INVOKE_HEADERS: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
    optional("trace", &one_of(&["ENABLED", "DISABLED", "ENABLED_FULL"])),
    optional("performanceConfigLatency", &one_of(&["standard", "optimized"])),
    optional("serviceTier", &SERVICE_TIER_TYPE),
    optional("requestMetadata", &REQUEST_METADATA),
]);

/// What a native body may say of the guardrail.
// <https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tagging.html>
pub(crate) static INVOKE_GUARDRAIL_CONFIG: Shape = Shape::Structure(&[
    optional("tagSuffix", &sized(1, 20)),
    optional("streamProcessingMode", &one_of(&["SYNCHRONOUS", "ASYNCHRONOUS"])),
]);

static MESSAGES: Shape = list(&MESSAGE);
static MESSAGE: Shape = Shape::Structure(&[
    required("role", &one_of(&["user", "assistant", "system"])),
    required("content", &CONTENT_BLOCKS),
]);

static SYSTEM: Shape = list(&SYSTEM_BLOCK);
static SYSTEM_BLOCK: Shape = Shape::Union(
    "SystemContentBlock",
    &[optional("text", &NON_EMPTY), optional("guardContent", &GUARD_CONTENT), optional("cachePoint", &CACHE_POINT)],
);

static INFERENCE: Shape = Shape::Structure(&[
    optional("maxTokens", &Shape::Integer { min: 1, max: i64::MAX }),
    optional("temperature", &Shape::Float { min: 0.0, max: 1.0 }),
    optional("topP", &Shape::Float { min: 0.0, max: 1.0 }),
    optional("stopSequences", &Shape::List { of: &NON_EMPTY, min: 0, max: 2_500 }),
]);

static TOOL_CONFIG: Shape = Shape::Structure(&[
    required("tools", &Shape::List { of: &TOOL, min: 1, max: usize::MAX }),
    optional("toolChoice", &TOOL_CHOICE),
]);
static TOOL: Shape = Shape::Union(
    "Tool",
    &[
        optional("toolSpec", &TOOL_SPEC),
        optional("systemTool", &Shape::Structure(&[required("name", &TOOL_NAME)])),
        optional("cachePoint", &CACHE_POINT),
    ],
);
static TOOL_SPEC: Shape = Shape::Structure(&[
    required("name", &TOOL_NAME),
    optional("description", &NON_EMPTY),
    required("inputSchema", &Shape::Union("ToolInputSchema", &[optional("json", &Shape::Document)])),
    optional("strict", &Shape::Boolean),
]);
static TOOL_CHOICE: Shape = Shape::Union(
    "ToolChoice",
    &[
        optional("auto", &Shape::Structure(&[])),
        optional("any", &Shape::Structure(&[])),
        optional("tool", &Shape::Structure(&[required("name", &TOOL_NAME)])),
    ],
);

static GUARDRAIL: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
    optional("trace", &GUARDRAIL_TRACE),
]);
static GUARDRAIL_STREAM: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
    optional("trace", &GUARDRAIL_TRACE),
    optional("streamProcessingMode", &one_of(&["sync", "async"])),
]);
static GUARDRAIL_TRACE: Shape = one_of(&["enabled", "disabled", "enabled_full"]);

static PROMPT_VARIABLES: Shape = Shape::Map { key: &ANY_KEY, value: &PROMPT_VARIABLE, min: 0, max: usize::MAX };
static ANY_KEY: Text = ANY;
static PROMPT_VARIABLE: Shape = Shape::Union("PromptVariableValues", &[optional("text", &STRING)]);

static RESPONSE_PATHS: Shape = Shape::List { of: &sized(1, 256), min: 0, max: 10 };

static REQUEST_METADATA: Shape = Shape::Map { key: &METADATA_KEY, value: &METADATA_VALUE, min: 1, max: 16 };

static PERFORMANCE: Shape = Shape::Structure(&[optional("latency", &one_of(&["standard", "optimized"]))]);
static SERVICE_TIER: Shape = Shape::Structure(&[required("type", &SERVICE_TIER_TYPE)]);
static SERVICE_TIER_TYPE: Shape = one_of(&["priority", "default", "flex", "reserved"]);

static OUTPUT_CONFIG: Shape =
    Shape::Structure(&[optional("textFormat", &TEXT_FORMAT), optional("effort", &sized(0, 16))]);
static TEXT_FORMAT: Shape = Shape::Structure(&[
    required("type", &one_of(&["json_schema"])),
    required("structure", &Shape::Union("OutputFormatStructure", &[optional("jsonSchema", &JSON_SCHEMA)])),
]);
static JSON_SCHEMA: Shape =
    Shape::Structure(&[required("schema", &STRING), optional("name", &STRING), optional("description", &STRING)]);
