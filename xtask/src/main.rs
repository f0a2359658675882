//! Tasks of the repository: `cargo xtask bench [WORK…]`, `tidy`, `catalog [--check]`, `codegen [--check]`,
//! `recordings DIR`, `sbom TARGET`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its user")]

mod bench;
mod catalog;
mod codegen;
mod native;
mod recorded_embeddings;
mod recordings;
mod reverse;
mod reverse_check;
mod reverse_meaning;
mod sbom;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND
  bench [cost] [weight] [soak] [paced] [mixed] [--against COMMAND] [--streams COUNT]
                    measures the gateway: its cost beside the least server on the SDK, its weight, and itself under load
  tidy              checks what no compiler checks: module docs, file sizes, examples, generated texts
  catalog [--check] writes what is published of every model from a pinned package, or says whether it is up to date (needs pip)
  codegen [--check] writes the support tables from the catalog, or says whether they are up to date
  recordings DIR    reads every recorded answer of Converse and InvokeModel below DIR, maps every request back and forth, says what is lost
  sbom TARGET       prints what `pumice` is made of on e.g. x86_64-unknown-linux-gnu, as CycloneDX";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["bench", arguments @ ..] => bench::run(&root(), arguments),
        ["tidy"] => tidy::check(&root()),
        ["catalog"] => catalog::write(&root()),
        ["catalog", "--check"] => catalog::check(&root()),
        ["codegen"] => codegen::write(&root()),
        ["codegen", "--check"] => codegen::check(&root()),
        ["recordings", folder] => recordings::check(Path::new(folder)),
        ["sbom", target] => sbom::document(&root(), target),
        _ => Err(vec![USAGE.to_owned()]),
    };
    match outcome {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            problems.iter().for_each(|problem| eprintln!("{problem}"));
            ExitCode::FAILURE
        }
    }
}

/// What a task says: a line of summary, or its findings.
type Outcome = Result<String, Vec<String>>;

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}
