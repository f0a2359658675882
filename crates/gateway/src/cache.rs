//! `cache_control_injection_points`: cache markers that the operator, or a caller who cannot set them, puts on messages.

use facade::transform::TransformError;
use facade::types::{CacheControl, Message, RawJson, Tool};
use facade::{ChatRequest, Error};
use serde::Deserialize;

const KEY: &str = "cache_control_injection_points";

/// Most markers of a request. <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
const MOST: usize = 4;

/// One place to mark, in LiteLLM's words.
#[derive(Deserialize)]
struct Point {
    location: Location,
    /// The messages of this role.
    role: Option<String>,
    /// The message at this place; from the end if negative.
    index: Option<i64>,
    control: Option<Control>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Location {
    Message,
    ToolConfig,
}

#[derive(Deserialize)]
struct Control {
    ttl: Option<String>,
}

/// Puts the markers that the request, or its deployment, asks for where the caller has none. Says how many were left out
/// because a request may have no more than four.
pub(crate) fn inject(request: &mut ChatRequest) -> Result<usize, Error> {
    let Some(points) = request.extra.remove(KEY).filter(|points| !points.is_null()) else { return Ok(0) };
    let points: Vec<Point> = points.read().map_err(|error| TransformError::invalid(KEY, error.to_string()))?;
    let mut room = MOST.saturating_sub(markers(request));
    let mut left_out = 0;
    let mut mark = |slot: &mut Option<CacheControl>, control: &CacheControl| {
        if slot.is_some() {
        } else if room > 0 {
            room -= 1;
            *slot = Some(control.clone());
        } else {
            left_out += 1;
        }
    };
    for point in points {
        let mut control = CacheControl::ephemeral();
        control.ttl = point.control.and_then(|control| control.ttl);
        match point.location {
            Location::ToolConfig => {
                if let Some(Tool::Function { cache_control, .. }) = request.tools.last_mut() {
                    mark(cache_control, &control);
                }
            }
            Location::Message => {
                let count = i64::try_from(request.messages.len()).unwrap_or(i64::MAX);
                let wanted = point.index.map(|index| if index < 0 { count + index } else { index });
                for (index, message) in (0..).zip(&mut request.messages) {
                    let by_role = point.role.as_deref().is_none_or(|role| role == role_of(message));
                    let by_index = wanted.is_none_or(|wanted| wanted == index);
                    let says_which = wanted.is_some() || point.role.is_some();
                    if by_role
                        && by_index
                        && says_which
                        && let Some(slot) = slot_of(message)
                    {
                        mark(slot, &control);
                    }
                }
            }
        }
    }
    Ok(left_out)
}

/// The markers that are there already, wherever they stand.
fn markers(request: &ChatRequest) -> usize {
    let json = RawJson::from_value(&request.messages).into_iter().chain(RawJson::from_value(&request.tools));
    json.map(|json| json.as_str().matches("\"cache_control\":{").count()).sum()
}

const fn role_of(message: &Message) -> &'static str {
    match message {
        Message::Assistant(_) => "assistant",
        Message::Developer(_) | Message::System(_) => "system",
        Message::Tool(_) => "tool",
        Message::User(_) => "user",
        _ => "",
    }
}

const fn slot_of(message: &mut Message) -> Option<&mut Option<CacheControl>> {
    Some(match message {
        Message::Assistant(message) => &mut message.cache_control,
        Message::Developer(message) | Message::System(message) => &mut message.cache_control,
        Message::Tool(message) => &mut message.cache_control,
        Message::User(message) => &mut message.cache_control,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(points: &str, messages: &str) -> (Vec<usize>, usize) {
        let json = format!(r#"{{"model":"m","messages":{messages},"{KEY}":{points}}}"#);
        let mut request: ChatRequest = serde_json::from_str(&json).unwrap();
        let left_out = inject(&mut request).unwrap();
        assert!(request.extra.is_empty());
        let marked = request.messages.iter_mut().enumerate();
        (marked.filter_map(|(index, message)| slot_of(message)?.as_ref().map(|_| index)).collect(), left_out)
    }

    const TALK: &str = r#"[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},
        {"role":"user","content":"c"},{"role":"user","content":"d"},{"role":"user","content":"e"},{"role":"user","content":"f"}]"#;

    #[test]
    fn points_are_by_role_or_by_place() {
        assert_eq!(marked(r#"[{"location":"message","role":"system"}]"#, TALK), (vec![0], 0));
        assert_eq!(
            marked(r#"[{"location":"message","index":-1},{"location":"message","index":1}]"#, TALK),
            (vec![1, 6], 0)
        );
        assert_eq!(marked(r#"[{"location":"message","index":-1,"role":"assistant"}]"#, TALK), (vec![], 0));
    }

    #[test]
    fn there_are_never_more_than_four_and_the_callers_own_stay() {
        assert_eq!(marked(r#"[{"location":"message","role":"user"}]"#, TALK), (vec![1, 3, 4, 5], 1));
        let own = TALK.replace(r#""content":"f""#, r#""content":"f","cache_control":{"type":"ephemeral"}"#);
        assert_eq!(marked(r#"[{"location":"message","role":"user"}]"#, &own), (vec![1, 3, 4, 6], 1));
    }
}
