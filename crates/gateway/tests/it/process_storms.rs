//! Many calls at a process of its own, while its configuration changes, and while it stops: none is lost, made twice, or
//! answered in part.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bedrock_emulator::{Emulator, Fault};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::process::{PATIENCE, Process};

/// `pumice serve` on a file that changes.
struct Server {
    process: Process,
    file: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

impl Server {
    fn start(name: &str, config: &str) -> Self {
        let file = std::env::temp_dir().join(format!("pumice-storm-{}-{name}.yaml", std::process::id()));
        fs::write(&file, config).unwrap();
        let process = Process::serve(&["--config", file.to_str().unwrap()], &[]);
        Self { process, file }
    }

    /// Puts another configuration in the place of the file.
    fn write(&self, config: &str) {
        let next = self.file.with_extension("next");
        fs::write(&next, config).unwrap();
        // The file may be looked at while it is written.
        fs::rename(&next, &self.file).unwrap();
        self.process.signal("HUP");
    }
}

/// `always` is in every version, `now-and-then` in every other one, and one model only in this.
fn config(version: usize, endpoint: &str) -> String {
    let entry = |name: &str| {
        format!(
            "- model_name: {name}\n  litellm_params: {{model: bedrock/us.amazon.nova-lite-v1:0, max_retries: 0, \
             aws_access_key_id: AKID, aws_secret_access_key: secret, aws_region_name: us-east-1, \
             aws_bedrock_runtime_endpoint: \"{endpoint}\"}}\n"
        )
    };
    let more = if version.is_multiple_of(2) { entry("now-and-then") } else { String::new() };
    format!("model_list:\n{}{}{more}", entry("always"), entry(&format!("version-{version}")))
}

/// Asks `number`, with or without a stream, and returns the status; nothing, if there is no answer at all. Fails on an answer
/// that is not whole, or somebody else's.
async fn ask(client: &reqwest::Client, url: &str, model: &str, number: usize) -> Option<u16> {
    let stream = number.is_multiple_of(2);
    let message = json!({"role": "user", "content": format!("This is number {number}.")});
    let body = json!({"model": model, "stream": stream, "messages": [message]});
    let answer = client.post(format!("{url}/v1/chat/completions")).json(&body).send().await.ok()?;
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    if status != 200 {
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, error["error"]["code"].as_str()), (404, Some("model_not_found")), "{text}");
        return Some(status);
    }
    let said: String = if stream {
        assert_eq!(text.matches("data: [DONE]\n\n").count(), 1, "{text}");
        let events = text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
        let chunks =
            events.filter(|event| *event != "[DONE]").map(|event| serde_json::from_str::<Value>(event).unwrap());
        chunks.filter_map(|chunk| Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect()
    } else {
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    };
    assert!(said.contains(&format!("You said: \"This is number {number}.\"")), "{said}");
    Some(status)
}

/// How often AWS was asked each number.
fn asked(emulator: &Emulator) -> BTreeMap<usize, usize> {
    let mut asked = BTreeMap::new();
    for request in emulator.requests() {
        let text = String::from_utf8(request.body.to_vec()).unwrap();
        let (_, rest) = text.split_once("This is number ").unwrap();
        *asked.entry(rest.split('.').next().unwrap().parse().unwrap()).or_default() += 1;
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_file_changes_no_call_is_lost_or_made_twice_and_none_fails_for_it() {
    const VERSIONS: usize = 20;
    const CALLS: usize = 30;
    let emulator = Emulator::start().await.unwrap();
    let endpoint = emulator.url();
    let mut server = Server::start("reload", &config(0, &endpoint));
    let client = reqwest::Client::new();
    let mut calls = JoinSet::new();
    for version in 1..=VERSIONS {
        // Calls that are open while the next versions come.
        (0..CALLS / 3).for_each(|_| emulator.script(Fault::Slow { millis: 20 }));
        for number in (version - 1) * CALLS..version * CALLS {
            let (client, url) = (client.clone(), server.process.url.clone());
            let model = if number.is_multiple_of(3) { "now-and-then" } else { "always" };
            calls.spawn(async move { (number, model, ask(&client, &url, model, number).await) });
        }
        if version.is_multiple_of(4) {
            let wrong = ["", "model_list: [", "model_list:\n- model_name: always\n"];
            server.write(wrong[version / 4 % wrong.len()]);
            tokio::task::block_in_place(|| server.process.logged("the configuration is wrong"));
        } else {
            server.write(&config(version, &endpoint));
            let name = format!("version-{version}");
            server.process.serves(|models| models.contains(&name)).await;
        }
    }
    let mut answers = BTreeMap::new();
    while let Some(answer) = tokio::time::timeout(PATIENCE, calls.join_next()).await.unwrap() {
        let (number, model, status) = answer.unwrap();
        let status = status.unwrap_or_else(|| panic!("number {number} was not answered"));
        assert!(status == 200 || model == "now-and-then", "{model} is in every version");
        assert_eq!(answers.insert(number, status), None);
    }
    assert_eq!(answers.len(), VERSIONS * CALLS);
    let served = answers.iter().filter(|(_, status)| **status == 200).map(|(number, _)| (*number, 1)).collect();
    assert_eq!(asked(&emulator), served);
    let refused = answers.len() - asked(&emulator).len();
    assert!(refused > 0, "no call fell into a time without its model");
    assert_eq!(emulator.open_calls(), 0);
    let metrics = reqwest::get(format!("{}/metrics", server.process.url)).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\npumice_in_flight 0\n"), "{metrics}");
}

#[tokio::test]
async fn while_it_stops_every_call_that_was_made_is_answered_to_its_end() {
    const CALLERS: usize = 30;
    // The emulator remembers a thousand.
    const MOST: usize = 30;
    let emulator = Emulator::start().await.unwrap();
    let mut server = Server::start("stop", &config(0, &emulator.url()));
    (0..CALLERS * MOST / 3).for_each(|_| emulator.script(Fault::Slow { millis: 10 }));
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (url, answered) = (server.process.url.clone(), Arc::clone(&answered));
        callers.spawn(async move {
            // Asks on one connection, again and again, until nobody answers.
            let client = reqwest::Client::new();
            let mut own = Vec::new();
            for number in caller * MOST..(caller + 1) * MOST {
                let Some(200) = ask(&client, &url, "always", number).await else { break };
                answered.fetch_add(1, Ordering::Relaxed);
                own.push(number);
            }
            own
        });
    }
    while answered.load(Ordering::Relaxed) < CALLERS * MOST / 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.process.signal("TERM");
    let mut told = Vec::new();
    while let Some(own) = tokio::time::timeout(PATIENCE, callers.join_next()).await.unwrap() {
        told.extend(own.unwrap());
    }
    assert_eq!(server.process.ended().await, Some(0));
    assert!(told.len() < CALLERS * MOST, "it was not stopped under load");
    told.sort_unstable();
    // What AWS was asked, callers were told, once.
    assert_eq!(asked(&emulator), told.into_iter().map(|number| (number, 1)).collect());
    assert_eq!(emulator.open_calls(), 0);
}
