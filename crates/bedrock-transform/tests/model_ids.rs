//! Model names as users write them, and what each of them means.

use bedrock_transform::{Arn, ArnKind, Catalog, ModelSpec, Route};

use Route::{Converse, Invoke};

/// A name, the base model, the `modelId` in the URL (empty if it is the name itself), the region that the name asks for,
/// the route and the family.
type Row = (&'static str, &'static str, &'static str, &'static str, Route, &'static str);

const HAIKU: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const LLAMA: &str = "meta.llama3-1-70b-instruct-v1:0";
const SONNET: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";

#[rustfmt::skip]
const NAMES: &[Row] = &[
    // Bare ids.
    (HAIKU, HAIKU, "", "", Converse, "anthropic_messages"),
    ("anthropic.claude-v2", "anthropic.claude-v2", "", "", Converse, "anthropic_text"),
    ("anthropic.claude-v2:1", "anthropic.claude-v2:1", "", "", Converse, "anthropic_text"),
    ("anthropic.claude-instant-v1", "anthropic.claude-instant-v1", "", "", Converse, "anthropic_text"),
    ("anthropic.claude-opus-9-v1:0", "anthropic.claude-opus-9-v1:0", "", "", Converse, "anthropic_messages"),
    ("ai21.jamba-1-5-mini-v1:0", "ai21.jamba-1-5-mini-v1:0", "", "", Converse, "ai21_jamba"),
    ("ai21.j2-ultra-v1", "ai21.j2-ultra-v1", "", "", Invoke, "ai21_jurassic"),
    ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", "", "", Converse, "amazon_nova"),
    ("amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0", "", "", Converse, "amazon_nova"),
    ("amazon.titan-text-express-v1", "amazon.titan-text-express-v1", "", "", Invoke, "amazon_titan_text"),
    ("cohere.command-text-v14", "cohere.command-text-v14", "", "", Invoke, "cohere_command"),
    ("cohere.command-light-text-v14", "cohere.command-light-text-v14", "", "", Invoke, "cohere_command"),
    ("cohere.command-r-v1:0", "cohere.command-r-v1:0", "", "", Invoke, "cohere_command_r"),
    ("deepseek.r1-v1:0", "deepseek.r1-v1:0", "", "", Converse, "deepseek"),
    ("deepseek.v3-v1:0", "deepseek.v3-v1:0", "", "", Converse, "deepseek"),
    (LLAMA, LLAMA, "", "", Converse, "meta_llama"),
    ("meta.llama2-13b-chat-v1", "meta.llama2-13b-chat-v1", "", "", Invoke, "meta_llama"),
    ("meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0", "", "", Converse, "meta_llama"),
    ("mistral.mistral-7b-instruct-v0:2", "mistral.mistral-7b-instruct-v0:2", "", "", Invoke, "mistral_instruct"),
    ("mistral.mixtral-8x7b-instruct-v0:1", "mistral.mixtral-8x7b-instruct-v0:1", "", "", Invoke, "mistral_instruct"),
    ("mistral.mistral-large-2402-v1:0", "mistral.mistral-large-2402-v1:0", "", "", Converse, "mistral_instruct"),
    ("mistral.mistral-large-2407-v1:0", "mistral.mistral-large-2407-v1:0", "", "", Converse, "mistral_chat"),
    ("mistral.pixtral-large-2502-v1:0", "mistral.pixtral-large-2502-v1:0", "", "", Converse, "mistral_chat"),
    ("openai.gpt-oss-20b-1:0", "openai.gpt-oss-20b-1:0", "", "", Converse, "openai"),
    ("qwen.qwen3-coder-480b-a35b-v1:0", "qwen.qwen3-coder-480b-a35b-v1:0", "", "", Converse, "qwen"),
    ("writer.palmyra-x4-v1:0", "writer.palmyra-x4-v1:0", "", "", Converse, "writer"),
    // What each family is served by where the name does not say: by InvokeModel where AWS has no Converse for it, or where the
    // native body says more.
    ("anthropic.claude-3-7-sonnet-20250219-v1:0", "anthropic.claude-3-7-sonnet-20250219-v1:0", "", "", Converse, "anthropic_messages"),
    ("anthropic.claude-opus-4-20250514-v1:0", "anthropic.claude-opus-4-20250514-v1:0", "", "", Converse, "anthropic_messages"),
    ("anthropic.claude-sonnet-5-v1:0", "anthropic.claude-sonnet-5-v1:0", "", "", Converse, "anthropic_messages"),
    ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "", "", Converse, "amazon_nova"),
    ("amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0", "", "", Converse, "amazon_nova"),
    ("amazon.nova-premier-v1:0", "amazon.nova-premier-v1:0", "", "", Converse, "amazon_nova"),
    ("amazon.titan-text-lite-v1", "amazon.titan-text-lite-v1", "", "", Invoke, "amazon_titan_text"),
    ("cohere.command-r-plus-v1:0", "cohere.command-r-plus-v1:0", "", "", Invoke, "cohere_command_r"),
    ("meta.llama2-70b-chat-v1", "meta.llama2-70b-chat-v1", "", "", Invoke, "meta_llama"),
    ("meta.llama3-2-11b-instruct-v1:0", "meta.llama3-2-11b-instruct-v1:0", "", "", Converse, "meta_llama"),
    ("meta.llama3-3-70b-instruct-v1:0", "meta.llama3-3-70b-instruct-v1:0", "", "", Converse, "meta_llama"),
    ("meta.llama4-scout-17b-instruct-v1:0", "meta.llama4-scout-17b-instruct-v1:0", "", "", Converse, "meta_llama"),
    ("mistral.mistral-small-2402-v1:0", "mistral.mistral-small-2402-v1:0", "", "", Converse, "mistral_instruct"),
    ("mistral.magistral-small-2509", "mistral.magistral-small-2509", "", "", Converse, "mistral_chat"),
    ("mistral.ministral-3-8b-instruct", "mistral.ministral-3-8b-instruct", "", "", Converse, "mistral_chat"),
    ("mistral.devstral-2-123b", "mistral.devstral-2-123b", "", "", Converse, "mistral_chat"),
    ("mistral.voxtral-small-24b-2507", "mistral.voxtral-small-24b-2507", "", "", Converse, "mistral_chat"),
    ("deepseek.v3.2", "deepseek.v3.2", "", "", Converse, "deepseek"),
    ("openai.gpt-5.4", "openai.gpt-5.4", "", "", Converse, "openai"),
    ("openai.gpt-5.6", "openai.gpt-5.6", "", "", Converse, "openai"),
    ("moonshotai.kimi-k2.5", "moonshotai.kimi-k2.5", "", "", Converse, "moonshot"),
    ("minimax.minimax-m2", "minimax.minimax-m2", "", "", Converse, "converse_only"),
    ("google.gemma-3-27b-it", "google.gemma-3-27b-it", "", "", Converse, "converse_only"),
    ("nvidia.nemotron-nano-9b-v2", "nvidia.nemotron-nano-9b-v2", "", "", Converse, "converse_only"),
    ("twelvelabs.pegasus-1-2-v1:0", "twelvelabs.pegasus-1-2-v1:0", "", "", Invoke, "twelvelabs_pegasus"),
    ("mistral.something-new-v1:0", "mistral.something-new-v1:0", "", "", Converse, "converse_only"),
    ("cohere.something-new-v1:0", "cohere.something-new-v1:0", "", "", Converse, "converse_only"),
    // A name that has another vendor's word in it is not that vendor's.
    ("writer.nova-like-v1:0", "writer.nova-like-v1:0", "", "", Converse, "converse_only"),
    ("mycompany.meta-amazon-v1:0", "mycompany.meta-amazon-v1:0", "", "", Converse, "converse_only"),
    // Nobody knows these; they go to Converse as they are.
    ("zai.glm-4.6", "zai.glm-4.6", "", "", Converse, "converse_only"),
    ("newvendor.model-1-v1:0", "newvendor.model-1-v1:0", "", "", Converse, "converse_only"),
    ("newvendor.model-1.5", "newvendor.model-1.5", "", "", Converse, "converse_only"),
    ("just-a-name", "just-a-name", "", "", Converse, "converse_only"),
    ("stability.stability.sd3-large-v1:0", "stability.sd3-large-v1:0", "stability.sd3-large-v1:0", "", Invoke, "stability_image"),
    // Prefixes, in any order.
    ("bedrock/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, HAIKU, "", Converse, "anthropic_messages"),
    ("bedrock/converse/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "", Converse, "meta_llama"),
    ("converse/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "", Converse, "meta_llama"),
    ("invoke/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "", Invoke, "meta_llama"),
    ("bedrock/invoke/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "", Invoke, "meta_llama"),
    ("bedrock/us-west-2/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "us-west-2", Converse, "meta_llama"),
    ("us-west-2/converse/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "us-west-2", Converse, "meta_llama"),
    ("bedrock/converse/eu-central-1/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "eu-central-1", Converse, "meta_llama"),
    ("bedrock/ap-southeast-7/invoke/meta.llama3-1-70b-instruct-v1:0", LLAMA, LLAMA, "ap-southeast-7", Invoke, "meta_llama"),
    ("bedrock/us-gov-west-1/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, HAIKU, "us-gov-west-1", Converse, "anthropic_messages"),
    ("bedrock/converse/meta.llama2-13b-chat-v1", "meta.llama2-13b-chat-v1", "meta.llama2-13b-chat-v1", "", Converse, "meta_llama"),
    // Geographies: known ones, and new ones before a known vendor.
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("apac.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("au.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("ca.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("in.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("jp.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("xx.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "", Converse, "anthropic_messages"),
    ("xx.meta.llama3-1-70b-instruct-v1:0", LLAMA, "", "", Converse, "meta_llama"),
    ("us.newvendor.model-1-v1:0", "newvendor.model-1-v1:0", "", "", Converse, "converse_only"),
    ("bedrock/converse/us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us-east-1", Converse, "anthropic_messages"),
    // Suffixes that name a context window.
    ("anthropic.claude-3-haiku-20240307-v1:0:200k", HAIKU, HAIKU, "", Converse, "anthropic_messages"),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]", SONNET, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", Converse, "anthropic_messages"),
    ("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0:200k", SONNET, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", Converse, "anthropic_messages"),
    ("amazon.nova-pro-v1:0:300k", "amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0", "", Converse, "amazon_nova"),
    ("anthropic.claude-v2:1:18k", "anthropic.claude-v2:1", "anthropic.claude-v2:1", "", Converse, "anthropic_text"),
    // ARNs that say which model they are.
    ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "us-east-1", Converse, "anthropic_messages"),
    ("arn:aws:bedrock:::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "", Converse, "anthropic_messages"),
    ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama3-1-70b-instruct-v1:0", LLAMA, "", "us-east-1", Converse, "meta_llama"),
    ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0", SONNET, "", "us-east-1", Converse, "anthropic_messages"),
    ("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "us-gov-west-1", Converse, "anthropic_messages"),
    ("arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "us-gov-west-1", Converse, "anthropic_messages"),
    ("arn:aws-cn:bedrock:cn-north-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "cn-north-1", Converse, "anthropic_messages"),
    ("arn:aws-iso:bedrock:us-iso-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", HAIKU, "", "us-iso-east-1", Converse, "anthropic_messages"),
    ("invoke/arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-70b-instruct-v1:0", LLAMA, "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-70b-instruct-v1:0", "us-east-1", Invoke, "meta_llama"),
    // ARNs that do not.
    ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0:300k/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:prompt-router/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    ("arn:aws-us-gov:bedrock:us-gov-east-1:123456789012:provisioned-model/abcdef123456", "", "", "us-gov-east-1", Converse, "converse_only"),
    ("arn:aws:bedrock:us-east-1:123456789012:something-new/abcdef123456", "", "", "us-east-1", Converse, "converse_only"),
    // Prefixes before an ARN; the name's own region wins over the ARN's.
    ("bedrock/arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456", "us-east-1", Converse, "converse_only"),
    ("bedrock/eu-west-1/arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdef123456", "eu-west-1", Converse, "converse_only"),
    // The body of an imported model, named before its ARN.
    ("bedrock/llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "meta_llama"),
    ("llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "meta_llama"),
    ("converse/llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Converse, "meta_llama"),
    ("deepseek_r1/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "deepseek"),
    ("openai/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "openai"),
    ("qwen3/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "qwen"),
    ("mistral/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "mistral_instruct"),
    ("qwen2/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", "us-east-1", Invoke, "qwen"),
    // What Bedrock Marketplace deployed.
    ("llama/arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", "", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", "us-east-1", Invoke, "meta_llama"),
    ("arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine", "", "", "us-east-1", Converse, "converse_only"),
    ("nova-2/arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456", "us-east-1", Converse, "amazon_nova"),
    ("nova/arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456", "", "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdef123456", "us-east-1", Converse, "amazon_nova"),
];

#[test]
fn every_name_means_what_the_table_says() {
    for row @ (name, base, target, region, route, family) in NAMES {
        let spec = ModelSpec::resolve(name, &Catalog::builtin()).unwrap();
        let target = if target.is_empty() { name } else { target };
        let found = (
            spec.id.base.as_str(),
            spec.target.as_str(),
            spec.id.region.as_deref().unwrap_or_default(),
            spec.route,
            spec.family.name,
        );
        assert_eq!(found, (*base, *target, *region, *route, *family), "{row:?}");
    }
}

#[test]
fn every_region_may_stand_before_a_model_and_is_not_sent() {
    let known = "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 eu-west-1 eu-west-2 eu-west-3 \
        eu-central-1 eu-central-2 eu-south-1 eu-south-2 eu-north-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 \
        ap-south-2 ap-southeast-1 ap-southeast-2 ca-central-1 sa-east-1";
    // LiteLLM's list ends here.
    let others =
        "ap-southeast-3 ap-southeast-7 me-central-1 af-south-1 il-central-1 mx-central-1 cn-north-1 us-iso-east-1";
    for region in known.split_whitespace().chain(others.split_whitespace()) {
        for (name, route) in
            [(format!("bedrock/{region}/{LLAMA}"), Converse), (format!("invoke/{region}/{LLAMA}"), Invoke)]
        {
            let spec = ModelSpec::resolve(&name, &Catalog::builtin()).unwrap();
            let found = (spec.id.region.as_deref(), spec.target.as_str(), spec.route);
            assert_eq!(found, (Some(region), LLAMA, route), "{name}");
        }
    }
}

#[test]
fn routes_of_other_services_are_refused_by_name() {
    for route in ["agent", "agentcore", "chat_completions", "claude_platform", "converse_like", "mantle"] {
        for name in [format!("{route}/x"), format!("bedrock/{route}/x"), format!("bedrock/us-east-1/{route}/x")] {
            let error = ModelSpec::resolve(&name, &Catalog::builtin()).unwrap_err().to_string();
            let expected = "only the routes `converse/`, `invoke/` and, for embeddings, `async_invoke/` are served";
            assert_eq!(error, format!("`{name}` is not a Bedrock model id: {expected}"));
        }
    }
}

#[test]
fn every_kind_of_arn_is_known() {
    let kinds = [
        ("application-inference-profile", ArnKind::ApplicationInferenceProfile),
        ("custom-model", ArnKind::CustomModel),
        ("custom-model-deployment", ArnKind::CustomModelDeployment),
        ("default-prompt-router", ArnKind::PromptRouter),
        ("foundation-model", ArnKind::FoundationModel),
        ("imported-model", ArnKind::ImportedModel),
        ("inference-profile", ArnKind::InferenceProfile),
        ("prompt", ArnKind::Prompt),
        ("prompt-router", ArnKind::PromptRouter),
        ("provisioned-model", ArnKind::ProvisionedModel),
        ("yet-another", ArnKind::Other),
    ];
    for partition in ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"] {
        for (name, kind) in kinds {
            let arn = Arn::parse(&format!("arn:{partition}:bedrock:eu-west-1:123456789012:{name}/a/b:1")).unwrap();
            let found =
                (arn.partition.as_str(), arn.region.as_str(), arn.account.as_str(), arn.kind, arn.resource.as_str());
            assert_eq!(found, (partition, "eu-west-1", "123456789012", kind, "a/b:1"), "{partition} {name}");
        }
    }
}

#[test]
fn a_base_model_says_what_an_opaque_arn_is() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456";
    let spec = ModelSpec::resolve_as(arn, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", &Catalog::builtin()).unwrap();
    assert_eq!((spec.target.as_str(), spec.id.base.as_str(), spec.family.name), (arn, SONNET, "anthropic_messages"));
}

#[test]
fn a_model_is_known_by_its_family_or_by_what_is_published() {
    for (name, known) in [
        ("us.amazon.nova-lite-v1:0", true),
        ("bedrock/google.gemma-3-27b-it", true),
        ("acme.wonder-v1:0", false),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456", false),
    ] {
        assert_eq!(ModelSpec::resolve(name, &Catalog::builtin()).unwrap().is_known(), known, "{name}");
    }
}

#[test]
fn a_base_model_says_what_body_an_imported_model_takes() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456";
    let rows = [
        // The name says Llama, its base which one: Llama 2 has a template of its own.
        (format!("llama/{arn}"), "meta.llama2-13b-chat-v1", Invoke, "meta_llama", "meta.llama2-"),
        (arn.to_owned(), "invoke/meta.llama3-8b-instruct-v1:0", Invoke, "meta_llama", "meta.llama3-"),
        (
            format!("invoke/{arn}"),
            "mistral.mistral-7b-instruct-v0:2",
            Invoke,
            "mistral_instruct",
            "mistral.mistral-7b-",
        ),
        (arn.to_owned(), "amazon.titan-text-express-v1", Invoke, "amazon_titan_text", "amazon.titan-text-"),
        (arn.to_owned(), "qwen3/mine", Invoke, "qwen", "imported.qwen"),
        (arn.to_owned(), "meta.llama3-8b-instruct-v1:0", Converse, "meta_llama", "meta.llama3-"),
    ];
    for (name, base, route, family, prefix) in rows {
        let spec = ModelSpec::resolve_as(&name, base, &Catalog::builtin()).unwrap();
        let found = (spec.target.as_str(), spec.route, spec.family.name, spec.model.prefix);
        assert_eq!(found, (arn, route, family, prefix), "{name} {base}");
    }
}
