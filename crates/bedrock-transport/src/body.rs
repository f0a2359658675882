//! Reading the body of an answer, with a limit on silence.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bedrock_transform::ErrorKind;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use crate::TransportError;

/// The whole body, without a copy if it comes in one piece. `most` bytes are kept; the rest is not read.
pub(crate) async fn read(body: SdkBody, idle: Option<Duration>, most: usize) -> Result<Bytes, TransportError> {
    // Enough for nearly all answers; more is taken as it comes, whatever the header promises.
    const PRESIZED: u64 = 16 << 20;
    let mut body = ByteStream::new(body);
    let promised = body.size_hint().1.unwrap_or_default().min(PRESIZED);
    let Some(first) = next(&mut body, idle).await? else { return Ok(Bytes::new()) };
    if first.len() >= most {
        return Ok(first.slice(..most));
    }
    let Some(second) = next(&mut body, idle).await? else { return Ok(first) };
    let mut whole = BytesMut::with_capacity(usize::try_from(promised).unwrap_or_default().min(most));
    whole.extend_from_slice(&first);
    let mut piece = Some(second);
    while let Some(bytes) = piece {
        whole.extend_from_slice(&bytes);
        if whole.len() >= most {
            whole.truncate(most);
            break;
        }
        piece = next(&mut body, idle).await?;
    }
    Ok(whole.freeze())
}

async fn next(body: &mut ByteStream, idle: Option<Duration>) -> Result<Option<Bytes>, TransportError> {
    let piece = match idle {
        Some(idle) => timeout(idle, body.try_next()).await.map_err(|_| silence(idle))?,
        None => body.try_next().await,
    };
    piece.map_err(|error| {
        TransportError::new(ErrorKind::Connection, "ConnectionError", "the connection broke within the answer")
            .with_source(error)
    })
}

/// Nothing came for `idle`.
pub(crate) fn silence(idle: Duration) -> TransportError {
    TransportError::timeout(format!("AWS sent nothing for {idle:?} within an answer"))
}
