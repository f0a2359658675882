//! The binary.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Nothing of this machine's AWS set-up gets in.
fn pumice(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pumice"));
    command.args(args).env_clear().env("HOME", "/nonexistent").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn chat_with_the_emulator_needs_nothing() {
    let output = run(&mut pumice(&["chat", "--emulator", "What is the weather in Paris?"]), "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("What is the weather in Paris?"));
    insta::assert_snapshot!(text(&output.stderr), @r#"
    warnings: none
    usage: 8 tokens in, 32 out
    AWS request id: 00000000-0000-4000-8000-000000000001

    the emulator received POST /model/us.amazon.nova-lite-v1%3A0/converse-stream
    {"messages":[{"role":"user","content":[{"text":"What is the weather in Paris?"}]}]}
    "#);
}

#[test]
fn chat_shows_tool_calls() {
    let output = run(&mut pumice(&["chat", "--emulator", "--tool", "weather", "What is the weather in Paris?"]), "");
    insta::assert_snapshot!(text(&output.stdout), @r#"tool call: get_weather({"city":"Paris"})"#);
}

#[test]
fn rerank_ranks_arguments_and_lines() {
    let args = ["rerank", "--emulator", "--top-n", "2", "--file", "-", "the red fox", "a blue whale"];
    let output = run(&mut pumice(&args), "the red\n\nthe fox is red\n");
    insta::assert_snapshot!(text(&output.stdout), @r"
    0.8571  the fox is red
    0.8000  the red
    ");
    insta::assert_snapshot!(text(&output.stderr).lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    warnings: none
    AWS request id: 00000000-0000-4000-8000-000000000001

    the emulator received POST /rerank
    ");
    let output = run(&mut pumice(&["rerank", "--emulator", "--json", "red", "red"]), "");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["results"], json!([{ "index": 0, "relevance_score": 1.0 }]));
}

#[test]
fn embed_prints_a_vector_a_line() {
    let args = ["embed", "--emulator", "--dimensions", "256", "the red fox", "a blue whale"];
    let output = run(&mut pumice(&args), "");
    let vectors: Vec<Vec<f64>> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(vectors.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256], "{}", text(&output.stderr));
    assert_ne!(vectors[0], vectors[1]);
    assert!(text(&output.stderr).contains("warnings: none\n") && text(&output.stderr).contains("usage: "));
    // Lines of the standard input, and OpenAI's JSON.
    let json = run(&mut pumice(&["embed", "--emulator", "--json", "--dimensions", "256"]), "the red fox\n\n");
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(answer["data"][0]["embedding"], json!(vectors[0]));
}

#[test]
fn image_writes_files() {
    let folder = std::env::temp_dir().join(format!("pumice-image-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let out = folder.join("otter.png");
    let size = |file: &std::path::Path| {
        let bytes = std::fs::read(file).unwrap();
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        [16, 20].map(|at| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()))
    };
    let args = ["image", "--emulator", "--size", "512x768", "--out", out.to_str().unwrap(), "An otter"];
    let output = run(&mut pumice(&args), "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("otter.png ("), "{}", text(&output.stdout));
    assert_eq!(size(&out), [512, 768]);
    let args = ["image", "--emulator", "-n", "2", "--out", out.to_str().unwrap(), "An otter"];
    assert!(run(&mut pumice(&args), "").status.success());
    assert_eq!(size(&folder.join("otter-1.png")), size(&folder.join("otter-2.png")));
    let output = run(&mut pumice(&["image", "--emulator", "--mask", "m.png", "--out", "o.png", "x"]), "");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), "error: --mask needs an --image\n"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn chat_can_answer_in_openais_json() {
    let output = run(&mut pumice(&["chat", "--emulator", "--json", "--system", "Be brief", "Hello"]), "");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["object"], "chat.completion");
    assert!(text(&output.stderr).contains(r#""system":[{"text":"Be brief"}]"#));
}

#[test]
fn chat_shows_images() {
    let file = std::env::temp_dir().join(format!("pumice-{}.png", std::process::id()));
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
    std::fs::write(&file, png).unwrap();
    let output = run(&mut pumice(&["chat", "--emulator", "--image", file.to_str().unwrap(), "What is this?"]), "");
    std::fs::remove_file(&file).unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains(r#"{"image":{"format":"png""#), "{}", text(&output.stderr));
}

const REQUEST: &str = r#"{"model":"bedrock/us.amazon.nova-lite-v1:0","messages":[{"role":"user","content":"Hi"}],
    "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"z":{},"a":{}}}}}],"user":"u"}"#;

#[test]
fn explain_prints_the_request_verbatim() {
    let output = run(&mut pumice(&["explain", "-"]), REQUEST);
    assert_eq!(text(&output.stderr), "no region is configured; us-east-1 is assumed\n");
    let stdout = text(&output.stdout);
    let shown: Value = serde_json::from_str(stdout).unwrap();
    assert_eq!(shown["method"], "POST");
    let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse";
    assert_eq!(shown["url"], url);
    assert_eq!(shown["signed"], false);
    assert_eq!(shown["headers"]["content-type"], "application/json");
    assert_eq!(shown["warnings"], json!([{"kind": "dropped", "param": "user"}]));
    // The body to the byte, the caller's order of keys included.
    assert!(
        stdout.contains(r#""body": {"messages":[{"role":"user","content":[{"text":"Hi"}]}],"toolConfig""#),
        "{stdout}"
    );
    assert!(stdout.contains(r#""properties":{"z":{},"a":{}}"#), "{stdout}");
}

#[test]
fn explain_signs_where_it_can_and_hides_secrets() {
    let mut command = pumice(&["explain", "-", "--region", "eu-west-3"]);
    command.env("AWS_ACCESS_KEY_ID", "AKID").env("AWS_SECRET_ACCESS_KEY", "s3cr3t").env("AWS_SESSION_TOKEN", "t0k3n");
    let output = run(&mut command, REQUEST);
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["signed"], true);
    assert!(shown["headers"]["authorization"].as_str().unwrap().starts_with("AWS4-HMAC-SHA256 Credential=AKID/"));
    let mut command = pumice(&["explain", "-"]);
    let bearer = run(command.env("AWS_BEARER_TOKEN_BEDROCK", "t0k3n"), REQUEST);
    assert!(text(&bearer.stdout).contains(r#""authorization": "(hidden)""#), "{}", text(&bearer.stderr));
    for output in [output, bearer] {
        assert!(!text(&output.stdout).contains("t0k3n") && !text(&output.stdout).contains("s3cr3t"));
    }
}

#[test]
fn explain_refuses_in_openais_shape() {
    let output = run(&mut pumice(&["explain", "-"]), r#"{"model":"bedrock/x","messages":[{"role":"user"}]}"#);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr), @r#"{"error":{"message":"messages[0]: missing field `content`","type":"invalid_request_error","param":"messages[0].content","code":null}}"#);
}

#[test]
fn a_models_prompt_template_and_base_model_come_from_the_config() {
    let file = std::env::temp_dir().join(format!("pumice-template-{}.yaml", std::process::id()));
    let arn = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456";
    let yaml = format!(
        "model_list:\n  - model_name: mine\n    litellm_params:\n      model: bedrock/invoke/{arn}\n      \
         base_model: meta.llama3-8b-instruct-v1:0\n      bos_token: \"<s>\"\n      final_prompt_value: \"A:\"\n      \
         roles: {{user: {{pre_message: \"Q: \", post_message: \"\\n\"}}}}\n"
    );
    std::fs::write(&file, yaml).unwrap();
    let request =
        r#"{"model":"mine","messages":[{"role":"user","content":"Hi"}],"max_tokens":5,"final_prompt_value":"B:"}"#;
    let output = run(&mut pumice(&["explain", "-", "--config", file.to_str().unwrap()]), request);
    std::fs::remove_file(&file).unwrap();
    let stdout = text(&output.stdout);
    let body = r#""body": {"prompt":"<s>Q: Hi\nB:","max_gen_len":5}"#;
    assert!(stdout.contains(body), "{stdout}{}", text(&output.stderr));
}

#[test]
fn a_wrong_config_is_one_line_and_exit_code_2() {
    let file = std::env::temp_dir().join(format!("pumice-{}.yaml", std::process::id()));
    std::fs::write(&file, "model_list:\n  - model_name: m\n    litellm_params: {model: os.environ/MISSING}\n").unwrap();
    let output = run(&mut pumice(&["serve", "--config", file.to_str().unwrap()]), "");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr).rsplit('/').next_back().map(|_| text(&output.stderr)).unwrap();
    assert!(
        message
            .ends_with(".yaml:3: model_list[0].litellm_params.model: the environment variable `MISSING` is not set\n"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn without_a_key_it_listens_on_loopback_only() {
    let output = run(&mut pumice(&["serve", "--host", "0.0.0.0", "--port", "0"]), "");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr), @"error: refusing to listen on 0.0.0.0 without a key: set general_settings.master_key in the config, or LITELLM_MASTER_KEY");
}

#[test]
fn it_serves_and_stops_when_told() {
    let mut command = pumice(&["serve", "--emulator", "--host", "0.0.0.0", "--port", "0"]);
    let mut child = command.env("LITELLM_MASTER_KEY", "sk-1").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert!(line.contains("listening on http://0.0.0.0:"), "{line}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn completions_name_commands_and_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&mut pumice(&["completions", shell]), "");
        let script = text(&output.stdout);
        for word in ["check-config", "rerank", "emulator"] {
            assert!(output.status.success() && script.contains(word), "{shell}: {script}");
        }
    }
}
