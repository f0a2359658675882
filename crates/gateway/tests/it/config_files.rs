//! Files that include others, credentials with names, keys, models of other providers; and `pumice migrate`.

use std::path::PathBuf;

use gateway::{Config, ConfigError, Environment};

/// A folder of its own, which goes away in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("pumice-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.0.join("config.yaml"), Environment::from([("REGION", "eu-west-1")]))
    }

    /// Without the folder's name.
    fn shown(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.display()), "")
    }

    fn error(&self) -> String {
        self.shown(&self.load().unwrap_err().to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const NOVA: &str = "- {model_name: nova, litellm_params: {model: bedrock/amazon.nova-lite-v1:0}}\n";

#[test]
fn included_files_add_to_lists_and_replace_sections() {
    let folder = Folder::new(
        "include",
        &[
            (
                "config.yaml",
                &format!("include: [more.yaml]\nlitellm_settings: {{drop_params: true}}\nmodel_list:\n{NOVA}"),
            ),
            (
                "more.yaml",
                "litellm_settings: {modify_params: true}\nmodel_list:\n- model_name: more\n  litellm_params: {model: bedrock/amazon.nova-pro-v1:0, rpm: 5}\nguardrails: []\n",
            ),
        ],
    );
    let config = folder.load().unwrap();
    let warnings: Vec<String> = config.warnings().iter().map(|warning| folder.shown(warning)).collect();
    insta::assert_snapshot!(warnings.join("\n"), @r"
    config.yaml:2: `litellm_settings` is replaced by that of more.yaml
    more.yaml:5: `guardrails` is ignored: the gateway runs no guardrails of its own; Bedrock's are set with `guardrailConfig`
    ");
    let shown = format!("{config:?}");
    assert!(shown.contains(r#"name: "nova""#) && shown.contains(r#"name: "more""#), "{shown}");
    assert!(shown.contains("drop_params: false, modify_params: true"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_or_twice_is_an_error() {
    let folder = Folder::new("missing", &[("config.yaml", "include: [other.yaml]")]);
    assert!(folder.error().starts_with("other.yaml: No such file"), "{}", folder.error());
    let folder = Folder::new("twice", &[("config.yaml", "include: [config.yaml]")]);
    assert_eq!(folder.error(), "config.yaml: is included twice");
}

#[test]
fn credentials_have_names_and_yield_to_what_the_model_says() {
    let credentials = "credential_list:\n- credential_name: prod\n  credential_values: {aws_region_name: os.environ/REGION, \
                       aws_access_key_id: AKID, aws_secret_access_key: s}\n  credential_info: {description: x}\n";
    let model = |params: &str| {
        format!(
            "{credentials}model_list:\n- model_name: m\n  litellm_params:\n    model: bedrock/amazon.nova-lite-v1:0\n    \
             litellm_credential_name: {params}\n"
        )
    };
    let folder = Folder::new("credentials", &[("config.yaml", &model("prod"))]);
    let config = folder.load().unwrap();
    assert_eq!(config.warnings(), &[] as &[String]);
    let shown = format!("{config:?}");
    assert!(shown.contains(r#"region: Some("eu-west-1")"#) && shown.contains("AKID"), "{shown}");
    let folder = Folder::new("own-region", &[("config.yaml", &model("prod\n    aws_region_name: us-west-2"))]);
    assert!(format!("{:?}", folder.load().unwrap()).contains(r#"region: Some("us-west-2")"#));
    let folder = Folder::new("no-credentials", &[("config.yaml", &model("test"))]);
    assert_eq!(
        folder.error(),
        "config.yaml:9: model_list[0].litellm_params.litellm_credential_name: `credential_list` has no `test`"
    );
}

#[test]
fn a_key_is_misspelt_listed_twice_or_missing_and_nothing_opens() {
    let with = |keys: &str| format!("general_settings:\n  keys: [{keys}]\nmodel_list:\n{NOVA}");
    let mut lines = Vec::new();
    for keys in [
        "{models: [nova]}",
        "{key: \"\"}",
        "{key: a, modles: [nova]}",
        "{key: a}, {key: a}",
        "5",
        "{key: os.environ/NONE}",
    ] {
        lines.push(Folder::new("keys", &[("config.yaml", &with(keys))]).error());
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    config.yaml:2: general_settings.keys[0]: `key` is missing
    config.yaml:2: general_settings.keys[0]: `key` is missing
    config.yaml:2: general_settings.keys[0].modles: is not known; a key has `key`, `key_alias` and `models`
    config.yaml:2: general_settings.keys[1]: this key is listed twice
    config.yaml:2: general_settings.keys[0]: expected a map, found a number
    config.yaml:2: general_settings.keys[0].key: the environment variable `NONE` is not set
    ");
}

#[test]
fn keys_may_be_in_a_file_of_their_own() {
    let config = format!("general_settings: {{keys_file: keys.yaml}}\nmodel_list:\n{NOVA}");
    for keys in ["- {key: sk-a, models: [nova]}\n", "keys:\n- {key: sk-a, models: [nova]}\n"] {
        let folder = Folder::new("keys-file", &[("config.yaml", &config), ("keys.yaml", keys)]);
        let shown = format!("{:?}", folder.load().unwrap());
        assert!(shown.contains(r#"Models(["nova"])"#) && !shown.contains("sk-a"), "{shown}");
    }
    let folder = Folder::new("keys-file-wrong", &[("config.yaml", &config), ("keys.yaml", "- {kee: sk-a}")]);
    assert_eq!(folder.error(), "keys.yaml:1: keys[0]: `key` is missing");
}

#[test]
fn models_of_other_providers_are_left_out_with_a_warning() {
    let openai = "- {model_name: gpt, litellm_params: {model: openai/gpt-4o, api_key: x}}\n";
    let folder = Folder::new("foreign", &[("config.yaml", &format!("model_list:\n{openai}{NOVA}"))]);
    let config = folder.load().unwrap();
    insta::assert_snapshot!(folder.shown(&config.warnings().join("\n")), @"config.yaml:2: model_list[0].litellm_params.model: only Bedrock is served, and `openai/gpt-4o` does not begin with `bedrock/`; it is left out");
}

fn migrate(folder: &Folder, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pumice"));
    command.arg("migrate").args(args).arg(folder.0.join("config.yaml")).env_clear();
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| folder.shown(std::str::from_utf8(bytes).unwrap());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn migrate_shows_what_becomes_of_every_key() {
    let file = "
model_list:
  - model_name: nova
    litellm_params: {model: bedrock/amazon.nova-lite-v1:0, num_ctx: 5, top_k: 4, input_cost_per_token: 1e-6, output_cost_per_second: 1, aws_region_name: os.environ/REGION}
    model_info: {id: x, max_tokens: 5, team: blue}
  - model_name: gpt
    litellm_params: {model: openai/gpt-4o}
litellm_settings: {drop_params: true, cache: true, drop_prams: true}
general_settings: {master_key: sk-1, database_url: postgres}
guardrails: [{guardrail_name: x}]
";
    let folder = Folder::new("migrate", &[("config.yaml", file)]);
    let (code, table, error) = migrate(&folder, &[]);
    insta::assert_snapshot!(table, @r"
    config.yaml:3   model_list[0].model_name                             served   the name that callers use; may have a `*`
    config.yaml:4   model_list[0].litellm_params.model                   served   the Bedrock model: `bedrock/[converse/|invoke/][region/]id-or-ARN`
    config.yaml:4   model_list[0].litellm_params.num_ctx                 ignored  it concerns other providers
    config.yaml:4   model_list[0].litellm_params.top_k                   served   a parameter of requests that do not set it
    config.yaml:4   model_list[0].litellm_params.input_cost_per_token    served   dollars for a token of the prompt
    config.yaml:4   model_list[0].litellm_params.output_cost_per_second  ignored  nothing is counted at such a price
    config.yaml:4   model_list[0].litellm_params.aws_region_name         served   the AWS region
    config.yaml:5   model_list[0].model_info.id                          served   the deployment's name; shown
    config.yaml:5   model_list[0].model_info.max_tokens                  served   older name of `max_output_tokens`
    config.yaml:5   model_list[0].model_info.team                        served   shown, and means nothing else
    config.yaml:6   model_list[1]                                        ignored  only Bedrock is served
    config.yaml:8   litellm_settings.drop_params                         served   leave parameters out that a model does not have, with a warning
    config.yaml:8   litellm_settings.cache                               ignored  answers are not cached
    config.yaml:8   litellm_settings.drop_prams                          unknown  nobody knows this key
    config.yaml:9   general_settings.master_key                          served   the key to everything
    config.yaml:9   general_settings.database_url                        ignored  there is no database
    config.yaml:10  guardrails                                           ignored  the gateway runs no guardrails of its own; Bedrock's are set with `guardrailConfig`
    17 keys, 7 of them without effect
    ");
    // The file would be refused here: a variable is not set.
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("the environment variable `REGION` is not set"), "{error}");

    let folder = Folder::new("migrate-lost", &[("config.yaml", &file.replace("os.environ/REGION", "eu-west-1"))]);
    let (code, table, error) = migrate(&folder, &["--ignored"]);
    assert_eq!((code, error.as_str()), (Some(1), "error: 7 keys have no effect\n"), "{table}");
    assert!(!table.contains(" served "), "{table}");

    let folder = Folder::new("migrate-whole", &[("config.yaml", &format!("model_list:\n{NOVA}"))]);
    let (code, table, _) = migrate(&folder, &[]);
    assert_eq!(code, Some(0), "{table}");
    assert!(table.ends_with("2 keys, 0 of them without effect\n"), "{table}");
}
