//! Answers in one piece.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::connection::Connection;
use crate::figures::Times;
use crate::{Failure, Settings};

pub(crate) async fn run(settings: &Settings) -> Result<String, Failure> {
    let (port, request) = (settings.port()?, settings.request()?);
    match settings.find::<u32>("rate")? {
        Some(rate) => at_a_rate(port, &request, rate, settings.number("seconds")?).await,
        None => at_once(port, &request, settings.number("at-once")?, settings.number("count")?).await,
    }
}

/// So many callers, each of whom asks again once it is answered.
async fn at_once(port: u16, request: &[u8], callers: u32, count: u32) -> Result<String, Failure> {
    let begun = Instant::now();
    let request: Arc<[u8]> = request.into();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let request = Arc::clone(&request);
        let own = count / callers + u32::from(caller < count % callers);
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut times = Times::default();
            for _ in 0..own {
                let begun = Instant::now();
                connection.ask(&request).await?;
                times.add(begun.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut all = Times::default();
    while let Some(times) = tasks.join_next().await {
        all.append(times??);
    }
    let took = begun.elapsed().as_secs_f64();
    Ok(format!("{count} answers in {took:.1} s; ms: {all}"))
}

/// One after the other at fixed times, whether the ones before are answered or not. Times count from when a request is sent;
/// how late it is sent, for want of a processor, is no doing of the server.
async fn at_a_rate(port: u16, request: &[u8], rate: u32, seconds: u32) -> Result<String, Failure> {
    let request: Arc<[u8]> = request.into();
    let (period, count) = (Duration::from_secs(1) / rate, rate * seconds);
    let (mut idle, mut tasks) = (Vec::new(), JoinSet::new());
    let (mut all, mut late) = (Times::default(), Times::default());
    let begun = Instant::now();
    for index in 0..count {
        let due = begun + period * index;
        sleep_until(due).await;
        let sent = Instant::now();
        late.add(sent - due);
        while let Some(answered) = tasks.try_join_next() {
            let (connection, time) = answered??;
            idle.push(connection);
            all.add(time);
        }
        let connection = idle.pop();
        let request = Arc::clone(&request);
        tasks.spawn(async move {
            let mut connection = match connection {
                Some(connection) => connection,
                None => Connection::open(port).await?,
            };
            connection.ask(&request).await?;
            Ok::<_, Failure>((connection, sent.elapsed()))
        });
    }
    while let Some(answered) = tasks.join_next().await {
        all.add(answered??.1);
    }
    Ok(format!("{count} answers; ms: {all}; sent late by: {late}"))
}
