//! A model family of your own: its native body as three functions, beside the built-in ones.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use bytes::Bytes;
use facade::ChatRequest;
use facade::transform::{
    Capabilities, Catalog, ChatCodec, ChatInput, Completion, Delta, Family, Model, ModelSpec, Options, TransformError,
    Warnings, body, chat,
};
use facade::types::{FinishReason, Message, Param, ParamSet};
use serde::{Deserialize, Serialize};

static PARROT: Family = Family::new("acme_parrot")
    .with_models(&[Model::new("acme.parrot-", Capabilities::NONE).preferring_invoke()])
    .with_chat(ChatCodec::new(ParamSet::of(&[Param::MaxTokens]), request, response, || Box::new(decode)));

#[derive(Serialize)]
struct Request<'a> {
    say: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

#[derive(Deserialize)]
struct Response {
    said: String,
}

fn request(input: &ChatInput<'_>, _: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let last = input.messages.last();
    let Some(Message::User(user)) = last else {
        return Err(TransformError::invalid("messages", "a parrot needs a user"));
    };
    let say = user.content.as_text().ok_or_else(|| TransformError::invalid("messages", "a parrot reads plain text"))?;
    body(&Request { say, limit: input.max_tokens }, &input.extra)
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let response: Response =
        serde_json::from_slice(body).map_err(|error| TransformError::malformed("acme_parrot", error))?;
    Ok(Completion::text(response.said, FinishReason::Stop, None))
}

fn decode(chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
    let response: Response =
        serde_json::from_slice(chunk).map_err(|error| TransformError::malformed("acme_parrot", error))?;
    out(Delta::Text(response.said.into()));
    out(Delta::Finish(FinishReason::Stop));
    Ok(())
}

fn main() -> Result<(), TransformError> {
    let catalog = Catalog::builtin().with(&PARROT);
    let request = ChatRequest::new("bedrock/acme.parrot-v1:0").user("Hello").max_tokens(5);
    let call = chat(&request, &ModelSpec::resolve(&request.model, &catalog)?, &Options::default())?;
    println!("{:?} {}", call.outgoing.operation, String::from_utf8_lossy(&call.outgoing.body));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_from_outside_is_called_by_its_own_body() {
        let catalog = Catalog::builtin().with(&PARROT);
        let request = ChatRequest::new("acme.parrot-v1:0").user("Hello").max_tokens(5);
        let call = chat(&request, &ModelSpec::resolve(&request.model, &catalog).unwrap(), &Options::default()).unwrap();
        assert_eq!(call.outgoing.body, r#"{"say":"Hello","limit":5}"#);
    }
}
