//! What AWS's failures look like to a caller.

use crate::common::{Gateway, question};
use bedrock_emulator::Fault;
use serde_json::json;

#[tokio::test]
async fn an_error_before_the_first_output_has_its_status_also_in_a_stream() {
    let gateway = Gateway::start("").await;
    let mut lines = Vec::new();
    for fault in [
        "throttle",
        "status=503",
        "status=500",
        "html=502",
        "json-200",
        "reset",
        "exception=throttlingException;after=0",
        "error-frame;after=0",
        "truncate;after=0",
    ] {
        for stream in [false, true] {
            gateway.emulator.script(fault.parse().unwrap());
            let answer = gateway.chat(&question(json!({"stream": stream}))).await;
            assert_eq!(answer.header("content-type"), "application/json", "{fault}");
            lines.push(format!("{fault} {stream} [{}]: {}", answer.header("x-amzn-requestid"), answer.error()));
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    throttle false [00000000-0000-4000-8000-000000000001]: 429 rate_limit_error rate_limit_exceeded -: ThrottlingException: Too many requests, please wait before trying again. (request id 00000000-0000-4000-8000-000000000001)
    throttle true [00000000-0000-4000-8000-000000000002]: 429 rate_limit_error rate_limit_exceeded -: ThrottlingException: Too many requests, please wait before trying again. (request id 00000000-0000-4000-8000-000000000002)
    status=503 false [00000000-0000-4000-8000-000000000003]: 503 server_error ServiceUnavailableException -: ServiceUnavailableException: Bedrock is unable to process your request. (request id 00000000-0000-4000-8000-000000000003)
    status=503 true [00000000-0000-4000-8000-000000000004]: 503 server_error ServiceUnavailableException -: ServiceUnavailableException: Bedrock is unable to process your request. (request id 00000000-0000-4000-8000-000000000004)
    status=500 false [00000000-0000-4000-8000-000000000005]: 500 server_error InternalServerException -: InternalServerException: The system encountered an unexpected error during processing. Try your request again. (request id 00000000-0000-4000-8000-000000000005)
    status=500 true [00000000-0000-4000-8000-000000000006]: 500 server_error InternalServerException -: InternalServerException: The system encountered an unexpected error during processing. Try your request again. (request id 00000000-0000-4000-8000-000000000006)
    html=502 false [00000000-0000-4000-8000-000000000007]: 502 server_error HTTP 502 -: HTTP 502: <html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html> (request id 00000000-0000-4000-8000-000000000007)
    html=502 true [00000000-0000-4000-8000-000000000008]: 502 server_error HTTP 502 -: HTTP 502: <html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html> (request id 00000000-0000-4000-8000-000000000008)
    json-200 false [00000000-0000-4000-8000-000000000009]: 502 server_error MalformedResponse -: MalformedResponse: converse answered an unreadable body: there is no output.message (request id 00000000-0000-4000-8000-000000000009)
    json-200 true [00000000-0000-4000-8000-00000000000a]: 502 server_error StreamInterrupted -: StreamInterrupted: a frame of the stream has an impossible length of 2065853797 bytes (request id 00000000-0000-4000-8000-00000000000a)
    reset false []: 502 server_error ConnectionError -: ConnectionError: dispatch failure: io error: client error (SendRequest): connection error: Connection reset by peer (os error 104)
    reset true []: 502 server_error ConnectionError -: ConnectionError: dispatch failure: io error: client error (SendRequest): connection error: Connection reset by peer (os error 104)
    exception=throttlingException;after=0 false [00000000-0000-4000-8000-00000000000d]: 429 rate_limit_error rate_limit_exceeded -: ThrottlingException: Too many requests, please wait before trying again. (request id 00000000-0000-4000-8000-00000000000d)
    exception=throttlingException;after=0 true [00000000-0000-4000-8000-00000000000e]: 429 rate_limit_error rate_limit_exceeded -: ThrottlingException: Too many requests, please wait before trying again. (request id 00000000-0000-4000-8000-00000000000e)
    error-frame;after=0 false [00000000-0000-4000-8000-00000000000f]: 500 server_error InternalServerException -: InternalServerException: The system encountered an unexpected error during processing. Try your request again. (request id 00000000-0000-4000-8000-00000000000f)
    error-frame;after=0 true [00000000-0000-4000-8000-000000000010]: 500 server_error InternalFailure -: InternalFailure: An internal server error occurred (request id 00000000-0000-4000-8000-000000000010)
    truncate;after=0 false [00000000-0000-4000-8000-000000000011]: 502 server_error MalformedResponse -: MalformedResponse: converse answered an unreadable body: EOF while parsing a string at line 1 column 154 (request id 00000000-0000-4000-8000-000000000011)
    truncate;after=0 true [00000000-0000-4000-8000-000000000012]: 502 server_error StreamInterrupted -: StreamInterrupted: the connection was cut before the model said why it stopped (request id 00000000-0000-4000-8000-000000000012)
    ");
}

#[tokio::test]
async fn an_error_after_output_is_an_event_and_no_done_follows() {
    let gateway = Gateway::start("").await;
    let mut lines = Vec::new();
    for fault in [
        "exception=throttlingException;after=3",
        "error-frame;after=3",
        "truncate;after=3",
        "cut;after=3",
        "reset;after=3",
    ] {
        gateway.emulator.script(fault.parse::<Fault>().unwrap());
        let answer = gateway.chat(&question(json!({"stream": true}))).await;
        assert_eq!(answer.status, 200, "{fault}: {}", answer.text);
        let events = answer.events();
        assert!(events.len() > 1 && events[0].contains(r#""role":"assistant""#), "{fault}: {events:?}");
        assert!(
            !answer.text.contains("finish_reason\":\"") && !answer.text.contains("[DONE]"),
            "{fault}: {}",
            answer.text
        );
        lines.push(format!("{fault}: {}", events.last().unwrap()));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    exception=throttlingException;after=3: {"error":{"message":"ThrottlingException: Too many requests, please wait before trying again. (request id 00000000-0000-4000-8000-000000000001)","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}
    error-frame;after=3: {"error":{"message":"InternalFailure: An internal server error occurred (request id 00000000-0000-4000-8000-000000000002)","type":"server_error","param":null,"code":"InternalFailure"}}
    truncate;after=3: {"error":{"message":"StreamInterrupted: the connection was cut before the model said why it stopped (request id 00000000-0000-4000-8000-000000000003)","type":"server_error","param":null,"code":"StreamInterrupted"}}
    cut;after=3: {"error":{"message":"StreamInterrupted: the stream ended within a frame (request id 00000000-0000-4000-8000-000000000004)","type":"server_error","param":null,"code":"StreamInterrupted"}}
    reset;after=3: {"error":{"message":"StreamInterrupted: the connection broke within the stream: streaming error: error reading a body from connection: Connection reset by peer (os error 104) (request id 00000000-0000-4000-8000-000000000005)","type":"server_error","param":null,"code":"StreamInterrupted"}}
    "#);
}

#[tokio::test]
async fn a_call_is_repeated_as_often_as_configured() {
    let table = [
        ("", "", 3),
        ("", "litellm_settings: {num_retries: 0}", 1),
        ("", "litellm_settings: {num_retries: 0}\nrouter_settings: {num_retries: 1}", 2),
        (", max_retries: 0", "litellm_settings: {num_retries: 2}", 1),
        (", num_retries: 1", "", 2),
    ];
    for (params, settings, calls) in table {
        let gateway = Gateway::with_params(params, settings).await;
        gateway.emulator.script(Fault::Throttle { times: 5 });
        assert_eq!(gateway.chat(&question(json!({}))).await.status, 429);
        assert_eq!(gateway.emulator.requests().len(), calls, "{params} {settings}");
    }
}
