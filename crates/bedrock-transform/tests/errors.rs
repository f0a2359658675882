//! Every kind of bad input, with the whole text of its error.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::{Catalog, ModelSpec};
use insta::assert_snapshot;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const JAMBA: &str = "ai21.jamba-1-5-large-v1:0";
const LLAMA3: &str = "invoke/meta.llama3-8b-instruct-v1:0";
const OPUS: &str = "global.anthropic.claude-opus-4-6-v1";
const MISTRAL: &str = "mistral.mistral-large-2407-v1:0";
const NOVA: &str = "us.amazon.nova-pro-v1:0";
const NOVA2: &str = "us.amazon.nova-2-lite-v1:0";
const UNKNOWN: &str = "zai.glm-4.6";

/// The error of a request, a JSON object without `model`.
fn refusal(model: &str, json: &str) -> String {
    call::call(model, json).map(|call| call.outgoing.body).unwrap_err().to_string()
}

#[test]
fn media_that_cannot_be_read_is_refused() {
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"cat.png"}}]}]}"#), @"messages[0].content[0].image_url.url: expected a data:, https: or s3: URL");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64"}}]}]}"#), @"messages[0].content[0].image_url.url: a data: URL needs a comma before its data");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,rawbytes"}}]}]}"#), @"messages[0].content[0].image_url.url: a data: URL must be in base64: data:image/png;base64,…");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}]}]}"#), @"messages[0].content[0].image_url.url: the data is empty");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,%%%"}}]}]}"#), @"messages[0].content[0].image_url.url: the data is not base64");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}]}]}"#), @"messages[0].content[0].image_url.url: Bedrock does not fetch URLs, and this one was not fetched before: send a data: URL");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"ftp://example.com/cat.png"}}]}]}"#), @"messages[0].content[0].image_url.url: expected a data:, https: or s3: URL");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/bmp;base64,Qk0="}}]}]}"#), @"messages[0].content[0].image_url.url: `image/bmp` is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/svg+xml;base64,PHN2Zz4="}}]}]}"#), @"messages[0].content[0].image_url.url: `image/svg+xml` is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/x-icon;base64,AAABAA=="}}]}]}"#), @"messages[0].content[0].image_url.url: `image/x-icon` is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:;base64,AAAA"}}]}]}"#), @"messages[0].content[0].image_url.url: this media type is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"s3://bucket/cat"}}]}]}"#), @"messages[0].content[0].image_url.url: this media type is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-123"}}]}]}"#), @"messages[0].content[0].file.file_id: Bedrock keeps no files: send file_data, or an s3:// or https:// URL");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"file","file":{}}]}]}"#), @"messages[0].content[0].file: a file needs file_data or file_id");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}]}"#), @"messages[0].content[0]: `png` is not a format of documents");
}

#[test]
fn content_that_a_model_does_not_take_is_refused() {
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}"#), @"messages[0].content[0]: ai21_jamba does not take images");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"s3://bucket/clip.mp4"}}]}]}"#), @"messages[0].content[0]: ai21_jamba does not take video");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]}"#), @"messages[0].content[0]: ai21_jamba does not take audio");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":[{"type":"hologram","hologram":{}}]}]}"#), @"messages[0].content[0]: ai21_jamba does not take parts of type `hologram`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":[{"text":"no type"}]}]}"#), @"messages[0].content[0]: ai21_jamba does not take a part without a type");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"s3://bucket/a.png"}}]},{"role":"user","content":"Hi"}]}"#), @"messages[0].content[0]: ai21_jamba does not take images");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","audio":{"id":"a"}},{"role":"user","content":"Hi"}]}"#), @"messages[1].audio: ai21_jamba does not take audio of earlier answers");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"web_search"}]}"#), @"tools[0]: ai21_jamba does not take the hosted tool `web_search`");
}

#[test]
fn sound_of_an_unknown_format_is_refused() {
    assert_snapshot!(refusal(UNKNOWN, r#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"midi"}}]}]}"#), @"messages[0].content[0].input_audio.format: `midi` is not a format of sound that Bedrock takes, such as wav, mp3 or flac");
    assert_snapshot!(refusal(UNKNOWN, r#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}]}"#), @"messages[0].content[0].input_audio.data: the data is empty");
}

#[test]
fn a_prompt_body_takes_text_only() {
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}"#), @"messages[0].content[0]: meta_llama does not take anything but text");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1]: meta_llama does not take tool calls");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":" "}]}"#), @"messages: all messages are blank");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[]}"#), @"messages: a conversation needs at least one message");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#), @"meta_llama does not support `tools`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":"Hi"}],"top_k":5}"#), @"meta_llama does not support `top_k`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(LLAMA3, r#"{"messages":[{"role":"user","content":"Hi"}],"prompt":"mine"}"#), @"prompt: this field is named twice");
}

#[test]
fn calls_and_results_that_do_not_match_are_refused() {
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_call_id: no tool call before it waits for a result with the id `c1`");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c2","content":"x"}]}"#), @"messages[2].tool_call_id: no tool call before it waits for a result with the id `c2`");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[3].tool_call_id: no tool call before it waits for a result with the id `c1`");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"Hi"}]}"#), @"messages[1].tool_calls: the tool call `c1` has no result in the messages that follow it");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"#), @"messages[1].tool_calls: the tool call `c1` has no result in the messages that follow it");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c2","content":"x"},{"role":"user","content":"Hi"}]}"#), @"messages[1].tool_calls: the tool call `c1` has no result in the messages that follow it");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"Wait."},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls: the tool call `c1` has no result in the messages that follow it");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls: two tool calls have the id `c1`");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"[1]"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls[0].function.arguments: the arguments must be a JSON object");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls[0].function.arguments: the arguments are not JSON: EOF while parsing a value at line 1 column 5");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{} {}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls[0].function.arguments: the arguments are not JSON: trailing characters at line 1 column 4");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"\"text\""}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls[0].function.arguments: the arguments must be a JSON object");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"}]}"#), @"messages[1].tool_calls[0].function.name: a tool call needs the tool's name");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"function","name":"f","content":"x"}]}"#), @"messages[1].name: no tool call before it waits for a result with the id `function_f`");
}

#[test]
fn conversations_that_bedrock_refuses_are_refused_here() {
    assert_snapshot!(refusal(OPUS, r#"{"messages":[]}"#), @"messages: a conversation needs at least one message");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"system","content":"Be brief."}]}"#), @"messages: there are only system messages; Bedrock needs a user message");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"user","content":""}]}"#), @"messages[0].content: the message is blank; AWS takes no blank text");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes."},{"role":"user","content":[{"type":"text","text":" \n"}]}]}"#), @"messages[2].content: the message is blank; AWS takes no blank text");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"user","content":[]}]}"#), @"messages[0].content: the message is blank; AWS takes no blank text");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"assistant","content":"Hello."},{"role":"user","content":"Hi"}]}"#), @"messages[0]: a conversation must start with a user message");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Once"}]}"#), @"messages[1]: the model wants a user message at the end");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Once","prefix":true}]}"#), @"messages[1]: the model does not continue a message of the assistant's");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"system","content":""}]}"#), @"messages: all messages are blank; Bedrock needs a user message");
    assert_snapshot!(refusal(OPUS, r#"{"messages":[{"role":"assistant","content":""}]}"#), @"messages: all messages are blank; Bedrock needs a user message");
}

#[test]
fn text_beside_results_is_refused_where_the_model_wants_them_apart() {
    assert_snapshot!(refusal(MISTRAL, r#"{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"x"},{"role":"user","content":"Hi"}]}"#), @"messages[3]: the model refuses text beside tool results; with modify_params a turn of the assistant's is put between");
}

#[test]
fn more_than_four_cache_markers_are_refused() {
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":[{"type":"text","text":"0","cache_control":{"type":"ephemeral"}},{"type":"text","text":"1","cache_control":{"type":"ephemeral"}},{"type":"text","text":"2","cache_control":{"type":"ephemeral"}},{"type":"text","text":"3","cache_control":{"type":"ephemeral"}},{"type":"text","text":"4","cache_control":{"type":"ephemeral"}}]}]}"#), @"messages[0].content[4].cache_control: a request may have at most 4 cache_control markers");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"system","content":"s","cache_control":{"type":"ephemeral"}},{"role":"user","content":[{"type":"text","text":"0","cache_control":{"type":"ephemeral"}},{"type":"text","text":"1","cache_control":{"type":"ephemeral"}},{"type":"text","text":"2","cache_control":{"type":"ephemeral"}}]}],"tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"}}]}"#), @"messages[1].content[2].cache_control: a request may have at most 4 cache_control markers");
}

#[test]
fn parameters_that_a_model_does_not_have_are_refused() {
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"seed":1}"#), @"ai21_jamba does not support `seed`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"n":2}"#), @"ai21_jamba does not support `n`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"logit_bias":{"1":1}}"#), @"ai21_jamba does not support `logit_bias`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"low"}"#), @"ai21_jamba does not support `reasoning_effort`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"top_k":5}"#), @"ai21_jamba does not support `top_k`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"web_search_options":{}}"#), @"ai21_jamba does not support `web_search_options`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"functions":[{"name":"f"}]}"#), @"ai21_jamba does not support `functions`; to leave it out with a warning, set `drop_params`");
    assert_snapshot!(refusal(JAMBA, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required"}"#), @"ai21_jamba does not support `tool_choice`; to leave it out with a warning, set `drop_params`");
}

#[test]
fn values_that_cannot_be_sent_are_refused() {
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"max_tokens":0}"#), @"max_tokens: must be at least 1");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":0}"#), @"max_completion_tokens: must be at least 1");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"maxTokens":"many"}"#), @"maxTokens: not a value of the parameter that Bedrock calls so");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"stopSequences":"END"}"#), @"stopSequences: not a value of the parameter that Bedrock calls so");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_body":[1]}"#), @"extra_body: expected an object without a key twice");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_body":{"a":1,"a":2}}"#), @"extra_body: expected an object without a key twice");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"a":1,"extra_body":{"a":2}}"#), @"extra_body.a: this field is named twice");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"thinking":{"type":"enabled"}}"#), @"thinking.budget_tokens: thinking needs a budget of at least 1024 tokens");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"thinking":"on"}"#), @r#"thinking: expected {"type": "enabled", "budget_tokens": …}"#);
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"very"}"#), @"reasoning_effort: expected none, minimal, low, medium, high, xhigh or max");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":""}}]}"#), @"tools[0].function.name: a tool needs a name");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":[1]}}]}"#), @"tools[0].function.parameters: a schema must be a JSON object");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"g"}}}"#), @"tool_choice.function.name: no tool is named `g`");
    assert_snapshot!(refusal(CLAUDE, r#"{"messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":[1]}}}"#), @"response_format.json_schema.schema: a schema must be a JSON object");
}

#[test]
fn efforts_that_nova_does_not_have_are_refused() {
    assert_snapshot!(refusal(NOVA2, r#"{"messages":[{"role":"user","content":"Hi"}],"reasoning_effort":"xhigh"}"#), @"reasoning_effort: Nova has low, medium and high, not `xhigh`");
}

#[test]
fn controls_of_the_wrong_shape_are_refused() {
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"drop_params":"maybe"}"#), @"drop_params: expected true or false");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"modify_params":1}"#), @"modify_params: expected true or false");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"additional_drop_params":"seed"}"#), @"additional_drop_params: expected a list of names");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"allowed_openai_params":{}}"#), @"allowed_openai_params: expected a list of names");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"user_continue_message":{"role":"assistant","content":"x"}}"#), @"user_continue_message: expected a message with role `user`");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"model_id":7}"#), @"model_id: expected a model id or an ARN");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"model_id":"not an id"}"#), @"`not an id` is not a Bedrock model id: it contains white space");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"aws_region_name":"us-east-1.evil.example/"}"#), @"aws_region_name: expected the name of an AWS region");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"aws_region_name":""}"#), @"aws_region_name: expected the name of an AWS region");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"aws_region_name":"US-EAST-1"}"#), @"aws_region_name: expected the name of an AWS region");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"aws_region_name":1}"#), @"aws_region_name: expected the name of an AWS region");
}

#[test]
fn headers_that_would_change_the_call_are_refused() {
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"Authorization":"Bearer x"}}"#), @"extra_headers.Authorization: a request may not set this header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"authorization":"x"}}"#), @"extra_headers.authorization: a request may not set this header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"Host":"evil.example"}}"#), @"extra_headers.Host: a request may not set this header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"X-Amz-Target":"x"}}"#), @"extra_headers.X-Amz-Target: a request may not set this header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"x-amz-security-token":"x"}}"#), @"extra_headers.x-amz-security-token: a request may not set this header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"x-a":"b\r\nx-c: d"}}"#), @"extra_headers.x-a: not a legal header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"x a":"b"}}"#), @"extra_headers.x a: not a legal header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":{"":"b"}}"#), @"extra_headers.: not a legal header");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"extra_headers":["x"]}"#), @"extra_headers: expected an object of strings");
}

#[test]
fn request_metadata_over_its_limits_is_refused() {
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k0":"v","k1":"v","k2":"v","k3":"v","k4":"v","k5":"v","k6":"v","k7":"v","k8":"v","k9":"v","k10":"v","k11":"v","k12":"v","k13":"v","k14":"v","k15":"v","k16":"v"}}"#), @"requestMetadata: at most 16 pairs are allowed");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"":"v"}}"#), @"requestMetadata.: names have 1 to 256 characters, values at most 256");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk":"v"}}"#), @"requestMetadata.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: names have 1 to 256 characters, values at most 256");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}}"#), @"requestMetadata.k: names have 1 to 256 characters, values at most 256");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k":1}}"#), @"requestMetadata.k: expected a string");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k":"a|b"}}"#), @"requestMetadata.k: only letters, digits, white space and :_@$#=/+,-. are allowed");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k?":"v"}}"#), @"requestMetadata.k?: only letters, digits, white space and :_@$#=/+,-. are allowed");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":"k=v"}"#), @"requestMetadata: expected an object of strings");
    assert_snapshot!(refusal(NOVA, r#"{"messages":[{"role":"user","content":"Hi"}],"requestMetadata":{"k":"v","k":"w"}}"#), @"requestMetadata: expected an object of strings");
}

#[test]
fn names_that_name_no_model_are_refused() {
    let refusal = |name| ModelSpec::resolve(name, &Catalog::builtin()).unwrap_err().to_string();
    assert_snapshot!(refusal(""), @"`` is not a Bedrock model id: it is empty");
    assert_snapshot!(refusal("bedrock/"), @"`bedrock/` is not a Bedrock model id: it is empty");
    assert_snapshot!(refusal("bedrock/us-east-1/"), @"`bedrock/us-east-1/` is not a Bedrock model id: it is empty");
    assert_snapshot!(refusal("anthropic.claude 3"), @"`anthropic.claude 3` is not a Bedrock model id: it contains white space");
    assert_snapshot!(refusal("anthropic.claude-3\n"), @"`anthropic.claude-3\n` is not a Bedrock model id: it contains white space");
    assert_snapshot!(refusal("mantle/openai.gpt-5"), @"`mantle/openai.gpt-5` is not a Bedrock model id: only the routes `converse/`, `invoke/` and, for embeddings, `async_invoke/` are served");
    assert_snapshot!(refusal("async_invoke/amazon.nova-reel-v1:0"), @"`amazon.nova-reel-v1:0` is not a Bedrock model id: `async_invoke/` is served for embeddings, of models that make them in a job");
    assert_snapshot!(refusal("nonsense/anthropic.claude-v2"), @"`nonsense/anthropic.claude-v2` is not a Bedrock model id: unknown prefix before a `/`");
    assert_snapshot!(refusal("invoke/acme.wonder-v1:0"), @"converse_only has no native chat body; use the Converse route");
    assert_snapshot!(refusal("arn:aws:bedrock"), @"`arn:aws:bedrock` is not a Bedrock model id: an ARN has six parts: arn:partition:bedrock:region:account:resource");
    assert_snapshot!(refusal("arn:aws:s3:::bucket/key"), @"`arn:aws:s3:::bucket/key` is not a Bedrock model id: the ARN's service is not bedrock");
    assert_snapshot!(refusal("arn:aws:sagemaker:us-east-1:123456789012:model/x"), @"`arn:aws:sagemaker:us-east-1:123456789012:model/x` is not a Bedrock model id: the ARN's service is not bedrock");
    assert_snapshot!(refusal("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/"), @"`arn:aws:bedrock:us-east-1:123456789012:provisioned-model/` is not a Bedrock model id: the ARN names no resource");
    assert_snapshot!(refusal("arn:aws:bedrock:us-east-1:123456789012:provisioned-model"), @"`arn:aws:bedrock:us-east-1:123456789012:provisioned-model` is not a Bedrock model id: the ARN names no resource");
}

/// Keys of the operator's that a request may not carry.
const FORBIDDEN: &[&str] = &[
    "api_base",
    "api_key",
    "aws_access_key_id",
    "aws_bedrock_agent_runtime_endpoint",
    "aws_bedrock_client",
    "aws_bedrock_runtime_endpoint",
    "aws_external_id",
    "aws_profile_name",
    "aws_role_name",
    "aws_secret_access_key",
    "aws_session_name",
    "aws_session_tags",
    "aws_session_token",
    "aws_sts_endpoint",
    "aws_web_identity_token",
    "base_url",
];

#[test]
fn identities_and_endpoints_are_refused_by_name_and_their_values_are_not_repeated() {
    for key in FORBIDDEN {
        let hello = r#""messages":[{"role":"user","content":"Hi"}]"#;
        assert_eq!(
            refusal(NOVA, &format!(r#"{{{hello},"{key}":"hunter2"}}"#)),
            format!(
                "{key}: a request may not carry credentials, identities or endpoints; set them where the client is \
                 configured"
            ),
        );
        call::call(NOVA, &format!(r#"{{{hello},"{key}":null}}"#)).unwrap();
    }
}
