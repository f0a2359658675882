//! Tool names and ids that AWS accepts, and the way back.

use std::borrow::Cow;

use core_types::{ChatRequest, Message, Tool, ToolChoice};

use crate::hash;

/// Longest tool name. <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html>
const NAME_LENGTH: usize = 64;

/// Tool names as they go out, and back.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToolNames {
    /// Names that AWS would refuse, with what goes out in their place.
    aliases: Vec<Alias>,
    /// The tool that stands for a JSON schema.
    json_tool: Option<String>,
}

#[derive(Debug, Clone)]
struct Alias {
    original: String,
    sent: String,
}

impl ToolNames {
    /// Finds aliases for all names of a request that AWS would refuse.
    pub(crate) fn of(request: &ChatRequest, hyphens: bool) -> Self {
        let names = names_in(request);
        let mut aliases: Vec<Alias> = Vec::new();
        for name in names.iter().copied().filter(|name| !is_legal(name, hyphens)) {
            if aliases.iter().any(|alias| alias.original == name) {
                continue;
            }
            // The hash tells `a.b` from `a:b`; the loop tells an alias from a legal name that looks like it.
            let mut sent = alias_of(name, hyphens);
            while names.contains(&sent.as_str()) || aliases.iter().any(|alias| alias.sent == sent) {
                sent = alias_of(&format!("{name}{sent}"), hyphens);
            }
            aliases.push(Alias { original: name.to_owned(), sent });
        }
        Self { aliases, json_tool: None }
    }

    /// Reserves a name for the tool that stands for a JSON schema.
    pub(crate) fn reserve_json_tool(&mut self, request: &ChatRequest) {
        let names = names_in(request);
        let mut name = "json_tool_call".to_owned();
        while names.contains(&name.as_str()) {
            name.push('_');
        }
        self.json_tool = Some(name);
    }

    /// The name that goes out for `name`.
    pub(crate) fn sent<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match self.aliases.iter().find(|alias| alias.original == name) {
            Some(alias) => Cow::Owned(alias.sent.clone()),
            None => Cow::Borrowed(name),
        }
    }

    /// The caller's name for the name that came back.
    pub(crate) fn restore<'a>(&'a self, name: &'a str) -> &'a str {
        self.aliases.iter().find(|alias| alias.sent == name).map_or(name, |alias| alias.original.as_str())
    }

    /// The name of the tool that stands for a JSON schema, if there is one.
    pub(crate) fn json_tool(&self) -> Option<&str> {
        self.json_tool.as_deref()
    }

    /// Whether `name` is the tool that stands for a JSON schema.
    pub(crate) fn is_json_tool(&self, name: &str) -> bool {
        self.json_tool.as_deref() == Some(name)
    }
}

fn is_legal(name: &str, hyphens: bool) -> bool {
    (1..=NAME_LENGTH).contains(&name.len()) && name.chars().all(|c| is_legal_char(c, hyphens))
}

/// Nova calls tools with a hyphen in their names unreliably.
const fn is_legal_char(c: char, hyphens: bool) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (c == '-' && hyphens)
}

fn alias_of(name: &str, hyphens: bool) -> String {
    const KEPT: usize = NAME_LENGTH - 9;
    let kept = name.chars().take(KEPT).map(|c| if is_legal_char(c, hyphens) { c } else { '_' });
    kept.chain(['_']).chain(hash::short(name).chars()).collect()
}

/// All tool names of a request: defined, chosen, called.
fn names_in(request: &ChatRequest) -> Vec<&str> {
    let mut names: Vec<&str> = request.tools.iter().filter_map(defined_name).collect();
    if let Some(ToolChoice::Function { name }) = &request.tool_choice {
        names.push(name);
    }
    names.extend(called_names(&request.messages));
    names
}

pub(crate) fn defined_name(tool: &Tool) -> Option<&str> {
    match tool {
        Tool::Function { function, .. } => Some(&function.name),
        _ => None,
    }
}

/// The names of tools that were called in the conversation.
pub(crate) fn called_names(messages: &[Message]) -> impl Iterator<Item = &str> {
    messages
        .iter()
        .filter_map(|message| match message {
            Message::Assistant(assistant) => Some(assistant),
            _ => None,
        })
        .flat_map(|assistant| {
            let calls = assistant.tool_calls.iter().map(|call| call.function.name.as_str());
            calls.chain(assistant.function_call.iter().map(|call| call.name.as_str()))
        })
}

pub(crate) fn has_tool_messages(messages: &[Message]) -> bool {
    called_names(messages).next().is_some()
        || messages.iter().any(|message| matches!(message, Message::Tool(_) | Message::Function(_)))
}

/// An id that AWS accepts, the same for the call and its result.
pub(crate) fn tool_use_id(id: &str) -> Cow<'_, str> {
    const LENGTH: usize = 64;
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-');
    if (1..=LENGTH).contains(&id.len()) && id.bytes().all(legal) {
        return Cow::Borrowed(id);
    }
    let kept = id.chars().take(LENGTH - 9).map(|c| if c.is_ascii() && legal(c as u8) { c } else { '_' });
    Cow::Owned(kept.chain(['_']).chain(hash::short(id).chars()).collect())
}
