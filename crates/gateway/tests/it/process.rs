//! The built gateway, in a process of its own; ended with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longer than anything takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// `pumice serve`.
pub(crate) struct Process {
    child: Child,
    /// Where it listens, with `http://`.
    pub(crate) url: String,
    log: Receiver<String>,
    seen: Vec<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts it with `env` and nothing else around it, and waits until it listens.
    pub(crate) fn serve(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pumice"));
        command.args(["serve", "--port", "0"]).args(args).env_clear();
        command.envs([("HOME", "/nonexistent"), ("NO_COLOR", "1"), ("NO_PROXY", "127.0.0.1")]);
        command.env("AWS_EC2_METADATA_DISABLED", "true").envs(env.iter().copied());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (said, log) = channel();
        // Somebody has to read what it says.
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| said.send(line)));
        let mut process = Self { child, url: String::new(), log, seen: Vec::new() };
        let line = process.logged("listening on http://");
        let (_, url) = line.split_once("listening on ").unwrap();
        process.url = url.split([',', '"']).next().unwrap().to_owned();
        process
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the log has a line with these words.
    pub(crate) fn logged(&mut self, words: &str) -> String {
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no `{words}` in {:#?}", self.seen));
            self.seen.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// From now on nobody reads the log. Its pipe is closed once the next line finds nobody.
    pub(crate) fn forget_log(&mut self) {
        self.log = channel().1;
    }

    /// Sends a signal, e.g. `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.id())]).status().unwrap();
        assert!(kill.success());
    }

    /// Waits for its end, and returns its exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it runs on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops it, and returns all that it logged.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        self.signal("TERM");
        assert!(self.child.wait().unwrap().success());
        self.seen.extend(self.log.iter());
        std::mem::take(&mut self.seen)
    }

    /// The names of the models that it serves.
    pub(crate) async fn models(&self) -> Vec<String> {
        let list = reqwest::get(format!("{}/v1/models", self.url)).await.unwrap().text().await.unwrap();
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until its models are as `wanted`.
    pub(crate) async fn serves(&self, wanted: impl Fn(&[String]) -> bool) {
        let begun = Instant::now();
        loop {
            let models = self.models().await;
            if wanted(&models) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{models:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
