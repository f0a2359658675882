//! Reasoning that stands between two tags at the start of an answer's text.

use std::borrow::Cow;

use core_types::{ResponseMessage, ThinkingBlock};

use crate::stream::delta::Delta;

/// The words around the reasoning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tags {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    /// Whether the prompt ends with the opening tag, so that the answer may begin without it.
    pub(crate) opened: bool,
}

/// gpt-oss and its kin by InvokeModel.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html>
pub(crate) const REASONING: Tags = Tags { open: "<reasoning>", close: "</reasoning>", opened: false };

/// Cuts an answer's text into reasoning and answer, piece by piece.
#[derive(Debug)]
pub(crate) struct Splitter {
    tags: Tags,
    place: Place,
    /// The start of a tag that may yet be one.
    held: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but blanks and the start of the opening tag so far.
    Start,
    /// After the opening tag, still blank.
    Opened,
    Reasoning,
    /// After the closing tag, still blank.
    Closed,
    Text,
}

impl Splitter {
    pub(crate) const fn new(tags: Tags) -> Self {
        Self { tags, place: Place::Start, held: String::new() }
    }

    /// Says what a piece of text adds.
    pub(crate) fn push(&mut self, text: &str, out: &mut dyn FnMut(Delta<'_>)) {
        if self.place == Place::Text {
            return say(Delta::Text, text, out);
        }
        let mut text = std::mem::take(&mut self.held) + text;
        if self.place == Place::Start {
            let begun = text.trim_start();
            if let Some(rest) = begun.strip_prefix(self.tags.open) {
                text = rest.to_owned();
                self.place = Place::Opened;
            } else if self.tags.open.starts_with(begun) {
                self.held = text;
                return;
            } else {
                self.place = if self.tags.opened { Place::Opened } else { Place::Text };
            }
        }
        let mut rest = text.as_str();
        while !rest.is_empty() {
            rest = self.advance(rest, out);
        }
    }

    /// Says the first part of `text` and returns the rest.
    fn advance<'t>(&mut self, text: &'t str, out: &mut dyn FnMut(Delta<'_>)) -> &'t str {
        match self.place {
            Place::Opened | Place::Closed => {
                let text = text.trim_start();
                if !text.is_empty() {
                    self.place = if self.place == Place::Opened { Place::Reasoning } else { Place::Text };
                }
                text
            }
            Place::Reasoning => match text.split_once(self.tags.close) {
                Some((reasoning, rest)) => {
                    say(Delta::Reasoning, reasoning, out);
                    self.place = Place::Closed;
                    rest
                }
                None => {
                    let (reasoning, held) = text.split_at(text.len() - overlap(text, self.tags.close));
                    say(Delta::Reasoning, reasoning, out);
                    held.clone_into(&mut self.held);
                    ""
                }
            },
            Place::Start | Place::Text => {
                say(Delta::Text, text, out);
                ""
            }
        }
    }

    /// Says what was held back.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(Delta<'_>)) {
        let held = std::mem::take(&mut self.held);
        let reasoning = self.place == Place::Reasoning || (self.place == Place::Start && self.tags.opened);
        say(if reasoning { Delta::Reasoning } else { Delta::Text }, &held, out);
    }
}

/// How much of the end of `text` is the start of `tag`, in bytes.
fn overlap(text: &str, tag: &str) -> usize {
    (1..tag.len()).rev().find(|length| tag.get(..*length).is_some_and(|start| text.ends_with(start))).unwrap_or(0)
}

fn say<'t>(kind: fn(Cow<'t, str>) -> Delta<'t>, text: &'t str, out: &mut dyn FnMut(Delta<'_>)) {
    if !text.is_empty() {
        out(kind(Cow::Borrowed(text)));
    }
}

/// A whole text as a message.
pub(crate) fn message(text: &str, tags: Tags) -> ResponseMessage {
    let (mut answer, mut reasoning) = (String::new(), String::new());
    let mut splitter = Splitter::new(tags);
    let mut keep = |delta: Delta<'_>| match delta {
        Delta::Reasoning(text) => reasoning.push_str(&text),
        Delta::Text(text) => answer.push_str(&text),
        _ => {}
    };
    splitter.push(text, &mut keep);
    splitter.finish(&mut keep);
    let mut message = ResponseMessage::new(answer);
    set_reasoning(&mut message, reasoning);
    message
}

/// Puts reasoning into a message in both of its places.
pub(crate) fn set_reasoning(message: &mut ResponseMessage, reasoning: String) {
    if !reasoning.is_empty() {
        message.thinking_blocks.push(ThinkingBlock::thinking(reasoning.as_str(), None));
        message.reasoning_content = Some(reasoning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THINK: Tags = Tags { open: "<think>", close: "</think>", opened: true };

    fn cut(tags: Tags, pieces: &[&str]) -> (String, String) {
        let (mut reasoning, mut answer) = (String::new(), String::new());
        let mut splitter = Splitter::new(tags);
        let mut keep = |delta: Delta<'_>| match delta {
            Delta::Reasoning(text) => reasoning.push_str(&text),
            Delta::Text(text) => answer.push_str(&text),
            other => panic!("{other:?}"),
        };
        for piece in pieces {
            splitter.push(piece, &mut keep);
        }
        splitter.finish(&mut keep);
        (reasoning, answer)
    }

    #[test]
    fn a_text_is_cut_at_its_tags_however_it_is_cut_into_pieces() {
        let cases: &[(Tags, &str, &str, &str)] = &[
            (REASONING, "<reasoning>because</reasoning>\n\nYes.", "because", "Yes."),
            (REASONING, "\n<reasoning>a < b</reasoning>No.", "a < b", "No."),
            (REASONING, "plain <reasoning>no</reasoning>", "", "plain <reasoning>no</reasoning>"),
            (REASONING, " <reas", "", " <reas"),
            (REASONING, "  <b> text", "", "  <b> text"),
            (THINK, "because\n</think>\n\nYes.", "because\n", "Yes."),
            (THINK, "<think>\nbecause</think>Yes.</think>", "because", "Yes.</think>"),
            (THINK, "cut off</thi", "cut off</thi", ""),
            (THINK, "</think>é", "", "é"),
        ];
        for (tags, text, reasoning, answer) in cases {
            let expected = ((*reasoning).to_owned(), (*answer).to_owned());
            assert_eq!(cut(*tags, &[text]), expected, "{text}");
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(cut(*tags, &letters), expected, "{text}, letter by letter");
            let whole = message(text, *tags);
            assert_eq!(whole.content.as_deref(), Some(*answer), "{text}");
            assert_eq!(whole.reasoning_content.as_deref().unwrap_or_default(), *reasoning, "{text}");
        }
    }
}
