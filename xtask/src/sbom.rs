//! What `pumice` is made of, as a CycloneDX document: every crate that is linked, its license, its hash, what it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// What the document is of.
const BINARY: &str = "gateway";

/// The document, in the words of <https://cyclonedx.org/docs/1.6/json/>. It has neither a time nor a serial number: equal sources
/// give equal bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Subject<'a>,
    components: Vec<Component<'a>>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Subject<'a> {
    component: Component<'a>,
}

#[derive(Serialize)]
struct Component<'a> {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    name: &'a str,
    version: &'a str,
    purl: String,
    licenses: Vec<License>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'a>>,
}

#[derive(Serialize)]
struct License {
    expression: String,
}

#[derive(Serialize)]
struct Hash<'a> {
    alg: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    r#ref: String,
    depends_on: BTreeSet<String>,
}

/// `cargo metadata`, as far as it is read.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// The document for `pumice` on `target`, e.g. `x86_64-unknown-linux-gnu`, as JSON.
pub(crate) fn document(root: &Path, target: &str) -> Outcome {
    write(root, target).map_err(|problem| vec![problem])
}

fn write(root: &Path, target: &str) -> Result<String, String> {
    let linked = cargo(root, &["tree", "-e", "normal", "-p", BINARY, "--target", target, "--prefix", "none"])?;
    let linked: BTreeSet<String> = linked.lines().filter_map(name_and_version).collect();
    let metadata = cargo(root, &["metadata", "--format-version", "1", "--filter-platform", target])?;
    let metadata: Metadata = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let lock = fs::read_to_string(root.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let hashes = hashes(&lock);

    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .filter(|package| linked.contains(&package.reference()))
        .map(|package| (&*package.id, package))
        .collect();
    let mut components = packages.values().map(|package| component(package, &hashes)).collect::<Result<Vec<_>, _>>()?;
    components.sort_by(|one, other| one.reference.cmp(&other.reference));
    let subject = components.iter().position(|component| component.name == BINARY);
    let mut subject = components.remove(subject.ok_or_else(|| format!("cargo tree does not name {BINARY}"))?);
    subject.r#type = "application";
    let mut dependencies: Vec<Dependency> =
        metadata.resolve.nodes.iter().filter_map(|node| dependency(node, &packages)).collect();
    dependencies.sort_by(|one, other| one.r#ref.cmp(&other.r#ref));

    let document = Document {
        bom_format: "CycloneDX",
        spec_version: "1.6",
        version: 1,
        metadata: Subject { component: subject },
        components,
        dependencies,
    };
    serde_json::to_string_pretty(&document).map_err(|error| error.to_string())
}

impl Package {
    fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

fn component<'a>(package: &'a Package, hashes: &BTreeMap<String, &'a str>) -> Result<Component<'a>, String> {
    let reference = package.reference();
    let license = package.license.as_deref().ok_or_else(|| format!("{reference} names no license"))?;
    let hashes = hashes.get(&reference).map(|content| Hash { alg: "SHA-256", content });
    Ok(Component {
        r#type: "library",
        name: &package.name,
        version: &package.version,
        purl: format!("pkg:cargo/{reference}"),
        // An older way to say "or".
        licenses: vec![License { expression: license.replace(" / ", " OR ").replace('/', " OR ") }],
        hashes: hashes.into_iter().collect(),
        reference,
    })
}

fn dependency(node: &Node, packages: &BTreeMap<&str, &Package>) -> Option<Dependency> {
    let normal = |edge: &&Edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none());
    let used = node.deps.iter().filter(normal).filter_map(|edge| packages.get(&*edge.pkg));
    let depends_on = used.map(|package| package.reference()).collect();
    Some(Dependency { r#ref: packages.get(&*node.id)?.reference(), depends_on })
}

/// `http v1.5.0 (…)` as `http@1.5.0`.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    Some(format!("{}@{}", words.next()?, words.next()?.strip_prefix('v')?))
}

/// The hashes of Cargo.lock by name and version; crates of ours have none.
fn hashes(lock: &str) -> BTreeMap<String, &str> {
    let packages = lock.split("[[package]]").skip(1);
    packages
        .filter_map(|package| {
            Some((
                format!("{}@{}", quoted(package, "name")?, quoted(package, "version")?),
                quoted(package, "checksum")?,
            ))
        })
        .collect()
}

/// The text of `key = "text"` on a line of its own.
fn quoted<'a>(package: &'a str, key: &str) -> Option<&'a str> {
    package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).arg("--locked").args(arguments).current_dir(root).output();
    let output = output.map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    #[test]
    fn every_crate_that_is_linked_is_listed_with_license_and_hash() {
        let document = super::document(&crate::root(), "x86_64-unknown-linux-gnu").unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        let components = document["components"].as_array().unwrap();
        let names: BTreeSet<&str> = components.iter().map(|each| each["name"].as_str().unwrap()).collect();
        for name in ["aws-lc-sys", "axum", "bedrock-transform", "rustls", "tokio"] {
            assert!(names.contains(name), "{name}");
        }
        for name in ["gateway", "insta", "wiremock", "xtask"] {
            assert!(!names.contains(name), "{name}");
        }
        for component in components {
            let ours = component["version"] == env!("CARGO_PKG_VERSION") && component["hashes"].is_null();
            let hash = component["hashes"][0]["content"].as_str().map_or(0, str::len);
            assert!(ours || hash == 64, "{component}");
            assert!(!component["licenses"][0]["expression"].as_str().unwrap().contains('/'), "{component}");
        }
        let refs: BTreeSet<&str> = components.iter().map(|each| each["bom-ref"].as_str().unwrap()).collect();
        let used = document["dependencies"].as_array().unwrap().iter();
        for name in used.flat_map(|each| each["dependsOn"].as_array().unwrap()) {
            assert!(refs.contains(name.as_str().unwrap()), "{name}");
        }
    }
}
