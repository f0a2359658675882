//! Which of the deployments of a name takes a call: by weight, among those that may.

use std::borrow::Cow;
use std::time::Duration;

use crate::config::{Limits, Strategy, TagMatch};
use crate::deployments::{Deployment, Deployments, Found};
use crate::router::verdict::Retry;
use crate::router::{Tags, Ticket};

/// The deployments that serve a name.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) deployments: &'a Deployments,
    /// Indexes of deployments.
    pub(crate) members: Cow<'a, [usize]>,
    /// What the `*` of their name stands for, and the whole of what it matched.
    pub(crate) part: Option<(String, String)>,
    /// The name that the caller used.
    pub(crate) name: &'a str,
}

/// A deployment that has let a call in.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) index: usize,
    pub(crate) found: Found<'a>,
    pub(crate) ticket: Ticket,
}

/// Nobody takes the call, for so long.
#[derive(Debug)]
pub(crate) enum Nobody {
    /// All that could take it are passed over, and another name can be tried.
    Cooling(Duration),
    /// Those that could take it are at their limits.
    Full(Duration),
}

/// Whether a deployment that is passed over is better than none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cold {
    Last,
    Never,
}

/// The deployments that failed for this request.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    all: Vec<usize>,
    /// Those that are not to be asked again.
    over: Vec<usize>,
}

impl Tried {
    pub(crate) fn add(&mut self, index: usize, retry: Retry) {
        self.all.push(index);
        if retry != Retry::Anywhere {
            self.over.push(index);
        }
    }
}

impl<'a> Group<'a> {
    /// Without those that are for other requests.
    pub(crate) fn for_tags(mut self, tags: &Tags, match_by: TagMatch) -> Option<Self> {
        let members = tags.admitted(&self.members, match_by, |index| self.member(index).tags());
        self.members = Cow::Owned(members);
        Some(self).filter(|group| !group.members.is_empty())
    }

    /// A deployment that was not tried yet; else one that was; else one that is passed over, if `cold` says so.
    pub(crate) fn choose(&self, tried: &Tried, cold: Cold) -> Result<Chosen<'a>, Nobody> {
        // Most names have one deployment, and most requests are tried once.
        let candidates = self.members.iter().copied().filter(|index| !tried.over.contains(index));
        let (warm, cool): (Vec<usize>, Vec<usize>) = candidates.partition(|index| self.is_warm(*index));
        let (old, new): (Vec<usize>, Vec<usize>) = warm.into_iter().partition(|index| tried.all.contains(index));
        if let Some(chosen) = self.admitted(new).or_else(|| self.admitted(old)) {
            return Ok(chosen);
        }
        if let (Cold::Never, Some(wait)) = (cold, cool.iter().map(|index| self.member(*index).load.cooling()).min()) {
            return Err(Nobody::Cooling(wait));
        }
        self.first_back(cool).ok_or_else(|| Nobody::Full(self.until_next_minute()))
    }

    /// Whether somebody may be asked again.
    pub(crate) fn has_more(&self, tried: &Tried) -> bool {
        self.members.iter().any(|index| !tried.over.contains(index))
    }

    /// Whether somebody was not asked yet and is not passed over.
    pub(crate) fn has_other(&self, tried: &Tried) -> bool {
        self.members.iter().any(|index| !tried.all.contains(index) && self.is_warm(*index))
    }

    /// Attempts after the first, where the request does not say.
    pub(crate) fn retries(&self) -> u32 {
        const RETRIES: u32 = 2;
        let own = self.members.iter().filter_map(|index| self.member(*index).load.limits().retries).max();
        // Every deployment of a name is tried before another name is.
        let others = u32::try_from(self.members.len() - 1).unwrap_or(u32::MAX);
        own.unwrap_or_else(|| others.clamp(RETRIES, crate::config::MOST_RETRIES))
    }

    /// Whether the one that failed may be asked again so soon.
    pub(crate) fn affords_another(&self, index: usize) -> bool {
        self.member(index).load.affords_another()
    }

    fn is_warm(&self, index: usize) -> bool {
        self.member(index).load.cooling().is_zero()
    }

    fn member(&self, index: usize) -> &'a Deployment {
        self.deployments.at(index)
    }

    /// One by order and weight that lets the call in. Who does not is out.
    fn admitted(&self, mut candidates: Vec<usize>) -> Option<Chosen<'a>> {
        candidates.sort_by_key(|index| self.turn(*index));
        while let Some(next) = candidates.first() {
            let turn = self.turn(*next);
            let end = candidates.partition_point(|index| self.turn(*index) == turn);
            let place = match &candidates[..end] {
                [_] => 0,
                several => self.next(several, fastrand::u64(..)),
            };
            if let Some(chosen) = self.enter(candidates.remove(place)) {
                return Some(chosen);
            }
        }
        None
    }

    /// The place of the next one, of several whose turn it is, by a roll of the dice.
    fn next(&self, several: &[usize], roll: u64) -> usize {
        let loads = several.iter().map(|index| &self.member(*index).load);
        match self.deployments.strategy {
            Strategy::LeastBusy => pick(&least(loads.map(|load| load.open())), roll),
            Strategy::LeastUsed => pick(&least(loads.map(|load| load.tokens())), roll),
            Strategy::Shuffle => pick(&weights(loads.map(|load| load.limits())), roll),
        }
    }

    /// The lower, the sooner.
    fn turn(&self, index: usize) -> u32 {
        self.member(index).load.limits().order.unwrap_or(u32::MAX)
    }

    /// Of those that are passed over, the one that is so for the shortest time.
    fn first_back(&self, mut cool: Vec<usize>) -> Option<Chosen<'a>> {
        cool.sort_by_key(|index| self.member(*index).load.cooling());
        cool.into_iter().find_map(|index| self.enter(index))
    }

    fn enter(&self, index: usize) -> Option<Chosen<'a>> {
        let ticket = self.member(index).load.admit()?;
        let found = self.deployments.found(index, self);
        Some(Chosen { index, found, ticket })
    }

    fn until_next_minute(&self) -> Duration {
        let waits = self.members.iter().map(|index| self.member(*index).load.until_next_minute());
        waits.min().unwrap_or_default()
    }
}

/// By `weight`, else by `rpm`, else by `tpm`, as LiteLLM has it, else alike. One without a `weight` among others has 1, one
/// without a limit the highest of the others.
fn weights<'a>(limits: impl Iterator<Item = &'a Limits> + Clone) -> Vec<u64> {
    let by = |of: fn(&Limits) -> Option<u32>, missing: Option<u32>| {
        let most = limits.clone().filter_map(of).max()?;
        let missing = missing.unwrap_or(most);
        Some(limits.clone().map(|limits| u64::from(of(limits).unwrap_or(missing))).collect())
    };
    by(|limits| limits.weight, Some(1000))
        .or_else(|| by(|limits| limits.rpm, None))
        .or_else(|| by(|limits| limits.tpm, None))
        .unwrap_or_else(|| limits.map(|_| 1).collect())
}

/// Alike for those with the least, nothing for the others.
fn least(counts: impl Iterator<Item = u32>) -> Vec<u64> {
    let counts: Vec<u32> = counts.collect();
    let least = counts.iter().min();
    counts.iter().map(|count| u64::from(Some(count) == least)).collect()
}

/// The place that a roll of the dice means.
fn pick(weights: &[u64], roll: u64) -> usize {
    let total: u64 = weights.iter().sum();
    if total == 0 {
        return usize::try_from(roll % weights.len() as u64).unwrap_or_default();
    }
    let mut rest = roll % total;
    for (place, weight) in weights.iter().enumerate() {
        match rest.checked_sub(*weight) {
            Some(less) => rest = less,
            None => return place,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_means_a_place_by_weight() {
        let table: &[(&[u64], [usize; 6])] = &[
            (&[1, 1], [0, 1, 0, 1, 0, 1]),
            (&[3, 0, 2], [0, 0, 0, 2, 2, 0]),
            (&[0, 0, 0], [0, 1, 2, 0, 1, 2]),
            (&[7], [0; 6]),
        ];
        for (weights, places) in table {
            assert_eq!([0, 1, 2, 3, 4, 5].map(|roll| pick(weights, roll)), *places, "{weights:?}");
        }
    }

    #[test]
    fn the_least_of_several_share_the_rest() {
        assert_eq!(least([3, 1, 2, 1].into_iter()), [0, 1, 0, 1]);
        assert_eq!(least([0, 0].into_iter()), [1, 1]);
    }

    #[test]
    fn weights_are_the_operators_or_follow_the_limits() {
        let limits = |weight, rpm, tpm| Limits { weight, rpm, tpm, ..Limits::default() };
        let table = [
            ([limits(None, None, None), limits(None, None, None)], [1, 1]),
            ([limits(Some(3000), Some(1), None), limits(None, Some(9), None)], [3000, 1000]),
            ([limits(None, Some(60), Some(1)), limits(None, Some(20), Some(9))], [60, 20]),
            ([limits(None, None, Some(500)), limits(None, None, None)], [500, 500]),
        ];
        for (limits, expected) in table {
            assert_eq!(weights(limits.iter()), expected, "{limits:?}");
        }
    }
}
