//! Many calls for one request.

use bedrock_transform::{Answer, Outgoing};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::{Backend, Error};

/// Sends `calls`, at most `concurrency` at once, and reads each answer as it comes: neither bodies that were sent nor
/// answers that were read stay in memory. What was read is in the order of the calls.
///
/// The first failure ends all calls that are under way, as does dropping the future; `at` names its call.
pub(crate) async fn send_all<T>(
    backend: &dyn Backend,
    calls: Vec<Outgoing>,
    concurrency: usize,
    at: impl Fn(usize) -> String,
    read: impl Fn(usize, &Answer) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let several = calls.len() > 1;
    let send = |(index, call): (usize, Outgoing)| {
        let (at, read) = (&at, &read);
        async move {
            let named = |error: Error| if several { error.at(at(index)) } else { error };
            let answer = backend.send(&call).await.map_err(|error| named(error.explained(&call)))?;
            let request_id = answer.meta.request_id.as_deref();
            let value = read(index, &answer).map_err(|error| named(error.with_request_id(request_id)))?;
            Ok::<_, Error>((index, value))
        }
    };
    let sent = stream::iter(calls.into_iter().enumerate()).map(send).buffer_unordered(concurrency.max(1));
    let mut read: Vec<(usize, T)> = sent.try_collect().await?;
    read.sort_by_key(|(index, _)| *index);
    Ok(read.into_iter().map(|(_, value)| value).collect())
}
