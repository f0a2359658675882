//! What was learnt of models from AWS's refusals, so that it is learnt once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bedrock_transform::{Outgoing, Target};

/// Most models that are remembered of each kind: callers may name whatever they like.
const MOST: usize = 1024;

#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Models that stream, but not with tools: AWS has no list of them.
    without_tools: Mutex<BTreeSet<String>>,
    /// The profile that served a model in a region.
    profiles: Mutex<BTreeMap<(Option<String>, String), String>>,
}

impl Learnt {
    pub(crate) fn streams_no_tools(&self, target: &Target) -> bool {
        whole(&self.without_tools).contains(target.as_str())
    }

    pub(crate) fn learn_no_tools(&self, target: &Target) {
        let mut models = whole(&self.without_tools);
        if models.len() < MOST {
            models.insert(target.as_str().to_owned());
        }
    }

    pub(crate) fn profile(&self, call: &Outgoing) -> Option<String> {
        whole(&self.profiles).get(&key(call)).cloned()
    }

    /// `call` was answered through `profile`.
    pub(crate) fn learn_profile(&self, call: &Outgoing, profile: &str) {
        let mut profiles = whole(&self.profiles);
        if profiles.len() < MOST {
            profiles.insert(key(call), profile.to_owned());
        }
    }
}

fn key(call: &Outgoing) -> (Option<String>, String) {
    (call.region.clone(), call.target.as_str().to_owned())
}

/// Whoever panicked left a collection behind that is whole.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use bedrock_transform::Operation;

    use super::*;

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let learnt = Learnt::default();
        let target = |number: usize| Target::new(format!("acme.model-{number}"));
        let call = |number| Outgoing::new(Operation::Converse, target(number), "{}");
        for number in 0..=MOST {
            learnt.learn_no_tools(&target(number));
            learnt.learn_profile(&call(number), "us.acme");
        }
        assert!(learnt.streams_no_tools(&target(0)) && !learnt.streams_no_tools(&target(MOST)));
        assert_eq!((learnt.profile(&call(0)).as_deref(), learnt.profile(&call(MOST))), (Some("us.acme"), None));
    }
}
