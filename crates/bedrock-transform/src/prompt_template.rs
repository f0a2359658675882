//! A caller's own way to write a conversation as one prompt, for fine-tuned and imported models.
//!
//! The names are LiteLLM's, <https://docs.litellm.ai/docs/completion/prompt_formatting>. Templates of HuggingFace's, which are
//! programs in Jinja, are not run: what they do for text can be said with these.

use core_types::Extra;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::TransformError;
use crate::native::prompt::{Line, Speaker};

/// What stands around a conversation and around each of its messages. It applies to models that take a prompt, by InvokeModel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromptTemplate {
    /// At the very start, and before a system message that follows an answer.
    pub bos_token: String,
    /// After each answer of the assistant's.
    pub eos_token: String,
    /// At the end: where the model goes on. An answer that the caller began ends the prompt itself.
    pub final_prompt_value: String,
    /// Before the first message.
    pub initial_prompt_value: String,
    /// Around each message.
    pub roles: RoleTemplates,
}

/// What stands around the messages of each role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RoleTemplates {
    /// Around what the model said.
    pub assistant: RoleTemplate,
    /// Around system and developer messages.
    pub system: RoleTemplate,
    /// Around what the user says.
    pub user: RoleTemplate,
}

/// What stands around a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RoleTemplate {
    /// Before it.
    pub pre_message: String,
    /// After it.
    pub post_message: String,
}

/// The parameters that make a template, as LiteLLM names them.
pub(crate) const PARAMETERS: &[&str] =
    &["bos_token", "eos_token", "final_prompt_value", "initial_prompt_value", "roles"];

impl PromptTemplate {
    /// The template that a request's parameters describe, if there is one of them; the others keep the caller's defaults.
    pub(crate) fn read(extra: &Extra, defaults: Option<&Self>) -> Result<Option<Self>, TransformError> {
        if !PARAMETERS.iter().any(|name| extra.value(name).is_some_and(|value| !value.is_null())) {
            return Ok(defaults.cloned());
        }
        let mut template = defaults.cloned().unwrap_or_default();
        for (name, place) in [
            ("bos_token", &mut template.bos_token),
            ("eos_token", &mut template.eos_token),
            ("final_prompt_value", &mut template.final_prompt_value),
            ("initial_prompt_value", &mut template.initial_prompt_value),
        ] {
            if let Some(text) = member(extra, name, "expected a text")? {
                *place = text;
            }
        }
        if let Some(roles) = member(extra, "roles", ROLES)? {
            template.roles = roles;
        }
        Ok(Some(template))
    }

    /// The conversation as one prompt.
    pub(crate) fn render(&self, lines: &[Line<'_>]) -> String {
        let Self { bos_token, eos_token, final_prompt_value, initial_prompt_value, roles } = self;
        let mut prompt = format!("{bos_token}{initial_prompt_value}");
        let mut begun = true;
        for (index, line) in lines.iter().enumerate() {
            let around = match line.speaker {
                Speaker::Assistant => &roles.assistant,
                Speaker::System => &roles.system,
                Speaker::User => &roles.user,
            };
            if line.speaker == Speaker::System && !std::mem::replace(&mut begun, true) {
                prompt.push_str(bos_token);
            }
            prompt.extend([around.pre_message.as_str(), line.text.as_ref()]);
            if line.speaker != Speaker::Assistant {
                prompt.push_str(&around.post_message);
                continue;
            }
            if index + 1 == lines.len() {
                // The model goes on where the caller began its answer.
                return prompt;
            }
            prompt.extend([around.post_message.as_str(), eos_token]);
            begun = false;
        }
        prompt.push_str(final_prompt_value);
        prompt
    }
}

const ROLES: &str =
    "expected an object of `system`, `user` and `assistant`, each with `pre_message` and `post_message`";

fn member<T: DeserializeOwned>(
    extra: &Extra,
    name: &'static str,
    reason: &'static str,
) -> Result<Option<T>, TransformError> {
    match extra.value(name) {
        Some(value) => value.read().map_err(|_| TransformError::invalid(name, reason)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use core_types::ChatRequest;
    use serde_json::{Value, json};

    use crate::{Catalog, ModelSpec, Options, PromptTemplate, TransformError, chat};

    /// ChatML with marks at the start and at the end.
    fn with_template(mut request: Value) -> Value {
        request["roles"] = json!({
            "system": {"pre_message": "<|s|>", "post_message": "\n"},
            "user": {"pre_message": "<|u|>", "post_message": "\n"},
            "assistant": {"pre_message": "<|a|>", "post_message": "\n"},
        });
        request["bos_token"] = json!("<s>");
        request["eos_token"] = json!("</s>");
        request["initial_prompt_value"] = json!("^");
        request["final_prompt_value"] = json!("<|a|>");
        request
    }

    fn body(model: &str, request: &Value, options: &Options) -> Result<(Value, Vec<String>), TransformError> {
        let mut request = request.clone();
        request["model"] = json!(model);
        let request: ChatRequest = serde_json::from_value(request).unwrap();
        let call = chat(&request, &ModelSpec::resolve(model, &Catalog::builtin())?, options)?;
        let warnings = call.warnings.iter().map(ToString::to_string).collect();
        Ok((serde_json::from_slice(&call.outgoing.body).unwrap(), warnings))
    }

    #[test]
    fn a_template_writes_the_prompt_of_every_model_that_takes_one() {
        let talk = json!({"messages": [
            {"role": "system", "content": "S"},
            {"role": "user", "content": [{"type": "text", "text": "U"}, {"type": "text", "text": "V"}]},
            {"role": "assistant", "content": "A"},
            {"role": "system", "content": "T"},
            {"role": "user", "content": "W"},
        ]});
        let prompt = "<s>^<|s|>S\n<|u|>UV\n<|a|>A\n</s><s><|s|>T\n<|u|>W\n<|a|>";
        let imported = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl";
        let models = [
            ("ai21.j2-mid-v1".to_owned(), "prompt"),
            ("amazon.titan-text-express-v1".to_owned(), "inputText"),
            ("cohere.command-text-v14".to_owned(), "prompt"),
            ("invoke/anthropic.claude-v2:1".to_owned(), "prompt"),
            ("invoke/deepseek.r1-v1:0".to_owned(), "prompt"),
            ("meta.llama2-13b-chat-v1".to_owned(), "prompt"),
            ("invoke/meta.llama3-8b-instruct-v1:0".to_owned(), "prompt"),
            ("mistral.mistral-7b-instruct-v0:2".to_owned(), "prompt"),
            (format!("deepseek_r1/{imported}"), "prompt"),
            (format!("llama/{imported}"), "prompt"),
            (format!("mistral/{imported}"), "prompt"),
            (format!("qwen2/{imported}"), "prompt"),
            (format!("qwen3/{imported}"), "prompt"),
        ];
        for (model, field) in models {
            let (body, warnings) = body(&model, &with_template(talk.clone()), &Options::default()).unwrap();
            assert_eq!(body[field], prompt, "{model}");
            assert!(body.get("roles").is_none() && body.get("bos_token").is_none(), "{model}: {body}");
            assert!(warnings.is_empty(), "{model}: {warnings:?}");
        }
    }

    #[test]
    fn an_answer_that_the_caller_began_ends_the_prompt() {
        let talk = json!({"messages": [{"role": "user", "content": "U"}, {"role": "assistant", "content": "{"}]});
        let (body, _) = body("meta.llama2-13b-chat-v1", &with_template(talk), &Options::default()).unwrap();
        assert_eq!(body["prompt"], "<s>^<|u|>U\n<|a|>{");
    }

    #[test]
    fn a_request_overrides_what_the_caller_registered() {
        let options = Options {
            prompt_template: Some(PromptTemplate { final_prompt_value: "=>".to_owned(), ..PromptTemplate::default() }),
            ..Options::default()
        };
        let hello = json!({"messages": [{"role": "user", "content": "U"}]});
        let prompt = |request: &Value| body("cohere.command-text-v14", request, &options).unwrap().0["prompt"].clone();
        assert_eq!(prompt(&hello), "U=>");
        let mut own = hello;
        own["initial_prompt_value"] = json!("Q: ");
        assert_eq!(prompt(&own), "Q: U=>");
        own["final_prompt_value"] = json!("");
        assert_eq!(prompt(&own), "Q: U");
    }

    #[test]
    fn a_template_that_no_prompt_is_written_by_is_reported() {
        let hello = with_template(json!({"messages": [{"role": "user", "content": "U"}]}));
        for model in [
            "anthropic.claude-3-haiku-20240307-v1:0",
            "invoke/anthropic.claude-3-haiku-20240307-v1:0",
            "invoke/amazon.nova-lite-v1:0",
            "invoke/openai.gpt-oss-20b-1:0",
            "cohere.command-r-v1:0",
            "twelvelabs.pegasus-1-2-v1:0",
        ] {
            let mut request = hello.clone();
            if model.starts_with("twelvelabs") {
                request["video_base64"] = json!("AAAA");
            }
            let (_, warnings) = body(model, &request, &Options::default()).unwrap();
            assert_eq!(warnings, ["dropped=roles"], "{model}");
        }
    }

    #[test]
    fn a_template_that_cannot_be_read_is_refused_by_name() {
        for (name, value) in [
            ("roles", json!({"human": {"pre_message": "x"}})),
            ("roles", json!({"user": {"before": "x"}})),
            ("roles", json!("x")),
            ("bos_token", json!(1)),
        ] {
            let mut request = json!({"messages": [{"role": "user", "content": "U"}]});
            request[name] = value;
            let error = body("meta.llama2-13b-chat-v1", &request, &Options::default()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}: expected ")), "{error}");
        }
    }
}
