//! Keys of LiteLLM's file that are understood but not served yet. They warn; they are never taken for request parameters.

/// In the file itself.
pub(crate) const TOP: &[&str] = &[
    "credential_list",
    "finetune_settings",
    "files_settings",
    "guardrails",
    "include",
    "mcp_servers",
    "mcp_tools",
    "assistant_settings",
    "callback_settings",
    "default_vertex_config",
    "prompts",
    "vector_store_registry",
];

/// In `litellm_settings`.
pub(crate) const SETTINGS: &[&str] = &[
    "bedrock_neutralize_orphaned_tool_blocks",
    "bedrock_request_metadata_fields",
    "cache",
    "cache_params",
    "callbacks",
    "default_internal_user_params",
    "default_team_settings",
    "enable_json_schema_validation",
    "failure_callback",
    "force_ipv4",
    "max_budget",
    "model_alias_map",
    "redact_user_api_key_info",
    "service_callback",
    "ssl_verify",
    "success_callback",
    "telemetry",
    "turn_off_message_logging",
    "upperbound_key_generate_params",
];

/// In `router_settings`.
pub(crate) const ROUTER: &[&str] = &[
    "allowed_fails_policy",
    "cache_responses",
    "enable_pre_call_checks",
    "enable_tag_filtering",
    "model_group_retry_policy",
    "redis_host",
    "redis_password",
    "redis_port",
    "redis_url",
    "retry_policy",
    "routing_strategy_args",
];

/// In `general_settings`.
pub(crate) const GENERAL: &[&str] = &[
    "alert_types",
    "alerting",
    "allow_requests_on_db_unavailable",
    "allowed_ips",
    "allowed_routes",
    "background_health_checks",
    "completion_model",
    "custom_auth",
    "database_connection_pool_limit",
    "database_url",
    "disable_bedrock_agent_runtime_passthrough",
    "disable_spend_logs",
    "enable_jwt_auth",
    "global_max_parallel_requests",
    "health_check_interval",
    "infer_model_from_keys",
    "max_parallel_requests",
    "max_response_size_mb",
    "pass_through_endpoints",
    "proxy_batch_write_at",
    "proxy_budget_rescheduler_max_time",
    "proxy_budget_rescheduler_min_time",
    "public_routes",
    "store_model_in_db",
    "ui_access_mode",
];

/// In `litellm_params`.
pub(crate) const PARAMS: &[&str] = &[
    "aws_batch_role_arn",
    "aws_bedrock_project_id",
    "budget_duration",
    "fallbacks",
    "litellm_credential_name",
    "max_budget",
    "merge_reasoning_content_in_choices",
    "mock_response",
    "num_ctx",
    "order",
    "s3_access_key_id",
    "s3_bucket_name",
    "s3_secret_access_key",
    "tags",
    "use_in_pass_through",
];
