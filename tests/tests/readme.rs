//! README's commands do what README says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The commands of README: lines of `console` blocks that begin with `$ `.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```console\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
}

/// Runs a command of README in a shell, without credentials or config in the environment.
fn run(command: &str) -> Output {
    let pumice = format!("{} run -q -p gateway --", std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    let mut shell = Command::new("sh");
    shell.args(["-c", &command.replace("| pumice", &format!("| {pumice}"))]).current_dir(root());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        shell.env_remove(name);
    }
    let home = std::env::temp_dir().join("pumice-readme-without-aws");
    shell.env("AWS_CONFIG_FILE", home.join("config")).env("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials"));
    shell.env("AWS_EC2_METADATA_DISABLED", "true").output().unwrap()
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
    for expected in ["mountain", "request id", "\"messages\"", "usage"] {
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

#[test]
fn the_tests_of_readme_are_the_tests_of_ci() {
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(commands().iter().any(|command| command == "cargo test --workspace"));
    assert!(ci.contains("cargo test --workspace"));
}
