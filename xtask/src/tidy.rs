//! What no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Outcome, codegen};

/// A file above this says in its first paragraph why.
const LONGEST: usize = 400;

pub(crate) fn check(root: &Path) -> Outcome {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for folder in ["crates", "examples", "tests", "xtask"] {
        sources(&root.join(folder), &mut files);
    }
    for file in &files {
        let Ok(text) = fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(root).unwrap_or(file).display();
        let mut lines = text.lines();
        if !lines.next().is_some_and(|line| line.starts_with("//!")) {
            problems.push(format!("{name}: the first line must be a `//!` that says what the module is"));
        }
        let count = text.lines().count();
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if count > LONGEST && !head.contains("long because") {
            problems.push(format!("{name}: {count} lines; split it, or say `long because …` in its first paragraph"));
        }
        for word in ["todo!(", "unimplemented!(", "#[ignore"] {
            // This file has to name them.
            if text.contains(word) && !file.ends_with("xtask/src/tidy.rs") {
                problems.push(format!("{name}: {word}"));
            }
        }
    }
    problems.extend(examples(root));
    problems.extend(families(root));
    problems.extend(codegen::check(root).err().into_iter().flatten());
    if problems.is_empty() { Ok(format!("tidy: {} files", files.len())) } else { Err(problems) }
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "node_modules" && name != ".venv" {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Every example is in the examples' README.
fn examples(root: &Path) -> Vec<String> {
    let readme = fs::read_to_string(root.join("examples/README.md")).unwrap_or_default();
    let mut files = Vec::new();
    sources(&root.join("examples/src/bin"), &mut files);
    let names = files.iter().filter_map(|file| file.file_stem()).filter_map(|stem| stem.to_str());
    names
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .map(|name| format!("examples/README.md: no word of `{name}`"))
        .collect()
}

/// Every file in `families/` is in `ALL`, which is alphabetical.
fn families(root: &Path) -> Vec<String> {
    let folder = root.join("crates/bedrock-transform/src/families");
    let list = fs::read_to_string(folder.join("mod.rs")).unwrap_or_default();
    let mut files = Vec::new();
    sources(&folder, &mut files);
    // A family is a file here, or a folder of several.
    let mut names: Vec<&str> = files
        .iter()
        .filter_map(|file| file.strip_prefix(&folder).ok()?.iter().next()?.to_str())
        .map(|name| name.trim_end_matches(".rs"))
        .filter(|name| *name != "mod")
        .collect();
    names.dedup();
    let registered: Vec<&str> =
        list.lines().filter_map(|line| line.trim().strip_prefix('&')?.strip_suffix("::FAMILY,")).collect();
    let mut problems: Vec<String> = names
        .into_iter()
        .filter(|name| !registered.contains(name))
        .map(|name| format!("families/{name}.rs is not in ALL"))
        .collect();
    if !registered.is_sorted() {
        problems.push("families/mod.rs: ALL is not alphabetical".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        assert_eq!(super::check(&crate::root()).err().unwrap_or_default(), Vec::<String>::new());
    }
}
