//! What requests are composed of: values that are usual, on the edge, and wrong. Every one is JSON.

pub const TEXTS: &[&str] = &[
    r#""hello""#,
    r#""""#,
    r#"" ""#,
    r#""\n\t""#,
    r#""\u00a0""#,
    r#""\u200b""#,
    r#""ends with space ""#,
    r#""é\u0000🦀""#,
    r#""{}""#,
];

pub const IDS: &[&str] = &[
    r#""a""#,
    r#""b""#,
    r#""c""#,
    r#""tooluse_1""#,
    r#""""#,
    r#""a b""#,
    r#""a|b""#,
    r#""aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg""#,
];

pub const NAMES: &[&str] = &[
    r#""get_weather""#,
    r#""b""#,
    r#""a-b""#,
    r#""a.b""#,
    r#""a:b""#,
    r#""""#,
    r#""é""#,
    r#""json_tool_call""#,
    r#"" ""#,
    r#""aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg""#,
];

pub const ARGUMENTS: &[&str] = &[
    r#""{}""#,
    r#""{\"a\":1}""#,
    r#""""#,
    r#""null""#,
    r#"" {\"a\":[{}]} ""#,
    r#""[1]""#,
    r#""{""#,
    r#""1""#,
    r#""{\"a\":1e400}""#,
];

pub const SCHEMAS: &[&str] = &[
    r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#,
    "{}",
    "null",
    "true",
    "[]",
    r#""x""#,
    r#"{"type":"string"}"#,
    r#"{"type":["object","null"]}"#,
    r##"{"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"type":"object"}}}"##,
    r#"{"anyOf":[{"type":"object"},{"type":"string"}]}"#,
    r#"{"oneOf":[{"properties":{}}],"type":null}"#,
    r#"{"type":"object","properties":{"default":{"type":"object"},"enum":{"type":"object","additionalProperties":{"type":"string"}}}}"#,
    r#"{"type":"object","additionalProperties":true,"properties":{"type":{"type":"object","properties":{}}}}"#,
    r#"{"type":"object","properties":{"a":{"type":"array","items":[{"type":"object"}]}},"patternProperties":{"x":{"type":"object"}}}"#,
    r#"{"$schema":"http://json-schema.org/draft-07/schema#","$id":"x","type":"object","properties":null}"#,
    r#"{"type":"object","if":{"type":"object"},"then":{"type":"object"},"not":{"type":"object"},"contains":{"type":"object"}}"#,
    r#"{"type":"object","items":{"type":["object"]},"dependentSchemas":{"a":{"type":"object"}},"definitions":{"d":{"type":"object"}}}"#,
];

pub const URLS: &[&str] = &[
    r#""data:image/png;base64,iVBORw0KGgo=""#,
    r#""data:image/jpeg;base64,AAAA""#,
    r#""data:image/gif;base64,""#,
    r#""data:image/png;base64,A""#,
    r#""data:image/png;base64,AB""#,
    r#""data:image/png;base64,AB=C""#,
    r#""data:image/png;base64,AA A-_""#,
    r#""data:application/pdf;base64,JVBERi0xLjQK""#,
    r#""data:video/mp4;base64,AAAA""#,
    r#""data:audio/wav;base64,AAAA""#,
    r#""data:text/plain,hi""#,
    r#""s3://bucket/a.png""#,
    r#""s3://bucket/key.mp4""#,
    r#""s3://bucket/a.pdf""#,
    r#""s3://b/a.png""#,
    r#""s3:///a.png""#,
    r#""https://example.com/a.png""#,
    r#""AAAA""#,
    r#""""#,
];

pub const FORMATS: &[&str] = &[
    r#""image/png""#,
    r#""pdf""#,
    r#""application/pdf""#,
    r#""wav""#,
    r#""mp3""#,
    r#""mp4""#,
    r#""x-aac""#,
    r#""text/plain""#,
    r#""bmp""#,
    "null",
];

pub const FILES: &[&str] = &[
    r#""a.pdf""#,
    r#""b.pdf""#,
    r#""report_2.final.csv""#,
    r#""a  b.txt""#,
    r#"".md""#,
    r#""é.docx""#,
    r#""/x/""#,
    r#""""#,
    "null",
];

pub const CACHES: &[&str] = &[
    r#"{"type":"ephemeral"}"#,
    r#"{"type":"ephemeral","ttl":"1h"}"#,
    r#"{"type":"ephemeral","ttl":"5m"}"#,
    r#"{"type":"ephemeral","ttl":"2h"}"#,
    "null",
];

pub const NUMBERS: &[&str] = &["0", "0.5", "1", "1.0", "1.5", "2", "-1", "1e300", "1e-300", "null"];

pub const COUNTS: &[&str] =
    &["1024", "1", "0", "2000", "5000", "2147483647", "2147483648", "4294967295", "3.0", "null"];

pub const STOPS: &[&str] = &[r#""x""#, r#""""#, r#"" ""#, r#"["a","","\n"]"#, "[]", "null"];

pub const CHOICES: &[&str] = &[
    r#""auto""#,
    r#""none""#,
    r#""required""#,
    r#"{"type":"function","function":{"name":"get_weather"}}"#,
    r#"{"type":"function","function":{"name":"a.b"}}"#,
    r#"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"a-b"}}]}}"#,
    r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}"#,
    "null",
];

pub const EFFORTS: &[&str] = &[
    r#""low""#,
    r#""none""#,
    r#""minimal""#,
    r#""medium""#,
    r#""high""#,
    r#""xhigh""#,
    r#""max""#,
    r#""odd\"""#,
    r#"{"effort":"high"}"#,
];

pub const TIERS: &[&str] =
    &[r#""auto""#, r#""default""#, r#""flex""#, r#""priority""#, r#""reserved""#, r#""odd""#, r#""""#];

pub const THINKING: &[&str] = &[
    r#"{"type":"enabled","budget_tokens":2048}"#,
    r#"{"type":"enabled","budget_tokens":1}"#,
    r#"{"type":"enabled","budget_tokens":4294967295}"#,
    r#"{"type":"enabled","budget_tokens":2147483000}"#,
    r#"{"type":"enabled"}"#,
    r#"{"type":"disabled"}"#,
    r#"{"type":"adaptive"}"#,
    r#"{"type":"adaptive","budget_tokens":5}"#,
    "null",
    "true",
];

pub const METADATA: &[&str] = &[
    r#"{"team":"a b:_@$#=/+,-."}"#,
    "{}",
    r#"{"":""}"#,
    r#"{"a":""}"#,
    r#"{"a":1}"#,
    r#"{"é":"x"}"#,
    r#"{"a":"x\ty\u00a0"}"#,
    r#"{" ":" "}"#,
    "[]",
];

/// Members of a request that need no composing.
pub const MEMBERS: &[(&str, &[&str])] = &[
    ("temperature", NUMBERS),
    ("top_p", NUMBERS),
    ("max_tokens", COUNTS),
    ("max_completion_tokens", COUNTS),
    ("stop", STOPS),
    ("tool_choice", CHOICES),
    ("reasoning_effort", EFFORTS),
    ("service_tier", TIERS),
    ("thinking", THINKING),
    ("top_k", &["5", "0", r#""x""#]),
    ("requestMetadata", METADATA),
    ("parallel_tool_calls", &["false", "true"]),
    ("stream", &["true", "false"]),
    ("stream_options", &[r#"{"include_usage":true}"#]),
    ("anthropic_beta", &[r#"["context-1m-2025-08-07"]"#, "[]", r#"[""]"#]),
    (
        "user_continue_message",
        &[
            r#""go on""#,
            r#"" ""#,
            r#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}"#,
        ],
    ),
    ("web_search_options", &["{}", r#"{"search_context_size":"low"}"#]),
    ("n", &["1", "2"]),
    ("user", &[r#""u""#, r#""""#]),
    ("metadata", &[r#"{"a":"b"}"#]),
    ("seed", &["1"]),
    ("logit_bias", &["{}"]),
    ("modalities", &[r#"["text"]"#]),
    ("presence_penalty", NUMBERS),
    (
        "additional_drop_params",
        &[
            r#"["tools"]"#,
            r#"["tool_choice","stop"]"#,
            r#"["tools[*].function.strict","response_format.json_schema.description"]"#,
            r#"["tools[0].function.parameters.properties","thinking.budget_tokens"]"#,
            r#"["tools[*].function.name"]"#,
        ],
    ),
    ("s3_bucket_owner", &[r#""123456789012""#, r#""1""#]),
];
