//! What the environment decides, each case in a process of its own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use bedrock_transform::Operation;
#[cfg(feature = "rerank")]
use bedrock_transform::{Outgoing, Target};
use bedrock_transport::{Auth, Config, Transport};
use common::call;

/// What a process with these variables, and no others, would send.
fn with(auth: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env_clear()
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", env!("CARGO_TARGET_TMPDIR"))])
        .envs(variables.iter().copied())
        .env("CHILD_AUTH", auth)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answer =
        text.lines().filter_map(|line| line.split_once("answer: ")).map(|(_, answer)| answer.to_owned()).next();
    answer.unwrap_or_else(|| panic!("no answer in {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// By itself this test asks a child as the others do; with `CHILD_AUTH` set it is the child.
#[tokio::test]
async fn child() {
    let Ok(auth) = std::env::var("CHILD_AUTH") else {
        let answer = with("keys", &[REGION]);
        return assert_eq!(
            answer,
            "https://bedrock-runtime.us-west-2.amazonaws.com AKIDMINE token=none region=us-west-2"
        );
    };
    let auth = match auth.as_str() {
        "keys" => Auth::keys("AKIDMINE", "mine"),
        "bearer" => Auth::bearer("mine"),
        "profile" => Auth::Profile("missing".to_owned()),
        "named" => Auth::Profile("named".to_owned()),
        _ => Auth::Default,
    };
    let report = async {
        let transport = Transport::connect(Config::new().with_auth(auth)).await?;
        let request = transport.sign(&call(Operation::Converse)).await?;
        let url = request.url.replace("/model/amazon.nova-lite-v1%3A0/converse", "");
        #[cfg(feature = "rerank")]
        let url = match std::env::var("CHILD_AGENT") {
            Ok(_) => transport.sign(&Outgoing::new(Operation::Rerank, Target::new(""), "{}")).await?.url,
            Err(_) => url,
        };
        let authorization = request.header("authorization").unwrap_or("unsigned");
        let who: String = match authorization.split_once("Credential=") {
            Some((_, rest)) => rest.split('/').next().unwrap().to_owned(),
            None => authorization.to_owned(),
        };
        let token = request.header("x-amz-security-token").unwrap_or("none");
        let region = authorization.split('/').nth(2).unwrap_or("none");
        Ok::<_, bedrock_transport::TransportError>(format!("{url} {who} token={token} region={region}"))
    };
    println!("answer: {}", report.await.unwrap_or_else(|error| error.to_string()));
}

const REGION: (&str, &str) = ("AWS_REGION", "us-west-2");
const KEYS: [(&str, &str); 3] = [REGION, ("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "environment")];
const BEARER: (&str, &str) = ("AWS_BEARER_TOKEN_BEDROCK", "api-key");
const SESSION: (&str, &str) = ("AWS_SESSION_TOKEN", "foreign");

#[test]
fn regions_come_in_their_order() {
    let [_, id, secret] = KEYS;
    let name = ("AWS_REGION_NAME", "eu-west-1");
    let default = ("AWS_DEFAULT_REGION", "eu-west-2");
    let answers = [
        with("default", &[name, REGION, default, id, secret]),
        with("default", &[REGION, default, id, secret]),
        with("default", &[default, id, secret]),
        with("default", &[id, secret]),
        with("default", &[("AWS_REGION_NAME", "evil/"), id, secret]),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r"
    https://bedrock-runtime.eu-west-1.amazonaws.com AKIDENV token=none region=eu-west-1
    https://bedrock-runtime.us-west-2.amazonaws.com AKIDENV token=none region=us-west-2
    https://bedrock-runtime.eu-west-2.amazonaws.com AKIDENV token=none region=eu-west-2
    MissingRegion: no AWS region: set AWS_REGION, or `region` in the profile or the configuration
    InvalidRequest: `evil/` is not the name of an AWS region
    ");
}

#[test]
fn credentials_are_never_mixed() {
    let [region, id, secret] = KEYS;
    let answers = [
        with("default", &[region, id, secret, SESSION]),
        with("default", &[region, id, secret, BEARER]),
        with("default", &[region, id, secret, ("AWS_BEARER_TOKEN_BEDROCK", "")]),
        with("keys", &[region, id, secret, SESSION, BEARER]),
        with("bearer", &[region, id, secret, SESSION, BEARER]),
        with("profile", &[region]),
    ];
    insta::assert_snapshot!(answers.join("\n"), @r"
    https://bedrock-runtime.us-west-2.amazonaws.com AKIDENV token=foreign region=us-west-2
    https://bedrock-runtime.us-west-2.amazonaws.com Bearer api-key token=none region=none
    https://bedrock-runtime.us-west-2.amazonaws.com AKIDENV token=none region=us-west-2
    https://bedrock-runtime.us-west-2.amazonaws.com AKIDMINE token=none region=us-west-2
    https://bedrock-runtime.us-west-2.amazonaws.com Bearer mine token=none region=none
    CredentialsError: there is no profile `missing` in the AWS config files
    ");
}

#[test]
fn endpoints_come_in_their_order() {
    let ours = ("AWS_BEDROCK_RUNTIME_ENDPOINT", "http://localhost:1/a");
    let sdks = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://localhost:2/b");
    let answers = [with("keys", &[REGION, ours, sdks]), with("keys", &[REGION, sdks]), with("keys", &[REGION])];
    insta::assert_snapshot!(answers.join("\n"), @r"
    http://localhost:1/a AKIDMINE token=none region=us-west-2
    http://localhost:2/b AKIDMINE token=none region=us-west-2
    https://bedrock-runtime.us-west-2.amazonaws.com AKIDMINE token=none region=us-west-2
    ");
}

#[test]
fn every_partition_has_its_own_hosts() {
    let hosts = ["us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "mx-central-1"]
        .map(|region| with("keys", &[("AWS_REGION", region)]));
    insta::assert_snapshot!(hosts.join("\n"), @r"
    https://bedrock-runtime.us-gov-west-1.amazonaws.com AKIDMINE token=none region=us-gov-west-1
    https://bedrock-runtime.cn-north-1.amazonaws.com.cn AKIDMINE token=none region=cn-north-1
    https://bedrock-runtime.us-iso-east-1.c2s.ic.gov AKIDMINE token=none region=us-iso-east-1
    https://bedrock-runtime.us-isob-east-1.sc2s.sgov.gov AKIDMINE token=none region=us-isob-east-1
    https://bedrock-runtime.eusc-de-east-1.amazonaws.eu AKIDMINE token=none region=eusc-de-east-1
    https://bedrock-runtime.mx-central-1.amazonaws.com AKIDMINE token=none region=mx-central-1
    ");
}

#[test]
fn fips_and_dual_stack_are_as_the_environment_or_the_profile_says() {
    const FIPS: (&str, &str) = ("AWS_USE_FIPS_ENDPOINT", "true");
    const DUAL: (&str, &str) = ("AWS_USE_DUALSTACK_ENDPOINT", "true");
    let gov = ("AWS_REGION", "us-gov-west-1");
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("fips-config");
    let text = "[profile named]\nuse_fips_endpoint = true\naws_access_key_id = AKIDNAMED\naws_secret_access_key = s\n";
    std::fs::write(&file, text).unwrap();
    let file = ("AWS_CONFIG_FILE", file.to_str().unwrap());
    let mut hosts = vec![
        with("keys", &[REGION, FIPS]),
        with("keys", &[REGION, DUAL]),
        with("keys", &[REGION, FIPS, DUAL]),
        with("keys", &[gov, FIPS]),
        with("keys", &[("AWS_REGION", "cn-north-1"), DUAL]),
        with("named", &[REGION, file]),
        // AWS's own rules have it that there are not both.
        with("keys", &[REGION, FIPS, ("AWS_BEDROCK_RUNTIME_ENDPOINT", "http://localhost:1")]),
    ];
    if cfg!(feature = "rerank") {
        let agent = ("CHILD_AGENT", "");
        hosts.extend([with("keys", &[REGION, agent]), with("keys", &[gov, FIPS, agent])]);
        insta::assert_snapshot!(hosts.split_off(7).join("\n"), @r"
        https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank AKIDMINE token=none region=us-west-2
        https://bedrock-agent-runtime-fips.us-gov-west-1.amazonaws.com/rerank AKIDMINE token=none region=us-gov-west-1
        ");
    }
    insta::assert_snapshot!(hosts.join("\n"), @r"
    https://bedrock-runtime-fips.us-west-2.amazonaws.com AKIDMINE token=none region=us-west-2
    https://bedrock-runtime.us-west-2.api.aws AKIDMINE token=none region=us-west-2
    https://bedrock-runtime-fips.us-west-2.api.aws AKIDMINE token=none region=us-west-2
    https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com AKIDMINE token=none region=us-gov-west-1
    https://bedrock-runtime.cn-north-1.api.amazonwebservices.com.cn AKIDMINE token=none region=cn-north-1
    https://bedrock-runtime-fips.us-west-2.amazonaws.com AKIDNAMED token=none region=us-west-2
    RequestFailed: dispatch failure: other: Invalid Configuration: FIPS and custom endpoint are not supported
    ");
}

#[test]
fn without_credentials_a_request_is_unsigned_and_soon_there() {
    let start = Instant::now();
    // A metadata service that takes calls and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let nowhere = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint.as_str());
    let answer = with("default", &[REGION, ("AWS_EC2_METADATA_DISABLED", "false"), nowhere]);
    insta::assert_snapshot!(answer, @"https://bedrock-runtime.us-west-2.amazonaws.com unsigned token=none region=none");
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(silent);
}
