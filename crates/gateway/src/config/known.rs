//! Every key of the file: what it is and what becomes of it. The reader may ask for no other key, the warnings, the JSON schema
//! and `pumice migrate` are made of it; long because LiteLLM's list is.
//! <https://docs.litellm.ai/docs/proxy/config_settings>

use facade::transform::ModelOverrides;

use crate::config::section::Section;

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) fate: Fate,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Count,
    Flag,
    List,
    Map,
    Number,
    Seconds,
    Text,
    Texts,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It does nothing, for this reason.
    Ignored(&'static str),
    /// It does this.
    Served(&'static str),
}

use Kind::{Any, Count, Flag, List, Map, Number, Seconds, Text, Texts};

const fn served(name: &'static str, kind: Kind, does: &'static str) -> Key {
    Key { name, kind, fate: Fate::Served(does) }
}

const fn ignored(name: &'static str, why: &'static str) -> Key {
    Key { name, kind: Any, fate: Fate::Ignored(why) }
}

const AFFINITY: &str = "no conversation is bound to a deployment";
const BUDGETS: &str = "spend is not held against budgets";
const BY_AWS: &str = "AWS counts tokens, not the gateway; `context_window_fallbacks` follow its answer";
const CACHE: &str = "answers are not cached";
const CALLBACKS: &str = "there are no callbacks; see docs/observability.md for metrics, log and traces";
const DATABASE: &str = "there is no database";
const ENTERPRISE: &str = "nothing of LiteLLM's enterprise edition is served";
const GUARDRAILS: &str = "the gateway runs no guardrails of its own; Bedrock's are set with `guardrailConfig`";
const JWT: &str = "callers are known by their keys only; see `keys`";
const KEY_VAULT: &str = "secrets come from the file and from the environment";
const MCP: &str = "there is no gateway for MCP";
const NO_ENDPOINT: &str = "there is no such endpoint";
const OTHERS: &str = "it concerns other providers";
const PARALLEL: &str = "set `default_max_parallel_requests` in `router_settings`, for each deployment";
const PYTHON: &str = "it names Python code";
const REDIS: &str = "nothing is shared between gateways";
const RUNTIME: &str = "it concerns LiteLLM's own runtime";
const UI: &str = "there is no user interface";

/// In the file itself.
pub(crate) const TOP: &[Key] = &[
    served("credential_list", List, "credentials that models name with `litellm_credential_name`"),
    served("environment_variables", Map, "variables, set before all else"),
    served("general_settings", Map, "keys, limits and fetching"),
    served("include", Texts, "files to read besides, from the folder of this one"),
    served("litellm_settings", Map, "what holds for every model"),
    served("model_list", List, "the models"),
    served("router_settings", Map, "how requests find their deployment"),
    ignored("assistant_settings", NO_ENDPOINT),
    ignored("callback_settings", CALLBACKS),
    ignored("default_vertex_config", OTHERS),
    ignored("files_settings", NO_ENDPOINT),
    ignored("finetune_settings", NO_ENDPOINT),
    ignored("guardrails", GUARDRAILS),
    ignored("mcp_servers", MCP),
    ignored("mcp_tools", MCP),
    ignored("policies", GUARDRAILS),
    ignored("prompts", "prompts are kept by Bedrock; a request may name one by its ARN"),
    ignored("search_tools", NO_ENDPOINT),
    ignored("vector_store_registry", NO_ENDPOINT),
];

/// In an entry of `model_list`.
pub(crate) const ENTRY: &[Key] = &[
    served("litellm_params", Map, "the Bedrock model, who calls it, and parameters of requests that do not set them"),
    served("model_info", Map, "what is known of the model"),
    served("model_name", Text, "the name that callers use; may have a `*`"),
];

/// In `litellm_params`. What is not here is a parameter of requests.
pub(crate) const PARAMS: &[Key] = &[
    served("api_base", Text, "the endpoint, if no other is set"),
    served("api_key", Text, "a Bedrock API key"),
    served("aws_access_key_id", Text, "one half of a key pair"),
    served("aws_bedrock_agent_runtime_endpoint", Text, "the endpoint of ranking"),
    served("aws_bedrock_runtime_endpoint", Text, "the endpoint"),
    served("aws_external_id", Text, "what the role's owner asks for"),
    served("aws_profile_name", Text, "a profile of the AWS config files"),
    served("aws_region_name", Text, "the AWS region"),
    served("aws_role_name", Text, "the ARN of a role to assume"),
    served("aws_secret_access_key", Text, "the other half of a key pair"),
    served("aws_session_name", Text, "the name of the role's session"),
    served("aws_session_tags", List, "tags of the role's session, `{Key, Value}` each"),
    served("aws_session_token", Text, "the token of a temporary key pair"),
    served("aws_sts_endpoint", Text, "the endpoint that gives roles"),
    served("aws_web_identity_token", Text, "what proves who assumes the role"),
    served("base_model", Text, "the model that an opaque ARN is built on"),
    served(
        "configurable_clientside_auth_params",
        List,
        "what requests may bring of their own: names such as `api_key`, and `{api_base: PATTERN}`",
    ),
    served("connect_timeout", Seconds, "time to open a connection; 10"),
    served("custom_llm_provider", Text, "`bedrock`"),
    served("drop_params", Flag, "leave parameters out that the model does not have, with a warning"),
    served("extra_headers", Map, "headers of every request to AWS"),
    served("idle_timeout", Seconds, "time between two pieces of an answer; else as `timeout`, 300 without one"),
    served("keepalive_seconds", Seconds, "how often a silent stream says that it is alive"),
    served("litellm_credential_name", Text, "an entry of `credential_list`, for what is not set here"),
    served("max_retries", Count, "attempts after the first"),
    served("model", Text, "the Bedrock model: `bedrock/[converse/|invoke/][region/]id-or-ARN`"),
    served("modify_params", Flag, "repair conversations that the model would refuse"),
    served("num_retries", Count, "attempts after the first"),
    served("request_timeout", Seconds, "as `timeout`"),
    served("stream_timeout", Seconds, "the same of streams"),
    served("timeout", Seconds, "time to the head of an answer, and between two pieces of it; 600 and 300"),
    served("total_timeout", Seconds, "time of a whole call to the last byte of a stream; no limit"),
    served(
        "use_inference_profiles",
        Flag,
        "call the model of a chat through the nearest inference profile where AWS serves it by nothing else",
    ),
    // Parameters of requests that deserve to be named.
    served("additional_drop_params", Texts, "parameters to leave out"),
    served("allowed_openai_params", Texts, "parameters to send although the model is not known to have them"),
    served("cache_control_injection_points", List, "cache markers by role or place"),
    served("guardrailConfig", Map, "Bedrock's guardrail, sent with every request; callers cannot replace it"),
    served("max_tokens", Count, "largest answer of requests that set none"),
    served("model_id", Text, "an ARN that takes the model's place in the URL"),
    served("temperature", Number, "of requests that set none"),
    served("top_p", Number, "of requests that set none"),
    served("user_continue_message", Map, "the message that fills a gap in a conversation"),
    served("cooldown_time", Seconds, "how long this deployment is passed over when it fails"),
    served("max_parallel_requests", Count, "calls open at once"),
    served("order", Count, "its turn: deployments of a lower number go first, those without one last"),
    served("rpm", Count, "requests a minute"),
    served("tags", Texts, "what requests with tags find it by, with `enable_tag_filtering`"),
    served("tpm", Count, "tokens a minute"),
    served("weight", Number, "its share of the requests"),
    ignored("aws_batch_role_arn", NO_ENDPOINT),
    ignored("aws_bedrock_client", PYTHON),
    ignored("aws_bedrock_project_id", NO_ENDPOINT),
    ignored("budget_duration", BUDGETS),
    ignored("fallbacks", "set `fallbacks` in `router_settings`"),
    ignored("max_budget", BUDGETS),
    ignored("merge_reasoning_content_in_choices", "reasoning stays apart, in `reasoning_content`"),
    ignored("mock_response", "answers come from Bedrock only; `--emulator` needs no account"),
    ignored("num_ctx", OTHERS),
    ignored("organization", OTHERS),
    ignored("s3_access_key_id", NO_ENDPOINT),
    ignored("s3_bucket_name", NO_ENDPOINT),
    ignored("s3_secret_access_key", NO_ENDPOINT),
    ignored("ssl_verify", "certificates are always verified; AWS_CA_BUNDLE names those to trust"),
    ignored("tag_regex", "a `User-Agent` is anybody's word; let callers send a tag"),
    ignored("use_in_pass_through", NO_ENDPOINT),
];

/// Prices in US dollars, in `litellm_params` and in `model_info`. A tier and a length may follow, as LiteLLM writes them.
pub(crate) const PRICES: &[Key] = &[
    served("cache_creation_input_token_cost", Number, "dollars for a token written to the cache"),
    served("cache_creation_input_token_cost_above_1hr", Number, "dollars for a token written to the cache for an hour"),
    served("cache_read_input_token_cost", Number, "dollars for a token read from the cache"),
    served("input_cost_per_audio_per_second", Number, "dollars for a second of sound taken in"),
    served("input_cost_per_audio_token", Number, "dollars for a token of sound in the prompt"),
    served("input_cost_per_image", Number, "dollars for an image taken in"),
    served("input_cost_per_image_token", Number, "dollars for a token of an image in the prompt"),
    served("input_cost_per_query", Number, "dollars for a query of ranking"),
    served("input_cost_per_second", Number, "dollars for a second of provisioned throughput"),
    served("input_cost_per_token", Number, "dollars for a token of the prompt"),
    served("input_cost_per_video_per_second", Number, "dollars for a second of video taken in"),
    served("output_cost_per_audio_token", Number, "dollars for a token of sound in the answer"),
    served("output_cost_per_image", Number, "dollars for an image made"),
    served("output_cost_per_reasoning_token", Number, "dollars for a token of reasoning"),
    served("output_cost_per_token", Number, "dollars for a token of the answer"),
    served("search_context_cost_per_query", Number, "dollars for a web search"),
];

/// What the model can, in `model_info`; `supports_…`, too.
pub(crate) const FACTS: &[Key] = &[
    served("deprecation_date", Text, "when the model ends; shown"),
    served("max_input_tokens", Count, "longest prompt, in tokens"),
    served("max_output_tokens", Count, "longest answer, in tokens"),
    served("max_tokens", Count, "older name of `max_output_tokens`"),
    served("output_vector_size", Count, "numbers in a vector"),
];

/// In `model_info`. What is not here describes the model to others.
pub(crate) const INFO: &[Key] = &[
    served("access_groups", Texts, "groups of keys that LiteLLM lets in; shown"),
    served("base_model", Text, "the model that an opaque ARN is built on"),
    served("description", Text, "shown"),
    served("id", Text, "the deployment's name; shown"),
    served("mode", Text, "what the model is for; shown"),
    served("supported_environments", Texts, "shown"),
    served("version", Text, "shown"),
];

/// In an entry of `credential_list`.
pub(crate) const CREDENTIAL: &[Key] = &[
    served("credential_info", Map, "a description"),
    served("credential_name", Text, "its name"),
    served("credential_values", Map, "members of `litellm_params`"),
];

/// In an entry of `general_settings.keys`.
pub(crate) const KEYS: &[Key] = &[
    served("key", Text, "the key"),
    served("key_alias", Text, "its name"),
    served("models", Texts, "the names it is for, which may have a `*`; all, if there are none"),
];

/// In `litellm_settings`.
pub(crate) const SETTINGS: &[Key] = &[
    served("drop_params", Flag, "leave parameters out that a model does not have, with a warning"),
    served("keepalive_seconds", Seconds, "how often a silent stream says that it is alive"),
    served("modify_params", Flag, "repair conversations that a model would refuse"),
    served("num_retries", Count, "attempts after the first"),
    served("request_timeout", Seconds, "time to the head of an answer, and between two pieces of it"),
    served("require_auth_for_metrics_endpoint", Flag, "`false`: `/metrics` wants no key"),
    served("user_url_allowed_hosts", Texts, "hosts that may be private, e.g. an image server of yours"),
    served("user_url_validation", Flag, "`false`: media are fetched from private addresses, too"),
    served("allowed_fails", Count, "failures in a minute before a deployment is passed over"),
    served("content_policy_fallbacks", List, "the same where a filter held the answer back"),
    served("context_window_fallbacks", List, "the same where the prompt is too long"),
    served("cooldown_time", Seconds, "how long a failing deployment is passed over"),
    served("default_fallbacks", Texts, "models to try instead of those that have no others"),
    served("fallbacks", List, "models to try instead, `[{name: [other]}]`"),
    ignored("LITELLM_DISABLE_STOP_SEQUENCE_LIMIT", "stop sequences have no limit here"),
    ignored("bedrock_neutralize_orphaned_tool_blocks", "tool blocks without tools get a minimal `toolConfig`"),
    ignored("bedrock_request_metadata_fields", "AWS is told nothing of callers; a request may carry `requestMetadata`"),
    ignored("cache", CACHE),
    ignored("cache_params", CACHE),
    ignored("callbacks", CALLBACKS),
    ignored("custom_provider_map", PYTHON),
    ignored("default_internal_user_params", DATABASE),
    ignored("default_team_settings", DATABASE),
    ignored("disable_add_transform_inline_image_block", OTHERS),
    ignored("disable_copilot_system_to_assistant", OTHERS),
    ignored("disable_end_user_cost_tracking", DATABASE),
    ignored("disable_end_user_cost_tracking_prometheus_only", "no metric is by caller"),
    ignored("disable_hf_tokenizer_download", "tokens are counted by AWS"),
    ignored("enable_json_schema_validation", "answers are handed on as the model wrote them"),
    ignored("enable_key_alias_format_validation", DATABASE),
    ignored("enable_preview_features", OTHERS),
    ignored("failure_callback", CALLBACKS),
    ignored("force_ipv4", "the system says which addresses there are"),
    served("json_logs", Flag, "the log is JSON, one line each"),
    ignored("key_generation_settings", DATABASE),
    ignored("langfuse_default_tags", CALLBACKS),
    ignored("max_budget", BUDGETS),
    ignored("mcp_aliases", MCP),
    ignored("model_alias_map", "set `model_group_alias` in `router_settings`"),
    ignored("post_call_rules", PYTHON),
    ignored("pre_call_rules", PYTHON),
    ignored("redact_user_api_key_info", "keys are in no log"),
    ignored("service_callback", CALLBACKS),
    ignored("service_callbacks", CALLBACKS),
    served("set_verbose", Flag, "the log shows every request to AWS, without secrets"),
    ignored("ssl_verify", "certificates are always verified"),
    ignored("success_callback", CALLBACKS),
    ignored("telemetry", "nothing is told to anybody"),
    ignored("turn_off_message_logging", "messages are in no log"),
    ignored("upperbound_key_generate_params", DATABASE),
    ignored("use_chat_completions_url_for_anthropic_messages", NO_ENDPOINT),
];

/// In `router_settings`.
pub(crate) const ROUTER: &[Key] = &[
    served("num_retries", Count, "attempts after the first; wins over `litellm_settings`"),
    served("timeout", Seconds, "as `request_timeout` of `litellm_settings`, and wins over it"),
    served("allowed_fails", Count, "failures in a minute before a deployment is passed over"),
    served("allowed_fails_policy", Map, "the same by class of failure"),
    served("content_policy_fallbacks", List, "the same where a filter held the answer back"),
    served("context_window_fallbacks", List, "the same where the prompt is too long"),
    served("cooldown_time", Seconds, "how long a failing deployment is passed over"),
    served("default_fallbacks", Texts, "models to try instead of those that have no others"),
    served("fallbacks", List, "models to try instead, `[{name: [other]}]`"),
    served("default_litellm_params", Map, "`litellm_params` of deployments that do not set them"),
    served("default_max_parallel_requests", Count, "calls that a deployment may have open at once"),
    served("disable_cooldowns", Flag, "no deployment is passed over"),
    served("enable_tag_filtering", Flag, "requests go to the deployments that have their tags"),
    served("max_fallbacks", Count, "other names tried for one request at most"),
    served("model_group_alias", Map, "other names of models"),
    served("model_group_retry_policy", Map, "a `retry_policy` for the deployments of a name, by name"),
    served("retry_after", Seconds, "least wait before a deployment is asked again"),
    served("retry_policy", Map, "attempts after the first, by class of failure"),
    served(
        "routing_strategy",
        Text,
        "`simple-shuffle`, `least-busy`, `usage-based-routing-v2`; others are taken for the first, with a warning",
    ),
    served("stream_timeout", Seconds, "as `timeout`, of streams"),
    served("tag_filtering_match_any", Flag, "`false`: a deployment needs all tags of a request, not one of them"),
    ignored("alerting_config", CALLBACKS),
    ignored("assistants_config", NO_ENDPOINT),
    ignored("cache_kwargs", CACHE),
    ignored("cache_responses", CACHE),
    ignored("caching_groups", CACHE),
    ignored("client_ttl", RUNTIME),
    ignored("debug_level", "set RUST_LOG, or `--log debug`"),
    ignored("default_priority", RUNTIME),
    ignored("deployment_affinity_ttl_seconds", AFFINITY),
    ignored("enable_pre_call_check", BY_AWS),
    ignored("enable_pre_call_checks", BY_AWS),
    ignored("guardrail_list", GUARDRAILS),
    ignored("ignore_invalid_deployments", "models of other providers are left out, wrong ones refused"),
    ignored("optional_pre_call_checks", AFFINITY),
    ignored("polling_interval", RUNTIME),
    ignored("provider_budget_config", BUDGETS),
    ignored("redis_db", REDIS),
    ignored("redis_host", REDIS),
    ignored("redis_password", REDIS),
    ignored("redis_port", REDIS),
    ignored("redis_url", REDIS),
    ignored("router_general_settings", RUNTIME),
    ignored("routing_strategy_args", "the strategies that are served have none"),
    ignored("search_tools", NO_ENDPOINT),
    ignored("set_verbose", "set it in `litellm_settings`"),
];

/// In `router_settings.retry_policy`, and for each name in `model_group_retry_policy`.
pub(crate) const RETRIES: &[Key] = &[
    served("AuthenticationErrorRetries", Count, "after a 401"),
    served("BadRequestErrorRetries", Count, "after a 400"),
    served("ContentPolicyViolationErrorRetries", Count, "after what a filter held back"),
    served("DefaultRetries", Count, "after all failures that have no number here"),
    served("InternalServerErrorRetries", Count, "after a 500"),
    served("NotFoundErrorRetries", Count, "after a 404"),
    served("RateLimitErrorRetries", Count, "after a 429"),
    served("ServiceUnavailableErrorRetries", Count, "after a 503"),
    served("TimeoutErrorRetries", Count, "after a 408"),
];

const OF_THE_CALLER: &str = "what is wrong with a request cools nobody";

/// In `router_settings.allowed_fails_policy`.
pub(crate) const ALLOWED_FAILS: &[Key] = &[
    served("AuthenticationErrorAllowedFails", Count, "401s in a minute"),
    served("BadGatewayErrorAllowedFails", Count, "502s in a minute"),
    served("InternalServerErrorAllowedFails", Count, "500s in a minute"),
    served("RateLimitErrorAllowedFails", Count, "429s in a minute"),
    served("ServiceUnavailableErrorAllowedFails", Count, "503s in a minute"),
    served("TimeoutErrorAllowedFails", Count, "408s in a minute"),
    ignored("BadRequestErrorAllowedFails", OF_THE_CALLER),
    ignored("ContentPolicyViolationErrorAllowedFails", OF_THE_CALLER),
    ignored("NotFoundErrorAllowedFails", OF_THE_CALLER),
];

/// In `general_settings`.
pub(crate) const GENERAL: &[Key] = &[
    served("body_timeout_seconds", Seconds, "time for a whole request body; 60"),
    served("fetch_urls", Flag, "`false`: media behind URLs are not fetched"),
    served("header_timeout_seconds", Seconds, "time for the head of a request, and between two of a connection; 75"),
    served("keys", List, "keys of callers, with the models each is for"),
    served("keys_file", Text, "a file with such a list, from the folder of this one"),
    served("litellm_key_header_name", Text, "another header that carries the key"),
    served("master_key", Text, "the key to everything"),
    served("require_auth_for_metrics_endpoint", Flag, "as in `litellm_settings`, which wins"),
    served("max_request_size_mb", Count, "largest request body, in MiB; 64"),
    served("drain_seconds", Seconds, "how long open calls may go on after the signal to stop; 30"),
    ignored("admin_only_routes", ENTERPRISE),
    ignored("alert_to_webhook_url", CALLBACKS),
    ignored("alert_types", CALLBACKS),
    ignored("alerting", CALLBACKS),
    ignored("alerting_args", CALLBACKS),
    ignored("alerting_threshold", CALLBACKS),
    ignored("allow_client_side_credentials", "a deployment says it in `configurable_clientside_auth_params`"),
    ignored("allow_requests_on_db_unavailable", DATABASE),
    ignored("allow_user_auth", JWT),
    ignored("allowed_ips", "the network says who may connect"),
    ignored("allowed_routes", JWT),
    ignored("background_health_checks", "`/health?check=true` calls the models when asked"),
    ignored("completion_model", "requests name their model"),
    ignored("custom_auth", PYTHON),
    ignored("custom_key_generate", PYTHON),
    ignored("custom_sso", PYTHON),
    ignored("dangerously_permit_weak_or_unset_master_key", "without a key, the gateway listens on loopback only"),
    ignored("database_connection_pool_limit", DATABASE),
    ignored("database_connection_timeout", DATABASE),
    ignored("database_url", DATABASE),
    ignored("default_team_disabled", DATABASE),
    ignored("disable_adding_master_key_hash_to_db", DATABASE),
    ignored("disable_bedrock_agent_runtime_passthrough", NO_ENDPOINT),
    ignored("disable_master_key_return", UI),
    ignored("disable_prisma_schema_update", DATABASE),
    ignored("disable_reset_budget", BUDGETS),
    ignored("disable_responses_id_security", NO_ENDPOINT),
    ignored(
        "disable_retry_on_max_parallel_request_limit_error",
        "a deployment that is full is passed over, not asked again",
    ),
    ignored("disable_spend_logs", DATABASE),
    ignored("disable_spend_updates", DATABASE),
    ignored("embedding_model", "requests name their model"),
    ignored("enable_jwt_auth", JWT),
    ignored("enable_oauth2_auth", JWT),
    ignored("enable_oauth2_proxy_auth", JWT),
    ignored("enforce_user_param", "requests may leave `user` out"),
    ignored("enforced_params", ENTERPRISE),
    ignored("forward_client_headers_to_llm_api", "set `extra_headers`; a request may carry them, too"),
    ignored("forward_openai_org_id", OTHERS),
    ignored("global_max_parallel_requests", PARALLEL),
    ignored("health_check_details", "health checks show no limits"),
    ignored("health_check_interval", "`/health?check=true` calls the models when asked"),
    ignored("image_generation_model", "requests name their model"),
    ignored("infer_model_from_keys", OTHERS),
    ignored("key_management_settings", KEY_VAULT),
    ignored("key_management_system", KEY_VAULT),
    ignored("litellm_jwtauth", JWT),
    ignored("litellm_license", ENTERPRISE),
    ignored("max_parallel_requests", PARALLEL),
    ignored("max_response_size_mb", "answers are handed on as they come"),
    ignored("maximum_spend_logs_retention_interval", DATABASE),
    ignored("maximum_spend_logs_retention_period", DATABASE),
    ignored("moderation_model", NO_ENDPOINT),
    ignored("oauth2_config_mappings", JWT),
    ignored("pass_through_endpoints", NO_ENDPOINT),
    ignored("proxy_batch_polling_interval", NO_ENDPOINT),
    ignored("proxy_batch_write_at", DATABASE),
    ignored("proxy_budget_rescheduler_max_time", BUDGETS),
    ignored("proxy_budget_rescheduler_min_time", BUDGETS),
    ignored("public_routes", ENTERPRISE),
    ignored("reject_clientside_metadata_tags", BUDGETS),
    ignored("service_account_settings", DATABASE),
    ignored("spend_report_frequency", CALLBACKS),
    ignored("store_model_in_db", DATABASE),
    ignored("store_prompts_in_spend_logs", DATABASE),
    ignored("supported_db_objects", DATABASE),
    ignored("ui_access_mode", UI),
    ignored("use_azure_key_vault", KEY_VAULT),
    ignored("use_client_credentials_pass_through_routes", NO_ENDPOINT),
    ignored("use_google_kms", KEY_VAULT),
    ignored("use_x_forwarded_for", "callers' addresses mean nothing here"),
    ignored("user_api_key_cache_ttl", DATABASE),
    ignored("user_mcp_management_mode", MCP),
];

/// The keys of the map at a path of the file; `None` where keys are anybody's.
pub(crate) fn table(path: &str) -> Option<&'static [Key]> {
    Some(match path {
        "" => TOP,
        "general_settings" => GENERAL,
        "litellm_settings" => SETTINGS,
        "router_settings" => ROUTER,
        "router_settings.allowed_fails_policy" => ALLOWED_FAILS,
        "router_settings.retry_policy" => RETRIES,
        _ if path.starts_with("router_settings.model_group_retry_policy.") => RETRIES,
        _ if path.ends_with("litellm_params") => PARAMS,
        _ if path.ends_with("].model_info") => INFO,
        _ => match path.strip_suffix(']').and_then(|path| path.rsplit_once('['))?.0 {
            "credential_list" => CREDENTIAL,
            "general_settings.keys" | "keys" => KEYS,
            "model_list" => ENTRY,
            _ => return None,
        },
    })
}

/// Keys of the map at a path that say what the model costs and can.
pub(crate) fn facts(path: &str) -> impl Iterator<Item = &'static Key> {
    let is_info = path.ends_with("].model_info");
    let prices = if is_info || path.ends_with("litellm_params") { PRICES } else { &[] };
    prices.iter().chain(if is_info { FACTS } else { &[] })
}

/// Whether a key of the map at `path` says what the model costs or can. In `litellm_params` it is a price: a `max_tokens` there
/// is one of requests.
pub(crate) fn is_fact(path: &str, key: &str) -> bool {
    let may = path.ends_with("].model_info") || (path.ends_with("litellm_params") && key.contains(COST));
    may && ModelOverrides::knows(key)
}

/// In the name of every price.
pub(crate) const COST: &str = "_cost";

/// What becomes of `key` in the map at `path`, if there is such a key.
pub(crate) fn fate(path: &str, key: &str) -> Option<Fate> {
    let listed = table(path)?.iter().chain(facts(path)).find(|known| known.name == key).map(|known| known.fate);
    listed
        .or_else(|| is_fact(path, key).then_some(Fate::Served("what the model costs or can, over what is published")))
        .or_else(|| (path.ends_with("litellm_params") && key.contains(COST)).then_some(NO_PRICE))
}

/// A price that nothing is counted for.
pub(crate) const NO_PRICE: Fate = Fate::Ignored("nothing is counted at such a price");

/// Takes out what is ignored, and says why.
pub(crate) fn warn_of_ignored(section: &mut Section<'_>, warnings: &mut Vec<String>) {
    let path = section.place().key;
    for (place, _) in section.take_if(|key| matches!(fate(&path, key), Some(Fate::Ignored(_)))) {
        let name = place.key.strip_prefix(&path).unwrap_or_default().trim_start_matches('.');
        if let Some(Fate::Ignored(why)) = fate(&path, name) {
            warnings.push(place.warning(&format!("`{}` is ignored: {why}", place.key)));
        }
    }
}
