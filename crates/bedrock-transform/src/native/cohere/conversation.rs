//! A conversation as Command R wants it: the message to answer, what was said before it, and what its tools found.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html>

use core_types::{AssistantMessage, Message, ToolCall, ToolMessage};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::TransformError;
use crate::converse::tools::arguments;
use crate::input::ChatInput;
use crate::native::prompt;
use crate::options::CONTINUE;

pub(crate) struct Conversation<'a> {
    pub(crate) message: String,
    pub(crate) chat_history: Vec<Turn<'a>>,
    pub(crate) preamble: String,
    pub(crate) tool_results: Vec<ToolResult<'a>>,
}

/// A turn of the history. Roles: `USER`, `CHATBOT`, and `TOOL` for what tools found before the last message.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Turn<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<WireCall<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_results: Vec<ToolResult<'a>>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct WireCall<'a> {
    name: String,
    parameters: &'a RawValue,
}

#[derive(Debug, Serialize)]
pub(crate) struct ToolResult<'a> {
    call: WireCall<'a>,
    outputs: [Output; 1],
}

#[derive(Debug, Serialize)]
struct Output {
    text: String,
}

struct Reader<'a, 'i> {
    input: &'i ChatInput<'a>,
    family: &'static str,
    turns: Vec<Turn<'a>>,
    preamble: String,
    /// The calls so far, by id: Cohere wants the call itself beside its result.
    calls: Vec<(&'a str, WireCall<'a>)>,
}

const USER: &str = "USER";
const CHATBOT: &str = "CHATBOT";
const TOOL: &str = "TOOL";

impl<'a> Conversation<'a> {
    pub(crate) fn read(input: &ChatInput<'a>, family: &'static str) -> Result<Self, TransformError> {
        let mut reader = Reader { input, family, turns: Vec::new(), preamble: String::new(), calls: Vec::new() };
        for (index, message) in input.messages.iter().enumerate() {
            reader.message(message, index)?;
        }
        reader.finish()
    }
}

impl<'a> Reader<'a, '_> {
    fn message(&mut self, message: &'a Message, index: usize) -> Result<(), TransformError> {
        match message {
            Message::Developer(message) | Message::System(message) => {
                let text = prompt::text(&message.content, index, self.family)?;
                if !self.preamble.is_empty() {
                    self.preamble.push_str("\n\n");
                }
                self.preamble.push_str(&text);
            }
            Message::User(message) => {
                let text = prompt::text(&message.content, index, self.family)?;
                if !text.trim().is_empty() {
                    self.turns.push(Turn { role: USER, message: Some(text.into_owned()), ..Turn::default() });
                }
            }
            Message::Assistant(message) => self.assistant(message, index)?,
            Message::Tool(message) => self.result(message, index)?,
            _ => {
                let at = format!("messages[{index}]");
                return Err(TransformError::unsupported_content(at, "deprecated function calls", self.family));
            }
        }
        Ok(())
    }

    fn assistant(&mut self, message: &'a AssistantMessage, index: usize) -> Result<(), TransformError> {
        if message.function_call.is_some() {
            let at = format!("messages[{index}].function_call");
            return Err(TransformError::unsupported_content(at, "deprecated function calls", self.family));
        }
        let text = message.content.as_ref().map(|content| prompt::text(content, index, self.family)).transpose()?;
        let text = text.filter(|text| !text.trim().is_empty());
        let mut turn = Turn { role: CHATBOT, message: text.map(Into::into), ..Turn::default() };
        for (place, ToolCall { id, function, .. }) in message.tool_calls.iter().enumerate() {
            let at = || format!("messages[{index}].tool_calls[{place}].function.arguments");
            let call = WireCall {
                name: self.input.sent_name(&function.name).into_owned(),
                parameters: arguments(&function.arguments, at)?,
            };
            self.calls.push((id, call.clone()));
            turn.tool_calls.push(call);
        }
        if turn.message.is_some() || !turn.tool_calls.is_empty() {
            self.turns.push(turn);
        }
        Ok(())
    }

    fn result(&mut self, message: &'a ToolMessage, index: usize) -> Result<(), TransformError> {
        // Ids may come again in a later turn.
        let Some((_, call)) = self.calls.iter().rev().find(|(id, _)| *id == message.tool_call_id) else {
            let at = format!("messages[{index}].tool_call_id");
            return Err(TransformError::invalid(at, "no tool call before this has this id"));
        };
        let text = prompt::text(&message.content, index, self.family)?.into_owned();
        let result = ToolResult { call: call.clone(), outputs: [Output { text }] };
        match self.turns.last_mut() {
            Some(turn) if turn.role == TOOL => turn.tool_results.push(result),
            _ => self.turns.push(Turn { role: TOOL, tool_results: vec![result], ..Turn::default() }),
        }
        Ok(())
    }

    /// The last message is the one to answer; after it come only what its tools found, and what was said between.
    fn finish(mut self) -> Result<Conversation<'a>, TransformError> {
        let Some(last) = self.turns.last() else {
            return Err(TransformError::invalid("messages", "all messages are blank"));
        };
        if last.role == CHATBOT {
            let Some(content) = self.input.options.continue_content() else {
                let at = format!("messages[{}]", self.input.messages.len().saturating_sub(1));
                return Err(TransformError::unsupported_content(at, "the start of its answer", self.family));
            };
            let text = match content {
                Some(content) => prompt::text(content, self.input.messages.len(), self.family)?.into_owned(),
                None => CONTINUE.to_owned(),
            };
            self.turns.push(Turn { role: USER, message: Some(text), ..Turn::default() });
        }
        let Some(place) = self.turns.iter().rposition(|turn| turn.role == USER) else {
            return Err(TransformError::invalid("messages", "a conversation needs a message of the user's"));
        };
        let found = self.turns.split_off(place + 1);
        let message = self.turns.pop().and_then(|turn| turn.message).unwrap_or_default();
        let mut tool_results = Vec::new();
        for turn in found {
            if turn.message.is_some() {
                self.turns.push(Turn { role: turn.role, message: turn.message, ..Turn::default() });
            }
            tool_results.extend(turn.tool_results);
        }
        Ok(Conversation { message, chat_history: self.turns, preamble: self.preamble, tool_results })
    }
}

#[cfg(test)]
mod tests {
    use core_types::ChatRequest;

    use crate::{Catalog, ModelSpec, Options, chat};

    fn body(messages: &str) -> Result<String, crate::TransformError> {
        let json = format!(r#"{{"model":"cohere.command-r-v1:0","messages":{messages}}}"#);
        let request: ChatRequest = serde_json::from_str(&json).unwrap();
        let spec = ModelSpec::resolve(&request.model, &Catalog::builtin()).unwrap();
        chat(&request, &spec, &Options::default()).map(|call| String::from_utf8_lossy(&call.outgoing.body).into_owned())
    }

    #[test]
    fn the_last_message_is_answered_after_its_history() {
        let messages = r#"[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"},{"role":"user","content":[{"type":"text","text":"V"}]}]"#;
        assert_eq!(
            body(messages).unwrap(),
            r#"{"message":"V","chat_history":[{"role":"USER","message":"U"},{"role":"CHATBOT","message":"A"}],"preamble":"S"}"#
        );
    }

    #[test]
    fn what_tools_found_stands_beside_the_question() {
        let call = r#"{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool","tool_call_id":"a","content":"4"}"#;
        let result = r#"{"call":{"name":"f","parameters":{"x":1}},"outputs":[{"text":"4"}]}"#;
        assert_eq!(
            body(&format!(r#"[{{"role":"user","content":"U"}},{call}]"#)).unwrap(),
            format!(r#"{{"message":"U","chat_history":[],"tool_results":[{result}]}}"#)
        );
        assert_eq!(
            body(&format!(r#"[{{"role":"user","content":"U"}},{call},{{"role":"user","content":"V"}}]"#)).unwrap(),
            format!(
                r#"{{"message":"V","chat_history":[{{"role":"USER","message":"U"}},{{"role":"CHATBOT","tool_calls":[{{"name":"f","parameters":{{"x":1}}}}]}},{{"role":"TOOL","tool_results":[{result}]}}]}}"#
            )
        );
    }

    #[test]
    fn what_cannot_be_said_is_refused_with_its_path() {
        let cases = [
            (r#"[{"role":"user","content":"U"},{"role":"assistant","content":"A"}]"#, "messages[1]"),
            (
                r#"[{"role":"user","content":"U"},{"role":"tool","tool_call_id":"a","content":"4"}]"#,
                "messages[1].tool_call_id",
            ),
            (
                r#"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]"#,
                "messages[0].content[0]",
            ),
        ];
        for (messages, at) in cases {
            let error = body(messages).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{at}: ")), "{error}");
        }
    }
}
