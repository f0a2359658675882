//! How requests find their deployment: `router_settings`, and what `litellm_settings` says of the same.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::policy::{Counts, Policy};
use crate::config::section::Section;
use crate::config::tree::{Node, Value};
use crate::config::{ConfigError, Model};

/// How requests find their deployment, and what happens when it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Routing {
    /// What holds for deployments that say nothing else.
    pub(crate) limits: Limits,
    /// Least wait before a deployment is asked again.
    pub(crate) retry_after: Duration,
    /// Other names tried for one request at most.
    pub(crate) max_fallbacks: u32,
    /// Other names of models.
    pub(crate) aliases: BTreeMap<String, Alias>,
    pub(crate) fallbacks: Fallbacks,
    pub(crate) retries: RetryPolicies,
    /// How tags of requests are held against those of deployments; `None` is not at all.
    pub(crate) tags: Option<TagMatch>,
    pub(crate) strategy: Strategy,
}

/// Attempts after the first, by class of failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RetryPolicies {
    common: Policy,
    /// In place of the common one, for the deployments of a name.
    by_name: BTreeMap<String, Policy>,
}

/// Which of several deployments is next. <https://docs.litellm.ai/docs/routing#advanced---routing-strategies>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// The one with the fewest open calls.
    LeastBusy,
    /// The one with the fewest tokens of this minute.
    LeastUsed,
    /// Any, by weight.
    Shuffle,
}

/// Which of a request's tags a deployment has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagMatch {
    All,
    Any,
}

/// Another name of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alias {
    pub(crate) model: String,
    /// Not among the models that are listed.
    pub(crate) hidden: bool,
}

/// What to try instead of a name, in order.
pub(crate) type Chains = BTreeMap<String, Vec<String>>;

/// Who stands in for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fallbacks {
    pub(crate) general: Chains,
    pub(crate) context_window: Chains,
    pub(crate) content_policy: Chains,
    /// For names that have none.
    pub(crate) default: Vec<String>,
}

/// What one deployment may take, and what happens when it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Whose turn it is: those of a lower number go first, those without one last.
    pub(crate) order: Option<u32>,
    /// Its share of the requests, against those of the others of its name; in thousandths.
    pub(crate) weight: Option<u32>,
    /// Requests a minute.
    pub(crate) rpm: Option<u32>,
    /// Tokens a minute.
    pub(crate) tpm: Option<u32>,
    /// Calls open at once.
    pub(crate) max_parallel: Option<u32>,
    /// Failures in a minute that it may have; `None` is half of its calls.
    pub(crate) allowed_fails: Option<u32>,
    /// The same by class of failure, where a class has a number of its own.
    pub(crate) allowed_fails_by_class: Policy,
    /// How long it is passed over when it fails too often; `None` is not at all.
    pub(crate) cooldown: Option<Duration>,
    /// Attempts after the first; `None` is 2, or as many as there are deployments to try.
    pub(crate) retries: Option<u32>,
}

/// LiteLLM's, in seconds.
const COOLDOWN: Duration = Duration::from_secs(5);
/// LiteLLM's.
const MAX_FALLBACKS: u32 = 5;
/// More than that help nobody.
pub(crate) const MOST_RETRIES: u32 = 10;

impl Default for Routing {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            retry_after: Duration::ZERO,
            max_fallbacks: MAX_FALLBACKS,
            aliases: BTreeMap::new(),
            fallbacks: Fallbacks::default(),
            retries: RetryPolicies::default(),
            tags: None,
            strategy: Strategy::Shuffle,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            order: None,
            weight: None,
            rpm: None,
            tpm: None,
            max_parallel: None,
            allowed_fails: None,
            allowed_fails_by_class: Policy::default(),
            cooldown: Some(COOLDOWN),
            retries: None,
        }
    }
}

impl Routing {
    /// The router's own settings win, as with LiteLLM.
    pub(crate) fn read<'a>(
        router: &mut Section<'a>,
        settings: &mut Section<'a>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, ConfigError> {
        macro_rules! either {
            ($read:ident $key:literal) => {{
                // Both are taken: what lost is no unknown key.
                let (own, common) = (router.$read($key)?, settings.$read($key)?);
                own.or(common)
            }};
        }
        let cools = router.flag("disable_cooldowns")? != Some(true);
        let cooldown = either!(pause "cooldown_time").unwrap_or(COOLDOWN);
        Ok(Self {
            limits: Limits {
                max_parallel: router.count("default_max_parallel_requests")?,
                allowed_fails: either!(count "allowed_fails"),
                allowed_fails_by_class: {
                    let section = router.section("allowed_fails_policy")?;
                    Policy::read(section, Counts::AllowedFails, warnings)?
                },
                cooldown: Some(cooldown).filter(|time| cools && !time.is_zero()),
                retries: either!(count "num_retries").map(|retries| retries.min(MOST_RETRIES)),
                ..Limits::default()
            },
            retry_after: router.pause("retry_after")?.unwrap_or_default(),
            max_fallbacks: router.count("max_fallbacks")?.unwrap_or(MAX_FALLBACKS),
            aliases: aliases(router)?,
            fallbacks: Fallbacks {
                general: chains(router, settings, "fallbacks")?,
                context_window: chains(router, settings, "context_window_fallbacks")?,
                content_policy: chains(router, settings, "content_policy_fallbacks")?,
                default: {
                    let (own, common) = (router.texts("default_fallbacks")?, settings.texts("default_fallbacks")?);
                    if own.is_empty() { common } else { own }
                },
            },
            retries: RetryPolicies::read(router, warnings)?,
            tags: tags(router)?,
            strategy: strategy(router, warnings)?,
        })
    }

    /// Names that requests would fall back to, and nobody serves.
    pub(crate) fn unserved(&self, models: &[Model]) -> Vec<String> {
        let Fallbacks { general, context_window, content_policy, default } = &self.fallbacks;
        let chains = [general, context_window, content_policy].into_iter().flat_map(BTreeMap::values);
        let named = chains.flatten().chain(default).chain(self.aliases.values().map(|alias| &alias.model));
        let is_served = |name: &String| {
            let served = |model: &Model| model.name == *name || model.name.contains('*');
            self.aliases.contains_key(name) || models.iter().any(served)
        };
        named.filter(|name| !is_served(name)).cloned().collect()
    }
}

impl Limits {
    /// `common` is what holds where the deployment says nothing.
    pub(crate) fn read(params: &mut Section<'_>, common: &Self) -> Result<Self, ConfigError> {
        let (max, num) = (params.count("max_retries")?, params.count("num_retries")?);
        let cooldown = params.pause("cooldown_time")?;
        Ok(Self {
            order: params.count("order")?,
            weight: params.thousandths("weight")?,
            rpm: params.count("rpm")?,
            tpm: params.count("tpm")?,
            max_parallel: params.count("max_parallel_requests")?.or(common.max_parallel),
            allowed_fails: common.allowed_fails,
            allowed_fails_by_class: common.allowed_fails_by_class.clone(),
            // The deployment says how long, not whether.
            cooldown: common.cooldown.map(|common| cooldown.unwrap_or(common)),
            retries: max.or(num).map(|retries| retries.min(MOST_RETRIES)).or(common.retries),
        })
    }
}

impl RetryPolicies {
    fn read(router: &mut Section<'_>, warnings: &mut Vec<String>) -> Result<Self, ConfigError> {
        let common = Policy::read(router.section("retry_policy")?, Counts::Retries, warnings)?;
        let mut by_name = BTreeMap::new();
        for (place, entry) in router.section("model_group_retry_policy")?.rest() {
            let section = Section::new(&place.file, place.key.as_str(), entry.node)?;
            by_name.insert(entry.key, Policy::read(section, Counts::Retries, warnings)?);
        }
        Ok(Self { common, by_name })
    }

    /// The one for the deployments of a name.
    pub(crate) fn of(&self, name: &str) -> &Policy {
        self.by_name.get(name).unwrap_or(&self.common)
    }
}

/// Whether tags count, and which.
fn tags(router: &mut Section<'_>) -> Result<Option<TagMatch>, ConfigError> {
    let is_on = router.flag("enable_tag_filtering")? == Some(true);
    let by = if router.flag("tag_filtering_match_any")? == Some(false) { TagMatch::All } else { TagMatch::Any };
    Ok(is_on.then_some(by))
}

fn strategy(router: &mut Section<'_>, warnings: &mut Vec<String>) -> Result<Strategy, ConfigError> {
    const KEY: &str = "routing_strategy";
    let Some(place) = router.find(KEY) else { return Ok(Strategy::Shuffle) };
    Ok(match router.text(KEY)?.as_deref() {
        Some("least-busy") => Strategy::LeastBusy,
        Some("usage-based-routing" | "usage-based-routing-v2") => Strategy::LeastUsed,
        Some("simple-shuffle") | None => Strategy::Shuffle,
        Some(other) => {
            let message =
                format!("`{}`: `simple-shuffle` is used in place of `{other}`, which is not served", place.key);
            warnings.push(place.warning(&message));
            Strategy::Shuffle
        }
    })
}

/// `{gpt-4o: nova}`, or `{gpt-4o: {model: nova, hidden: true}}`.
fn aliases(router: &mut Section<'_>) -> Result<BTreeMap<String, Alias>, ConfigError> {
    let mut aliases = BTreeMap::new();
    for (place, entry) in router.section("model_group_alias")?.rest() {
        let alias = match entry.node.value {
            Value::Map(_) => {
                let mut map = Section::new(&place.file, place.key.as_str(), entry.node)?;
                let model = map.text("model")?.ok_or_else(|| place.error("`model` is missing"))?;
                Alias { model, hidden: map.flag("hidden")?.unwrap_or_default() }
            }
            value => {
                let model = crate::config::section::text(&value).map_err(|message| place.error(message))?;
                Alias { model, hidden: false }
            }
        };
        aliases.insert(entry.key, alias);
    }
    Ok(aliases)
}

/// `[{name: [other, another]}]`.
fn chains<'a>(router: &mut Section<'a>, settings: &mut Section<'a>, key: &str) -> Result<Chains, ConfigError> {
    let mut chains = Chains::new();
    // What the router says of a name comes last, and wins.
    for section in [settings, router] {
        for (index, node) in section.list(key)?.into_iter().enumerate() {
            let name = section.place_of(key, node.line).key;
            for (place, entry) in section.within(format!("{name}[{index}]"), node)?.rest() {
                let names = texts(entry.node).map_err(|message| place.error(message))?;
                chains.insert(entry.key, names);
            }
        }
    }
    Ok(chains)
}

fn texts(node: Node) -> Result<Vec<String>, String> {
    match node.value {
        Value::List(nodes) => nodes.iter().map(|node| crate::config::section::text(&node.value)).collect(),
        value => Ok(vec![crate::config::section::text(&value)?]),
    }
}
