//! Recorded requests that AWS took, read back into OpenAI's shape and mapped again.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{ModelSpec, Options, Route, chat};
use core_types::ChatRequest;
use serde_json::Value;

use crate::{native, reverse, reverse_meaning};

/// How many requests come back with the same meaning, and what was lost of the others.
#[derive(Default)]
pub(crate) struct Requests {
    equal: usize,
    all: usize,
    /// Names of the requests by kind of loss.
    losses: BTreeMap<String, Vec<String>>,
}

/// So many of a hundred have to come back.
const ENOUGH: usize = 95;

impl Requests {
    /// Judges one recorded request.
    pub(crate) fn see(&mut self, name: &str, model: &str, spec: &ModelSpec, recorded: &Value) {
        // One recorded body is cut off and no JSON.
        if !recorded.is_object() {
            return;
        }
        self.all += 1;
        let recorded = &mut recorded.clone();
        stand_in(recorded);
        let lost = match again(model, spec, recorded) {
            Ok(mut mapped) if spec.route == Route::Invoke => {
                native::settle(spec, recorded);
                native::settle(spec, &mut mapped);
                reverse_meaning::differences(recorded, &mapped).into_iter().collect()
            }
            Ok(mapped) => reverse_meaning::differences(recorded, &mapped).into_iter().collect(),
            Err(refused) => vec![format!("refused: {refused}")],
        };
        if lost.is_empty() {
            self.equal += 1;
        }
        for kind in lost {
            self.losses.entry(kind).or_default().push(name.to_owned());
        }
    }

    /// What to tell of them.
    pub(crate) fn summary(&self) -> String {
        let Self { equal, all, losses } = self;
        let mut text = format!("{equal} of {all} requests equal in meaning");
        for (kind, names) in losses {
            let first = names.first().map_or("", String::as_str);
            text.push_str(&format!("\n  {} × {kind} (first: {first})", names.len()));
        }
        text
    }

    /// Whether enough of them came back.
    pub(crate) fn pass(&self) -> bool {
        self.equal * 100 >= self.all * ENOUGH
    }
}

/// Long base64 is elided in recordings: its note stands in for it.
fn stand_in(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(stand_in),
        Value::Object(members) => members.values_mut().for_each(stand_in),
        Value::String(text) if text.starts_with("<<b64 elided") => *text = STANDARD.encode(&text),
        _ => {}
    }
}

/// AWS's shape to OpenAI's and back.
fn again(model: &str, spec: &ModelSpec, recorded: &Value) -> Result<Value, String> {
    let mut openai = match spec.route {
        Route::Converse => reverse::request(model, recorded),
        Route::Invoke => native::request(spec, recorded),
    };
    openai["model"] = model.into();
    let request: ChatRequest = serde_json::from_value(openai).map_err(|error| error.to_string())?;
    let call = chat(&request, spec, &Options::default()).map_err(|error| error.to_string())?;
    serde_json::from_slice(&call.outgoing.body).map_err(|error| error.to_string())
}
