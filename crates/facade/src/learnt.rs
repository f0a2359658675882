//! What was learnt of models from AWS's refusals, so that it is learnt once.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bedrock_transform::Target;

/// Most models that are remembered: callers may name whatever they like.
const MOST: usize = 1024;

/// Models that stream, but not with tools: AWS has no list of them.
#[derive(Debug, Default)]
pub(crate) struct Learnt(Mutex<BTreeSet<String>>);

impl Learnt {
    pub(crate) fn streams_no_tools(&self, target: &Target) -> bool {
        self.models().contains(target.as_str())
    }

    pub(crate) fn learn_no_tools(&self, target: &Target) {
        let mut models = self.models();
        if models.len() < MOST {
            models.insert(target.as_str().to_owned());
        }
    }

    fn models(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // Whoever panicked left a set behind that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let learnt = Learnt::default();
        for number in 0..=MOST {
            learnt.learn_no_tools(&Target::new(format!("acme.model-{number}")));
        }
        assert!(learnt.streams_no_tools(&Target::new("acme.model-0")));
        assert!(!learnt.streams_no_tools(&Target::new(format!("acme.model-{MOST}"))));
    }
}
