//! Examples do what they say, on an emulator.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use bedrock_emulator::Emulator;

/// What `example` prints, run in a folder of its own.
fn run(example: &str, arguments: &[&str], url: &str) -> (String, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = std::env::temp_dir().join(format!("pumice-example-{example}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(["run", "-q", "-p", "examples", "--manifest-path"]).arg(root.join("Cargo.toml"));
    command.args(["--bin", example, "--"]).args(arguments).current_dir(&folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let keys = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")];
    let output =
        command.envs(keys).env("AWS_BEDROCK_RUNTIME_ENDPOINT", url).env("NO_PROXY", "127.0.0.1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8(output.stdout).unwrap(), folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn embed_finds_the_nearest_sentences() {
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.url();
    let (said, _) =
        tokio::task::spawn_blocking(move || run("embed", &["Where does the cat sleep?"], &url)).await.unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((lines.len(), lines[0]), (4, "Where does the cat sleep?"), "{said}");
    assert!(lines[1].ends_with("The cat sleeps on the warm sofa."), "{said}");
    // Ten sentences and the question, a call each.
    assert_eq!(emulator.requests().len(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn image_writes_a_file() {
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.url();
    let (said, folder) = tokio::task::spawn_blocking(move || run("image", &["A red boat"], &url)).await.unwrap();
    assert_eq!(said, "image.png is written\n");
    assert_eq!(std::fs::read(folder.join("image.png")).unwrap()[..8], *b"\x89PNG\r\n\x1a\n");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rerank_prints_the_two_best_documents() {
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.url();
    let (said, _) = tokio::task::spawn_blocking(move || run("rerank", &[], &url)).await.unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].ends_with("A fortnight has 20,160 minutes."), "{said}");
    assert!(lines[2].starts_with("request id: 00000000-"), "{said}");
}
