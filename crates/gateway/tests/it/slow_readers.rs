//! A caller who reads slowly holds back AWS, not the gateway's memory; and a caller who reads on while the gateway stops.
//! For Linux: memory and rest are read from `/proc`.

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bedrock_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::process::Process;

/// The gateway, and sockets to it.
struct Served {
    process: Process,
    addr: SocketAddr,
}

impl Served {
    fn start(args: &[&str], env: &[(&str, &str)]) -> Self {
        let process = Process::serve(args, env);
        let addr = process.url.trim_start_matches("http://").parse().unwrap();
        Self { process, addr }
    }

    /// Sends a streamed question on a socket that takes in little. HTTP/1.0: the body is the events and nothing else.
    async fn ask(&self, model: &str, messages: Value) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let mut socket = socket.connect(self.addr).await.unwrap();
        let body = json!({"model": model, "messages": messages, "stream": true}).to_string();
        let head = format!("POST /v1/chat/completions HTTP/1.0\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        socket
    }

    /// Memory in use, in bytes.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Waits until it does nothing more: until its processor time stands still.
    async fn rest(&self) {
        let ticks = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
            // The command's name, in parentheses, may hold anything; user and system time are the 12th and 13th after it.
            let (_, fields) = stat.rsplit_once(')').unwrap();
            fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum::<u64>()
        };
        let mut before = None;
        while before != Some(ticks()) {
            before = Some(ticks());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits until nobody is let in any more.
    async fn refuses(&self) -> bool {
        for _ in 0..2_000 {
            if TcpStream::connect(self.addr).await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }
}

/// Reads up to the first event.
async fn first_event(socket: &mut TcpStream) -> Vec<u8> {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("data: {") {
        assert_ne!(socket.read_buf(&mut seen).await.unwrap(), 0, "{}", String::from_utf8_lossy(&seen));
    }
    seen
}

/// The text of the events' deltas; fails on a stream that is not complete.
fn content(answer: &[u8]) -> String {
    let answer = std::str::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200"), "{answer}");
    assert!(body.ends_with("data: [DONE]\n\n"), "{}", &body[body.len().saturating_sub(500)..]);
    let events = body.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
    let chunks = events.filter(|event| *event != "[DONE]").map(|event| serde_json::from_str::<Value>(event).unwrap());
    chunks.filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn a_caller_who_does_not_read_holds_back_aws_and_not_memory() {
    const MEGABYTE: u64 = 1024 * 1024;
    let emulator = Emulator::start().await.unwrap();
    let endpoint = emulator.url();
    let served = Served::start(
        &[],
        &[
            ("AWS_BEDROCK_RUNTIME_ENDPOINT", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
        ],
    );
    // The emulator repeats what a tool answered, in deltas of twelve characters and some: about 60 MB of events.
    let long = "slowly read ".repeat(240_000);
    let messages = json!([
        {"role": "user", "content": "Ask the tool"},
        {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "a", "content": long},
    ]);
    let mut socket = served.ask("bedrock/us.amazon.nova-lite-v1:0", messages).await;
    let mut answer = first_event(&mut socket).await;
    let before = served.resident();
    served.rest().await;
    let grown = served.resident().saturating_sub(before);
    // Most of it is what the allocator holds back for the next call.
    assert!(grown < 20 * MEGABYTE, "{grown} bytes are kept for a caller who does not read");
    assert_eq!(emulator.open_calls(), 1);
    socket.read_to_end(&mut answer).await.unwrap();
    assert!(content(&answer).contains(&long));
    assert_eq!(emulator.open_calls(), 0);
}

#[tokio::test]
async fn a_stream_outlives_the_signal_to_stop() {
    let mut served = Served::start(&["--emulator"], &[]);
    // 50 ms before every event.
    let question = json!([{"role": "user", "content": "Say hello"}]);
    let mut socket = served.ask("bedrock/converse/emulator.fault.slow:50", question).await;
    let mut answer = first_event(&mut socket).await;
    served.process.signal("TERM");
    served.process.logged("stopping");
    assert!(served.refuses().await, "a new connection is taken after the signal");
    socket.read_to_end(&mut answer).await.unwrap();
    assert!(content(&answer).starts_with("You said: \"Say hello\"."), "{}", content(&answer));
    assert_eq!(served.process.ended().await, Some(0));
}

#[tokio::test]
async fn under_load_streams_that_were_begun_are_finished_and_then_it_ends() {
    let mut served = Served::start(&["--emulator"], &[]);
    let question = json!([{"role": "user", "content": "Say hello"}]);
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = served.ask("bedrock/converse/emulator.fault.slow:20", question.clone()).await;
        let answer = first_event(&mut socket).await;
        sockets.push((socket, answer));
    }
    served.process.signal("TERM");
    served.process.logged("stopping");
    for (mut socket, mut answer) in sockets {
        socket.read_to_end(&mut answer).await.unwrap();
        assert!(content(&answer).starts_with("You said: \"Say hello\"."), "{}", content(&answer));
    }
    assert_eq!(served.process.ended().await, Some(0));
}

#[tokio::test]
async fn a_stream_that_does_not_end_holds_the_server_no_longer_than_the_limit() {
    let folder = std::env::temp_dir().join(format!("pumice-drain-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let config = folder.join("config.yaml");
    let yaml = "model_list: [{model_name: \"*\", litellm_params: {model: \"bedrock/*\"}}]\ngeneral_settings: {drain_seconds: 0.5}\n";
    fs::write(&config, yaml).unwrap();
    let mut served = Served::start(&["--emulator", "--config", config.to_str().unwrap()], &[]);
    let question = json!([{"role": "user", "content": "Say hello"}]);
    let mut socket = served.ask("bedrock/converse/emulator.fault.stall.after:2", question).await;
    let mut answer = first_event(&mut socket).await;
    let begun = Instant::now();
    served.process.signal("TERM");
    assert_eq!(served.process.ended().await, Some(0));
    assert!(begun.elapsed() >= Duration::from_millis(500), "it did not wait");
    // The caller sees that this is no end.
    let _ = socket.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("[DONE]"));
    fs::remove_dir_all(&folder).unwrap();
}
