//! Where a call goes: region, host, path, and the region it is signed for, which is the same for every kind of request.

use crate::machine::{Row, row, run};

const KEYS: &str = "aws_access_key_id: AKID, aws_secret_access_key: secret";
const ARN: &str = "arn:aws:bedrock:eu-west-2:123456789012:provisioned-model/abcdef123456";
const PROFILE: (&str, &str) =
    (".aws/config", "[profile p]\nregion = eu-north-1\naws_access_key_id = AKID\naws_secret_access_key = s\n");

const EMBED: &[&str] = &["embed", "--model", "m", "Hi"];
const IMAGE: &[&str] = &["image", "--model", "m", "--out", "out", "a cat"];
const RERANK: &[&str] = &["rerank", "--model", "m", "Hi", "Hi"];

fn keys(more: &str) -> String {
    format!("{KEYS}, {more}")
}

/// One of each kind, its model in the place that `name` has: a chat by Converse and by InvokeModel, an embedding, an image,
/// a ranking.
fn each(name: &'static str, place: &str, params: &str) -> Vec<Row> {
    let model = |id: &str| format!("{place}{id}");
    vec![
        row(name, params).of(model("amazon.nova-lite-v1:0")),
        row("  by InvokeModel", params).of(model("invoke/anthropic.claude-3-haiku-20240307-v1:0")),
        row("  an embedding", params).of(model("amazon.titan-embed-text-v2:0")).command(EMBED),
        row("  an image", params).of(model("amazon.titan-image-generator-v2:0")).command(IMAGE),
        row("  a ranking", params).of(model("amazon.rerank-v1:0")).command(RERANK),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_come_in_this_order_for_every_kind_of_request() {
    let env = |rows: Vec<Row>, variables: &[(&'static str, &str)]| {
        let with = |row: Row| variables.iter().fold(row, |row, (name, value)| row.env(name, value));
        rows.into_iter().map(with).collect::<Vec<_>>()
    };
    const NAME: (&str, &str) = ("AWS_REGION_NAME", "eu-west-1");
    const DEFAULT: (&str, &str) = ("AWS_DEFAULT_REGION", "us-east-2");
    const NONE: (&str, &str) = ("AWS_REGION", "");
    let mut rows = Vec::new();
    rows.extend(env(each("the file beats the name", "ap-south-1/", &keys("aws_region_name: ca-central-1")), &[NAME]));
    rows.extend(env(each("the name beats the environment", "ap-south-1/", KEYS), &[NAME, DEFAULT]));
    rows.extend([
        row("an ARN beats the environment", KEYS).of(ARN).env(NAME.0, NAME.1),
        row("the name beats its ARN", KEYS)
            .of("ap-south-1/arn:aws:bedrock:eu-west-2:123456789012:provisioned-model/abcdef123456"),
        row("the file beats the ARN", &keys("aws_region_name: ca-central-1")).of(ARN),
        row("model_id beats the name", &keys(&format!("model_id: '{ARN}'"))).of("ap-south-1/amazon.nova-lite-v1:0"),
        row("model_id of an embedding", &keys(&format!("model_id: '{ARN}'")))
            .of("amazon.titan-embed-text-v2:0")
            .command(EMBED),
        row("model_id of an image", &keys(&format!("model_id: '{ARN}'")))
            .of("amazon.titan-image-generator-v2:0")
            .command(IMAGE),
    ]);
    rows.extend(env(each("AWS_REGION_NAME beats AWS_REGION", "", KEYS), &[NAME, DEFAULT]));
    rows.extend(env(each("AWS_REGION beats AWS_DEFAULT_REGION", "", KEYS), &[DEFAULT]));
    rows.extend(env(each("AWS_DEFAULT_REGION", "", KEYS), &[NONE, DEFAULT]));
    rows.extend([
        row("the profile's", "aws_profile_name: p").file(PROFILE.0, PROFILE.1).env(NONE.0, NONE.1),
        row("AWS_DEFAULT_REGION beats the profile's", "aws_profile_name: p")
            .file(PROFILE.0, PROFILE.1)
            .env(NONE.0, NONE.1)
            .env(DEFAULT.0, DEFAULT.1),
        row("none", KEYS).env(NONE.0, NONE.1),
        row("not a region's name", &keys("aws_region_name: evil.example/")),
        row("not a region's name in the environment", KEYS).env("AWS_REGION_NAME", "evil.example/"),
        row("a region of China", &keys("aws_region_name: cn-north-1")),
        row("an ARN of GovCloud", KEYS)
            .of("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0"),
        row("a ranking in GovCloud", &keys("aws_region_name: us-gov-west-1")).of("amazon.rerank-v1:0").command(RERANK),
        row("FIPS", &keys("aws_region_name: us-gov-west-1")).env("AWS_USE_FIPS_ENDPOINT", "true"),
    ]);
    insta::assert_snapshot!(run("regions", rows).await, @r"
    the file beats the name
        bedrock-runtime.ca-central-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/ca-central-1/bedrock
      by InvokeModel
        bedrock-runtime.ca-central-1.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/ca-central-1/bedrock
      an embedding
        bedrock-runtime.ca-central-1.amazonaws.com /model/amazon.titan-embed-text-v2%3A0/invoke AKID/ca-central-1/bedrock
      an image
        bedrock-runtime.ca-central-1.amazonaws.com /model/amazon.titan-image-generator-v2%3A0/invoke AKID/ca-central-1/bedrock
      a ranking
        bedrock-agent-runtime.ca-central-1.amazonaws.com /rerank AKID/ca-central-1/bedrock
    the name beats the environment
        bedrock-runtime.ap-south-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/ap-south-1/bedrock
      by InvokeModel
        bedrock-runtime.ap-south-1.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/ap-south-1/bedrock
      an embedding
        bedrock-runtime.ap-south-1.amazonaws.com /model/amazon.titan-embed-text-v2%3A0/invoke AKID/ap-south-1/bedrock
      an image
        bedrock-runtime.ap-south-1.amazonaws.com /model/amazon.titan-image-generator-v2%3A0/invoke AKID/ap-south-1/bedrock
      a ranking
        bedrock-agent-runtime.ap-south-1.amazonaws.com /rerank AKID/ap-south-1/bedrock
    an ARN beats the environment
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/eu-west-2/bedrock
    the name beats its ARN
        bedrock-runtime.ap-south-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/ap-south-1/bedrock
    the file beats the ARN
        bedrock-runtime.ca-central-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/ca-central-1/bedrock
    model_id beats the name
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/eu-west-2/bedrock
    model_id of an embedding
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/invoke AKID/eu-west-2/bedrock
    model_id of an image
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/invoke AKID/eu-west-2/bedrock
    AWS_REGION_NAME beats AWS_REGION
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/eu-west-1/bedrock
      by InvokeModel
        bedrock-runtime.eu-west-1.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/eu-west-1/bedrock
      an embedding
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.titan-embed-text-v2%3A0/invoke AKID/eu-west-1/bedrock
      an image
        bedrock-runtime.eu-west-1.amazonaws.com /model/amazon.titan-image-generator-v2%3A0/invoke AKID/eu-west-1/bedrock
      a ranking
        bedrock-agent-runtime.eu-west-1.amazonaws.com /rerank AKID/eu-west-1/bedrock
    AWS_REGION beats AWS_DEFAULT_REGION
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
      by InvokeModel
        bedrock-runtime.us-west-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/us-west-2/bedrock
      an embedding
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.titan-embed-text-v2%3A0/invoke AKID/us-west-2/bedrock
      an image
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.titan-image-generator-v2%3A0/invoke AKID/us-west-2/bedrock
      a ranking
        bedrock-agent-runtime.us-west-2.amazonaws.com /rerank AKID/us-west-2/bedrock
    AWS_DEFAULT_REGION
        bedrock-runtime.us-east-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-east-2/bedrock
      by InvokeModel
        bedrock-runtime.us-east-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/us-east-2/bedrock
      an embedding
        bedrock-runtime.us-east-2.amazonaws.com /model/amazon.titan-embed-text-v2%3A0/invoke AKID/us-east-2/bedrock
      an image
        bedrock-runtime.us-east-2.amazonaws.com /model/amazon.titan-image-generator-v2%3A0/invoke AKID/us-east-2/bedrock
      a ranking
        bedrock-agent-runtime.us-east-2.amazonaws.com /rerank AKID/us-east-2/bedrock
    the profile's
        bedrock-runtime.eu-north-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/eu-north-1/bedrock
    AWS_DEFAULT_REGION beats the profile's
        bedrock-runtime.us-east-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-east-2/bedrock
    none
        FAILED m: amazon.nova-lite-v1:0 by converse as key …: no AWS region: set AWS_REGION, or `region` in the profile or the configuration
    not a region's name
        error: c.yaml:2: model_list[0].litellm_params.aws_region_name: `evil.example/` is not the name of an AWS region
    not a region's name in the environment
        FAILED m: bedrock/amazon.nova-lite-v1:0: `evil.example/` is not the name of an AWS region
    a region of China
        bedrock-runtime.cn-north-1.amazonaws.com.cn /model/amazon.nova-lite-v1%3A0/converse AKID/cn-north-1/bedrock
    an ARN of GovCloud
        bedrock-runtime.us-gov-west-1.amazonaws.com /model/arn%3Aaws-us-gov%3Abedrock%3Aus-gov-west-1%3A%3Afoundation-model%2Famazon.nova-lite-v1%3A0/converse AKID/us-gov-west-1/bedrock
    a ranking in GovCloud
        bedrock-agent-runtime.us-gov-west-1.amazonaws.com /rerank AKID/us-gov-west-1/bedrock
    FIPS
        bedrock-runtime-fips.us-gov-west-1.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-gov-west-1/bedrock
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_and_headers_are_the_operators() {
    const ENDPOINT: &str =
        "aws_bedrock_runtime_endpoint: 'https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com/a/b?x=1'";
    const BASE: &str = "api_base: 'https://proxy.example/base'";
    const ENV: (&str, &str) = ("AWS_BEDROCK_RUNTIME_ENDPOINT", "https://env.example");
    let mut rows = each("the file's, with a path and a query", "", &keys(ENDPOINT));
    rows.extend(each("api_base", "", &keys(BASE)));
    rows.extend([
        row("the file's beats the environment's", &keys(ENDPOINT)).env(ENV.0, ENV.1),
        row("the file's beats api_base", &keys(&format!("{ENDPOINT}, {BASE}"))),
        row("the environment's beats api_base", &keys(BASE)).env(ENV.0, ENV.1),
        row("the environment's", KEYS).env(ENV.0, ENV.1),
        row("the environment's for an embedding", KEYS)
            .env(ENV.0, ENV.1)
            .of("amazon.titan-embed-text-v2:0")
            .command(EMBED),
        row("a ranking has one of its own", &keys("aws_bedrock_agent_runtime_endpoint: 'https://rank.example'"))
            .of("amazon.rerank-v1:0")
            .command(RERANK)
            .env(ENV.0, ENV.1),
        row("signed for the region, whatever the host says", &keys(&format!("{ENDPOINT}, aws_region_name: us-east-1"))),
        row("no URL", &keys("api_base: proxy.example")),
        row("other headers go out unsigned", &keys("extra_headers: {X-Tenant: blue}")),
        row(
            "Authorization takes the place of the signature",
            &keys("extra_headers: {Authorization: 'Bearer gateway'}"),
        ),
        row("Authorization needs no credentials", "extra_headers: {Authorization: 'Bearer gateway'}"),
        row("a ranking by an API key", "api_key: mine").of("amazon.rerank-v1:0").command(RERANK),
        row("certificates are always verified", &keys("ssl_verify: false")),
    ]);
    insta::assert_snapshot!(run("endpoints", rows).await, @r"
    the file's, with a path and a query
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.nova-lite-v1%3A0/converse?x=1 AKID/us-west-2/bedrock
      by InvokeModel
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke?x=1 AKID/us-west-2/bedrock
      an embedding
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.titan-embed-text-v2%3A0/invoke?x=1 AKID/us-west-2/bedrock
      an image
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.titan-image-generator-v2%3A0/invoke?x=1 AKID/us-west-2/bedrock
      a ranking
        bedrock-agent-runtime.us-west-2.amazonaws.com /rerank AKID/us-west-2/bedrock
    api_base
        proxy.example /base/model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
      by InvokeModel
        proxy.example /base/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/us-west-2/bedrock
      an embedding
        proxy.example /base/model/amazon.titan-embed-text-v2%3A0/invoke AKID/us-west-2/bedrock
      an image
        proxy.example /base/model/amazon.titan-image-generator-v2%3A0/invoke AKID/us-west-2/bedrock
      a ranking
        proxy.example /base/rerank AKID/us-west-2/bedrock
    the file's beats the environment's
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.nova-lite-v1%3A0/converse?x=1 AKID/us-west-2/bedrock
    the file's beats api_base
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.nova-lite-v1%3A0/converse?x=1 AKID/us-west-2/bedrock
    the environment's beats api_base
        env.example /model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
    the environment's
        env.example /model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
    the environment's for an embedding
        env.example /model/amazon.titan-embed-text-v2%3A0/invoke AKID/us-west-2/bedrock
    a ranking has one of its own
        rank.example /rerank AKID/us-west-2/bedrock
    signed for the region, whatever the host says
        vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com /a/b/model/amazon.nova-lite-v1%3A0/converse?x=1 AKID/us-east-1/bedrock
    no URL
        error: c.yaml:2: model_list[0].litellm_params.api_base: `proxy.example` is not an http:// or https:// URL
    other headers go out unsigned
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
    Authorization takes the place of the signature
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer gateway
    Authorization needs no credentials
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse Bearer gateway
    a ranking by an API key
        error: CredentialsError: no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached; bedrock-agent-runtime takes AWS keys and no Bedrock API key; with `invoke/` before the model an API key will do (model arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0, region us-west-2)
    certificates are always verified
        bedrock-runtime.us-west-2.amazonaws.com /model/amazon.nova-lite-v1%3A0/converse AKID/us-west-2/bedrock
        gateway::commands::setup: c.yaml:2: `model_list[0].litellm_params.ssl_verify` is ignored: certificates are always verified; AWS_CA_BUNDLE names those to trust
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_written_into_the_path_once_and_encoded_once() {
    const SPEC: &str = "llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456";
    let model = |name, model: &'static str| row(name, KEYS).of(model);
    let rows = vec![
        model("an id", "anthropic.claude-3-haiku-20240307-v1:0"),
        model("an id by InvokeModel", "invoke/anthropic.claude-3-haiku-20240307-v1:0"),
        model("a profile", "converse/us.anthropic.claude-3-haiku-20240307-v1:0"),
        model("a region is left out", "invoke/eu-central-1/anthropic.claude-3-haiku-20240307-v1:0"),
        model("a window is left out", "anthropic.claude-3-haiku-20240307-v1:0:200k"),
        model("a window in brackets is left out", "invoke/anthropic.claude-3-haiku-20240307-v1:0[1m]"),
        model("an ARN", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456"),
        model("an imported model", SPEC),
        model("a custom model", "nova/arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456"),
        row("model_id by Converse", &keys(&format!("model_id: '{ARN}'"))),
        row("model_id by InvokeModel", &keys(&format!("model_id: '{ARN}'")))
            .of("invoke/anthropic.claude-3-haiku-20240307-v1:0"),
        row("model_id of an embedding", &keys(&format!("model_id: '{ARN}'")))
            .of("amazon.titan-embed-text-v2:0")
            .command(EMBED),
        model("a provisioned model alone", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456"),
    ];
    insta::assert_snapshot!(run("paths", rows).await, @r"
    an id
        bedrock-runtime.us-west-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/converse AKID/us-west-2/bedrock
    an id by InvokeModel
        bedrock-runtime.us-west-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/us-west-2/bedrock
    a profile
        bedrock-runtime.us-west-2.amazonaws.com /model/us.anthropic.claude-3-haiku-20240307-v1%3A0/converse AKID/us-west-2/bedrock
    a region is left out
        bedrock-runtime.eu-central-1.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/eu-central-1/bedrock
    a window is left out
        bedrock-runtime.us-west-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/converse AKID/us-west-2/bedrock
    a window in brackets is left out
        bedrock-runtime.us-west-2.amazonaws.com /model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke AKID/us-west-2/bedrock
    an ARN
        bedrock-runtime.us-east-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabcdef123456/converse AKID/us-east-1/bedrock
    an imported model
        bedrock-runtime.us-east-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aimported-model%2Fabcdef123456/invoke AKID/us-east-1/bedrock
        FAILED m: arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456 by invoke in us-east-1 at https://bedrock-runtime.us-east-1.amazonaws.com as key …, asked a chat of one token: MalformedResponse: meta_llama answered an unreadable body: there is no generated text (request id req-1)
    a custom model
        bedrock-runtime.us-east-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Acustom-model-deployment%2Fabcdef123456/converse AKID/us-east-1/bedrock
    model_id by Converse
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/eu-west-2/bedrock
    model_id by InvokeModel
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/invoke AKID/eu-west-2/bedrock
    model_id of an embedding
        bedrock-runtime.eu-west-2.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aeu-west-2%3A123456789012%3Aprovisioned-model%2Fabcdef123456/invoke AKID/eu-west-2/bedrock
    a provisioned model alone
        bedrock-runtime.us-east-1.amazonaws.com /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aprovisioned-model%2Fabcdef123456/converse AKID/us-east-1/bedrock
    ");
}
