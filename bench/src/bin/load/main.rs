//! Asks a server on loopback, and says in one line what came of it. An answer that is not whole, or comes twice, is an error.
//!
//! `bench-load WORK NAME=VALUE…`; all take `port`, `path` and `body` (a file).
//! - `requests`: `count` of them, `at-once` so many, or for `seconds` at a `rate` of so many in a second.
//! - `streams`: `count` of them, `at-once` so many, each `abort`-th cut off after some events.
//! - `paced`: `count` of them at once, and the time between two events of a stream.
#![expect(clippy::print_stdout, reason = "a command talks to its user")]

mod connection;
mod figures;
mod requests;
mod streams;

use std::collections::BTreeMap;
use std::str::FromStr;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let work = words.next().unwrap_or_default();
    let settings = Settings::read(words)?;
    let said = match work.as_str() {
        "requests" => requests::run(&settings).await?,
        "streams" => streams::soak(&settings).await?,
        "paced" => streams::paced(&settings).await?,
        _ => return Err("the first word must be `requests`, `streams` or `paced`".into()),
    };
    println!("{said}");
    Ok(())
}

/// `NAME=VALUE…`
struct Settings(BTreeMap<String, String>);

impl Settings {
    fn read(words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let pair = |word: String| {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("`{word}` is not NAME=VALUE"))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        words.map(pair).collect::<Result<_, Failure>>().map(Self)
    }

    fn find<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{name}={text} is no number").into())
    }

    fn number<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.find(name)?.ok_or_else(|| format!("{name}=… is missing").into())
    }

    fn port(&self) -> Result<u16, Failure> {
        self.number("port")
    }

    /// The request, head and body.
    fn request(&self) -> Result<Vec<u8>, Failure> {
        let path = self.0.get("path").map_or("/v1/chat/completions", String::as_str);
        let body = std::fs::read(self.0.get("body").ok_or("body=FILE is missing")?)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Ok([head.into_bytes(), body].concat())
    }
}
