//! `POST /v1/completions`: OpenAI's legacy text completions, as one user message of a chat each.

use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::response::Response;
use facade::transform::Delivery;
use facade::types::{ChatChunk, ChatResponse, Extra, FinishReason, RawJson, Usage};
use facade::{ChatRequest, Error, ErrorBody};
use futures::{StreamExt as _, TryStreamExt as _};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::deployments::{Deployment, Found};
use crate::error::ApiError;
use crate::router::{Answer, Prepared, Routed, Whole, route};
use crate::routes::body;
use crate::{betas, observe, sse};

/// Most prompts of a request that are asked at once.
const AT_ONCE: usize = 10;

/// One call for each prompt.
pub(crate) async fn complete(
    app: Caller,
    model: Option<Path<String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let mut fields: Extra = body::request(&body).await?;
    if let Some(Path(model)) = model {
        fields.insert("model", RawJson::from_value(&model).map_err(|_| wrong("model", "is not a name"))?);
    }
    if let Some(flags) = betas::of_headers(&headers) {
        betas::add(&mut fields, &flags);
    }
    let prompts = prompts(fields.remove("prompt"))?;
    let echo = flag(&mut fields, "echo")?;
    refuse(&mut fields, prompts.len())?;
    let is_one = prompts.len() == 1;
    let requests = prompts.into_iter().map(|prompt| {
        let request = request(&fields, &prompt)?;
        if request.stream == Some(true) && !is_one {
            return Err(wrong("prompt", "a stream takes one prompt; send each in a request of its own"));
        }
        Ok(Text { request, echo: echo.then_some(prompt) })
    });
    let requests: Vec<_> = requests.collect::<Result<_, _>>()?;
    let app = &app;
    let calls = requests.into_iter().map(|request| async move {
        let copy = request.clone();
        route(app, request, || Ok(copy.clone())).await
    });
    let mut answers: Vec<Response> = futures::stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
    match answers.len() {
        1 => Ok(answers.swap_remove(0)),
        _ => together(answers).await,
    }
}

/// A text completion, as the chat that it becomes.
#[derive(Debug, Clone)]
struct Text {
    request: ChatRequest,
    /// What the answer is to repeat.
    echo: Option<String>,
}

impl Routed for Text {
    type Call = (<ChatRequest as Routed>::Call, Option<String>);

    fn model(&mut self) -> &mut String {
        &mut self.request.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.request.extra
    }

    fn metadata(&mut self) -> Option<&RawJson> {
        self.request.metadata.as_ref()
    }

    async fn prepare(self, found: &Found<'_>) -> Result<Prepared<Self::Call>, Error> {
        let Prepared { call, route, warnings } = self.request.prepare(found).await?;
        Ok(Prepared { call: (call, self.echo), route, warnings })
    }

    async fn send(((call, delivery), echo): Self::Call, deployment: &Deployment) -> Result<Answer, Error> {
        if delivery == Delivery::Stream {
            let stream = deployment.chat_stream(call).await?;
            let stream = sse::open(stream, deployment.keepalive(), sse::Shape::Text { echo }).await?;
            return Ok(Answer::Stream(Box::new(stream)));
        }
        let reply = deployment.chat(call).await?;
        observe::uses(&reply);
        let completion = Completion::of_answer(&reply.value, echo.as_deref());
        Ok(Answer::Whole(Whole {
            response: body::answer(&completion, reply.request_id.as_deref()),
            tokens: reply.value.usage.map_or(0, |usage| usage.total_tokens),
            filtered: reply.value.choices.iter().any(|choice| choice.finish_reason == FinishReason::ContentFilter),
            warnings: Some(reply.warnings),
        }))
    }
}

/// A text, or a list of texts.
fn prompts(given: Option<RawJson>) -> Result<Vec<String>, ApiError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Prompt {
        One(String),
        Many(Vec<String>),
    }
    let given = given.filter(|given| !given.is_null()).ok_or_else(|| wrong("prompt", "is missing"))?;
    match given.read() {
        Ok(Prompt::One(text)) => Ok(vec![text]),
        Ok(Prompt::Many(texts)) if !texts.is_empty() => Ok(texts),
        Ok(Prompt::Many(_)) => Err(wrong("prompt", "is empty")),
        Err(_) => Err(wrong("prompt", "expected a text or a list of texts; token ids are OpenAI's own")),
    }
}

/// What no chat can do. Neutral values are as good as none.
fn refuse(fields: &mut Extra, prompts: usize) -> Result<(), ApiError> {
    let best_of = number(fields, "best_of")?;
    let n = fields.value("n").and_then(|n| n.read::<Option<i64>>().ok().flatten()).unwrap_or(1);
    if best_of.is_some_and(|best_of| best_of != n) {
        return Err(unsupported("best_of", "Bedrock gives one answer, and nothing to choose from"));
    }
    if n > 1 && prompts > 1 {
        return Err(unsupported("n", "with several prompts there is one answer each"));
    }
    if number(fields, "logprobs")?.is_some_and(|most| most > 0) {
        return Err(unsupported("logprobs", "Bedrock tells no log probabilities"));
    }
    let suffix = fields.remove("suffix").filter(|suffix| !suffix.is_null() && suffix.as_str() != r#""""#);
    if suffix.is_some() {
        return Err(unsupported("suffix", "a chat goes on where the prompt ends; it cannot fill a gap"));
    }
    Ok(())
}

/// The same as a chat.
fn request(fields: &Extra, prompt: &str) -> Result<ChatRequest, ApiError> {
    #[derive(Serialize)]
    struct User<'a> {
        role: &'static str,
        content: &'a str,
    }
    let mut fields = fields.clone();
    let messages = RawJson::from_value(&[User { role: "user", content: prompt }]);
    fields.insert("messages", messages.map_err(|_| wrong("prompt", "is not text"))?);
    body::parse(&serde_json::to_vec(&fields).unwrap_or_default())
}

fn flag(fields: &mut Extra, name: &'static str) -> Result<bool, ApiError> {
    let Some(given) = fields.remove(name) else { return Ok(false) };
    given.read::<Option<bool>>().map(Option::unwrap_or_default).map_err(|_| wrong(name, "expected true or false"))
}

fn number(fields: &mut Extra, name: &'static str) -> Result<Option<i64>, ApiError> {
    let Some(given) = fields.remove(name) else { return Ok(None) };
    given.read::<Option<i64>>().map_err(|_| wrong(name, "expected a whole number"))
}

fn wrong(name: &'static str, reason: &str) -> ApiError {
    ApiError::invalid(format!("{name}: {reason}")).with_param(name)
}

fn unsupported(name: &'static str, reason: &str) -> ApiError {
    let body = ErrorBody::new("invalid_request_error", format!("{name}: {reason}"));
    ApiError::new(StatusCode::BAD_REQUEST, body.param(name).code("unsupported_parameter"))
}

/// An answer, or a chunk of one. <https://platform.openai.com/docs/api-reference/completions/object>
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Completion {
    id: String,
    object: String,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Choice {
    text: String,
    index: u32,
    logprobs: Option<()>,
    finish_reason: Option<FinishReason>,
}

impl Completion {
    /// The whole answer, after what it is to repeat.
    pub(crate) fn of_answer(answer: &ChatResponse, echo: Option<&str>) -> Self {
        let choices = answer.choices.iter().map(|choice| {
            let text = choice.message.content.as_deref().or(choice.message.refusal.as_deref()).unwrap_or_default();
            let text = format!("{}{text}", echo.unwrap_or_default());
            Choice { text, index: choice.index, logprobs: None, finish_reason: Some(choice.finish_reason) }
        });
        Self::new(&answer.id, answer.created, &answer.model, choices.collect(), answer.usage)
    }

    /// A chunk of it; `None` if the chunk has nothing that this shape has a place for.
    pub(crate) fn of_chunk(chunk: &ChatChunk, echo: Option<&str>) -> Option<Self> {
        let choices = chunk.choices.iter().filter_map(|choice| {
            let text = choice.delta.content.as_deref().unwrap_or_default();
            let text = format!("{}{text}", echo.unwrap_or_default());
            let says = !text.is_empty() || choice.finish_reason.is_some();
            says.then_some(Choice { text, index: choice.index, logprobs: None, finish_reason: choice.finish_reason })
        });
        let (choices, usage) = (choices.collect::<Vec<_>>(), chunk.usage.flatten());
        let says = !choices.is_empty() || usage.is_some();
        says.then(|| Self::new(&chunk.id, chunk.created, &chunk.model, choices, usage))
    }

    fn new(id: &str, created: u64, model: &str, choices: Vec<Choice>, usage: Option<Usage>) -> Self {
        let id = format!("cmpl-{}", id.trim_start_matches("chatcmpl-"));
        Self { id, object: "text_completion".to_owned(), created, model: model.to_owned(), choices, usage }
    }
}

/// One answer of the answers to several prompts.
async fn together(answers: Vec<Response>) -> Result<Response, ApiError> {
    let failed = |_| {
        let body = ErrorBody::new("server_error", "the answers to the prompts cannot be put together");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, body)
    };
    let mut whole: Option<(http::response::Parts, Completion)> = None;
    for (index, answer) in (0..).zip(answers) {
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| failed(error.to_string()))?;
        let mut next: Completion = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        next.choices.iter_mut().for_each(|choice| choice.index = index);
        match &mut whole {
            None => whole = Some((parts, next)),
            Some((_, first)) => {
                first.choices.append(&mut next.choices);
                // Unknown, if one of them is.
                first.usage = first.usage.zip(next.usage).map(|(one, other)| observe::sum(one, other));
            }
        }
    }
    let (mut parts, whole) = whole.ok_or_else(|| wrong("prompt", "is empty"))?;
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(serde_json::to_vec(&whole).unwrap_or_default())))
}
