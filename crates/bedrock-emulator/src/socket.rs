//! The accepted connection, with a way to reset it from inside a call.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The listener: sockets with `TCP_NODELAY` and a [`ResetHandle`].
pub(crate) struct Gate(pub(crate) TcpListener);

impl Listener for Gate {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, addr)) => {
                    // Without it a frame waits for the acknowledgement of the one before it.
                    let _ = stream.set_nodelay(true);
                    return (Socket { stream, reset: ResetHandle::default() }, addr);
                }
                // A client that gave up, or too many open files: neither is a reason to stop serving.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Resets the connection that a call came in on.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResetHandle(Arc<Reset>);

#[derive(Debug, Default)]
struct Reset {
    asked: AtomicBool,
    connection: AtomicWaker,
}

impl ResetHandle {
    /// Has the connection closed with a TCP reset, at once.
    pub(crate) fn reset(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.0.connection.wake();
    }
}

impl Connected<IncomingStream<'_, Gate>> for ResetHandle {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().reset.clone()
    }
}

/// A TCP stream that fails once a reset was asked for.
pub(crate) struct Socket {
    stream: TcpStream,
    reset: ResetHandle,
}

impl Socket {
    fn check(&self) -> io::Result<()> {
        if self.reset.0.asked.load(Ordering::SeqCst) {
            // With a zero linger the close sends RST instead of FIN.
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.reset.0.connection.register(cx.waker());
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
