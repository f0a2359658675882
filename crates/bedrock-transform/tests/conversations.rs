//! Conversations of every shape: each is refused, or it leaves as AWS takes it and with all its words.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use std::collections::BTreeMap;

use bedrock_transform::{ModelSpec, Route, TransformError};
use serde_json::{Value, json};

use rows::{map, rows};

/// A generator without a seed: the same conversations in every run.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    const fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A conversation, and every word in it that must arrive.
struct Talk {
    messages: Vec<Value>,
    words: Vec<String>,
}

impl Talk {
    fn generate(dice: &mut Dice) -> Self {
        let mut talk = Self { messages: Vec::new(), words: Vec::new() };
        for _ in 0..=dice.roll(6) {
            match dice.roll(10) {
                0 => talk.say("system", dice),
                1 => talk.say("developer", dice),
                2..=4 => talk.say("user", dice),
                5 | 6 => talk.say("assistant", dice),
                _ => talk.call(dice),
            }
        }
        talk
    }

    fn say(&mut self, role: &str, dice: &mut Dice) {
        let content = match dice.roll(9) {
            0 if role == "assistant" => Value::Null,
            0 | 1 => json!(""),
            2 => json!(" "),
            3 => json!("\n\t"),
            4 => json!([]),
            5 => json!([{"type": "text", "text": ""}, {"type": "text", "text": " "}]),
            6 => json!([{"type": "text", "text": " "}, {"type": "text", "text": self.word()}]),
            7 if role == "user" => self.rare(dice),
            _ => json!(format!("{} \n", self.word())),
        };
        let mut message = json!({"role": role, "content": content});
        if dice.roll(8) == 0 {
            message["cache_control"] = json!({"type": "ephemeral"});
        }
        self.messages.push(message);
    }

    fn rare(&mut self, dice: &mut Dice) -> Value {
        match dice.roll(6) {
            0 => json!([{"type": "guarded_text", "text": ""}]),
            1 => json!([{"type": "guarded_text", "text": self.word()}]),
            2 => json!([{"type": "query", "text": " "}, {"type": "grounding_source", "text": self.word()}]),
            3 => json!([{"type": "document", "source": {"type": "content", "content": ""}}]),
            4 => json!([{"type": "document", "source": {"type": "text", "data": self.word()}}]),
            _ => json!([{"type": "refusal", "refusal": ""}, {"type": "text", "text": self.word()}]),
        }
    }

    /// Calls tools, and answers most of the calls.
    fn call(&mut self, dice: &mut Dice) {
        let start = self.messages.len();
        let ids: Vec<String> = (0..=dice.roll(3)).map(|call| format!("call_{start}_{call}")).collect();
        let calls =
            ids.iter().map(|id| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": ""}}));
        let content = if dice.roll(2) == 0 { json!("") } else { json!(self.word()) };
        self.messages.push(json!({"role": "assistant", "content": content, "tool_calls": calls.collect::<Vec<_>>()}));
        for id in ids {
            let content = match dice.roll(5) {
                0 => json!(""),
                1 => Value::Null,
                2 => json!([{"type": "text", "text": "\n"}]),
                3 => json!([{"type": "text", "text": ""}, {"type": "text", "text": self.word()}]),
                _ => json!(self.word()),
            };
            if dice.roll(20) != 0 {
                self.messages.push(json!({"role": "tool", "tool_call_id": id, "content": content}));
            }
        }
    }

    fn word(&mut self) -> String {
        let word = format!("word{}.", self.words.len());
        self.words.push(word.clone());
        word
    }
}

/// Claude's native body with the members of Converse that the rules look at.
fn in_converses_words(mut body: Value) -> Value {
    for turn in body["messages"].as_array_mut().unwrap() {
        for block in turn["content"].as_array_mut().unwrap() {
            match block["type"].as_str().unwrap() {
                "tool_use" => *block = json!({"toolUse": {"toolUseId": block["id"], "input": block["input"]}}),
                "tool_result" => {
                    *block = json!({"toolResult": {"toolUseId": block["tool_use_id"], "content": block["content"]}});
                }
                _ => {}
            }
        }
    }
    if body.get("tools").is_some() {
        body["toolConfig"] = json!({"tools": body["tools"]});
    }
    body
}

/// What AWS would say against a Converse body.
fn fault(body: &Value, spec: &ModelSpec) -> Option<String> {
    let turns = body["messages"].as_array()?;
    if turns.is_empty() {
        return Some("no turns".to_owned());
    }
    let mut open: Vec<&Value> = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let expected = if index % 2 == 0 { "user" } else { "assistant" };
        if turn["role"] != expected && !spec.model.can.leading_assistant {
            return Some(format!("turn {index} is not the {expected}'s"));
        }
        if index > 0 && turn["role"] == turns[index - 1]["role"] {
            return Some(format!("turns {} and {index} have one role", index - 1));
        }
        let blocks = turn["content"].as_array()?;
        if blocks.is_empty() {
            return Some(format!("turn {index} is empty"));
        }
        let answers: Vec<&Value> = blocks.iter().filter_map(|block| block["toolResult"].get("toolUseId")).collect();
        if answers.len() != open.len() || !open.iter().all(|id| answers.contains(id)) {
            return Some(format!("turn {index} answers {answers:?} where {open:?} was asked"));
        }
        if !answers.is_empty() && blocks[0].get("toolResult").is_none() {
            return Some(format!("turn {index} does not begin with its tool results"));
        }
        if !answers.is_empty()
            && !spec.model.can.mixed_tool_turn
            && blocks.iter().any(|block| block.get("text").is_some())
        {
            return Some(format!("turn {index} mixes texts and tool results"));
        }
        if blocks[0].get("cachePoint").is_some() {
            return Some(format!("turn {index} begins with a cache point"));
        }
        open = blocks.iter().filter_map(|block| block["toolUse"].get("toolUseId")).collect();
        if !(open.is_empty() && answers.is_empty()) && body["toolConfig"]["tools"][0].is_null() {
            return Some("tool blocks without toolConfig".to_owned());
        }
    }
    if !open.is_empty() {
        return Some(format!("{open:?} is not answered"));
    }
    if !spec.model.can.prefill && turns[turns.len() - 1]["role"] == "assistant" {
        return Some("the last turn is the assistant's".to_owned());
    }
    if body.get("system").is_some_and(|system| system[0].is_null()) {
        return Some("an empty list of system blocks".to_owned());
    }
    blank(body, "body")
}

/// Where a text is blank.
fn blank(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| blank(item, &format!("{at}[{index}]")))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| match member {
            Value::String(text) if name == "text" && text.trim().is_empty() => Some(format!("{at}.text is blank")),
            _ => blank(member, &format!("{at}.{name}")),
        }),
        _ => None,
    }
}

#[test]
fn a_conversation_is_refused_with_its_place_or_leaves_as_aws_takes_it_with_all_its_words() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let is_claude = |spec: &ModelSpec| spec.family.name == "anthropic_messages";
    let rows: Vec<(String, ModelSpec)> = rows()
        .into_iter()
        .filter(|(_, spec)| spec.model.can.tools && (spec.route == Route::Converse || is_claude(spec)))
        .collect();
    let (mut mapped, mut refused) = (0, 0);
    // The shortest conversation for every kind of fault.
    let mut broken: BTreeMap<String, String> = BTreeMap::new();
    let mut report = |row: &str, fault: &str, json: &str, body: &str| {
        let kind: String = fault.chars().filter(|c| !c.is_ascii_digit()).collect();
        let example = format!("{row}: {fault}\n  {json}\n  {body}");
        let kept = broken.entry(kind).or_insert_with(|| example.clone());
        if example.len() < kept.len() {
            *kept = example;
        }
    };
    for _ in 0..1000 {
        let talk = Talk::generate(&mut dice);
        let modify = dice.roll(2) == 0;
        let json = json!({"messages": talk.messages, "modify_params": modify}).to_string();
        for (row, spec) in &rows {
            match map(spec, &json) {
                Ok(call) => {
                    mapped += 1;
                    let mut body: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
                    if spec.route == Route::Invoke {
                        body = in_converses_words(body);
                    }
                    let text = body.to_string();
                    let lost = talk.words.iter().find(|word| !text.contains(word.as_str()));
                    let lost = lost.map(|word| format!("{word} is lost"));
                    if let Some(fault) = fault(&body, spec).or(lost) {
                        report(row, &fault, &json, &text);
                    }
                }
                Err(TransformError::InvalidRequest { at, .. } | TransformError::UnsupportedContent { at, .. }) => {
                    refused += 1;
                    assert!(at.starts_with("messages"), "{at}: {json}");
                }
                Err(error) => report(row, &error.to_string(), &json, ""),
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.into_values().collect::<Vec<_>>().join("\n"));
    assert!(mapped > 5_000 && refused > 5_000, "{mapped} mapped, {refused} refused");
}

#[test]
fn with_modify_params_only_calls_without_results_and_empty_documents_are_refused() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let spec = rows().into_iter().find(|(row, _)| row.contains("claude-opus-4-6")).unwrap().1;
    let mut errors: Vec<String> = Vec::new();
    for _ in 0..2500 {
        let talk = Talk::generate(&mut dice);
        let json = json!({"messages": talk.messages, "modify_params": true}).to_string();
        if let Err(error) = map(&spec, &json) {
            let error = error.to_string();
            let reason = error.split_once(": ").unwrap().1;
            if !reason.contains("has no result")
                && reason != "the document is empty"
                && !errors.iter().any(|known| known == reason)
            {
                errors.push(reason.to_owned());
            }
        }
    }
    assert_eq!(errors, [""; 0]);
}
