//! Processes that are measured, and what `/proc` says of them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A server on loopback. It ends with the value.
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
    /// From its start until it let somebody in.
    pub(super) start: Duration,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts a server, and waits until it listens on `port`.
    pub(super) fn start(program: &str, arguments: &[&str], port: u16, env: &[(&str, String)]) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(arguments).env("PORT", port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
        command.env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(env.iter().map(|(name, value)| (name, value)));
        let begun = Instant::now();
        let child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
        let mut process = Self { child, port, start: Duration::ZERO };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err(format!("{program} does not listen on port {port}"));
            }
            sleep(Duration::from_millis(1));
        }
        process.start = begun.elapsed();
        Ok(process)
    }

    /// Processor time so far.
    pub(super) fn time(&self) -> Result<Duration, String> {
        // User and system time.
        times(&self.proc("stat")?, 11)
    }

    /// Memory in use, in bytes.
    pub(super) fn resident(&self) -> Result<u64, String> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024)
    }

    /// Open files and sockets.
    pub(super) fn descriptors(&self) -> Result<usize, String> {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        Ok(folder.map_err(|error| error.to_string())?.count())
    }

    fn proc(&self, name: &str) -> Result<String, String> {
        fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).map_err(|error| error.to_string())
    }

    /// The body of an answer to `GET`.
    pub(super) fn get(&self, path: &str) -> Result<String, String> {
        let exchange = || -> std::io::Result<String> {
            let mut socket = TcpStream::connect(("127.0.0.1", self.port))?;
            write!(
                socket,
                "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-bench\r\nconnection: close\r\n\r\n"
            )?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer = exchange().map_err(|error| format!("{path}: {error}"))?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        if head.starts_with("HTTP/1.1 200") { Ok(body.to_owned()) } else { Err(format!("{path}: {head}")) }
    }
}

/// What kept the processors busy over a time, in processors.
pub(super) struct Busy {
    begun: Instant,
    machine: Duration,
    ended: Duration,
    servers: Duration,
}

impl Busy {
    pub(super) fn now(servers: &[&Process]) -> Result<Self, String> {
        let stat = fs::read_to_string("/proc/stat").map_err(|error| error.to_string())?;
        // user, nice, system, idle, iowait, irq, softirq, steal
        let fields: Vec<u64> = stat.split_whitespace().skip(1).take(8).filter_map(|field| field.parse().ok()).collect();
        let busy: u64 =
            fields.iter().enumerate().filter(|(index, _)| ![3, 4].contains(index)).map(|(_, ticks)| ticks).sum();
        let own = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
        let servers = servers.iter().map(|server| server.time()).sum::<Result<_, _>>()?;
        // Of children that have ended.
        Ok(Self { begun: Instant::now(), machine: of_ticks(busy), ended: times(&own, 13)?, servers })
    }

    /// `gateway …, upstream …, load …, all else …`
    pub(super) fn since(&self, servers: &[(&str, &Process, Duration)]) -> Result<String, String> {
        let processes: Vec<&Process> = servers.iter().map(|(_, process, _)| *process).collect();
        let now = Self::now(&processes)?;
        let seconds = (now.begun - self.begun).as_secs_f64();
        let share = |time: Duration| time.as_secs_f64() / seconds;
        let mut said = String::new();
        for (name, process, before) in servers {
            said += &format!("{name} {:.2}, ", share(process.time()?.saturating_sub(*before)));
        }
        let load = now.ended.saturating_sub(self.ended);
        let known = load + now.servers.saturating_sub(self.servers);
        let rest = (now.machine - self.machine).saturating_sub(known);
        Ok(format!("processors: {said}load {:.2}, all else {:.2}", share(load), share(rest)))
    }
}

/// Two neighbouring counters of `/proc/PID/stat`, the first of which is so many after the command's name.
fn times(stat: &str, first: usize) -> Result<Duration, String> {
    // The name, in parentheses, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    Ok(of_ticks(fields.skip(first).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()))
}

/// Linux has 100 a second on all machines that this is for.
const fn of_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 10)
}

/// How many wanted a processor, over the last minute, 5 and 15.
pub(super) fn load_average() -> Result<String, String> {
    let text = fs::read_to_string("/proc/loadavg").map_err(|error| error.to_string())?;
    Ok(text.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}

/// A port that nobody listens on.
pub(super) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}

/// What a program that has ended said, if it went well.
pub(super) fn said(output: &Output) -> Result<String, String> {
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() { Ok(said) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
pub(super) fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
