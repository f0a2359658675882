//! Every key of the file in one document, for people: made of the keys that the reader knows.

use std::fmt::Write as _;

use crate::config::known::{self, Fate};

/// The maps of the file, by their paths.
const PATHS: &[&str] = &[
    "",
    "model_list[0]",
    "model_list[0].litellm_params",
    "model_list[0].model_info",
    "credential_list[0]",
    "litellm_settings",
    "router_settings",
    "router_settings.retry_policy",
    "router_settings.allowed_fails_policy",
    "general_settings",
    "general_settings.keys[0]",
];

const HEAD: &str = "# Keys of the configuration

Every key that LiteLLM documents: what it does here, or why it does nothing. This list is made of the one that the reader uses; what else
stands in `litellm_params` is a parameter of requests that do not set it. [gateway.md](gateway.md) says more of how they work together.
";

/// The keys of `config.yaml` as Markdown: those that are served, then those that are ignored and why.
#[must_use]
pub fn config_reference() -> String {
    let mut text = HEAD.to_owned();
    for path in PATHS {
        let title =
            if path.is_empty() { "The file itself".to_owned() } else { format!("`{}`", path.replace("[0]", "[]")) };
        let keys = || known::table(path).unwrap_or_default().iter().chain(known::facts(path));
        let served = keys().filter_map(|key| match key.fate {
            Fate::Served(does) => Some((key.name, does)),
            Fate::Ignored(_) => None,
        });
        let ignored = keys().filter_map(|key| match key.fate {
            Fate::Ignored(why) => Some((key.name, why)),
            Fate::Served(_) => None,
        });
        // Writing into a text cannot fail.
        let _ = write!(text, "\n## {title}\n");
        table(&mut text, "served", served);
        table(&mut text, "ignored", ignored);
    }
    text
}

fn table<'a>(text: &mut String, head: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = write!(text, "\n| {head} | |\n|---|---|\n");
    for (name, says) in rows {
        let _ = writeln!(text, "| `{name}` | {} |", says.replace('|', "\\|"));
    }
}
