//! The least OpenAI-shaped server on the official SDK: no keys, no routing, no warnings, no errors worth the name, text and
//! images only. What is measured is measured against this. `PORT`; the rest is the SDK's environment.

use aws_config::BehaviorVersion;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConversationRole, ConverseStreamOutput, ImageBlock, ImageFormat, ImageSource,
    Message,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
struct Request {
    model: String,
    messages: Vec<Turn>,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    content: Content,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
enum Part {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Deserialize)]
struct ImageUrl {
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let port = std::env::var("PORT").map_or(Ok(9200), |text| text.parse())?;
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let router =
        Router::new().route("/v1/chat/completions", post(chat)).layer(DefaultBodyLimit::disable()).with_state(client);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn chat(State(client): State<Client>, body: Bytes) -> Response {
    let answered = answer(&client, &body).await;
    answered.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, format!("{error:?}")).into_response())
}

async fn answer(client: &Client, body: &[u8]) -> Result<Response, Failure> {
    let Request { model, messages, stream } = serde_json::from_slice(body)?;
    let messages = messages.into_iter().map(message).collect::<Result<Vec<_>, _>>()?;
    if stream {
        return streamed(client, model, messages).await;
    }
    let output = client.converse().model_id(&model).set_messages(Some(messages)).send().await?;
    let reply = output.output().and_then(|output| output.as_message().ok());
    let text = reply.and_then(|reply| reply.content().first()?.as_text().ok());
    let usage = output.usage().map(|usage| json!({"total_tokens": usage.total_tokens()}));
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    Ok(axum::Json(json!({"id": "1", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": usage}))
        .into_response())
}

async fn streamed(client: &Client, model: String, messages: Vec<Message>) -> Result<Response, Failure> {
    let output = client.converse_stream().model_id(&model).set_messages(Some(messages)).send().await?;
    let events = stream::unfold((Some(output.stream), model), |(events, model)| async move {
        let mut events = events?;
        loop {
            let (delta, finish) = match events.recv().await {
                Ok(Some(ConverseStreamOutput::ContentBlockDelta(event))) => match event.delta {
                    Some(ContentBlockDelta::Text(text)) => (json!({"content": text}), None),
                    _ => continue,
                },
                Ok(Some(ConverseStreamOutput::MessageStop(_))) => (json!({}), Some("stop")),
                Ok(Some(_)) => continue,
                Ok(None) => return Some((Ok(Bytes::from("data: [DONE]\n\n")), (None, model))),
                Err(error) => return Some((Err(error), (None, model))),
            };
            let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
            let chunk = json!({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]});
            return Some((Ok(Bytes::from(format!("data: {chunk}\n\n"))), (Some(events), model)));
        }
    });
    Ok(([("content-type", "text/event-stream")], Body::from_stream(events)).into_response())
}

fn message(Turn { role, content }: Turn) -> Result<Message, Failure> {
    let blocks = match content {
        Content::Text(text) => vec![ContentBlock::Text(text)],
        Content::Parts(parts) => parts.into_iter().map(block).collect::<Result<_, _>>()?,
    };
    Ok(Message::builder().role(ConversationRole::from(role.as_str())).set_content(Some(blocks)).build()?)
}

fn block(part: Part) -> Result<ContentBlock, Failure> {
    let url = match part {
        Part::Text { text } => return Ok(ContentBlock::Text(text)),
        Part::ImageUrl { image_url } => image_url.url,
    };
    let data = url.split_once(',').ok_or("not a data: URL")?.1;
    let source = ImageSource::Bytes(Blob::new(STANDARD.decode(data)?));
    Ok(ContentBlock::Image(ImageBlock::builder().format(ImageFormat::Png).source(source).build()?))
}
