//! Any bytes as an answer: no panic, and one meaning whether it is read whole or as a stream.

use facade::transform::ResponseMeta;

use super::models;
use super::stream::Laws;

/// The first byte chooses how the answer is read, the others are the answer.
pub fn run(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let replies = models::replies();
    let reply = &replies[models::chosen(*choice) % replies.len()];
    let meta = ResponseMeta::new("id", 0);
    let read = reply.read(body, &meta);
    let mut laws = Laws::default();
    let replayed = reply.replay(body, &meta, &mut |step| laws.see(&step));
    let Ok(read) = read else {
        assert!(replayed.is_err(), "refused whole, but taken as a stream");
        return;
    };
    serde_json::to_string(&read).expect("an answer is JSON");
    if let Err(error) = replayed {
        // Who asked for usage in a stream must get it.
        assert!(error.to_string().contains("before the usage"), "taken whole, but refused as a stream: {error}");
        return;
    }
    laws.end();
    let choice = &read.choices[0];
    assert_eq!(laws.text, choice.message.content.as_deref().unwrap_or_default(), "the text");
    assert_eq!(laws.finish, Some(choice.finish_reason), "the finish reason");
    let calls: Vec<(&str, &str, &str)> = choice
        .message
        .tool_calls
        .iter()
        .map(|call| (call.id.as_str(), call.function.name.as_str(), call.function.arguments.as_str()))
        .collect();
    let streamed: Vec<(&str, &str, &str)> =
        laws.calls.iter().map(|(id, name, json)| (id.as_str(), name.as_str(), json.as_str())).collect();
    assert_eq!(streamed, calls, "the tool calls");
}
