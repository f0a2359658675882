//! The catalog of facts: read from the cost map of a pinned `litellm` package, written as rows of our own.

mod package;
mod read;
mod write;

use std::fs;
use std::path::Path;

use crate::Outcome;

const ROWS: &str = "crates/bedrock-transform/src/facts/rows.rs";
const NOTICE: &str = "crates/bedrock-transform/NOTICE-litellm";

/// Writes the rows, and the notice of the package's licence.
pub(crate) fn write(root: &Path) -> Outcome {
    let Generated { texts, count } = generated(root)?;
    for (path, text) in texts {
        fs::write(root.join(path), text).map_err(|error| vec![format!("{path}: {error}")])?;
    }
    Ok(format!("catalog: {count} rows of litellm {}", package::VERSION))
}

/// Says whether the committed rows are what the pinned package gives.
pub(crate) fn check(root: &Path) -> Outcome {
    let Generated { texts, count } = generated(root)?;
    let stale = texts.iter().filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text));
    let stale: Vec<String> =
        stale.map(|(path, _)| format!("{path} is not what the package gives: run `cargo xtask catalog`")).collect();
    let summary = format!("catalog: all {count} Bedrock rows of litellm {} are committed", package::VERSION);
    if stale.is_empty() { Ok(summary) } else { Err(stale) }
}

/// What is written where, and the number of rows.
struct Generated {
    texts: [(&'static str, String); 2],
    count: usize,
}

fn generated(root: &Path) -> Result<Generated, Vec<String>> {
    let package = package::download(&root.join("target/catalog")).map_err(|problem| vec![problem])?;
    let rows = read::rows(&package.cost_map)?;
    Ok(Generated { texts: [(ROWS, write::rows(&rows)), (NOTICE, package.license)], count: rows.len() })
}
