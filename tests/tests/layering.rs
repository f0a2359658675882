//! The layers are a straight line, and the pure ones link only what is listed here.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of the workspace.
const ARROWS: &[(&str, &[&str])] = &[
    ("core-types", &[]),
    ("bedrock-transform", &["core-types"]),
    ("bedrock-transport", &["bedrock-transform", "core-types"]),
    ("facade", &["bedrock-transform", "bedrock-transport", "core-types"]),
    ("bedrock-emulator", &[]),
    ("gateway", &["bedrock-emulator", "facade"]),
];

/// Every crate that the two pure layers link, at any depth. A new one is a reviewed one-word diff.
const PURE: &[&str] = &[
    "base64",
    "bytes",
    "core-types",
    "itoa",
    "memchr",
    "proc-macro2",
    "quote",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "siphasher",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
    "zmij",
];

/// Crates that may be linked by these members only.
const WRAPPED: &[(&str, &[&str])] = &[
    ("aws-config", &["bedrock-transport"]),
    ("aws-sdk-bedrockagentruntime", &["bedrock-transport"]),
    ("aws-sdk-bedrockruntime", &["bedrock-transport"]),
    ("axum", &["bedrock-emulator", "gateway"]),
    ("opentelemetry", &["gateway"]),
    ("prometheus-client", &["gateway"]),
];

/// Most crates that each links, its own and those of the workspace included. A budget: whoever needs more says so here.
const BUDGETS: &[(&str, &[&str], usize)] =
    &[("bedrock-transform", &[], 25), ("facade", &["--no-default-features"], 25), ("gateway", &[], 255)];

/// Direct normal dependencies by package name.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn graph() -> Graph {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeMap<String, String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| {
            let normal = |dep: &&Value| dep["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null());
            let deps = node["deps"].as_array().unwrap().iter().filter(normal);
            (names[&text(&node["id"])].clone(), deps.map(|dep| names[&text(&dep["pkg"])].clone()).collect())
        })
        .collect()
}

/// What `package` links at any depth, with the features that it asks for itself.
fn linked(package: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "--edges", "normal", "--package", package, "--prefix", "none"]);
    tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| *name != package).map(str::to_owned).collect()
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(cargo).args(args).args(["--manifest-path", manifest]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn violations(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (name, allowed) in ARROWS {
        let members = ARROWS.iter().map(|(member, _)| *member);
        let used = members.filter(|member| graph[*name].contains(*member) && !allowed.contains(member));
        found.extend(used.map(|member| format!("{name} uses {member}")));
    }
    for (dep, wrappers) in WRAPPED {
        let direct = ARROWS.iter().filter(|(name, _)| graph[*name].contains(*dep) && !wrappers.contains(name));
        found.extend(direct.map(|(name, _)| format!("{name} uses {dep}")));
    }
    found
}

#[test]
fn the_layers_are_a_straight_line() {
    assert_eq!(violations(&graph()), Vec::<String>::new());
}

#[test]
fn the_pure_layers_link_only_what_is_listed() {
    for package in ["core-types", "bedrock-transform"] {
        assert_eq!(strangers(linked(package)), Vec::<String>::new(), "{package}");
    }
    let mut linked = linked("bedrock-transform");
    linked.insert("http".to_owned());
    assert_eq!(strangers(linked), ["http"]);
}

fn strangers(linked: BTreeSet<String>) -> Vec<String> {
    linked.into_iter().filter(|name| !PURE.contains(&name.as_str())).collect()
}

#[test]
fn no_layer_links_more_crates_than_its_budget() {
    for (package, features, most) in BUDGETS {
        let mut args = vec!["tree", "--edges", "normal", "--package", package, "--prefix", "none", "--format", "{p}"];
        args.extend(*features);
        let tree = cargo(&args);
        let crates: BTreeSet<_> = tree.lines().filter_map(|line| line.split(" (").next()).collect();
        assert!(crates.len() <= *most, "{package} links {} crates, of {most}: {crates:#?}", crates.len());
    }
}

#[test]
fn a_crate_that_does_not_belong_is_found() {
    let mut graph = graph();
    graph.get_mut("core-types").unwrap().insert("facade".to_owned());
    graph.get_mut("facade").unwrap().insert("axum".to_owned());
    graph.get_mut("bedrock-emulator").unwrap().insert("core-types".to_owned());
    let found = violations(&graph);
    for expected in ["core-types uses facade", "facade uses axum", "bedrock-emulator uses core-types"] {
        assert!(found.iter().any(|violation| violation == expected), "{found:?}");
    }
}

#[test]
fn what_runs_has_one_tls_stack_and_one_http() {
    let linked = linked("gateway");
    for second in ["native-tls", "openssl", "hyper-tls", "isahc", "curl"] {
        assert!(!linked.contains(second), "the gateway links {second}");
    }
    let twice = cargo(&["tree", "--duplicates", "--edges", "normal", "--package", "gateway", "--depth", "0"]);
    for once in ["http ", "hyper ", "rustls ", "h2 ", "tokio "] {
        assert!(!twice.lines().any(|line| line.starts_with(once)), "two versions of {once}in:\n{twice}");
    }
}
