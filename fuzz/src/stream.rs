//! Any events as a stream: no panic, and chunks that keep the laws of OpenAI's streams.
//!
//! The first line chooses how the stream is read. Every other line is an event: a letter for its name, or a name and a
//! space; then its payload.

use facade::transform::{EventKind, ResponseMeta, Step, StreamEvent};
use facade::types::FinishReason;

use super::models;

/// Feeds the events and ends the stream.
pub fn run(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let choice = lines.next().and_then(<[u8]>::first).copied().unwrap_or_default();
    let replies = models::replies();
    let mut decoder = replies[models::chosen(choice) % replies.len()].decoder(&ResponseMeta::new("id", 0));
    let mut laws = Laws::default();
    let mut broken = false;
    for line in lines {
        let pushed = decoder.push_with(&event(line), &mut |step| laws.see(&step));
        // Whoever reads on after an error gets what comes of it, but no panic.
        broken |= pushed.is_err();
    }
    let finished = decoder.finish_with(&mut |step| laws.see(&step));
    if !broken && finished.is_ok() {
        laws.end();
    }
}

fn event(line: &[u8]) -> StreamEvent {
    let Some((letter, payload)) = line.split_first() else { return StreamEvent::event("", "") };
    let (kind, name) = match letter {
        b'b' => (EventKind::Event, "contentBlockStart"),
        b'd' => (EventKind::Event, "contentBlockDelta"),
        b'e' => (EventKind::Event, "contentBlockStop"),
        b'm' => (EventKind::Event, "metadata"),
        b'p' => (EventKind::Event, "messageStop"),
        b's' => (EventKind::Event, "messageStart"),
        b'x' => (EventKind::Exception, "throttlingException"),
        b'r' => (EventKind::Error, "internalServerError"),
        // A native body's chunk: the payload is what it holds.
        b'c' => return StreamEvent::event("chunk", format!(r#"{{"bytes":"{}"}}"#, base64(payload))),
        b'C' => (EventKind::Event, "chunk"),
        _ => {
            let (name, payload) = line.split_at(line.iter().position(|byte| *byte == b' ').unwrap_or(line.len()));
            return StreamEvent::event(name.to_vec(), payload.to_vec());
        }
    };
    StreamEvent::new(kind, name, payload.to_vec())
}

/// Padded, as AWS has it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(group.get(at).copied().unwrap_or_default()));
        for at in 0..4 {
            let digit = char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
            text.push(if at <= group.len() { digit } else { '=' });
        }
    }
    text
}

/// The laws of a stream, and what it says.
#[derive(Debug, Default)]
pub struct Laws {
    /// The text so far.
    pub text: String,
    /// Id, name and arguments of the tool calls so far.
    pub calls: Vec<(String, String, String)>,
    /// Why the model stopped.
    pub finish: Option<FinishReason>,
    chunks: usize,
    usage: bool,
}

impl Laws {
    /// Holds a chunk against the laws.
    pub fn see(&mut self, step: &Step<'_>) {
        let chunk = step.to_chunk();
        let json = serde_json::to_string(&chunk).expect("a chunk is JSON");
        assert_eq!(
            serde_json::to_string(step).expect("a step is JSON"),
            json,
            "a step and its chunk are the same JSON"
        );
        assert!(!self.usage, "the usage comes last: {json}");
        if let Some(Some(_)) = chunk.usage {
            assert!(self.finish.is_some(), "the finish comes before the usage: {json}");
            assert!(chunk.choices.is_empty(), "the chunk of the usage has no choices: {json}");
            self.usage = true;
            return;
        }
        assert!(self.finish.is_none(), "nothing but the usage follows the finish: {json}");
        let [choice] = chunk.choices.as_slice() else { panic!("one choice: {json}") };
        assert_eq!(choice.delta.role, self.chunks == 0, "the role comes first and once: {json}");
        self.chunks += 1;
        self.finish = choice.finish_reason;
        if let Some(text) = &choice.delta.content {
            assert!(!text.is_empty(), "no empty text");
            self.text.push_str(text);
        }
        for call in &choice.delta.tool_calls {
            let index = usize::try_from(call.index).expect("an index");
            if let Some(id) = &call.id {
                assert_eq!(index, self.calls.len(), "indexes of tool calls are dense: {json}");
                let name = call.function.name.clone().expect("a call has a name");
                self.calls.push((id.clone(), name, String::new()));
            }
            assert!(index < self.calls.len(), "arguments belong to a call: {json}");
            self.calls[index].2.push_str(call.function.arguments.as_deref().unwrap_or_default());
        }
    }

    /// The stream is whole.
    pub fn end(&self) {
        assert!(self.finish.is_some(), "a stream that ends well says why");
        assert!(
            self.calls.iter().all(|(.., json)| !json.is_empty()),
            "every tool call has arguments: {:?}",
            self.calls
        );
    }
}
