//! The load program that every distribution has, <https://github.com/wg/wrk>.

use std::process::{Command, Stdio};

use super::Rig;

/// What wrk has seen; times in milliseconds.
pub(super) struct Load {
    pub(super) requests: f64,
    pub(super) rate: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
}

pub(super) fn is_there() -> Result<(), String> {
    // It has no option that ends well.
    let there = Command::new("wrk").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.map(drop).map_err(|_| "wrk is not there: install the package `wrk`".to_owned())
}

/// What wrk is to send.
pub(super) fn script(rig: &Rig, body: &str) -> Result<String, String> {
    let body = rig.file("body.json", body)?;
    let lua = format!(
        "wrk.method = 'POST'
local file = io.open('{body}', 'rb')
wrk.body = file:read('*all')
file:close()
wrk.headers['content-type'] = 'application/json'
wrk.headers['authorization'] = 'Bearer sk-bench'
"
    );
    rig.file("post.lua", &lua)
}

pub(super) fn run(url: &str, script: &str, seconds: usize, at_once: usize) -> Result<Load, String> {
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
