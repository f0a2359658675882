//! A client of a few lines: HTTP/1.1 by hand, so that a test sees the bytes and where they end.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bedrock_emulator::Emulator;
use bytes::{Buf, BytesMut};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1%3A0";
pub(crate) const SIGV4: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request, \
                                SignedHeaders=host;x-amz-date, Signature=0123";

/// An answer, read to the end of the connection.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// The body as the server wrote it, chunk by chunk; one piece if it came with a length.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// Whether the body's end was there.
    pub(crate) whole: bool,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body()).unwrap()
    }

    /// `400 ValidationException: the message`.
    pub(crate) fn refusal(&self) -> String {
        let exception = self.header("x-amzn-errortype").split(':').next().unwrap();
        format!("{} {exception}: {}", self.status, self.json()["message"].as_str().unwrap())
    }

    /// The frames of the body, and how many bytes are left over.
    pub(crate) fn frames(&self) -> (Vec<Frame>, usize) {
        let body = self.body();
        let mut buffer = BytesMut::from(body.as_slice());
        let mut decoder = MessageFrameDecoder::new();
        let mut frames = Vec::new();
        while buffer.has_remaining() {
            match decoder.decode_frame(&mut buffer).unwrap() {
                DecodedFrame::Incomplete => break,
                DecodedFrame::Complete(message) => {
                    let header = |name: &str| {
                        let header = message.headers().iter().find(|header| header.name().as_str() == name);
                        header.map(|header| header.value().as_string().unwrap().as_str().to_owned()).unwrap_or_default()
                    };
                    frames.push(Frame {
                        message_type: header(":message-type"),
                        name: header(":event-type") + &header(":exception-type") + &header(":error-code"),
                        payload: serde_json::from_slice(message.payload()).unwrap_or(Value::Null),
                    });
                }
            }
        }
        (frames, buffer.remaining())
    }

    pub(crate) fn frame_names(&self) -> Vec<String> {
        self.frames().0.into_iter().map(|frame| frame.name).collect()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) message_type: String,
    /// The event's type, the exception's, or the error's code.
    pub(crate) name: String,
    pub(crate) payload: Value,
}

/// Sends a request's bytes and reads what comes until the server closes.
pub(crate) async fn raw(emulator: &Emulator, head: &str, body: &[u8]) -> std::io::Result<Reply> {
    let mut stream = open(emulator, head, body).await?;
    let mut bytes = Vec::new();
    // A reset is an error only if nothing came before it.
    let read = stream.read_to_end(&mut bytes).await;
    if bytes.is_empty() {
        read?;
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(parse(&bytes))
}

/// Sends a request's bytes and leaves the connection open.
pub(crate) async fn open(emulator: &Emulator, head: &str, body: &[u8]) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(emulator.addr()).await?;
    let head = format!("{head}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    Ok(stream)
}

fn parse(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let rest = &bytes[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let (chunks, whole) = if chunked { unchunk(rest) } else { (vec![rest.to_vec()], true) };
    Reply { status, headers, chunks, whole }
}

fn unchunk(mut bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut chunks = Vec::new();
    loop {
        let Some(line) = bytes.windows(2).position(|window| window == b"\r\n") else { return (chunks, false) };
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return (chunks, true);
        }
        chunks.push(bytes[line + 2..line + 2 + length].to_vec());
        bytes = &bytes[line + 2 + length + 2..];
    }
}

pub(crate) fn head(operation: &str, model: &str, fault: Option<&str>) -> String {
    let fault = fault.map(|fault| format!("\r\nx-emulator-fault: {fault}")).unwrap_or_default();
    format!(
        "POST /model/{model}/{operation} HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: {SIGV4}{fault}"
    )
}

pub(crate) async fn converse(emulator: &Emulator, body: &Value) -> Reply {
    raw(emulator, &head("converse", MODEL, None), body.to_string().as_bytes()).await.unwrap()
}

pub(crate) async fn converse_stream(emulator: &Emulator, body: &Value) -> Reply {
    raw(emulator, &head("converse-stream", MODEL, None), body.to_string().as_bytes()).await.unwrap()
}

pub(crate) async fn with_fault(emulator: &Emulator, operation: &str, fault: &str) -> std::io::Result<Reply> {
    raw(emulator, &head(operation, MODEL, Some(fault)), hello().to_string().as_bytes()).await
}

pub(crate) fn hello() -> Value {
    user("Hello, you.")
}

pub(crate) fn user(text: &str) -> Value {
    json!({ "messages": [{ "role": "user", "content": [{ "text": text }] }] })
}

/// The request with more top-level members.
pub(crate) fn with(mut request: Value, members: Value) -> Value {
    let Value::Object(members) = members else { panic!("members come as an object") };
    for (name, value) in members {
        request[name] = value;
    }
    request
}

pub(crate) fn weather_tool() -> Value {
    json!({ "toolSpec": {
        "name": "get_weather",
        "description": "The current weather of a city",
        "inputSchema": { "json": {
            "type": "object",
            "properties": { "city": { "type": "string" }, "unit": { "enum": ["celsius", "fahrenheit"] } },
            "required": ["city"],
        } },
    } })
}
