//! Every fault, on both operations.

use std::time::{Duration, Instant};

use bedrock_emulator::{Emulator, Fault};

use crate::client::{self, MODEL, hello};

#[tokio::test]
async fn a_scripted_throttle_refuses_so_many_calls() {
    let emulator = Emulator::start().await.unwrap();
    emulator.script("throttle=2".parse().unwrap());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client::converse(&emulator, &hello()).await.status);
    }
    assert_eq!(statuses, [429, 429, 200]);
}

#[tokio::test]
async fn a_throttle_in_a_header_lets_the_retry_after_it_through() {
    let emulator = Emulator::start().await.unwrap();
    let mut replies = Vec::new();
    for _ in 0..3 {
        replies.push(client::with_fault(&emulator, "converse-stream", "throttle=2").await.unwrap());
    }
    assert_eq!(replies[0].refusal(), "429 ThrottlingException: Too many requests, please wait before trying again.");
    assert_eq!(replies.iter().map(|reply| reply.status).collect::<Vec<_>>(), [429, 429, 200]);
}

#[tokio::test]
async fn a_status_comes_with_its_exception() {
    let emulator = Emulator::start().await.unwrap();
    let table = [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (408, "ModelTimeoutException"),
        (424, "ModelErrorException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
    ];
    for (status, exception) in table {
        emulator.script(format!("status={status}").parse().unwrap());
        let refusal = client::converse(&emulator, &hello()).await.refusal();
        assert!(refusal.starts_with(&format!("{status} {exception}: ")), "{refusal}");
    }
}

#[tokio::test]
async fn an_exception_frame_follows_so_many_events() {
    let emulator = Emulator::start().await.unwrap();
    let reply =
        client::with_fault(&emulator, "converse-stream", "exception=throttlingException;after=2").await.unwrap();
    let (frames, rest) = reply.frames();
    assert_eq!((reply.status, rest, reply.whole), (200, 0, true));
    assert_eq!(reply.frame_names(), ["messageStart", "contentBlockDelta", "throttlingException"]);
    assert_eq!(frames[2].message_type, "exception");
    assert_eq!(frames[2].payload["message"], "Too many requests, please wait before trying again.");

    let unary = client::with_fault(&emulator, "converse", "exception=modelStreamErrorException").await.unwrap();
    assert!(unary.refusal().starts_with("424 ModelStreamErrorException: "), "{}", unary.refusal());
}

#[tokio::test]
async fn an_error_frame_has_a_code() {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::with_fault(&emulator, "converse-stream", "error-frame;after=0").await.unwrap();
    let (frames, _) = reply.frames();
    assert_eq!(
        (frames[0].message_type.as_str(), frames[0].name.as_str(), frames.len()),
        ("error", "InternalFailure", 1)
    );
    assert_eq!(client::with_fault(&emulator, "converse", "error-frame").await.unwrap().status, 500);
}

#[tokio::test]
async fn a_truncated_stream_ends_between_two_frames_and_a_cut_one_within() {
    let emulator = Emulator::start().await.unwrap();
    let truncated = client::with_fault(&emulator, "converse-stream", "truncate;after=3").await.unwrap();
    assert_eq!((truncated.frames().0.len(), truncated.frames().1, truncated.whole), (3, 0, true));
    let cut = client::with_fault(&emulator, "converse-stream", "cut;after=3").await.unwrap();
    assert_eq!((cut.frames().0.len(), cut.whole), (3, true));
    assert!(cut.frames().1 > 0, "half a frame is left");
}

#[tokio::test]
async fn a_json_answer_is_cut_with_and_without_an_end() {
    let emulator = Emulator::start().await.unwrap();
    for (fault, whole) in [("truncate", true), ("cut", false), ("reset;after=1", false)] {
        let reply = client::with_fault(&emulator, "converse", fault).await.unwrap();
        assert_eq!((reply.status, reply.whole), (200, whole), "{fault}");
        assert!(serde_json::from_slice::<serde_json::Value>(&reply.body()).is_err(), "{fault}");
    }
}

#[tokio::test]
async fn a_reset_comes_before_or_within_the_answer() {
    let emulator = Emulator::start().await.unwrap();
    for operation in ["converse", "converse-stream"] {
        let error = client::with_fault(&emulator, operation, "reset").await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{operation}");
    }
    let reply = client::with_fault(&emulator, "converse-stream", "reset;after=2").await.unwrap();
    assert_eq!((reply.frames().0.len(), reply.whole), (2, false));
}

#[tokio::test]
async fn a_stall_sends_so_much_and_then_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let head = client::head("converse-stream", MODEL, Some("stall;after=2"));
    let mut stream = client::open(&emulator, &head, hello().to_string().as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let silent = loop {
        let mut buffer = [0; 4096];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer);
        match tokio::time::timeout(Duration::from_millis(300), read).await {
            Ok(read) => {
                let length = read.unwrap();
                assert_ne!(length, 0, "the connection stays open");
                bytes.extend_from_slice(&buffer[..length]);
            }
            Err(_) => break true,
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    assert!(silent && text.contains("contentBlockDelta") && !text.contains("messageStop"));
}

#[tokio::test]
async fn a_slow_stream_waits_before_every_event() {
    let emulator = Emulator::start().await.unwrap();
    let start = Instant::now();
    let reply = client::with_fault(&emulator, "converse-stream", "slow=20").await.unwrap();
    let events = u32::try_from(reply.frames().0.len()).unwrap();
    assert!(start.elapsed() >= events * Duration::from_millis(20));
}

#[tokio::test]
async fn a_proxy_in_the_way_answers_html() {
    let emulator = Emulator::start().await.unwrap();
    for (fault, status) in [("html", 200), ("html=502", 502)] {
        let reply = client::with_fault(&emulator, "converse-stream", fault).await.unwrap();
        assert_eq!((reply.status, reply.header("content-type")), (status, "text/html; charset=utf-8"));
        assert!(reply.text().starts_with("<html>"));
    }
}

#[tokio::test]
async fn a_json_error_may_come_as_a_success() {
    let emulator = Emulator::start().await.unwrap();
    for (operation, content_type) in
        [("converse", "application/json"), ("converse-stream", "application/vnd.amazon.eventstream")]
    {
        let reply = client::with_fault(&emulator, operation, "json-200").await.unwrap();
        assert_eq!((reply.status, reply.header("content-type")), (200, content_type));
        assert!(reply.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_model_id_can_name_a_fault() {
    let emulator = Emulator::start().await.unwrap();
    let call = async |operation: &str, model: &str| {
        client::raw(&emulator, &client::head(operation, model, None), hello().to_string().as_bytes()).await.unwrap()
    };
    assert_eq!(call("converse", "emulator.fault.status%3A503").await.status, 503);
    let reply = call("converse-stream", "emulator.fault.exception:validationException.after:1").await;
    assert_eq!(reply.frame_names(), ["messageStart", "validationException"]);
    assert_eq!(
        call("converse", "emulator.fault.nonsense").await.refusal(),
        "400 ValidationException: bedrock-emulator: `nonsense` is not a fault; examples are `throttle=2`, `status=503`, \
         `stall;after=2`"
    );
}

#[tokio::test]
async fn a_fault_that_a_call_names_leaves_the_script_alone() {
    let emulator = Emulator::start().await.unwrap();
    emulator.script("status=503".parse::<Fault>().unwrap());
    assert_eq!(client::with_fault(&emulator, "converse", "status=500").await.unwrap().status, 500);
    assert_eq!(client::converse(&emulator, &hello()).await.status, 503);
    assert_eq!(client::converse(&emulator, &hello()).await.status, 200);
}
