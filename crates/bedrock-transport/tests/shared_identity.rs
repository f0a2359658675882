//! One identity for many calls: loaded once, renewed once, never anybody else's.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::{Duration, Instant};

use bedrock_transform::{ErrorKind, Operation};
use bedrock_transport::{Auth, Config, Identity, Role, Transport};
use common::call;
use common::fake_aws::FakeAws;
use futures::future::join_all;

fn role(name: &str, aws: &FakeAws) -> Auth {
    let mut role = Role::new(format!("arn:aws:iam::111122223333:role/{name}"));
    role.source = Auth::keys("AKIDSOURCE", "secret");
    role.sts_endpoint = Some(aws.url());
    Auth::Role(Box::new(role))
}

fn config(auth: Auth, aws: &FakeAws) -> Config {
    Config::new().with_region("us-east-1").with_endpoint(aws.url()).with_max_attempts(1).with_auth(auth)
}

async fn transport(auth: Auth, aws: &FakeAws) -> Transport {
    Transport::connect(config(auth, aws)).await.unwrap()
}

fn count(aws: &FakeAws, what: &str) -> usize {
    aws.calls().iter().filter(|call| call.starts_with(what)).count()
}

#[tokio::test]
async fn a_thousand_first_calls_of_three_regions_ask_sts_once() {
    let aws = FakeAws::start().await;
    *aws.state().slow.lock().unwrap() = Duration::from_millis(200);
    let config = config(role("shared", &aws), &aws);
    let identity = Identity::of(&config).await.unwrap();
    let mut transports = Vec::new();
    for region in ["us-east-1", "eu-west-1", "ap-south-1"] {
        let config = config.clone().with_identity(identity.clone()).with_region(region);
        transports.push(Transport::connect(config).await.unwrap());
    }
    let call = call(Operation::Converse);
    let calls = (0..1000).map(|index| transports[index % 3].send(&call));
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!((count(&aws, "Bedrock"), count(&aws, "AssumeRole")), (1000, 1));
    // Each signed for where it went.
    for region in ["us-east-1", "eu-west-1", "ap-south-1"] {
        assert!(count(&aws, &format!("Bedrock ASIAshared1 in {region}")) >= 333, "{region}");
    }
}

#[tokio::test]
async fn a_slow_sts_delays_only_who_needs_it() {
    let aws = FakeAws::start().await;
    *aws.state().slow.lock().unwrap() = Duration::from_secs(3);
    let (slow, fast) = (transport(role("slow", &aws), &aws).await, transport(Auth::keys("AKIDFAST", "s"), &aws).await);
    let call = call(Operation::Converse);
    let waiting = async {
        slow.send(&call).await.unwrap();
        Instant::now()
    };
    let others = async {
        join_all((0..20).map(|_| fast.send(&call))).await.into_iter().for_each(|answer| drop(answer.unwrap()));
        Instant::now()
    };
    let (last, before) = tokio::join!(waiting, others);
    assert!(before < last);
}

#[tokio::test]
async fn expired_credentials_are_renewed_once_and_the_call_is_sent_once_more() {
    let aws = FakeAws::start().await;
    aws.state().expired.lock().unwrap().push("session-1".to_owned());
    let transport = transport(role("r", &aws), &aws).await;
    let call = call(Operation::Converse);
    for answer in join_all((0..50).map(|_| transport.send(&call))).await {
        answer.unwrap();
    }
    assert_eq!((count(&aws, "AssumeRole"), count(&aws, "Bedrock ASIAr1"), count(&aws, "Bedrock ASIAr2")), (2, 50, 50));
}

#[tokio::test]
async fn what_stays_expired_is_an_error_and_no_storm() {
    let aws = FakeAws::start().await;
    aws.state().expired.lock().unwrap().extend((1..10).map(|number| format!("session-{number}")));
    let transport = transport(role("r", &aws), &aws).await;
    for _ in 0..10 {
        let error = transport.send(&call(Operation::Converse)).await.unwrap_err();
        assert_eq!((error.kind(), error.upstream().code.as_str()), (ErrorKind::Credentials, "ExpiredTokenException"));
    }
    assert_eq!((count(&aws, "AssumeRole"), count(&aws, "Bedrock")), (2, 11));

    // Keys that were given cannot be renewed: nothing is sent twice.
    let aws = FakeAws::start().await;
    aws.state().expired.lock().unwrap().push("mine".to_owned());
    let transport = self::transport(Auth::temporary_keys("ASIAMINE", "s", "mine"), &aws).await;
    transport.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!(aws.calls(), ["Bedrock ASIAMINE in us-east-1"]);
}

#[tokio::test]
async fn two_identities_never_sign_for_each_other() {
    let aws = FakeAws::start().await;
    let (one, other) = (transport(Auth::keys("AKIDONE", "a"), &aws).await, transport(role("other", &aws), &aws).await);
    let calls = (0..200).map(|index| {
        let mut call = call(Operation::Converse);
        call.headers.push(("x-expected".to_owned(), if index % 2 == 0 { "AKIDONE" } else { "ASIAother" }.to_owned()));
        let transport = if index % 2 == 0 { &one } else { &other };
        async move { transport.send(&call).await.map(drop) }
    });
    join_all(calls).await.into_iter().for_each(|answer| answer.unwrap());
    let signed = aws.signed();
    assert_eq!(signed.len(), 200);
    for (expected, id) in signed {
        assert!(id.starts_with(&expected), "{expected} was sent as {id}");
    }
}
