//! What a Converse answer is read with: the reply of the request that it answers.

use bedrock_transform::{ChatReply, ResponseMeta};

use crate::call::call;

const HELLO: &str = r#""messages":[{"role":"user","content":"Hello"}],"stream":true"#;
const JSON: &str = r#""response_format":{"type":"json_schema","json_schema":{"name":"person","schema":{"type":"object","properties":{"name":{"type":"string"}}}}}"#;

/// Whether a stream is to end with the usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Absent,
    Asked,
}

/// The reply to the request that the answer `case` answers.
pub(crate) fn reply(case: &str, usage: Usage) -> ChatReply {
    let tools = |names: &[&str]| {
        let tools: Vec<String> =
            names.iter().map(|name| format!(r#"{{"type":"function","function":{{"name":"{name}"}}}}"#)).collect();
        format!(r#""tools":[{}]"#, tools.join(","))
    };
    let more = match case {
        "json_tool" => JSON.to_owned(),
        "json_tool_beside_tools" => format!("{JSON},{}", tools(&["get_weather"])),
        "tool_names" => tools(&["a.b", "a:b", "a_b"]),
        _ => tools(&["get_weather", "get_time"]),
    };
    let options = if usage == Usage::Asked { r#","stream_options":{"include_usage":true}"# } else { "" };
    call("us.amazon.nova-pro-v1:0", &format!("{{{HELLO},{more}{options}}}")).unwrap().reply
}

pub(crate) fn meta() -> ResponseMeta {
    ResponseMeta::new("chatcmpl-1", 1_700_000_000)
}
