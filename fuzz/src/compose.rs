//! Requests in OpenAI's shape, composed by choices: most are sound, many are on the edge.

use super::palette::{ARGUMENTS, CACHES, FILES, FORMATS, IDS, MEMBERS, NAMES, SCHEMAS, TEXTS, URLS};
use super::seed::Seed;

/// A request as JSON.
pub fn request(seed: &mut Seed<'_>) -> String {
    let mut members = vec![r#""model":"m""#.to_owned()];
    for _ in 0..seed.below(6) {
        let (name, values) = seed.pick(MEMBERS);
        members.push(format!(r#""{name}":{}"#, seed.pick(values)));
    }
    match seed.below(8) {
        3 => members.push(format!(r#""response_format":{}"#, response_format(seed))),
        4 | 5 => members.push(tools(seed)),
        6 => members.extend([tools(seed), format!(r#""response_format":{}"#, response_format(seed))]),
        7 => {
            let functions = list(&(0..seed.below(3)).map(|_| function(seed)).collect::<Vec<_>>());
            members.push(format!(r#""functions":{functions}"#));
        }
        _ => {}
    }
    let mut talk = Talk::default();
    let mut messages = Vec::new();
    for _ in 0..=seed.below(10) {
        messages.push(talk.message(seed));
        if seed.is_empty() {
            break;
        }
    }
    members.push(format!(r#""messages":{}"#, list(&messages)));
    format!("{{{}}}", members.join(","))
}

fn tools(seed: &mut Seed<'_>) -> String {
    let tool = |seed: &mut Seed<'_>| {
        let mut tool = format!(r#"{{"type":"function","function":{}"#, function(seed));
        tool.push_str(&cache(seed));
        tool.push('}');
        tool
    };
    format!(r#""tools":{}"#, list(&(0..=seed.below(4)).map(|_| tool(seed)).collect::<Vec<_>>()))
}

fn function(seed: &mut Seed<'_>) -> String {
    let mut function = format!(r#"{{"name":{}"#, seed.pick(NAMES));
    let choice = seed.byte();
    if choice & 1 != 0 {
        function.push_str(&format!(r#","parameters":{}"#, seed.pick(SCHEMAS)));
    }
    if choice & 2 != 0 {
        function.push_str(&format!(r#","description":{}"#, text(seed)));
    }
    if choice & 4 != 0 {
        function.push_str(r#","strict":true"#);
    }
    function.push('}');
    function
}

fn response_format(seed: &mut Seed<'_>) -> String {
    match seed.below(5) {
        0 => r#"{"type":"json_object"}"#.to_owned(),
        1 => r#"{"type":"text"}"#.to_owned(),
        2 => format!(r#"{{"type":"json_object","response_schema":{}}}"#, seed.pick(SCHEMAS)),
        _ => {
            let (name, schema, description) = (seed.pick(NAMES), seed.pick(SCHEMAS), text(seed));
            format!(
                r#"{{"type":"json_schema","json_schema":{{"name":{name},"schema":{schema},"description":{description},"strict":true}}}}"#
            )
        }
    }
}

/// A conversation: results answer calls, most of the time.
#[derive(Default)]
struct Talk {
    /// Ids of calls without a result.
    open: Vec<&'static str>,
    /// The deprecated call without a result.
    function: Option<&'static str>,
}

impl Talk {
    fn message(&mut self, seed: &mut Seed<'_>) -> String {
        let choice = seed.byte();
        if let Some(id) = self.open.pop()
            && choice % 16 != 15
        {
            let content = content(seed);
            let error = if choice & 16 == 0 { "" } else { r#","is_error":true"# };
            return format!(r#"{{"role":"tool","tool_call_id":{id},"content":{content}{error}{}}}"#, cache(seed));
        }
        if let Some(name) = self.function.take() {
            return format!(r#"{{"role":"function","name":{name},"content":{}}}"#, content(seed));
        }
        match choice % 16 {
            0..=5 => format!(r#"{{"role":"user","content":{}{}}}"#, content(seed), cache(seed)),
            6..=8 => format!(r#"{{"role":"assistant","content":{}{}}}"#, content(seed), self.said(seed)),
            9..=11 => self.calls(seed),
            12 | 13 => format!(r#"{{"role":"system","content":{}{}}}"#, content(seed), cache(seed)),
            14 => {
                let (name, arguments) = (seed.pick(NAMES), seed.pick(ARGUMENTS));
                self.function = Some(name);
                format!(r#"{{"role":"assistant","function_call":{{"name":{name},"arguments":{arguments}}}}}"#)
            }
            _ => format!(r#"{{"role":"tool","tool_call_id":{},"content":{}}}"#, seed.pick(IDS), content(seed)),
        }
    }

    fn calls(&mut self, seed: &mut Seed<'_>) -> String {
        let mut calls = Vec::new();
        for _ in 0..=seed.below(3) {
            let (id, name, arguments) = (seed.pick(IDS), seed.pick(NAMES), seed.pick(ARGUMENTS));
            let cache = cache(seed);
            calls.push(format!(
                r#"{{"id":{id},"type":"function","function":{{"name":{name},"arguments":{arguments}}}{cache}}}"#
            ));
            self.open.push(id);
        }
        let content = if seed.one_in(3) { content(seed) } else { "null".to_owned() };
        format!(r#"{{"role":"assistant","content":{content},"tool_calls":{}{}}}"#, list(&calls), self.said(seed))
    }

    /// What else the assistant said.
    fn said(&self, seed: &mut Seed<'_>) -> String {
        match seed.below(8) {
            4 => format!(r#","refusal":{}"#, text(seed)),
            5 => r#","prefix":true"#.to_owned(),
            6 => format!(r#","thinking_blocks":[{}]{}"#, thinking(seed), cache(seed)),
            7 => format!(r#","reasoning_content":{}"#, text(seed)),
            _ => cache(seed),
        }
    }
}

fn content(seed: &mut Seed<'_>) -> String {
    match seed.below(3) {
        0 => text(seed),
        1 => list(&(0..seed.below(5)).map(|_| part(seed)).collect::<Vec<_>>()),
        _ => list(&[part(seed)]),
    }
}

fn part(seed: &mut Seed<'_>) -> String {
    let members = match seed.below(12) {
        0..=2 => format!(r#""type":"text","text":{}"#, text(seed)),
        3 => format!(
            r#""type":"image_url","image_url":{{"url":{},"format":{},"bucket_owner":{}}}"#,
            seed.pick(URLS),
            seed.pick(FORMATS),
            seed.pick(&["null", r#""123456789012""#, r#""""#])
        ),
        4 => format!(r#""type":"image_url","image_url":{}"#, seed.pick(URLS)),
        5 => format!(
            r#""type":"file","file":{{"file_data":{},"filename":{},"format":{}}}"#,
            seed.pick(URLS),
            seed.pick(FILES),
            seed.pick(FORMATS)
        ),
        6 => format!(r#""type":"file","file":{{"file_id":{}}}"#, seed.pick(URLS)),
        7 => format!(
            r#""type":"document","title":{},"source":{},"citations":{}"#,
            seed.pick(FILES),
            source(seed),
            seed.pick(&[r#"{"enabled":true}"#, "null"])
        ),
        8 => format!(
            r#""type":"input_audio","input_audio":{{"data":{},"format":{}}}"#,
            seed.pick(URLS),
            seed.pick(FORMATS)
        ),
        9 => format!(r#""type":"video_url","video_url":{}"#, seed.pick(URLS)),
        10 => format!(
            r#""type":"guarded_text","text":{},"qualifiers":{}"#,
            text(seed),
            seed.pick(&["[]", "null", r#"["query"]"#, r#"["grounding_source","guard_content"]"#, r#"["x"]"#])
        ),
        _ => return thinking(seed),
    };
    format!("{{{members}{}}}", cache(seed))
}

fn source(seed: &mut Seed<'_>) -> String {
    match seed.below(4) {
        0 => format!(r#"{{"type":"text","data":{}}}"#, text(seed)),
        1 => format!(r#"{{"type":"content","content":[{{"type":"text","text":{}}}]}}"#, text(seed)),
        2 => format!(
            r#"{{"type":"base64","media_type":{},"data":{}}}"#,
            seed.pick(&[r#""application/pdf""#, r#""text/plain""#, r#""image/png""#]),
            seed.pick(&[r#""AAAA""#, r#""""#, r#""A""#])
        ),
        _ => format!(r#"{{"type":"url","url":{}}}"#, seed.pick(URLS)),
    }
}

fn thinking(seed: &mut Seed<'_>) -> String {
    match seed.below(3) {
        0 => format!(r#"{{"type":"thinking","thinking":{},"signature":"c2ln"}}"#, text(seed)),
        1 => format!(r#"{{"type":"thinking","thinking":{}}}"#, text(seed)),
        _ => {
            format!(r#"{{"type":"redacted_thinking","data":{}}}"#, seed.pick(&[r#""AAAA""#, r#""""#, r#""no base64""#]))
        }
    }
}

/// A text of the palette, or one that the bytes spell.
fn text(seed: &mut Seed<'_>) -> String {
    if seed.one_in(4) { serde_json::Value::from(seed.text()).to_string() } else { seed.pick(TEXTS).to_owned() }
}

fn cache(seed: &mut Seed<'_>) -> String {
    if seed.one_in(5) { format!(r#","cache_control":{}"#, seed.pick(CACHES)) } else { String::new() }
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}
