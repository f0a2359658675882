//! Who calls: every parameter and every variable that says so, in the order in which they are asked, and what is asked of STS
//! for it. `bedrock-transport`'s tests have the same for the library, and all of the SDK's own chain.

use crate::machine::{row, run};

const KEYS: &str = "aws_access_key_id: AKIDFILE, aws_secret_access_key: secret";
const ROLE: &str = "aws_role_name: 'arn:aws:iam::111122223333:role/target'";
const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/target";
const POD: &str = "arn:aws:iam::111122223333:role/pod";
const PROFILE: (&str, &str) =
    (".aws/config", "[profile p]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n");

fn with(first: &str, second: &str) -> String {
    format!("{first}, {second}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_and_its_variable() {
    let rows = vec![
        row("key pair", KEYS),
        row("key pair and token", &with(KEYS, "aws_session_token: mine")),
        row(
            "key pair of variables",
            "aws_access_key_id: os.environ/MY_ID, aws_secret_access_key: os.environ/MY_SECRET",
        )
        .env("MY_ID", "AKIDMINE")
        .env("MY_SECRET", "s"),
        row("key pair of the environment", "").keys(),
        row("key pair and token of the environment", "").keys().env("AWS_SESSION_TOKEN", "env"),
        row("key pair beside a token of the environment", KEYS).env("AWS_SESSION_TOKEN", "foreign"),
        row("half a key pair", "aws_access_key_id: AKIDFILE"),
        row("half a key pair beside the environment", "aws_access_key_id: AKIDFILE").keys(),
        row("a token alone", "aws_session_token: mine").keys(),
        row("profile", "aws_profile_name: p").file(PROFILE.0, PROFILE.1).keys(),
        row("profile of AWS_PROFILE_NAME", "").file(PROFILE.0, PROFILE.1).env("AWS_PROFILE_NAME", "p"),
        row("profile of AWS_PROFILE", "").file(PROFILE.0, PROFILE.1).env("AWS_PROFILE", "p"),
        row("unknown profile", "aws_profile_name: q").file(PROFILE.0, PROFILE.1).keys(),
        row("role", ROLE).keys(),
        row("role of AWS_ROLE_NAME", "").keys().env("AWS_ROLE_NAME", ROLE_ARN),
        row("session name", &with(ROLE, "aws_session_name: mine")).keys(),
        row("session name of AWS_SESSION_NAME", ROLE).keys().env("AWS_SESSION_NAME", "env"),
        row("external id", &with(ROLE, "aws_external_id: x")).keys(),
        row("external id of AWS_EXTERNAL_ID", ROLE).keys().env("AWS_EXTERNAL_ID", "env"),
        row("session tags", &with(ROLE, "aws_session_tags: [{Key: team, Value: blue}]")).keys(),
        row("STS endpoint", &with(ROLE, "aws_sts_endpoint: 'https://sts.eu-central-1.amazonaws.com'")).keys(),
        row("STS endpoint of AWS_STS_ENDPOINT", ROLE).keys().env("AWS_STS_ENDPOINT", "https://sts.amazonaws.com"),
        row("web identity token", &with(ROLE, "aws_web_identity_token: jwt, aws_session_name: mine")),
        row("web identity token of a file", &with(ROLE, "aws_web_identity_token: oidc/file/HOME/t")).file("t", "jwt\n"),
        row("web identity token of AWS_WEB_IDENTITY_TOKEN", ROLE)
            .env("AWS_WEB_IDENTITY_TOKEN", "oidc/env/T")
            .env("T", "jwt"),
        row("web identity token and role of the environment", "")
            .env("AWS_WEB_IDENTITY_TOKEN", "jwt")
            .env("AWS_ROLE_NAME", ROLE_ARN),
        row("web identity token of the environment beside keys", &with(ROLE, KEYS))
            .env("AWS_WEB_IDENTITY_TOKEN", "jwt"),
        row("web identity token without a role", "aws_web_identity_token: jwt").keys(),
        row("API key", "api_key: mine"),
        row("API key of AWS_BEARER_TOKEN_BEDROCK", "").env("AWS_BEARER_TOKEN_BEDROCK", "env"),
        row("API key that is empty", "").keys().env("AWS_BEARER_TOKEN_BEDROCK", ""),
        row(
            "what is for files and batches",
            &with(KEYS, "s3_access_key_id: x, aws_batch_role_arn: y, aws_bedrock_project_id: z"),
        ),
    ];
    insta::assert_snapshot!(run("parameters", rows).await, @r"
    key pair
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
    key pair and token
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock token=mine
    key pair of variables
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDMINE/us-west-2/bedrock
    key pair of the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDENV/us-west-2/bedrock
    key pair and token of the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDENV/us-west-2/bedrock token=env
    key pair beside a token of the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
    half a key pair
        error: c.yaml:2: model_list[0].litellm_params.aws_secret_access_key: is missing: a key pair has two halves
    half a key pair beside the environment
        error: c.yaml:2: model_list[0].litellm_params.aws_secret_access_key: is missing: a key pair has two halves
    a token alone
        error: c.yaml:2: model_list[0].litellm_params.aws_access_key_id: is missing: a key pair has two halves
    profile
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDPROFILE/us-west-2/bedrock
    profile of AWS_PROFILE_NAME
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDPROFILE/us-west-2/bedrock
    profile of AWS_PROFILE
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDPROFILE/us-west-2/bedrock
    unknown profile
        FAILED m: bedrock/amazon.nova-lite-v1:0: there is no profile `q` in the AWS config files
    role
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    role of AWS_ROLE_NAME
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    session name
        sts.us-west-2.amazonaws.com AssumeRole(mine) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    session name of AWS_SESSION_NAME
        sts.us-west-2.amazonaws.com AssumeRole(env) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    external id
        sts.us-west-2.amazonaws.com AssumeRole(pumice x) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    external id of AWS_EXTERNAL_ID
        sts.us-west-2.amazonaws.com AssumeRole(pumice env) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    session tags
        sts.us-west-2.amazonaws.com AssumeRole(pumice team blue) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    STS endpoint
        sts.eu-central-1.amazonaws.com AssumeRole(pumice) AKIDENV/eu-central-1/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    STS endpoint of AWS_STS_ENDPOINT
        sts.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(mine jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token of a file
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(pumice jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token of AWS_WEB_IDENTITY_TOKEN
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(pumice jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token and role of the environment
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(pumice jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token of the environment beside keys
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDFILE/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    web identity token without a role
        error: c.yaml:2: model_list[0].litellm_params.aws_web_identity_token: needs an `aws_role_name`
    API key
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer mine
    API key of AWS_BEARER_TOKEN_BEDROCK
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer env
    API key that is empty
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDENV/us-west-2/bedrock
    what is for files and batches
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
        gateway::commands::setup: c.yaml:2: `model_list[0].litellm_params.s3_access_key_id` is ignored: there is no such endpoint
        gateway::commands::setup: c.yaml:2: `model_list[0].litellm_params.aws_batch_role_arn` is ignored: there is no such endpoint
        gateway::commands::setup: c.yaml:2: `model_list[0].litellm_params.aws_bedrock_project_id` is ignored: there is no such endpoint
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_is_decided_in_this_order() {
    let rows = vec![
        row("an API key beats all else of the file", &format!("api_key: mine, {ROLE}, {KEYS}, aws_profile_name: p"))
            .file(PROFILE.0, PROFILE.1),
        row("an API key of the environment beats the environment", "").keys().env("AWS_BEARER_TOKEN_BEDROCK", "env"),
        row("a key pair of the file beats an API key of the environment", KEYS).env("AWS_BEARER_TOKEN_BEDROCK", "env"),
        row("a profile beats an API key of the environment", "aws_profile_name: p")
            .file(PROFILE.0, PROFILE.1)
            .env("AWS_BEARER_TOKEN_BEDROCK", "env"),
        row("a role beats an API key of the environment", ROLE).keys().env("AWS_BEARER_TOKEN_BEDROCK", "env"),
        row("a web identity beats the key pair beside it", &format!("{ROLE}, {KEYS}, aws_web_identity_token: jwt")),
        row("a role is assumed by the key pair beside it", &with(ROLE, KEYS)).keys(),
        row("a role is assumed by the profile beside it", &with(ROLE, "aws_profile_name: p"))
            .file(PROFILE.0, PROFILE.1)
            .keys(),
        row("a role that the pod has", ROLE)
            .env("AWS_ROLE_ARN", ROLE_ARN)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/t")
            .file("t", "jwt"),
        row("a role that the pod has not", ROLE)
            .env("AWS_ROLE_ARN", POD)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "HOME/t")
            .file("t", "jwt"),
        row(
            "a role that the session is of",
            &with(ROLE, "aws_sts_endpoint: 'https://sts.us-west-2.amazonaws.com/already'"),
        )
        .keys()
        .env("AWS_SESSION_TOKEN", "env"),
        row("a role that is refused", &with(ROLE, "aws_sts_endpoint: 'https://sts.us-west-2.amazonaws.com/refuse'"))
            .keys(),
        row("a profile beats a key pair", &with(KEYS, "aws_profile_name: p")).file(PROFILE.0, PROFILE.1),
        row("a key pair beats the environment", KEYS).keys().env("AWS_SESSION_TOKEN", "env"),
        row("the environment beats the files", "")
            .keys()
            .file(".aws/credentials", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n"),
        row("the files", "")
            .file(".aws/credentials", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n"),
        row("a container", "").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS/ecs"),
        row("a machine", "").env("AWS_EC2_METADATA_DISABLED", "false"),
        row("nobody", ""),
    ];
    insta::assert_snapshot!(run("order", rows).await, @r#"
    an API key beats all else of the file
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer mine
    an API key of the environment beats the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer env
    a key pair of the file beats an API key of the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
    a profile beats an API key of the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDPROFILE/us-west-2/bedrock
    a role beats an API key of the environment
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    a web identity beats the key pair beside it
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(pumice jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    a role is assumed by the key pair beside it
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDFILE/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    a role is assumed by the profile beside it
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDPROFILE/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    a role that the pod has
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(web-identity-token- jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    a role that the pod has not
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(web-identity-token- jwt)
        sts.us-west-2.amazonaws.com GetCallerIdentity() ASIApod1/us-west-2/sts token=session-1
        sts.us-west-2.amazonaws.com AssumeRole(pumice) ASIApod1/us-west-2/sts token=session-1
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget2/us-west-2/bedrock token=session-2
    a role that the session is of
        sts.us-west-2.amazonaws.com GetCallerIdentity() AKIDENV/us-west-2/sts token=env
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDENV/us-west-2/bedrock token=env
    a role that is refused
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        FAILED m: amazon.nova-lite-v1:0 by converse in us-west-2: the AWS credentials could not be loaded: an error occurred while loading credentials: service error: unhandled error (AccessDenied): Error { code: "AccessDenied", message: "User: u is not authorized to perform: sts:AssumeRole on resource: r" }
    a profile beats a key pair
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDPROFILE/us-west-2/bedrock
    a key pair beats the environment
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
    the environment beats the files
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDENV/us-west-2/bedrock
    the files
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDDEFAULT/us-west-2/bedrock
    a container
        HERE /ecs
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIACONTAINER/us-west-2/bedrock token=of-ASIACONTAINER
    a machine
        HERE /latest/api/token
        HERE /latest/meta-data/iam/security-credentials/
        HERE /latest/meta-data/iam/security-credentials/role
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAMACHINE/us-west-2/bedrock token=of-ASIAMACHINE
    nobody
        FAILED m: amazon.nova-lite-v1:0 by converse in us-west-2: no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached (the credential provider was not enabled: no credentials found in chain. Attempted:   Environment: the credential provider was not enabled: environment variable not set   Profile: the credential provider was not enabled   WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set   EcsContainer: the credential provider was not enabled: ECS provider not configured   Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn sts_is_asked_where_the_process_runs_and_once_for_all_who_are_the_same() {
    const EU: &str = "aws_region_name: eu-west-1";
    let rows = vec![
        row("AWS_REGION beats the model's region", &with(ROLE, EU)).keys(),
        row("AWS_DEFAULT_REGION beats the model's region", &with(ROLE, EU))
            .keys()
            .env("AWS_REGION", "")
            .env("AWS_DEFAULT_REGION", "us-east-2"),
        row("the model's region where there is no other", &with(ROLE, EU)).keys().env("AWS_REGION", ""),
        row(
            "the endpoint's region beats both",
            &format!("{ROLE}, {EU}, aws_sts_endpoint: 'https://sts.ap-south-1.amazonaws.com'"),
        )
        .keys(),
        row(
            "a VPC endpoint's region",
            &with(ROLE, "aws_sts_endpoint: 'https://vpce-1.sts.ca-central-1.vpce.amazonaws.com'"),
        )
        .keys(),
        row("two models of one role", &with(ROLE, EU)).and(&with(ROLE, "aws_region_name: ap-south-1")).keys(),
        row("two sessions of one role", &with(ROLE, "aws_session_name: a"))
            .and(&with(ROLE, "aws_session_name: b"))
            .keys(),
        row("two models of one key pair", KEYS).and(KEYS),
        row("two models of one token", &with(ROLE, "aws_web_identity_token: jwt"))
            .and(&with(ROLE, "aws_web_identity_token: jwt")),
    ];
    insta::assert_snapshot!(run("sts", rows).await, @r"
    AWS_REGION beats the model's region
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/eu-west-1/bedrock token=session-1
    AWS_DEFAULT_REGION beats the model's region
        sts.us-east-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-east-2/sts
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/eu-west-1/bedrock token=session-1
    the model's region where there is no other
        sts.eu-west-1.amazonaws.com AssumeRole(pumice) AKIDENV/eu-west-1/sts
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/eu-west-1/bedrock token=session-1
    the endpoint's region beats both
        sts.ap-south-1.amazonaws.com AssumeRole(pumice) AKIDENV/ap-south-1/sts
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/eu-west-1/bedrock token=session-1
    a VPC endpoint's region
        vpce-1.sts.ca-central-1.vpce.amazonaws.com AssumeRole(pumice) AKIDENV/ca-central-1/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    two models of one role
        sts.us-west-2.amazonaws.com AssumeRole(pumice) AKIDENV/us-west-2/sts
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/eu-west-1/bedrock token=session-1
        bedrock-runtime.ap-south-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/ap-south-1/bedrock token=session-1
    two sessions of one role
        sts.us-west-2.amazonaws.com AssumeRole(a) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
        sts.us-west-2.amazonaws.com AssumeRole(b) AKIDENV/us-west-2/sts
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget2/us-west-2/bedrock token=session-2
    two models of one key pair
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKIDFILE/us-west-2/bedrock
    two models of one token
        sts.us-west-2.amazonaws.com AssumeRoleWithWebIdentity(pumice jwt)
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse ASIAtarget1/us-west-2/bedrock token=session-1
    ");
}
