//! Any request in OpenAI's shape: it maps to a body that AWS takes, or it is an error.

use bedrock_emulator::check_converse;
use facade::transform::{Options, Reasoning, chat};
use facade::types::{Content, Message, Part, RawJson, Tool};
use facade::{ChatRequest, ModelSpec, Route, UnsupportedParams};

use super::models;
use super::seed::Seed;
use super::{compose, unique};

/// JSON where the bytes start with `{`: then it is mapped for a handful of models. Else the bytes are choices, and the
/// first of them is the model.
pub fn run(bytes: &[u8]) {
    let specs = models::specs();
    if bytes.first() == Some(&b'{') {
        if let Ok(request) = serde_json::from_slice(bytes) {
            specs.iter().step_by(4).for_each(|spec| check(&request, spec));
        }
        return;
    }
    let mut seed = Seed::new(bytes);
    let spec = &specs[usize::from(seed.byte()) % specs.len()];
    let json = compose::request(&mut seed);
    // What the reader refuses (a part without its text, say) is an error as well.
    let Ok(request) = serde_json::from_str(&json) else { return };
    check(&request, spec);
}

fn check(request: &ChatRequest, spec: &ModelSpec) {
    let mut options = Options::default();
    options.unsupported = UnsupportedParams::Drop;
    options.modify_params = true;
    let Ok(call) = chat(request, spec, &options) else { return };
    let body = &call.outgoing.body;
    let shown = String::from_utf8_lossy(body);
    // A key twice in a schema or in arguments is the caller's own.
    let unique = is_unique(request);
    if unique {
        serde_json::from_slice::<unique::Unique>(body).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    } else {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    }
    // The emulator wants every conversation to begin with the user; some models do not.
    let greets = spec.model.can.leading_assistant && body.starts_with(br#"{"messages":[{"role":"assistant""#);
    if call.route == Route::Converse
        && unique
        && !greets
        && !is_verbatim(request, spec)
        && let Err(refused) = check_converse(call.outgoing.target.as_str(), body)
        && !OPEN.iter().any(|open| refused.contains(open))
    {
        panic!("{refused}\n{shown}");
    }
}

/// What the emulator says of bodies that it reads more strictly than AWS has to: base64 with bits left over, and numbers above
/// a double's range.
const OPEN: &[&str] = &["Unable to decode Base64 value", "number out of range"];

/// Members outside OpenAI's schema that are not sent as they are.
const UNDERSTOOD: &[&str] = &[
    "additional_drop_params",
    "anthropic_beta",
    "drop_params",
    "modify_params",
    "requestMetadata",
    "s3_bucket_owner",
    "thinking",
    "top_k",
    "user_continue_message",
];

/// Whether the caller wrote some of AWS's words, or the model's own: they go out as they are, and AWS judges them.
fn is_verbatim(request: &ChatRequest, spec: &ModelSpec) -> bool {
    let tool = |tool: &Tool| matches!(tool, Tool::Other { .. });
    let part = |part: &Part| match part {
        Part::Other { .. } => true,
        Part::Document(document) => {
            let citations = document.citations.as_ref().map_or("", RawJson::as_str);
            !["", r#"{"enabled":true}"#, r#"{"enabled":false}"#].contains(&citations)
        }
        _ => false,
    };
    // What an unknown model thinks with is the caller's own affair.
    let own_thinking =
        matches!(spec.model.can.reasoning, Reasoning::Unknown) && request.extra.value("thinking").is_some();
    own_thinking
        || request.extra.iter().any(|(name, _)| !UNDERSTOOD.contains(&name))
        || request.tools.iter().any(tool)
        || parts(request).any(part)
}

/// Whether no JSON of the caller's that is passed on verbatim can have a key twice.
fn is_unique(request: &ChatRequest) -> bool {
    let json = serde_json::to_string(request).unwrap_or_default();
    let arguments = request.messages.iter().filter_map(|message| match message {
        Message::Assistant(message) => Some(message),
        _ => None,
    });
    let mut arguments = arguments.flat_map(|message| {
        let calls = message.tool_calls.iter().map(|call| call.function.arguments.as_str());
        calls.chain(message.function_call.iter().map(|call| call.arguments.as_str()))
    });
    serde_json::from_str::<unique::Unique>(&json).is_ok()
        && arguments.all(|json| serde_json::from_str::<unique::Unique>(json).is_ok())
}

fn parts(request: &ChatRequest) -> impl Iterator<Item = &Part> {
    let contents = request.messages.iter().filter_map(|message| match message {
        Message::System(message) | Message::Developer(message) => Some(&message.content),
        Message::User(message) => Some(&message.content),
        Message::Assistant(message) => message.content.as_ref(),
        Message::Tool(message) => Some(&message.content),
        Message::Function(message) => Some(&message.content),
        _ => None,
    });
    contents.flat_map(|content| match content {
        Content::Parts(parts) => parts.as_slice(),
        Content::Text(_) => &[],
    })
}
