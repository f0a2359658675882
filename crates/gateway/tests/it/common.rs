//! A gateway in front of an emulator, both on real sockets.

use std::time::Duration;

use bedrock_emulator::Emulator;
use gateway::{App, Config, Deployments, Environment, Limits};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Gateway {
    pub(crate) emulator: Emulator,
    pub(crate) addr: std::net::SocketAddr,
    client: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// `status type code param message`
    pub(crate) fn error(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        let word = |name: &str| error[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}: {}", self.status, word("type"), word("code"), word("param"), word("message"))
    }

    /// The `data:` of every event; fails on anything that is not one.
    pub(crate) fn events(&self) -> Vec<String> {
        let events: Vec<&str> = self.text.split_terminator("\n\n").collect();
        assert!(self.text.ends_with("\n\n"), "{}", self.text);
        events.iter().map(|event| event.strip_prefix("data: ").unwrap().to_owned()).collect()
    }

    pub(crate) fn chunks(&self) -> Vec<Value> {
        let events = self.events();
        events.iter().filter(|e| *e != "[DONE]").map(|event| serde_json::from_str(event).unwrap()).collect()
    }
}

impl Gateway {
    /// With two models, `nova` and any `bedrock/*`, and what `settings` adds to the file.
    pub(crate) async fn start(settings: &str) -> Self {
        Self::with_params(", max_retries: 0", settings).await
    }

    /// `params` goes into the `litellm_params` of `nova`.
    pub(crate) async fn with_params(params: &str, settings: &str) -> Self {
        Self::of("nova", "bedrock/us.amazon.nova-lite-v1:0", params, settings).await
    }

    /// With `own` for this model.
    pub(crate) async fn serving(model: &str, params: &str, settings: &str) -> Self {
        Self::of("own", model, params, settings).await
    }

    pub(crate) async fn of(name: &str, model: &str, params: &str, settings: &str) -> Self {
        Self::routed(settings, |keys| {
            format!(
                "- model_name: {name}\n  litellm_params: {{model: \"{model}\", {keys}{params}}}\n\
                 - model_name: \"bedrock/*\"\n  litellm_params: {{model: \"bedrock/*\", {keys}}}\n"
            )
        })
        .await
    }

    /// With the `model_list` that `models` makes of what every entry needs.
    pub(crate) async fn routed(settings: &str, models: impl FnOnce(&str) -> String) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let keys = format!(
            "aws_access_key_id: AKID, aws_secret_access_key: secret, aws_region_name: us-east-1, \
             aws_bedrock_runtime_endpoint: \"{}\"",
            emulator.url()
        );
        let yaml = format!("model_list:\n{}{settings}\n", models(&keys));
        let config = Config::parse("config.yaml".as_ref(), &yaml, Environment::default()).unwrap();
        // Names of faults are no models.
        let warnings = config.warnings().iter().filter(|warning| !warning.contains("nothing is known of"));
        assert_eq!(warnings.collect::<Vec<_>>(), &[] as &[&String]);
        let deployments = Deployments::connect(&config).await.unwrap();
        let router = App::new(&config, deployments).router();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(gateway::serve(listener, router, Limits::default(), std::future::pending()));
        Self { emulator, addr, client: reqwest::Client::new() }
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("http://{}{path}", self.addr))
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("http://{}{path}", self.addr))
    }

    pub(crate) async fn chat(&self, body: &Value) -> Answer {
        finish(self.post("/v1/chat/completions").json(body)).await
    }

    pub(crate) async fn chat_text(&self, body: impl Into<String>) -> Answer {
        finish(self.post("/v1/chat/completions").body(body.into())).await
    }

    /// Sends a chat request on a connection of its own, and reads until `marker` comes.
    pub(crate) async fn connection(&self, body: &Value, marker: &str) -> TcpStream {
        self.connection_to("/v1/chat/completions", body, marker).await
    }

    /// Sends a request on a connection of its own, and reads until `marker` comes.
    pub(crate) async fn connection_to(&self, path: &str, body: &Value, marker: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.addr).await.unwrap();
        let body = body.to_string();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        let mut seen = String::new();
        let mut buffer = [0; 1024];
        while !seen.contains(marker) {
            let read = socket.read(&mut buffer).await.unwrap();
            assert_ne!(read, 0, "{seen}");
            seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        socket
    }

    /// The body of the only request that reached AWS.
    pub(crate) fn sent(&self) -> Value {
        let requests = self.emulator.requests();
        assert_eq!(requests.len(), 1);
        serde_json::from_slice(&requests[0].body).unwrap()
    }

    /// Waits until AWS was called so often.
    pub(crate) async fn asked(&self, times: usize) {
        for _ in 0..2_000 {
            if self.emulator.requests().len() >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("AWS was called {} times, not {times}", self.emulator.requests().len());
    }

    /// Waits until AWS has so many calls open.
    pub(crate) async fn open_calls(&self, expected: usize) {
        for _ in 0..2_000 {
            if self.emulator.open_calls() == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} calls are open, not {expected}", self.emulator.open_calls());
    }
}

pub(crate) async fn finish(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// A question to `nova`, with `more` on top.
pub(crate) fn question(more: Value) -> Value {
    let mut body = json!({"model": "nova", "messages": [{"role": "user", "content": "Say hello"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}
