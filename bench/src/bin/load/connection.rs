//! A connection of HTTP/1.1, no more than a load needs: a request is bytes, and of an answer its end is found.

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;

/// Ends the last chunk of a body in chunks.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// How the events of a stream begin, and how the last one does.
pub(crate) struct Marks {
    pub(crate) event: &'static [u8],
    pub(crate) last: &'static [u8],
}

/// What the gateway writes.
pub(crate) const EVENTS: Marks = Marks { event: b"data: {", last: b"data: [DONE]" };
/// What AWS writes.
pub(crate) const FRAMES: Marks = Marks { event: b"contentBlockDelta", last: b"metadata" };

pub(crate) struct Connection {
    socket: TcpStream,
    /// What was read and is not done with.
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self, Failure> {
        let socket = TcpStream::connect(("127.0.0.1", port)).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, read: Vec::with_capacity(4096) })
    }

    /// Sends a request, and reads its answer in one piece.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<(), Failure> {
        let head = self.begin(request).await?;
        let length = header(&head, "content-length").ok_or_else(|| format!("the answer has no length: {head}"))?;
        let length: usize = length.parse()?;
        while self.read.len() < length {
            self.more().await?;
        }
        if self.read.len() > length {
            return Err("the answer goes on after its end".into());
        }
        self.read.clear();
        Ok(())
    }

    /// Sends a request, and reads the head of its answer.
    pub(crate) async fn begin(&mut self, request: &[u8]) -> Result<String, Failure> {
        self.socket.write_all(request).await?;
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.read[..end]).to_lowercase();
                if !head.starts_with("http/1.1 200") {
                    self.more().await?;
                    return Err(format!("refused: {}", String::from_utf8_lossy(&self.read)).into());
                }
                self.read.drain(..end + 4);
                return Ok(head);
            }
            self.more().await?;
        }
    }

    /// Waits for events or the end of the stream: how many came, and whether it is over.
    pub(crate) async fn events(&mut self, marks: &Marks) -> Result<(usize, bool), Failure> {
        loop {
            let came = count(&self.read, marks.event);
            if self.read.ends_with(LAST_CHUNK) {
                let ends = count(&self.read, marks.last);
                self.read.clear();
                return if ends == 1 { Ok((came, true)) } else { Err(format!("the stream has {ends} ends").into()) };
            }
            if let Some(start) = last(&self.read, marks.event) {
                self.read.drain(..start + marks.event.len());
                return Ok((came, false));
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), Error> {
        self.read.reserve(4096);
        if self.socket.read_buf(&mut self.read).await? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the answer broke off"));
        }
        Ok(())
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
}

fn count(bytes: &[u8], mark: &[u8]) -> usize {
    bytes.windows(mark.len()).filter(|window| *window == mark).count()
}

fn last(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).rposition(|window| window == mark)
}
