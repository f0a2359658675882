//! README's commands do what README says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use bedrock_emulator::Emulator;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The commands of README: lines of `console` blocks that begin with `$ `.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```console\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

/// A shell for a command of README, with `pumice` as README explains it, and without credentials or config around it.
fn shell(command: &str) -> Command {
    let pumice = format!("{} run -q -p gateway --", std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    let command = command.replace("| pumice", &format!("| {pumice}"));
    let command = match command.strip_prefix("pumice") {
        // In place of the shell, so that what is started can be stopped.
        Some(arguments) => format!("exec {pumice}{arguments}"),
        None => command,
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", &command]).current_dir(root());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("LITELLM_")) {
        shell.env_remove(name);
    }
    let home = std::env::temp_dir().join("pumice-readme-without-aws");
    shell.env("AWS_CONFIG_FILE", home.join("config")).env("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials"));
    shell.env("AWS_EC2_METADATA_DISABLED", "true").env("NO_PROXY", "127.0.0.1");
    shell
}

fn run(command: &str) -> Output {
    shell(command).output().unwrap()
}

/// A server of README's, on a port of its own; stopped when dropped.
struct Server {
    process: Child,
    address: String,
    /// Its log goes on: it must not find the pipe closed.
    log: BufReader<ChildStderr>,
}

impl Server {
    fn start(mut shell: Command) -> Self {
        let mut process = shell.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut server = Self { process, address: String::new(), log };
        let mut text = String::new();
        while server.address.is_empty() {
            let start = text.len();
            assert!(server.log.read_line(&mut text).unwrap() > 0, "it ended:\n{text}");
            if let Some((_, rest)) = text[start..].split_once("listening on http://") {
                rest.split(',').next().unwrap().trim().clone_into(&mut server.address);
            }
        }
        server
    }

    /// What README's line with `curl` asks, asked here: the URL, the headers and the body are its own. Not every machine
    /// has `curl`.
    fn curl(&self) -> String {
        let line = commands().into_iter().find(|command| command.starts_with("curl ")).unwrap();
        let path = line.split("//127.0.0.1:4000").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        let headers: Vec<&str> = line.split("-H \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let body = line.split("-d '").nth(1).unwrap().trim_end_matches('\'');
        self.ask("POST", &path, &headers, body)
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either may fail only if it ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// README's command that starts a server with `option`, on a free port.
fn serve(option: &str) -> String {
    let commands = commands();
    let command = commands.iter().find(|line| line.starts_with("pumice serve") && line.contains(option)).unwrap();
    assert!(command.contains("--port 4000"), "{command}");
    command.replace("--port 4000", "--port 0")
}

fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_first_command_answers_on_the_emulator() {
    let commands = commands();
    let question = commands.iter().find(|command| command.contains("tallest mountain")).unwrap();
    let output = run(question);
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    for expected in ["mountain", "request id", "\"messages\"", "usage: ", "warnings: none"] {
        assert!(text.contains(expected), "no {expected} in:\n{text}");
    }
    let other = shown(&run(&question.replace("tallest mountain of Japan", "longest river of Peru")));
    assert!(other.contains("river of Peru") && !other.contains("mountain"), "{other}");
}

#[test]
fn the_second_command_calls_a_tool() {
    let commands = commands();
    let output = run(commands.iter().find(|command| command.contains("--tool weather")).unwrap());
    let text = shown(&output);
    assert!(output.status.success(), "{text}");
    for expected in ["toolConfig", "weather", "Paris"] {
        assert!(text.contains(expected), "no {expected} in:\n{text}");
    }
}

#[test]
fn explain_shows_the_request_without_credentials() {
    let commands = commands();
    let output = run(commands.iter().find(|command| command.contains("pumice explain")).unwrap());
    assert!(output.status.success(), "{}", shown(&output));
    let request: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(request["method"], "POST");
    assert!(request["url"].as_str().unwrap().ends_with("/model/us.amazon.nova-lite-v1%3A0/converse"), "{request}");
    assert_eq!(request["body"]["messages"][0]["content"][0]["text"], "Hello");
}

fn said(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    answer["choices"][0]["message"]["content"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[test]
fn curl_gets_an_answer_from_the_server_with_an_emulator() {
    let server = Server::start(shell(&serve("--emulator")));
    assert!(said(&server.curl()).starts_with("You said: \"Hello\"."));
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_an_answer_from_the_server_with_the_config_of_readme() {
    let emulator = Emulator::start().await.unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let config = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = std::env::temp_dir().join(format!("pumice-readme-{}.yaml", std::process::id()));
    std::fs::write(&file, config).unwrap();
    let mut shell = shell(&serve("--config").replace("config.yaml", file.to_str().unwrap()));
    shell.env("PUMICE_KEY", "sk-1234").env("AWS_BEDROCK_RUNTIME_ENDPOINT", emulator.url());
    shell.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let answer = tokio::task::spawn_blocking(move || {
        let server = Server::start(shell);
        let answer = server.curl();
        let refused = server.ask("GET", "/v1/models", &["authorization: Bearer sk-12345"], "");
        assert!(refused.contains("invalid_api_key"), "{refused}");
        answer
    });
    assert!(said(&answer.await.unwrap()).starts_with("You said: \"Hello\"."));
    assert_eq!(emulator.requests().len(), 1);
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn the_tests_of_readme_are_the_tests_of_ci() {
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(commands().iter().any(|command| command == "cargo test --workspace"));
    assert!(ci.contains("cargo test --workspace"));
}
