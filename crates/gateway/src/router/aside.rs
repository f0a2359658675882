//! Work that takes long, done where nobody waits behind it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Poll;
use std::thread::available_parallelism;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;
use tokio::task::block_in_place;

/// As many at a time as there are processors: more would not end sooner, and each keeps a thread and its memory.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, std::num::NonZero::get)));

/// Does `work` as ever, but while it keeps its processor busy, the tasks that were to follow it go elsewhere, and so does the
/// waiting for sockets. A change of threads costs some microseconds, which is little beside a large body.
pub(super) async fn aside<T>(work: impl Future<Output = T>) -> T {
    // A runtime of one thread has no elsewhere.
    if Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
        return work.await;
    }
    let mut work = pin!(work);
    loop {
        // It is never closed.
        let turn = TURNS.acquire().await.ok();
        let polled = poll_fn(|context| Poll::Ready(block_in_place(|| work.as_mut().poll(context)))).await;
        drop(turn);
        match polled {
            Poll::Ready(done) => return done,
            Poll::Pending => woken().await,
        }
    }
}

/// Waits until the task is woken, by whatever it waits for.
async fn woken() {
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls == 1 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn others_go_on_while_it_works() {
        let (tell, told) = channel();
        let work = tokio::spawn(aside(async move {
            tokio::spawn(async move { tell.send("done") });
            // There is one thread, and this holds it.
            told.recv_timeout(Duration::from_secs(60))
        }));
        assert_eq!(work.await.unwrap(), Ok("done"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn more_than_have_a_turn_all_come_to_their_end() {
        let works = (0..100).map(|index| {
            tokio::spawn(aside(async move {
                tokio::task::yield_now().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                index
            }))
        });
        let done = futures::future::join_all(works.collect::<Vec<_>>()).await;
        assert_eq!(done.into_iter().map(Result::unwrap).collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn where_there_is_one_thread_it_works_on_that() {
        assert_eq!(aside(async { 1 }).await, 1);
    }
}
