//! A guardrail with one topic: the word `forbidden`.

use serde_json::{Map, Value, json};

use super::last_content;

/// What a blocked request is answered with.
pub(super) const MESSAGE: &str = "Sorry, the guardrail of this request does not allow an answer.";

/// Whether the guardrail keeps the model from answering.
pub(super) fn blocks(request: &Value) -> bool {
    let content = last_content(request, "user");
    let guarded = content.iter().any(|block| block["guardContent"].is_object());
    let text = |block: &Value| {
        let marked = block["guardContent"]["text"]["text"].as_str();
        // Marked text is evaluated in place of the rest.
        let text = if guarded { marked } else { block["text"].as_str() };
        text.is_some_and(|text| text.to_lowercase().contains("forbidden"))
    };
    request["guardrailConfig"].is_object() && content.iter().any(text)
}

/// The trace, if it was asked for.
pub(super) fn trace(request: &Value) -> Option<Value> {
    let config = &request["guardrailConfig"];
    if config["trace"] != "enabled" && config["trace"] != "enabled_full" {
        return None;
    }
    let id = config["guardrailIdentifier"].as_str().filter(|id| !id.is_empty()).unwrap_or("emulator");
    let id = id.rsplit('/').next().unwrap_or(id);
    let blocked = blocks(request);
    let topics =
        if blocked { json!([{ "name": "Forbidden", "type": "DENY", "action": "BLOCKED" }]) } else { json!([]) };
    let assessment = json!({
        "topicPolicy": { "topics": topics },
        "invocationMetrics": {
            "guardrailProcessingLatency": 100,
            "usage": {
                "topicPolicyUnits": 1,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": 0,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 0,
            },
        },
    });
    let mut assessments = Map::new();
    assessments.insert(id.to_owned(), assessment);
    let reason = if blocked { "Guardrail blocked." } else { "No action." };
    Some(json!({ "guardrail": { "actionReason": reason, "inputAssessment": assessments } }))
}
