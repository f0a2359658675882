//! Answers in words.

use serde_json::Value;

use super::last_content;
use crate::media;
use crate::prompt::Prompt;
use crate::rules::list;

/// Characters of the prompt that are quoted.
const QUOTED: usize = 400;

/// The text of the last user turn, guarded text included.
pub(super) fn last_user_text(request: &Value) -> String {
    let texts = last_content(request, "user")
        .iter()
        .filter_map(|block| block["text"].as_str().or_else(|| block["guardContent"]["text"]["text"].as_str()));
    texts.collect::<Vec<_>>().join("\n")
}

/// The tool results of the last user turn, as text.
pub(super) fn tool_results(request: &Value) -> Vec<String> {
    let results =
        last_content(request, "user").iter().map(|block| &block["toolResult"]).filter(|result| result.is_object());
    results
        .map(|result| {
            let parts: Vec<String> = list(&result["content"]).iter().map(result_part).collect();
            let text = if parts.is_empty() { "nothing".to_owned() } else { parts.join(" ") };
            if result["status"] == "error" {
                format!("The tool failed: {text}")
            } else {
                format!("The tool answered: {text}")
            }
        })
        .collect()
}

fn result_part(part: &Value) -> String {
    if let Some(text) = part["text"].as_str() {
        return text.to_owned();
    }
    if part["image"].is_object() {
        return media::describe_image(&part["image"]);
    }
    for kind in ["document", "video"] {
        if part[kind].is_object() {
            return media::describe_file(kind, &part[kind]);
        }
    }
    if let Some(title) = part["searchResult"]["title"].as_str() {
        return format!("the search result \"{title}\"");
    }
    part["json"].to_string()
}

/// The answer to a request that wants no tool and no JSON.
pub(super) fn text(request: &Value, prompt: &Prompt, results: &[String]) -> String {
    if let Some(prefill) = prefill(request) {
        return continued(prefill, prompt);
    }
    let mut parts = results.to_vec();
    let content = last_content(request, "user");
    let media: Vec<String> = content.iter().filter_map(medium).collect();
    if !media.is_empty() {
        parts.push(format!("I was shown {}.", media.join(" and ")));
    }
    if !prompt.text.trim().is_empty() {
        parts.push(format!("You said: \"{}\".", quoted(prompt)));
    }
    parts.push("This answer comes from the offline emulator, which made it from your request alone.".into());
    parts.join(" ")
}

fn medium(block: &Value) -> Option<String> {
    if block["image"].is_object() {
        return Some(media::describe_image(&block["image"]));
    }
    if block["guardContent"]["image"].is_object() {
        return Some(media::describe_image(&block["guardContent"]["image"]));
    }
    if let Some(title) = block["searchResult"]["title"].as_str() {
        return Some(format!("the search result \"{title}\""));
    }
    let kind = ["document", "video", "audio"].into_iter().find(|kind| block[kind].is_object())?;
    Some(media::describe_file(kind, &block[kind]))
}

/// The text of an assistant turn that the answer is to go on from.
fn prefill(request: &Value) -> Option<&str> {
    let last = list(&request["messages"]).last().filter(|message| message["role"] == "assistant")?;
    list(&last["content"]).last()?["text"].as_str()
}

/// Goes on from the prefill without repeating it; a beginning of JSON becomes JSON.
fn continued(prefill: &str, prompt: &Prompt) -> String {
    let said = Value::from(quoted(prompt));
    match prefill.trim_end().chars().next_back() {
        Some('{') => format!("\"said\": {said}}}"),
        Some('[') => format!("{said}]"),
        _ => format!(" and so on, in answer to \"{}\".", quoted(prompt)),
    }
}

fn quoted(prompt: &Prompt) -> String {
    let text = prompt.text.trim();
    let mut quoted: String = text.chars().take(QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    quoted
}

/// A text after the limits of the request.
pub(super) struct Cut {
    pub(super) text: String,
    pub(super) stop_reason: &'static str,
    pub(super) stop_sequence: Option<String>,
}

/// Ends a text before the first stop sequence, or at `maxTokens`, whichever comes first.
pub(super) fn cut(text: &str, inference: &Value) -> Cut {
    let stops = list(&inference["stopSequences"]).iter().filter_map(Value::as_str);
    let stop = stops.filter_map(|stop| Some((text.find(stop)?, stop))).min_by_key(|(at, _)| *at);
    let limit = inference["maxTokens"].as_u64().and_then(|tokens| usize::try_from(tokens).ok());
    // Four characters a token, as they are counted.
    let limit = limit.and_then(|tokens| text.char_indices().nth(tokens.saturating_mul(4))).map(|(at, _)| at);
    let whole = text.len();
    let (end, stop_reason, stop_sequence) = match (stop, limit) {
        (Some((at, stop)), limit) if limit.is_none_or(|limit| at <= limit) => {
            (at, "stop_sequence", Some(stop.to_owned()))
        }
        (_, Some(limit)) => (limit, "max_tokens", None),
        _ => (whole, "end_turn", None),
    };
    let stop_sequence = stop_sequence.filter(|_| stop_reason == "stop_sequence");
    Cut { text: text.get(..end).unwrap_or_default().to_owned(), stop_reason, stop_sequence }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_ends_at_whichever_limit_comes_first() {
        let table = [
            (json!({}), "one two three four", "end_turn"),
            (json!({"stopSequences": ["three", "two"]}), "one ", "stop_sequence"),
            (json!({"maxTokens": 2}), "one two ", "max_tokens"),
            (json!({"maxTokens": 1, "stopSequences": ["two"]}), "one ", "stop_sequence"),
            (json!({"maxTokens": 1, "stopSequences": ["three"]}), "one ", "max_tokens"),
            (json!({"maxTokens": 1000, "stopSequences": ["five"]}), "one two three four", "end_turn"),
        ];
        for (inference, text, reason) in table {
            let cut = cut("one two three four", &inference);
            assert_eq!((cut.text.as_str(), cut.stop_reason), (text, reason), "{inference}");
        }
    }
}
