//! What the gateway weighs: its start, its memory, its size.

use std::fs;
use std::time::{Duration, Instant};

use super::process::{Process, median, mib};
use super::{Rig, works};

const STARTS: usize = 7;
const MODELS: usize = 200;

pub(super) fn run(rig: &Rig) -> Result<(), String> {
    let upstream = rig.upstream(0, 0)?;
    let body = rig.file("small.json", &works::small())?;
    let mut listening = Vec::new();
    let mut answering = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let gateway = rig.serve(&upstream, MODELS)?;
        let asked = Instant::now();
        rig.load("requests", gateway.port, &body, "at-once=1 count=1")?;
        // The start of the load program counts with the answer.
        answering.push(millis(begun.elapsed()));
        listening.push(millis(asked - begun));
    }
    println!(
        "start with {MODELS} models, median of {STARTS}: listens after {:.0} ms, has answered after {:.0} ms",
        median(listening.into_iter()),
        median(answering.into_iter())
    );
    let gateway = rig.serve(&upstream, 1)?;
    std::thread::sleep(Duration::from_millis(500));
    println!("memory at rest: {}", resident(&gateway)?);
    let ask = |count: usize| rig.load("requests", gateway.port, &body, &format!("at-once=32 count={count}"));
    ask(5_000)?;
    let before = gateway.resident()?;
    println!("after 5,000 small requests: {}", resident(&gateway)?);
    ask(45_000)?;
    let growth = 100.0 * (mib(gateway.resident()?) / mib(before) - 1.0);
    println!("after 50,000: {} ({growth:+.1} %)", resident(&gateway)?);
    let size = fs::metadata(&rig.gateway).map_err(|error| error.to_string())?.len();
    println!("the binary: {:.1} MiB, {size} bytes", mib(size));
    Ok(())
}

fn resident(process: &Process) -> Result<String, String> {
    Ok(format!("{:.1} MiB", mib(process.resident()?)))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
