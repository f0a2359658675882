//! The gateway under load: many streams, even streams, small requests beside large ones.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::process::{Busy, Process, mib};
use super::{Rig, works};

/// Connections to the upstream may stay open for the next calls, so many.
const CALLERS: usize = 64;

/// Growth of memory that is none, in percent.
const SAME: f64 = 5.0;

/// Streams, a fifth of them cut off, and what stays of them.
pub(super) fn soak(rig: &Rig, streams: usize) -> Result<(), String> {
    let upstream = rig.upstream(20, 2)?;
    let gateway = rig.serve(&upstream, 1)?;
    let body = rig.file("stream.json", &works::streamed())?;
    let run =
        |count: usize| rig.load("streams", gateway.port, &body, &format!("at-once={CALLERS} count={count} abort=5"));
    let idle = Left::of(&gateway, &upstream)?;
    println!("idle: {idle}");
    println!("{}", run(streams / 10)?);
    let warm = Left::of(&gateway, &upstream)?;
    println!("warm: {warm}");
    println!("{}", run(streams - streams / 10)?);
    let end = Left::of(&gateway, &upstream)?;
    let growth = 100.0 * (mib(end.memory) / mib(warm.memory) - 1.0);
    println!("end: {end}; memory {growth:+.1} % since warm");
    let is_back = end.in_flight == "0" && end.open == "0" && end.descriptors <= idle.descriptors + CALLERS;
    if is_back && growth <= SAME { Ok(()) } else { Err("something stays behind".to_owned()) }
}

/// What is left of the streams that are over.
struct Left {
    memory: u64,
    descriptors: usize,
    /// The gateway's own count.
    in_flight: String,
    /// The upstream's.
    open: String,
}

impl Left {
    fn of(gateway: &Process, upstream: &Process) -> Result<Self, String> {
        // A caller who went away is noticed within a second.
        sleep(Duration::from_secs(2));
        let (memory, descriptors) = (gateway.resident()?, gateway.descriptors()?);
        let metrics = gateway.get("/metrics")?;
        let in_flight = metrics.lines().find_map(|line| line.strip_prefix("pumice_in_flight ")).unwrap_or("not told");
        Ok(Self { memory, descriptors, in_flight: in_flight.trim().to_owned(), open: upstream.get("/open")? })
    }
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { memory, descriptors, in_flight, open } = self;
        let memory = mib(*memory);
        write!(f, "{memory:.1} MiB, {descriptors} descriptors, {in_flight} in flight, {open} open upstream")
    }
}

/// Streams at once, with an event each 50 ms.
pub(super) fn paced(rig: &Rig) -> Result<(), String> {
    const STREAMS: usize = 1_000;
    const SECONDS: u32 = 20;
    let upstream = rig.upstream(SECONDS * 20, 50)?;
    let gateway = rig.serve(&upstream, 1)?;
    let body = rig.file("stream.json", &works::streamed())?;
    let operation = format!("path=/model/{}/converse-stream", works::MODEL);
    for (name, port, path) in [("the upstream itself", upstream.port, &*operation), ("the gateway", gateway.port, "")] {
        let watched = Watched::new(&gateway, &upstream)?;
        println!("{name}: {}", rig.load("paced", port, &body, &format!("count={STREAMS} {path}"))?);
        println!("{}", watched.since()?);
    }
    println!("the gateway has {:.1} MiB", mib(gateway.resident()?));
    Ok(())
}

/// Small requests at a rate that leaves the machine room, alone and beside large ones.
pub(super) fn mixed(rig: &Rig) -> Result<(), String> {
    let upstream = rig.upstream(0, 0)?;
    let gateway = rig.serve(&upstream, 1)?;
    let operation = format!("path=/model/{}/converse", works::MODEL);
    let large = [("none", 0, 0), ("100 KB", 100 << 10, 200), ("1 MB", 1 << 20, 50), ("1 MB", 1 << 20, 200)];
    let small = rig.file("small.json", &works::small())?;
    for (name, bytes, rate) in large {
        let large = rig.file("large.json", &works::image(bytes.max(11)))?;
        println!("small requests, 500 a second, beside {rate} a second of {name}");
        for (name, port, path) in
            [("the upstream itself", upstream.port, &*operation), ("the gateway", gateway.port, "")]
        {
            let watched = Watched::new(&gateway, &upstream)?;
            println!("{name}: {}", beside(rig, port, path, &small, (rate > 0).then_some((&*large, rate)))?);
            println!("{}", watched.since()?);
        }
    }
    println!("the gateway has {:.1} MiB", mib(gateway.resident()?));
    Ok(())
}

/// Sends the large ones by a program of its own, so that the small ones are sent in time.
fn beside(rig: &Rig, port: u16, path: &str, small: &str, large: Option<(&str, u32)>) -> Result<String, String> {
    const SECONDS: u32 = 8;
    let large = large.map(|(body, rate)| {
        let mut command = rig.load_command("requests", port, body, &format!("rate={rate} seconds={SECONDS} {path}"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())
    });
    // The large ones begin first and end last.
    sleep(Duration::from_millis(500));
    let small = rig.load("requests", port, small, &format!("rate=500 seconds={} {path}", SECONDS - 1))?;
    match large {
        None => Ok(small),
        Some(large) => Ok(format!("{small}\n  the large ones: {}", ended(large?)?)),
    }
}

fn ended(child: Child) -> Result<String, String> {
    super::process::said(&child.wait_with_output().map_err(|error| error.to_string())?)
}

/// Gateway and upstream, and what they had done before.
struct Watched<'a> {
    gateway: &'a Process,
    upstream: &'a Process,
    before: [Duration; 2],
    busy: Busy,
}

impl<'a> Watched<'a> {
    fn new(gateway: &'a Process, upstream: &'a Process) -> Result<Self, String> {
        let busy = Busy::now(&[gateway, upstream])?;
        Ok(Self { gateway, upstream, before: [gateway.time()?, upstream.time()?], busy })
    }

    fn since(&self) -> Result<String, String> {
        let [gateway, upstream] = self.before;
        self.busy.since(&[("gateway", self.gateway, gateway), ("upstream", self.upstream, upstream)])
    }
}
