//! Another configuration for a server that runs.

use std::time::Duration;

use bedrock_emulator::{Emulator, Fault};
use gateway::{App, Config, Deployments, Environment, Limits, Live};
use serde_json::json;

use crate::common::question;
#[cfg(unix)]
use crate::process::Process;

async fn app(name: &str, emulator: &Emulator) -> App {
    with(name, "aws_secret_access_key: b", emulator).await
}

/// With `params` among the `litellm_params`, and a model of another name before it.
async fn with(name: &str, params: &str, emulator: &Emulator) -> App {
    let yaml = format!(
        "model_list: [{{model_name: before, litellm_params: {{model: bedrock/x.y}}}}, \
         {{model_name: {name}, litellm_params: {{model: bedrock/amazon.nova-lite-v1:0, aws_access_key_id: a, {params}, \
         aws_region_name: us-east-1, aws_bedrock_runtime_endpoint: \"{}\"}}}}]",
        emulator.url()
    );
    let config = Config::parse("config.yaml".as_ref(), &yaml, Environment::default()).unwrap();
    App::new(&config, Deployments::connect(&config).await.unwrap())
}

#[tokio::test]
async fn open_requests_end_with_the_configuration_they_began_with() {
    let emulator = Emulator::start().await.unwrap();
    let live = Live::new(app("nova", &emulator).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
    tokio::spawn(gateway::serve(listener, live.router(), Limits::default(), std::future::pending()));
    let client = reqwest::Client::new();
    emulator.script(Fault::Slow { millis: 300 });
    let slow = client.post(&url).json(&question(json!({"stream": true}))).send().await.unwrap();

    live.replace(app("other", &emulator).await);
    let gone = client.post(&url).json(&question(json!({}))).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    let new = client.post(&url).json(&question(json!({"model": "other"}))).send().await.unwrap();
    assert_eq!(new.status(), 200);
    assert!(slow.text().await.unwrap().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn deployments_that_stay_keep_their_counts_open_calls_and_cooldowns() {
    let emulator = Emulator::start().await.unwrap();
    let live = Live::new(with("nova", "aws_secret_access_key: b, rpm: 2, num_retries: 0", &emulator).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
    tokio::spawn(gateway::serve(listener, live.router(), Limits::default(), std::future::pending()));
    let client = reqwest::Client::new();
    let ask = || async {
        let answer = client.post(&url).json(&question(json!({"stream": true}))).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer)
    };
    emulator.script(Fault::Stall { after: 2 });
    let (_, open) = ask().await;
    let mut statuses = Vec::new();
    for params in [
        "aws_secret_access_key: b, rpm: 2, num_retries: 0",
        "aws_secret_access_key: b, rpm: 2, num_retries: 0",
        // It goes on under other limits.
        "aws_secret_access_key: b, rpm: 3, max_parallel_requests: 1",
        // Another account is another deployment.
        "aws_secret_access_key: c, rpm: 3, max_parallel_requests: 1",
    ] {
        live.replace(with("nova", params, &emulator).await);
        statuses.push(ask().await.0);
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    drop(open);
}

#[tokio::test]
async fn under_load_every_request_is_answered_once_while_the_configuration_is_read_again() {
    const CALLERS: usize = 200;
    let emulator = Emulator::start().await.unwrap();
    let live = Live::new(app("nova", &emulator).await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/chat/completions", listener.local_addr().unwrap());
    tokio::spawn(gateway::serve(listener, live.router(), Limits::default(), std::future::pending()));
    let client = reqwest::Client::new();
    let answers = futures::future::join_all((0..CALLERS).map(|caller| {
        let request = client.post(&url).json(&question(json!({"stream": caller % 2 == 0})));
        async { request.send().await.unwrap().text().await.unwrap() }
    }));
    let replace = async {
        loop {
            live.replace(app("nova", &emulator).await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let answers = tokio::select! {
        answers = answers => answers,
        () = replace => unreachable!("it goes on for ever"),
    };
    for answer in answers {
        assert!(answer.ends_with("data: [DONE]\n\n") || answer.contains(r#""finish_reason":"stop""#), "{answer}");
    }
    assert_eq!(emulator.requests().len(), CALLERS);
    assert_eq!(emulator.open_calls(), 0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_and_a_hangup_are_noticed_and_a_wrong_file_changes_nothing() {
    let folder = std::env::temp_dir().join(format!("pumice-reload-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, more) = (folder.join("config.yaml"), folder.join("more.yaml"));
    let entry = |name: &str| format!("model_list: [{{model_name: {name}, litellm_params: {{model: bedrock/x.y}}}}]\n");
    std::fs::write(&more, entry("second")).unwrap();
    std::fs::write(&file, format!("include: [more.yaml]\n{}", entry("first"))).unwrap();
    let mut server = Process::serve(&["--emulator", "--config", file.to_str().unwrap()], &[]);
    server.serves(|models| models == ["first", "second"]).await;
    // A file that was included.
    std::fs::write(&more, entry("third-one")).unwrap();
    server.serves(|models| models == ["first", "third-one"]).await;
    std::fs::write(&file, "model_list: [").unwrap();
    server.signal("HUP");
    tokio::task::block_in_place(|| server.logged("the configuration is wrong"));
    assert_eq!(server.models().await, ["first", "third-one"]);
    std::fs::write(&file, entry("fourth")).unwrap();
    server.signal("HUP");
    server.serves(|models| models == ["fourth"]).await;
    std::fs::remove_dir_all(&folder).unwrap();
}
