//! Who calls, as operators see it: `check-config`, and no secret anywhere.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use bedrock_emulator::{Emulator, Fault};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// What nobody may see; all have a word in common.
const SECRETS: [&str; 9] = [
    "hush-secret-key",
    "hush-session-token",
    "hush-api-key",
    "hush-web-token",
    "hush-sts-key",
    "hush-sts-token",
    "hush-runner-token",
    "hush-job-token",
    "hush-own",
];

/// An STS that gives everybody a session, and a GitHub that gives every job a token.
async fn sts() -> MockServer {
    let server = MockServer::start().await;
    let session = |action: &str| {
        format!(
            r#"<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials><AccessKeyId>ASIASESSION0001</AccessKeyId><SecretAccessKey>hush-sts-key</SecretAccessKey><SessionToken>hush-sts-token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></{action}Result></{action}Response>"#
        )
    };
    let answer = move |request: &wiremock::Request| {
        if request.url.path() == "/github" {
            return ResponseTemplate::new(200).set_body_string(r#"{"value":"hush-job-token"}"#);
        }
        let web = request.body.windows(15).any(|word| word == b"WithWebIdentity");
        let action = if web { "AssumeRoleWithWebIdentity" } else { "AssumeRole" };
        ResponseTemplate::new(200).set_body_string(session(action))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// What callers may bring.
const OWN: &str = "configurable_clientside_auth_params: [api_key, aws_access_key_id, aws_secret_access_key]";

fn yaml(bedrock: &str, sts: &str) -> String {
    let place = format!("aws_region_name: eu-west-1, aws_bedrock_runtime_endpoint: \"{bedrock}\", {OWN}");
    let role = format!("aws_role_name: \"arn:aws:iam::1:role/r\", aws_sts_endpoint: \"{sts}\"");
    let keys = "aws_access_key_id: AKIDEXAMPLE0001, aws_secret_access_key: hush-secret-key";
    format!(
        "model_list:
- {{model_name: keys, litellm_params: {{model: bedrock/amazon.nova-lite-v1:0, {keys}, {place}, aws_session_token: hush-session-token}}}}
- {{model_name: key, litellm_params: {{model: bedrock/amazon.titan-text-express-v1, api_key: hush-api-key, {place}}}}}
- {{model_name: role, litellm_params: {{model: bedrock/us.amazon.nova-lite-v1:0, {role}, {keys}, {place}}}}}
- {{model_name: web, litellm_params: {{model: bedrock/us.amazon.nova-lite-v1:0, {role}, aws_web_identity_token: hush-web-token, {place}}}}}
"
    )
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn pumice(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pumice"));
    command.args(arguments).env_clear().env("HOME", "/nonexistent").env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Standard output, standard error, exit code.
async fn run(arguments: &[&str]) -> (String, String, Option<i32>) {
    run_with(arguments, &[]).await
}

async fn run_with(arguments: &[&str], env: &[(&str, &str)]) -> (String, String, Option<i32>) {
    let mut command = pumice(arguments);
    command.envs(env.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn check_config_says_of_every_model_who_calls_where_and_how() {
    let (bedrock, sts) = (Emulator::start().await.unwrap(), sts().await);
    let more = "- {model_name: nobody, litellm_params: {model: bedrock/amazon.nova-lite-v1:0, aws_region_name: cn-north-1}}
- {model_name: nowhere, litellm_params: {model: bedrock/amazon.nova-lite-v1:0, api_key: hush-api-key}}
- {model_name: arn, litellm_params: {model: 'bedrock/arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.amazon.nova-lite-v1:0', api_key: hush-api-key}}
- {model_name: '*', litellm_params: {model: bedrock/*, api_key: hush-api-key, aws_region_name: eu-west-3}}
- {model_name: profile, litellm_params: {model: bedrock/amazon.nova-lite-v1:0, aws_profile_name: none}}
";
    let config = file("check.yaml", &(yaml(&bedrock.url(), &sts.uri()) + more));
    let arguments = ["check-config", "--config", config.to_str().unwrap()];
    let (out, err, code) = run(&arguments).await;
    let out = out.replace(&bedrock.url(), "BEDROCK");
    insta::assert_snapshot!(out + &err, @r"
    ok keys: amazon.nova-lite-v1:0 by converse in eu-west-1 at BEDROCK as temporary key …0001
    ok key: amazon.titan-text-express-v1 by invoke in eu-west-1 at BEDROCK as API key …-key
    ok role: us.amazon.nova-lite-v1:0 by converse in eu-west-1 at BEDROCK as temporary key …0001
    ok web: us.amazon.nova-lite-v1:0 by converse in eu-west-1 at BEDROCK as temporary key …0001
    FAILED nobody: amazon.nova-lite-v1:0 by converse in cn-north-1: no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached (the credential provider was not enabled: no credentials found in chain. Attempted:   Environment: the credential provider was not enabled: environment variable not set   Profile: the credential provider was not enabled   WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set   EcsContainer: the credential provider was not enabled: ECS provider not configured   Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`)
    FAILED nowhere: amazon.nova-lite-v1:0 by converse as API key …-key: no AWS region: set AWS_REGION, or `region` in the profile or the configuration
    ok arn: arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.amazon.nova-lite-v1:0 by converse in us-gov-west-1 at https://bedrock-runtime.us-gov-west-1.amazonaws.com as API key …-key
    ok *: bedrock/* in eu-west-3 at https://bedrock-runtime.eu-west-3.amazonaws.com as API key …-key
    FAILED profile: bedrock/amazon.nova-lite-v1:0: there is no profile `none` in the AWS config files
    error: 3 of 9 models cannot be served
    ");
    assert_eq!((code, bedrock.requests().len()), (Some(1), 0));

    let config = file("live.yaml", &yaml(&bedrock.url(), &sts.uri()));
    let arguments = ["check-config", "--live", "--config", config.to_str().unwrap()];
    let (out, _, code) = run(&arguments).await;
    assert_eq!((code, bedrock.requests().len(), out.lines().count()), (Some(0), 4, 4), "{out}");
    bedrock.script(Fault::Throttle { times: 3 });
    let (out, _, code) = run(&arguments).await;
    assert!(code == Some(1) && out.starts_with("FAILED keys: ") && out.contains("ThrottlingException"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_check_asks_every_model_by_what_it_is_for() {
    let bedrock = Emulator::start().await.unwrap();
    let models = [
        ("chat", "amazon.nova-lite-v1:0"),
        ("prompt", "meta.llama2-13b-chat-v1"),
        ("unknown", "newvendor.model-1-v1:0"),
        ("embed", "amazon.titan-embed-text-v2:0"),
        ("multimodal", "amazon.titan-embed-image-v1"),
        ("rerank", "cohere.rerank-v3-5:0"),
        ("image", "amazon.nova-canvas-v1:0"),
        ("edit", "stability.stable-image-erase-object-v1:0"),
        ("video", "twelvelabs.pegasus-1-2-v1:0"),
        ("job", "async_invoke/twelvelabs.marengo-embed-3-0-v1:0"),
        ("any", "*"),
    ];
    let list: String = models
        .iter()
        .map(|(name, model)| {
            format!(
                "- {{model_name: {name}, litellm_params: {{model: 'bedrock/{model}', aws_access_key_id: AKIDEXAMPLE0001, \
                 aws_secret_access_key: secret, aws_region_name: us-east-1, aws_bedrock_runtime_endpoint: '{}'}}}}\n",
                bedrock.url()
            )
        })
        .collect();
    let config = file("kinds.yaml", &format!("model_list:\n{list}"));
    let (out, err, _) = run(&["check-config", "--live", "--config", config.to_str().unwrap()]).await;
    assert_eq!(err.matches("nothing is known of `newvendor.model-1-v1:0`").count(), err.lines().count(), "{err}");
    let seen = out.replace(&bedrock.url(), "BEDROCK");
    insta::assert_snapshot!(seen.replace(" in us-east-1 at BEDROCK as key …0001", ""), @r"
    ok chat: amazon.nova-lite-v1:0 by converse, asked a chat of one token
    ok prompt: meta.llama2-13b-chat-v1 by invoke, asked a chat of one token
    ok unknown: newvendor.model-1-v1:0 by converse (nothing is known of it), asked a chat of one token
    ok embed: amazon.titan-embed-text-v2:0 by invoke, asked an embedding of one word
    ok multimodal: amazon.titan-embed-image-v1 by invoke, asked an embedding of one word
    ok rerank: cohere.rerank-v3-5:0 by invoke, asked a ranking of one document
    ok image: amazon.nova-canvas-v1:0 by invoke, not asked: it draws, and no image is cheap
    ok edit: stability.stable-image-erase-object-v1:0 by invoke, not asked: it draws, and no image is cheap
    ok video: twelvelabs.pegasus-1-2-v1:0 by invoke, not asked: it answers about videos only
    ok job: twelvelabs.marengo-embed-3-0-v1:0 by invoke, not asked: it is asked by jobs, which leave files
    ok any: bedrock/*, not asked: its name has a `*`
    ");
    let paths: Vec<_> = bedrock.requests().into_iter().map(|request| request.path).collect();
    insta::assert_snapshot!(paths.join("\n"), @r"
    /model/amazon.nova-lite-v1%3A0/converse
    /model/meta.llama2-13b-chat-v1/invoke
    /model/newvendor.model-1-v1%3A0/converse
    /model/amazon.titan-embed-text-v2%3A0/invoke
    /model/amazon.titan-embed-image-v1/invoke
    /rerank
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_seen_anywhere() {
    let (bedrock, sts) = (Emulator::start().await.unwrap(), sts().await);
    let job =
        yaml(&bedrock.url(), &sts.uri()).replace("name: web", "name: job").replace("hush-web-token", "oidc/github/a");
    let job = job.lines().last().unwrap();
    let config = file("secrets.yaml", &format!("{}{job}\n", yaml(&bedrock.url(), &sts.uri())));
    let github = format!("{}/github", sts.uri());
    let env = [("ACTIONS_ID_TOKEN_REQUEST_URL", &*github), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush-runner-token")];
    let config = config.to_str().unwrap();
    let mut seen = String::new();
    // Everything that is ever logged.
    let mut serve = pumice(&["serve", "--port", "0", "--log", "trace", "--config", config]);
    let mut child = serve.envs(env).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let url = loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "{seen}");
        seen.push_str(&line);
        if let Some((_, rest)) = line.split_once("listening on ") {
            break rest.split(',').next().unwrap().to_owned();
        }
    };
    let rest = std::thread::spawn(move || {
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        rest
    });
    let client = reqwest::Client::new();
    for model in ["keys", "key", "role", "web", "job"] {
        for fault in [None, Some(Fault::Throttle { times: 1 })] {
            let fails = fault.is_some();
            fault.into_iter().for_each(|fault| bedrock.script(fault));
            let body = json!({"model": model, "num_retries": 0, "messages": [{"role": "user", "content": "Hi"}]});
            let answer = client.post(format!("{url}/v1/chat/completions")).json(&body).send().await.unwrap();
            assert_eq!(answer.status().is_success(), !fails);
            seen.push_str(&format!("{:?}", answer.headers()));
            seen.push_str(&answer.text().await.unwrap());
        }
        let request = file(
            &format!("{model}.json"),
            &json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).to_string(),
        );
        let (out, err, code) =
            run_with(&["explain", "--log", "trace", "--config", config, request.to_str().unwrap()], &env).await;
        assert_eq!(code, Some(0), "{err}");
        seen.push_str(&(out + &err));
    }
    for (own, status) in [
        (json!({"aws_access_key_id": "AKIDOWN", "aws_secret_access_key": "hush-own"}), 200),
        (json!({"api_key": "hush-own"}), 200),
        (json!({"api_key": "hush-own words"}), 400),
        (json!({"aws_secret_access_key": "hush-own"}), 400),
        (json!({"aws_session_token": "hush-own"}), 400),
    ] {
        let mut body = json!({"model": "keys", "messages": [{"role": "user", "content": "Hi"}]});
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let answer = client.post(format!("{url}/v1/chat/completions")).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status);
        seen.push_str(&answer.text().await.unwrap());
    }
    let (out, err, _) = run_with(&["check-config", "--log", "trace", "--config", config], &env).await;
    seen.push_str(&(out + &err));
    child.kill().unwrap();
    child.wait().unwrap();
    seen.push_str(&rest.join().unwrap());
    assert!(seen.contains(" TRACE ") && seen.contains("ASIASESSION0001"), "{seen}");
    for secret in SECRETS {
        let lines: Vec<_> = seen.lines().filter(|line| line.contains(secret)).collect();
        assert_eq!(lines, [""; 0], "{secret}");
    }
}
