//! What a request may hold.

use serde_json::Value;

use crate::error::Refusal;
use crate::invoke::form::{
    COUNT, Field, Form, SHARE, SOME_TEXT, TEXT, TEXTS, Words, list, one_of, optional, required, whole,
};
use crate::rules::list as items;

pub(super) static REQUEST: &[Field] = &[
    required("anthropic_version", &one_of(&["bedrock-2023-05-31"])),
    required("max_tokens", &COUNT),
    required("messages", &Form::List { of: &MESSAGE, min: 1, max: 100_000 }),
    optional("anthropic_beta", &TEXTS),
    optional("context_management", &Form::Open),
    optional("metadata", &Form::Object(&[optional("user_id", &TEXT)])),
    optional("output_config", &OUTPUT_CONFIG),
    optional("stop_sequences", &list(&SOME_TEXT)),
    optional("system", &Form::Either(&[TEXT, list(&SYSTEM_BLOCK)])),
    optional("temperature", &SHARE),
    optional("thinking", &THINKING),
    optional("tool_choice", &TOOL_CHOICE),
    optional("tools", &list(&Form::Open)),
    optional("top_k", &whole(0, i64::MAX)),
    optional("top_p", &SHARE),
];

static MESSAGE: Form = Form::Object(&[
    // A system turn among the others is new with Claude Opus 4.8.
    required("role", &one_of(&["user", "assistant", "system"])),
    required("content", &Form::Either(&[TEXT, list(&BLOCK)])),
]);

const CACHE_CONTROL: Field =
    optional("cache_control", &Form::Tagged("type", &[("ephemeral", &[optional("ttl", &one_of(&["5m", "1h"]))])]));
const CITATIONS: Field = optional("citations", &Form::Object(&[optional("enabled", &Form::Boolean)]));

const TEXT_BLOCK: (&str, &[Field]) =
    ("text", &[required("text", &TEXT), CACHE_CONTROL, optional("citations", &list(&Form::Open))]);
const IMAGE: (&str, &[Field]) = ("image", &[required("source", &IMAGE_SOURCE), CACHE_CONTROL]);
const DOCUMENT: (&str, &[Field]) = (
    "document",
    &[
        required("source", &DOCUMENT_SOURCE),
        optional("title", &TEXT),
        optional("context", &TEXT),
        CITATIONS,
        CACHE_CONTROL,
    ],
);
const SEARCH_RESULT: (&str, &[Field]) = (
    "search_result",
    &[
        required("source", &TEXT),
        required("title", &TEXT),
        required("content", &list(&Form::Tagged("type", &[("text", &[required("text", &TEXT)])]))),
        CITATIONS,
        CACHE_CONTROL,
    ],
);

static SYSTEM_BLOCK: Form = Form::Tagged("type", &[TEXT_BLOCK]);

// Bedrock takes no URLs.
static IMAGE_SOURCE: Form = Form::Tagged(
    "type",
    &[(
        "base64",
        &[
            required("media_type", &one_of(&["image/jpeg", "image/png", "image/gif", "image/webp"])),
            required("data", &TEXT),
        ],
    )],
);
static DOCUMENT_SOURCE: Form = Form::Tagged(
    "type",
    &[
        ("base64", &[required("media_type", &one_of(&["application/pdf"])), required("data", &TEXT)]),
        ("text", &[required("media_type", &one_of(&["text/plain"])), required("data", &TEXT)]),
        ("content", &[required("content", &Form::Either(&[TEXT, list(&Form::Tagged("type", &[TEXT_BLOCK, IMAGE]))]))]),
    ],
);

static BLOCK: Form = Form::Tagged(
    "type",
    &[
        TEXT_BLOCK,
        IMAGE,
        DOCUMENT,
        SEARCH_RESULT,
        ("tool_use", &[required("id", &TEXT), required("name", &TEXT), required("input", &Form::Open), CACHE_CONTROL]),
        (
            "tool_result",
            &[
                required("tool_use_id", &TEXT),
                optional("content", &Form::Either(&[TEXT, list(&RESULT_BLOCK)])),
                optional("is_error", &Form::Boolean),
                CACHE_CONTROL,
            ],
        ),
        ("thinking", &[required("thinking", &TEXT), required("signature", &TEXT)]),
        ("redacted_thinking", &[required("data", &TEXT)]),
    ],
);
static RESULT_BLOCK: Form = Form::Tagged("type", &[TEXT_BLOCK, IMAGE, DOCUMENT, SEARCH_RESULT]);

static THINKING: Form = Form::Tagged(
    "type",
    &[
        ("enabled", &[required("budget_tokens", &whole(1_024, i64::MAX))]),
        ("adaptive", &[optional("display", &one_of(&["summarized", "omitted"]))]),
        ("disabled", &[]),
    ],
);

const PARALLEL: Field = optional("disable_parallel_tool_use", &Form::Boolean);
static TOOL_CHOICE: Form = Form::Tagged(
    "type",
    &[("auto", &[PARALLEL]), ("any", &[PARALLEL]), ("tool", &[required("name", &TEXT), PARALLEL]), ("none", &[])],
);

static OUTPUT_CONFIG: Form = Form::Object(&[
    optional("effort", &one_of(&["low", "medium", "high", "xhigh", "max"])),
    optional("format", &Form::Tagged("type", &[("json_schema", &[required("schema", &Form::Open)])])),
]);

static CUSTOM_TOOL: Form = Form::Object(&[
    optional("type", &one_of(&["custom"])),
    required("name", &Form::Text { min: 1, values: &[] }),
    optional("description", &TEXT),
    required("input_schema", &Form::Open),
    optional("strict", &Form::Boolean),
    optional("defer_loading", &Form::Boolean),
    optional("input_examples", &list(&Form::Open)),
    CACHE_CONTROL,
]);

/// Tools of Anthropic's own, which a type with a date names.
const HOSTED: &[&str] = &["bash_", "computer_", "memory_", "text_editor_", "tool_search_tool_"];

/// Checks the tools: those of the caller in full, Anthropic's own by their type and name.
pub(super) fn check_tools(request: &Value) -> Result<(), Refusal> {
    for (at, tool) in items(&request["tools"]).iter().enumerate() {
        let kind = tool["type"].as_str().unwrap_or("custom");
        if !HOSTED.iter().any(|hosted| kind.starts_with(hosted)) {
            Words::Claude.check_at(&CUSTOM_TOOL, tool, &format!("/tools/{at}/custom"))?;
        } else if !tool["name"].is_string() {
            return Err(Refusal::validation(format!("tools.{at}.{kind}.name: Field required")));
        }
    }
    Ok(())
}
