//! Which names are tried for a request, in order: the one that it asks for, then those that stand in for it.

use std::collections::VecDeque;

use crate::config::{Chains, Fallbacks, Routing};
use crate::router::verdict::Fallback;
use crate::router::wishes::Wishes;

/// Names yet to be tried.
pub(crate) struct Names<'a> {
    is_served: &'a (dyn Fn(&str) -> bool + Sync),
    fallbacks: &'a Fallbacks,
    wishes: &'a Wishes,
    asked: String,
    /// Those that were tried, or will be.
    seen: Vec<String>,
    queue: VecDeque<String>,
    /// How many more may be added.
    room: u32,
}

impl<'a> Names<'a> {
    pub(crate) fn new(
        routing: &'a Routing,
        wishes: &'a Wishes,
        is_served: &'a (dyn Fn(&str) -> bool + Sync),
        asked: String,
    ) -> Self {
        let room = if wishes.no_fallbacks { 0 } else { routing.max_fallbacks };
        let queue = VecDeque::from([asked.clone()]);
        Self { is_served, fallbacks: &routing.fallbacks, wishes, seen: vec![asked.clone()], asked, queue, room }
    }

    /// The next name.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.queue.pop_front()
    }

    /// Whether another name could be tried if the deployments of `name` fail.
    pub(crate) fn has_more(&self, name: &str) -> bool {
        !self.queue.is_empty() || self.of(Fallback::General, name).next().is_some()
    }

    /// Puts those in front that stand in for `name` after such a failure. Says whether there are any.
    pub(crate) fn push(&mut self, why: Fallback, name: &str) -> bool {
        let more: Vec<String> = self.of(why, name).map(str::to_owned).collect();
        self.room = self.room.saturating_sub(u32::try_from(more.len()).unwrap_or(u32::MAX));
        self.seen.extend(more.iter().cloned());
        for name in more.iter().rev() {
            self.queue.push_front(name.clone());
        }
        !more.is_empty()
    }

    /// Those that stand in for `name`, were not tried yet, and still may be.
    fn of(&self, why: Fallback, name: &str) -> impl Iterator<Item = &str> {
        let Self { fallbacks, wishes, seen, .. } = self;
        let in_chain = |chains: &'a Chains| chains.get(name).or_else(|| chains.get("*")).map(Vec::as_slice);
        let wished = wishes.fallbacks.as_deref().filter(|_| name == self.asked);
        let general = || wished.or_else(|| in_chain(&fallbacks.general)).unwrap_or(&fallbacks.default);
        let names: &'a [String] = match why {
            Fallback::None => &[],
            Fallback::General => general(),
            Fallback::ContextWindow => {
                in_chain(&wishes.context_window).or_else(|| in_chain(&fallbacks.context_window)).unwrap_or_else(general)
            }
            // What a filter holds back goes nowhere else unless somebody says so.
            Fallback::ContentPolicy => {
                in_chain(&wishes.content_policy).or_else(|| in_chain(&fallbacks.content_policy)).unwrap_or_default()
            }
        };
        let room = usize::try_from(self.room).unwrap_or(usize::MAX);
        names.iter().filter(|name| !seen.contains(name) && (self.is_served)(name)).take(room).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chains(chains: &[(&str, &[&str])]) -> Chains {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        chains.iter().map(|(name, others)| ((*name).to_owned(), names(others))).collect()
    }

    /// The names that are tried if every one of them fails like this.
    fn tried(routing: &Routing, wishes: &Wishes, why: Fallback) -> String {
        let mut names = Names::new(routing, wishes, &|name| name != "nobody", "a".to_owned());
        let mut tried = Vec::new();
        while let Some(name) = names.next() {
            names.push(why, &name);
            tried.push(name);
        }
        tried.join(" ")
    }

    #[test]
    fn other_names_follow_by_the_reason_of_the_failure() {
        let routing = Routing {
            fallbacks: Fallbacks {
                general: chains(&[("a", &["nobody", "b", "c"]), ("b", &["d", "a"])]),
                context_window: chains(&[("a", &["long"])]),
                content_policy: chains(&[("a", &["mild"])]),
                default: vec!["z".to_owned()],
            },
            ..Routing::default()
        };
        let nothing = Wishes::default();
        assert_eq!(tried(&routing, &nothing, Fallback::None), "a");
        assert_eq!(tried(&routing, &nothing, Fallback::General), "a b d z c");
        assert_eq!(tried(&routing, &nothing, Fallback::ContextWindow), "a long z");
        assert_eq!(tried(&routing, &nothing, Fallback::ContentPolicy), "a mild");
        let few = Routing { max_fallbacks: 1, ..routing.clone() };
        assert_eq!(tried(&few, &nothing, Fallback::General), "a b");
        let own = Wishes { fallbacks: Some(vec!["x".to_owned()]), ..Wishes::default() };
        assert_eq!(tried(&routing, &own, Fallback::General), "a x z");
        let none = Wishes { no_fallbacks: true, ..Wishes::default() };
        assert_eq!(tried(&routing, &none, Fallback::General), "a");
    }
}
