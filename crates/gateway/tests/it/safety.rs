//! What callers may not do: other people's models, other sites' pages, slowness without end.

use std::future::pending;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use gateway::{App, Config, Deployments, Environment, Limits};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{Gateway, finish, question};

const KEYS: &str = "general_settings:
  master_key: sk-master
  litellm_key_header_name: X-Team-Key
  keys:
  - {key: sk-nova, key_alias: team, models: [nova]}
  - {key: sk-llama, models: [\"bedrock/meta.*\"]}
  - {key: sk-all}
  - {key: sk-every, models: [all-proxy-models]}
";

#[tokio::test]
async fn a_key_is_for_its_models_only() {
    let gateway = Gateway::start(KEYS).await;
    let llama = "bedrock/meta.llama3-1-8b-instruct-v1:0";
    let table = [
        ("sk-master", "nova", 200),
        ("sk-master", llama, 200),
        ("sk-nova", "nova", 200),
        ("sk-nova", llama, 404),
        ("sk-nova", "bedrock/us.amazon.nova-lite-v1:0", 404),
        ("sk-llama", llama, 200),
        ("sk-llama", "nova", 404),
        // The same model by another name that is nobody's.
        ("sk-llama", "meta.llama3-1-8b-instruct-v1:0", 404),
        ("sk-all", "nova", 200),
        ("sk-every", llama, 200),
        ("sk-nov", "nova", 401),
        ("sk-novaa", "nova", 401),
    ];
    for row @ (key, model, status) in table {
        let chat = gateway.post("/v1/chat/completions").json(&question(json!({"model": model})));
        assert_eq!(finish(chat.bearer_auth(key)).await.status, status, "{row:?}");
    }
    let own = gateway.post("/v1/chat/completions").json(&question(json!({}))).header("x-team-key", "Bearer sk-nova");
    assert_eq!(finish(own).await.status, 200);
}

#[tokio::test]
async fn a_key_sees_its_models_only_on_every_endpoint() {
    let gateway = Gateway::start(KEYS).await;
    let get = async |path: &str| finish(gateway.get(path).bearer_auth("sk-nova")).await;
    let models = get("/v1/models").await.json();
    assert_eq!((models["data"].as_array().unwrap().len(), models["data"][0]["id"].as_str()), (1, Some("nova")));
    assert_eq!(get("/v1/models/bedrock/meta.llama3").await.status, 404);
    assert_eq!(get("/v1/model/info").await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(get("/health").await.json()["healthy_count"], 1);
    let other = "bedrock/cohere.embed-english-v3";
    for (path, body) in [
        ("/v1/completions", json!({"model": other, "prompt": "x"})),
        ("/v1/embeddings", json!({"model": other, "input": "x"})),
        ("/v1/images/generations", json!({"model": other, "prompt": "x"})),
        ("/v1/rerank", json!({"model": other, "query": "x", "documents": ["x"]})),
        ("/engines/other/chat/completions", question(json!({}))),
    ] {
        let answer = finish(gateway.post(path).bearer_auth("sk-nova").json(&body)).await;
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (404, Some("model_not_found")), "{path}");
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
}

#[tokio::test]
async fn a_limited_key_may_not_put_another_model_in_the_place_of_its_own() {
    let gateway = Gateway::start(KEYS).await;
    let arn = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456";
    for more in [json!({"model_id": arn}), json!({"extra_body": {"model_id": arn}})] {
        let chat = gateway.post("/v1/chat/completions").bearer_auth("sk-nova").json(&question(more));
        let answer = finish(chat).await;
        assert!(
            answer.status == 403 || gateway.emulator.requests().iter().all(|sent| !sent.path.contains("provisioned")),
            "{}",
            answer.text
        );
    }
    let chat = gateway.post("/v1/chat/completions").bearer_auth("sk-nova").json(&question(json!({"model_id": arn})));
    insta::assert_snapshot!(finish(chat).await.error(), @"403 permission_error - model_id: model_id: this key is for models by their names");
}

#[tokio::test]
async fn without_a_key_pages_of_other_sites_are_refused() {
    let gateway = Gateway::start("").await;
    let host = gateway.addr.to_string();
    let own = format!("http://{host}");
    let post = || {
        gateway.post("/v1/chat/completions").header("content-type", "text/plain").body(question(json!({})).to_string())
    };
    for refused in [
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
        post().header("sec-fetch-site", "cross-site"),
        // A name that was rebound to this machine.
        post().header("host", "evil.example").header("origin", "http://evil.example"),
    ] {
        let answer = finish(refused).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.error(), @"403 permission_error - -: a web page of another site may not call a gateway without a key; set general_settings.master_key");
        }
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
    assert_eq!(finish(post()).await.status, 200);
    assert_eq!(finish(post().header("origin", own).header("sec-fetch-site", "same-origin")).await.status, 200);
    // With a key, a page has to know it.
    let gateway = Gateway::start("general_settings: {master_key: sk-1}").await;
    let with_key = gateway.post("/v1/chat/completions").json(&question(json!({}))).bearer_auth("sk-1");
    assert_eq!(finish(with_key.header("origin", "https://app.example")).await.status, 200);
}

/// A server with these limits in front of `router`.
async fn serve(router: Router, limits: Limits) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(gateway::serve(listener, router, limits, pending()));
    addr
}

/// Sends `text` and reads until the server hangs up.
async fn exchange(addr: std::net::SocketAddr, text: &str) -> String {
    let mut socket = TcpStream::connect(addr).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), socket.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let mut limits = Limits::default();
    limits.head_time = Duration::from_millis(100);
    let addr = serve(Router::new().route("/", get(|| async { "hello" })), limits).await;
    let answer = exchange(addr, "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(!answer.contains("200 OK"), "{answer}");
    let large = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}", "x".repeat(limits.head + 1));
    assert!(exchange(addr, &large).await.starts_with("HTTP/1.1 431 "));
    assert!(exchange(addr, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_408() {
    let yaml = "model_list: [{model_name: nova, litellm_params: {model: bedrock/amazon.nova-lite-v1:0}}]\n\
                general_settings: {body_timeout_seconds: 0.1}\n";
    let config = Config::parse("config.yaml".as_ref(), yaml, Environment::default()).unwrap();
    let router = App::new(&config, Deployments::connect(&config).await.unwrap()).router();
    let addr = serve(router, Limits::default()).await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{";
    let answer = exchange(addr, head).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains(r#""code":"request_timeout""#), "{answer}");
}

#[tokio::test]
async fn a_handler_that_panics_costs_one_connection() {
    async fn fails() -> &'static str {
        panic!("on purpose")
    }
    let router = Router::new().route("/fails", get(fails)).route("/", get(|| async { "hello" }));
    let addr = serve(router, Limits::default()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(exchange(addr, &get("/fails")).await, "");
    assert!(exchange(addr, &get("/")).await.ends_with("hello"));
}

#[tokio::test]
async fn a_request_reaches_nothing_private_through_media() {
    let image = |url: &str| {
        let part = json!({"type": "image_url", "image_url": {"url": url}});
        json!({"model": "nova", "messages": [{"role": "user", "content": [part]}]})
    };
    let gateway = Gateway::start("").await;
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://localhost:1/x.png",
        "http://127.1/x.png",
        "file:///etc/passwd",
    ] {
        let answer = gateway.chat(&image(url)).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["param"].as_str()),
            (400, Some("messages[0].content[0].image_url.url")),
            "{url}"
        );
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
    let gateway = Gateway::start("general_settings: {fetch_urls: false}").await;
    let answer = gateway.chat(&image("https://93.184.216.34/x.png")).await;
    insta::assert_snapshot!(answer.error(), @"400 invalid_request_error - messages[0].content[0].image_url.url: messages[0].content[0].image_url.url: Bedrock does not fetch URLs, and this one was not fetched before: send a data: URL");
}

#[tokio::test]
async fn a_key_for_a_model_is_for_its_aliases_too() {
    let keys = "general_settings: {keys: [{key: sk-nova, models: [nova]}, {key: sk-alias, models: [gpt-4o]}]}\n\
                router_settings: {model_group_alias: {gpt-4o: nova, other: \"bedrock/meta.llama3-1-8b-instruct-v1:0\"}}";
    let gateway = Gateway::start(keys).await;
    let table = [
        ("sk-nova", "gpt-4o", 200),
        ("sk-nova", "other", 404),
        ("sk-alias", "gpt-4o", 200),
        // What the alias stands for is another name.
        ("sk-alias", "nova", 404),
    ];
    for row @ (key, model, status) in table {
        let chat = gateway.post("/v1/chat/completions").json(&question(json!({"model": model})));
        assert_eq!(finish(chat.bearer_auth(key)).await.status, status, "{row:?}");
    }
}
