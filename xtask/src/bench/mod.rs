//! `cargo xtask bench`: what the gateway costs, weighs, and does under load.
//!
//! Everything runs on this machine at once, so that single figures say little, and what else kept it busy is said with them.
//! For Linux: times and sizes are read from `/proc`.

mod cost;
mod load;
mod process;
mod weight;
mod works;
mod wrk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::process::{Process, free_port};
use crate::Outcome;

const USAGE: &str = "usage: cargo xtask bench [WORK…] [--against COMMAND] [--streams COUNT]
  cost    processor time of a request beside the least server on the SDK, and beside a COMMAND on port 19400
  weight  start with 200 models, memory at rest, after 5,000 and after 50,000 requests, size of the binary
  soak    100,000 streams, or COUNT, of which every fifth is cut off, and what stays
  paced   1,000 streams at once with an event each 50 ms, and how evenly the events come
  mixed   small requests alone, and beside large ones
`cost` unless said. PUMICE names a build of the gateway; else it is built here, with all optimisations.";

/// The works, in the order in which they are done.
const WORKS: [&str; 5] = ["weight", "soak", "cost", "mixed", "paced"];

pub(crate) fn run(root: &Path, arguments: &[&str]) -> Outcome {
    measure(root, arguments).map_err(|problem| vec![problem])
}

fn measure(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut asked = Vec::new();
    let (mut against, mut streams) = (None, 100_000);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--against" => against = Some(*words.next().ok_or(USAGE)?),
            "--streams" => streams = words.next().and_then(|count| count.parse().ok()).ok_or(USAGE)?,
            work if WORKS.contains(&work) => asked.push(work),
            _ => return Err(USAGE.to_owned()),
        }
    }
    if asked.is_empty() {
        asked.push("cost");
    }
    let rig = Rig::new(root, &asked)?;
    for work in WORKS.iter().filter(|work| asked.contains(work)) {
        println!("\n# {work}; load of the machine before: {}", process::load_average()?);
        match *work {
            "cost" => cost::run(&rig, against)?,
            "mixed" => load::mixed(&rig)?,
            "paced" => load::paced(&rig)?,
            "soak" => load::soak(&rig, streams)?,
            _ => weight::run(&rig)?,
        }
    }
    Ok("done".to_owned())
}

/// What was built, and a folder for what the programs read.
struct Rig {
    bin: PathBuf,
    gateway: String,
    folder: PathBuf,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Rig {
    fn new(root: &Path, works: &[&str]) -> Result<Self, String> {
        let own = std::env::var("PUMICE").ok();
        build(root, works.contains(&"cost"), own.is_none())?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let bin = target.join("release");
        let gateway = own.unwrap_or_else(|| bin.join("pumice").display().to_string());
        let folder = std::env::temp_dir().join(format!("pumice-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        Ok(Self { bin, gateway, folder })
    }

    fn program(&self, name: &str) -> String {
        self.bin.join(name).display().to_string()
    }

    /// Writes a file for the programs, and says where it is.
    fn file(&self, name: &str, content: &str) -> Result<String, String> {
        let path = self.folder.join(name);
        fs::write(&path, content).map_err(|error| error.to_string())?;
        Ok(path.display().to_string())
    }

    /// What stands for Bedrock: streams of `deltas`, `delay` milliseconds apart.
    fn upstream(&self, deltas: u32, delay: u32) -> Result<Process, String> {
        let settings = [("DELTAS", deltas.to_string()), ("DELAY_MS", delay.to_string())];
        Process::start(&self.program("bench-upstream"), &[], free_port()?, &settings)
    }

    /// The gateway, with so many models, all of which are at `upstream`.
    fn serve(&self, upstream: &Process, models: usize) -> Result<Process, String> {
        let config = self.file("config.yaml", &works::config(upstream.port, models))?;
        let port = free_port()?;
        Process::start(&self.gateway, &["serve", "--config", &config, "--port", &port.to_string()], port, &[])
    }

    /// Runs the load program, and returns what it says.
    fn load(&self, work: &str, port: u16, body: &str, settings: &str) -> Result<String, String> {
        let output = self.load_command(work, port, body, settings).output().map_err(|error| error.to_string())?;
        process::said(&output)
    }

    fn load_command(&self, work: &str, port: u16, body: &str, settings: &str) -> Command {
        let mut command = Command::new(self.bin.join("bench-load"));
        command.arg(work).arg(format!("port={port}")).arg(format!("body={body}")).args(settings.split_whitespace());
        command
    }
}

/// The floor is built where it is needed: it takes the SDK's minutes.
fn build(root: &Path, floor: bool, gateway: bool) -> Result<(), String> {
    let mut arguments = vec!["build", "--release", "--package", "bench"];
    if gateway {
        arguments.extend(["--package", "gateway"]);
    }
    if !floor {
        arguments.push("--no-default-features");
    }
    let built = Command::new(env!("CARGO")).args(arguments).current_dir(root).status();
    if built.is_ok_and(|status| status.success()) { Ok(()) } else { Err("the release build failed".to_owned()) }
}
