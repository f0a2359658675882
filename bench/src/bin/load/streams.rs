//! Streams of events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, EVENTS, FRAMES, Marks};
use crate::figures::Times;
use crate::{Failure, Settings};

/// Many streams, of which some are cut off.
pub(crate) async fn soak(settings: &Settings) -> Result<String, Failure> {
    let (port, request) = (settings.port()?, Arc::<[u8]>::from(settings.request()?));
    let (count, callers, abort) =
        (settings.number::<usize>("count")?, settings.number::<usize>("at-once")?, settings.number::<usize>("abort")?);
    let begun = Instant::now();
    let next = Arc::new(AtomicUsize::new(1));
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (next, request) = (Arc::clone(&next), Arc::clone(&request));
        tasks.spawn(async move {
            let mut caller = Caller { port, request, connection: None, events: None };
            let mut aborted = 0;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > count {
                    return Ok::<_, Failure>((caller.events, aborted));
                }
                if number.is_multiple_of(abort) {
                    // After the first event, the second, …
                    aborted += usize::from(caller.aborted(1 + number / abort % 10).await?);
                } else {
                    caller.whole().await?;
                }
            }
        });
    }
    let (mut aborted, mut events) = (0, None);
    while let Some(done) = tasks.join_next().await {
        let (of_each, own) = done??;
        aborted += own;
        let of_each = of_each.ok_or("a caller had no whole stream")?;
        if *events.get_or_insert(of_each) != of_each {
            return Err("streams differ in length".into());
        }
    }
    let (took, each) = (begun.elapsed().as_secs_f64(), events.unwrap_or_default());
    Ok(format!("{} streams whole, each of {each} events, {aborted} aborted, in {took:.0} s", count - aborted))
}

struct Caller {
    port: u16,
    request: Arc<[u8]>,
    connection: Option<Connection>,
    /// Of every whole stream.
    events: Option<usize>,
}

impl Caller {
    async fn begun(&mut self) -> Result<Connection, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.port).await?,
        };
        connection.begin(&self.request).await?;
        Ok(connection)
    }

    async fn whole(&mut self) -> Result<(), Failure> {
        let mut connection = self.begun().await?;
        let mut events = 0;
        loop {
            let (came, over) = connection.events(&EVENTS).await?;
            events += came;
            if over {
                break;
            }
        }
        if *self.events.get_or_insert(events) != events {
            return Err(format!("a stream has {events} events").into());
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Goes away after so many events, unless the stream is over by then.
    async fn aborted(&mut self, after: usize) -> Result<bool, Failure> {
        let mut connection = self.begun().await?;
        let mut events = 0;
        while events < after {
            let (came, over) = connection.events(&EVENTS).await?;
            if over {
                self.connection = Some(connection);
                return Ok(false);
            }
            events += came;
        }
        Ok(true)
    }
}

/// Streams at once, and how evenly their events come.
pub(crate) async fn paced(settings: &Settings) -> Result<String, Failure> {
    /// Over which the streams begin.
    const RAMP: Duration = Duration::from_secs(1);
    let (port, request) = (settings.port()?, Arc::<[u8]>::from(settings.request()?));
    let count: u32 = settings.number("count")?;
    let marks = if settings.0.contains_key("path") { &FRAMES } else { &EVENTS };
    let mut tasks = JoinSet::new();
    for index in 0..count {
        let request = Arc::clone(&request);
        tasks.spawn(async move {
            sleep(RAMP * index / count).await;
            stream(port, &request, marks).await
        });
    }
    let (mut firsts, mut between) = (Times::default(), Times::default());
    while let Some(stream) = tasks.join_next().await {
        let (first, own) = stream??;
        firsts.add(first);
        between.append(own);
    }
    Ok(format!("{count} streams; ms between events: {between}; to the first event: {firsts}"))
}

/// The time until the first event, and those between the next ones.
async fn stream(port: u16, request: &[u8], marks: &Marks) -> Result<(Duration, Times), Failure> {
    let mut connection = Connection::open(port).await?;
    let mut before = Instant::now();
    connection.begin(request).await?;
    let (mut first, mut times) = (None, Times::default());
    loop {
        let (came, over) = connection.events(marks).await?;
        // The last event comes with what ends the stream, at no time of its own.
        if over {
            return Ok((first.ok_or("a stream without events")?, times));
        }
        let now = Instant::now();
        if first.is_none() {
            first = Some(now - before);
        } else {
            times.add(now - before);
            // Those that came with it did not come in their time, and count as no time at all.
            (1..came).for_each(|_| times.add(Duration::ZERO));
        }
        before = now;
    }
}
