//! What the gateway costs beside the least server on the SDK, in the same rounds: what counts is a ratio within a round.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::process::{Process, free_port, median, mib};
use super::wrk::{self, Load};
use super::{Rig, works};

const ROUNDS: usize = 3;
const CONCURRENCY: usize = 32;
/// Seconds of one target in one round.
const SECONDS: usize = 3;

struct Work {
    name: &'static str,
    body: String,
}

/// A server that is measured.
struct Target {
    name: &'static str,
    process: Process,
}

/// What a round has shown.
#[derive(Clone, Copy)]
struct Round {
    /// Processor time of a request, in microseconds.
    cpu: f64,
    /// Requests in a second.
    rate: f64,
    p50: f64,
    p99: f64,
}

pub(super) fn run(rig: &Rig, against: Option<&str>) -> Result<(), String> {
    wrk::is_there()?;
    let upstream = rig.upstream(200, 0)?;
    let endpoint = [("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", format!("http://127.0.0.1:{}", upstream.port))];
    let floor = Process::start(&rig.program("bench-floor"), &[], free_port()?, &endpoint)?;
    let mut targets =
        vec![Target { name: "floor", process: floor }, Target { name: "gateway", process: rig.serve(&upstream, 1)? }];
    if let Some(command) = against {
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some((program, arguments)) = words.split_first() else {
            return Err("--against needs a command".to_owned());
        };
        targets.push(Target { name: "against", process: Process::start(program, arguments, AGAINST, &endpoint)? });
    }
    std::thread::sleep(Duration::from_millis(500));
    for Target { name, process } in &targets {
        println!("{name}: listens after {} ms, {:.1} MiB idle", process.start.as_millis(), mib(process.resident()?));
    }
    for work in works() {
        compare(rig, &work, &targets, &upstream)?;
    }
    for Target { name, process } in &targets {
        println!("{name}: {:.1} MiB at the end", mib(process.resident()?));
    }
    Ok(())
}

/// Where a server of the caller's own listens.
const AGAINST: u16 = 19400;

fn works() -> [Work; 4] {
    [
        Work { name: "small", body: works::small() },
        Work { name: "conversation, 100 KB", body: works::conversation() },
        Work { name: "stream of 200", body: works::streamed() },
        Work { name: "image, 1 MB", body: works::image(1 << 20) },
    ]
}

/// All targets in turn, round by round, and the medians of the ratios within a round.
fn compare(rig: &Rig, work: &Work, targets: &[Target], upstream: &Process) -> Result<(), String> {
    let file = wrk::script(rig, &work.body)?;
    for target in targets {
        target.load(&file, 1, CONCURRENCY)?;
    }
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); targets.len()];
    for _ in 0..ROUNDS {
        for (target, rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(target.load(&file, SECONDS, CONCURRENCY)?);
        }
    }
    println!("\n{} ({CONCURRENCY} at once, median of {ROUNDS} rounds)", work.name);
    println!("| | CPU µs/request | × floor | requests/s | p50 ms | p99 ms | alone: added p50 ms | first event ms |");
    println!("|---|---|---|---|---|---|---|---|");
    for (target, own) in targets.iter().zip(&rounds) {
        let ratio = median(own.iter().zip(&rounds[0]).map(|(own, floor)| own.cpu / floor.cpu));
        let of = |value: fn(&Round) -> f64| median(own.iter().map(value));
        let alone = target.load(&file, 1, 1)?.p50;
        let direct = direct(work, &file, upstream.port)?;
        println!(
            "| {} | {:.0} | {ratio:.2} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
            target.name,
            of(|round| round.cpu),
            of(|round| round.rate),
            of(|round| round.p50),
            of(|round| round.p99),
            alone - direct,
            target.first_event(&work.body)?,
        );
    }
    Ok(())
}

/// The upstream's own p50.
fn direct(work: &Work, file: &str, port: u16) -> Result<f64, String> {
    let operation = if work.name.starts_with("stream") { "converse-stream" } else { "converse" };
    let url = format!("http://127.0.0.1:{port}/model/x/{operation}");
    Ok(wrk::run(&url, file, 1, 1)?.p50)
}

impl Target {
    fn load(&self, script: &str, seconds: usize, at_once: usize) -> Result<Round, String> {
        let before = self.process.time()?;
        let url = format!("http://127.0.0.1:{}/v1/chat/completions", self.process.port);
        let Load { requests, rate, p50, p99 } = wrk::run(&url, script, seconds, at_once)?;
        let spent = self.process.time()?.saturating_sub(before);
        Ok(Round { cpu: spent.as_secs_f64() * 1e6 / requests, rate, p50, p99 })
    }

    /// Milliseconds to the first event of a stream, or the end of an answer's head: the median of 21.
    fn first_event(&self, body: &str) -> Result<f64, String> {
        let once = || -> std::io::Result<f64> {
            let began = Instant::now();
            let mut socket = BufReader::new(TcpStream::connect(("127.0.0.1", self.process.port))?);
            let head = format!(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-bench\r\n\
                 content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            socket.get_mut().write_all((head + body).as_bytes())?;
            let mut line = String::new();
            while socket.read_line(&mut line)? > 0 && line != "\r\n" && !line.starts_with("data:") {
                line.clear();
            }
            Ok(began.elapsed().as_secs_f64() * 1e3)
        };
        let times = (0..21).map(|_| once()).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        Ok(median(times.into_iter()))
    }
}
