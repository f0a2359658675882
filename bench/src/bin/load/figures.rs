//! Times, and what they come to.

use std::fmt;
use std::time::Duration;

/// Times in milliseconds: `p50 1.20, p95 1.31, p99 2.04, most 7.75`.
#[derive(Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1e3);
    }

    pub(crate) fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.0.clone();
        times.sort_by(f64::total_cmp);
        // Of a hundred times, the 95th is the one that 95 are not above.
        let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1).copied();
        let [p50, p95, p99, most] = [50, 95, 99, 100].map(|percent| at(percent).unwrap_or_default());
        write!(f, "p50 {p50:.2}, p95 {p95:.2}, p99 {p99:.2}, most {most:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_seen() {
        let mut times = Times::default();
        (1..=100).rev().for_each(|millis| times.add(Duration::from_millis(millis)));
        assert_eq!(times.to_string(), "p50 50.00, p95 95.00, p99 99.00, most 100.00");
        assert_eq!(Times::default().to_string(), "p50 0.00, p95 0.00, p99 0.00, most 0.00");
    }
}
