//! `cargo xtask bench`: what the gateway costs beside the least server on the SDK, in the same rounds.
//!
//! Everything runs on this machine at once, so that single figures say little: what counts is a ratio within a round. The
//! load is wrk's, <https://github.com/wg/wrk>, which every distribution has. For Linux: times and sizes are read from
//! `/proc`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const UPSTREAM: u16 = 19100;
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
    name: String,
    port: u16,
    process: Process,
    /// From its start to its first answer.
    start: Duration,
    idle: u64,
}

/// Ends with the value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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

pub(crate) fn run(root: &Path, against: Option<&str>) -> Outcome {
    measure(root, against).map_err(|problem| vec![problem])
}

fn measure(root: &Path, against: Option<&str>) -> Result<String, String> {
    wrk_is_there()?;
    build(root)?;
    let bin = |name: &str| {
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| root.join("target").display().to_string());
        format!("{target}/release/{name}")
    };
    let folder = std::env::temp_dir().join(format!("pumice-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let config = folder.join("config.yaml");
    fs::write(&config, config_yaml()).map_err(|error| error.to_string())?;

    let _upstream = Process(spawn(&bin("bench-upstream"), &[], UPSTREAM)?);
    let config = config.display().to_string();
    let mut targets = vec![
        start("floor", &bin("bench-floor"), &[], 19200)?,
        start("gateway", &bin("pumice"), &["serve", "--config", &config, "--port", "19300"], 19300)?,
    ];
    if let Some(command) = against {
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some((program, arguments)) = words.split_first() else {
            return Err("--against needs a command".to_owned());
        };
        targets.push(start("against", program, arguments, 19400)?);
    }
    for target in &targets {
        println!("{}: first answer after {} ms, {} MiB idle", target.name, target.start.as_millis(), mib(target.idle));
    }
    for work in works() {
        compare(&work, &targets, &folder)?;
    }
    for target in &targets {
        println!("{}: {} MiB at the end", target.name, mib(target.process.resident()?));
    }
    let size = fs::metadata(bin("pumice")).map_err(|error| error.to_string())?.len();
    let _ = fs::remove_dir_all(folder);
    Ok(format!("the gateway's binary has {} MiB", mib(size)))
}

fn works() -> [Work; 4] {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(57);
    let turn = |index: usize| {
        let role = if index.is_multiple_of(2) { "user" } else { "assistant" };
        format!(r#"{{"role":"{role}","content":"{text}"}}"#)
    };
    let turns: Vec<_> = (0..39).map(turn).collect();
    let body = |messages: &str, more: &str| format!(r#"{{"model":"{MODEL}","messages":[{messages}]{more}}}"#);
    let hello = r#"{"role":"user","content":"Hello"}"#;
    let data = format!("iVBORw0KGgo{}", "A".repeat((1 << 20) - 11));
    let image = format!(
        r#"{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{data}"}}}}]}}"#
    );
    [
        Work { name: "small", body: body(hello, "") },
        Work { name: "conversation, 100 KB", body: body(&turns.join(","), "") },
        Work { name: "stream of 200", body: body(hello, r#","stream":true"#) },
        Work { name: "image, 1 MB", body: body(&image, "") },
    ]
}

fn config_yaml() -> String {
    format!(
        "model_list:
  - model_name: \"{MODEL}\"
    litellm_params:
      model: \"bedrock/{MODEL}\"
      aws_access_key_id: AKIDEXAMPLE
      aws_secret_access_key: secret
      aws_region_name: us-east-1
      aws_bedrock_runtime_endpoint: http://127.0.0.1:{UPSTREAM}
general_settings:
  master_key: sk-bench
"
    )
}

/// All targets in turn, round by round, and the medians of the ratios within a round.
fn compare(work: &Work, targets: &[Target], folder: &Path) -> Result<(), String> {
    let file = script(work, folder).map_err(|error| error.to_string())?;
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
        let direct = direct(work, &file)?;
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
fn direct(work: &Work, file: &str) -> Result<f64, String> {
    let operation = if work.name.starts_with("stream") { "converse-stream" } else { "converse" };
    let url = format!("http://127.0.0.1:{UPSTREAM}/model/x/{operation}");
    Ok(wrk(&url, file, 1, 1)?.p50)
}

impl Target {
    fn load(&self, script: &str, seconds: usize, at_once: usize) -> Result<Round, String> {
        let before = self.process.time()?;
        let url = format!("http://127.0.0.1:{}/v1/chat/completions", self.port);
        let Load { requests, rate, p50, p99 } = wrk(&url, script, seconds, at_once)?;
        let spent = self.process.time()?.saturating_sub(before);
        Ok(Round { cpu: spent.as_secs_f64() * 1e6 / requests, rate, p50, p99 })
    }

    /// Milliseconds to the first event of a stream, or the end of an answer's head: the median of 21.
    fn first_event(&self, body: &str) -> Result<f64, String> {
        let once = || -> std::io::Result<f64> {
            let began = Instant::now();
            let mut socket = BufReader::new(TcpStream::connect(("127.0.0.1", self.port))?);
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

impl Process {
    /// Processor time so far.
    fn time(&self) -> Result<Duration, String> {
        let stat = self.proc("stat")?;
        // The command's name, in parentheses, may hold anything; user and system time are the 12th and 13th after it.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        // Linux has 100 a second on all machines that this is for.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory in use, in bytes.
    fn resident(&self) -> Result<u64, String> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024)
    }

    fn proc(&self, name: &str) -> Result<String, String> {
        fs::read_to_string(format!("/proc/{}/{name}", self.0.id())).map_err(|error| error.to_string())
    }
}

fn start(name: &str, program: &str, arguments: &[&str], port: u16) -> Result<Target, String> {
    let began = Instant::now();
    let process = Process(spawn(program, arguments, port)?);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(format!("{program} does not listen on port {port}"));
        }
        sleep(Duration::from_millis(1));
    }
    let start = began.elapsed();
    sleep(Duration::from_millis(500));
    let idle = process.resident()?;
    Ok(Target { name: name.to_owned(), port, process, start, idle })
}

fn spawn(program: &str, arguments: &[&str], port: u16) -> Result<Child, String> {
    let mut command = Command::new(program);
    command.args(arguments).env("PORT", port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", format!("http://127.0.0.1:{UPSTREAM}"));
    command.spawn().map_err(|error| format!("{program}: {error}"))
}

fn wrk_is_there() -> Result<(), String> {
    // It has no option that ends well.
    let there = Command::new("wrk").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.map(drop).map_err(|_| "wrk is not there: install the package `wrk`".to_owned())
}

/// What wrk is to send.
fn script(work: &Work, folder: &Path) -> std::io::Result<String> {
    let (body, script) = (folder.join("body.json"), folder.join("post.lua"));
    fs::write(&body, &work.body)?;
    let lua = format!(
        "wrk.method = 'POST'
local file = io.open('{}', 'rb')
wrk.body = file:read('*all')
file:close()
wrk.headers['content-type'] = 'application/json'
wrk.headers['authorization'] = 'Bearer sk-bench'
",
        body.display()
    );
    fs::write(&script, lua)?;
    Ok(script.display().to_string())
}

fn build(root: &Path) -> Result<(), String> {
    let arguments = ["build", "--release", "--package", "gateway", "--package", "bench"];
    let built = Command::new(env!("CARGO")).args(arguments).current_dir(root).status();
    if built.is_ok_and(|status| status.success()) { Ok(()) } else { Err("the release build failed".to_owned()) }
}

/// What wrk has seen; times in milliseconds.
struct Load {
    requests: f64,
    rate: f64,
    p50: f64,
    p99: f64,
}

fn wrk(url: &str, script: &str, seconds: usize, at_once: usize) -> Result<Load, String> {
    let (seconds, at_once) = (seconds.to_string(), at_once.to_string());
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", &at_once, "-d", &seconds, "--timeout", "30s", "--latency", "-s", script, url])
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    read(&said).ok_or_else(|| format!("wrk on {url}: {said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Reads wrk's summary, if it has no errors in it.
fn read(said: &str) -> Option<Load> {
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        return None;
    }
    let after = |start: &str| said.lines().find_map(|line| line.trim().strip_prefix(start)).map(str::trim);
    let requests = said.lines().find_map(|line| line.split_once(" requests in "))?.0.trim().parse().ok()?;
    let rate = after("Requests/sec:")?.parse().ok()?;
    Some(Load { requests, rate, p50: millis(after("50%")?)?, p99: millis(after("99%")?)? })
}

/// `310.00us`, `1.52ms`, `2.00s`.
fn millis(text: &str) -> Option<f64> {
    let (number, factor) = [("us", 1e-3), ("ms", 1.0), ("s", 1e3)]
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    Some(number.parse::<f64>().ok()? * factor)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_wrk_is_read() {
        let said = "Running 3s test @ http://127.0.0.1:1/\n  Latency Distribution\n     50%  310.00us\n     99%    1.52ms\n  \
                    1234 requests in 3.00s, 1.00MB read\nRequests/sec:    411.33\n";
        let load = read(said).unwrap();
        assert_eq!((load.requests, load.rate, load.p50, load.p99), (1234.0, 411.33, 0.31, 1.52));
        assert!(read(&format!("{said}  Non-2xx or 3xx responses: 1\n")).is_none());
    }
}
