//! Numbers within bounds.

use serde_json::{Map, Number, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Integer,
}

/// The numbers that a schema allows.
pub(super) struct Range {
    min: Option<f64>,
    max: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    step: Option<f64>,
    kind: Kind,
}

impl Range {
    pub(super) fn of(schema: &Map<String, Value>, kind: Kind) -> Self {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        // In draft 4 the exclusive bounds are flags.
        let flag = |key: &str| schema.get(key) == Some(&Value::Bool(true));
        let (mut min, mut max) = (number("minimum"), number("maximum"));
        let above = number("exclusiveMinimum").or_else(|| min.take_if(|_| flag("exclusiveMinimum")));
        let below = number("exclusiveMaximum").or_else(|| max.take_if(|_| flag("exclusiveMaximum")));
        let step = number("multipleOf").filter(|step| *step > 0.0);
        Self { min, max, above, below, step, kind }
    }

    pub(super) fn holds(&self, number: f64) -> bool {
        let Self { min, max, above, below, step, kind } = self;
        min.is_none_or(|min| number >= min)
            && max.is_none_or(|max| number <= max)
            && above.is_none_or(|above| number > above)
            && below.is_none_or(|below| number < below)
            && (*kind == Kind::Any || number.fract() == 0.0)
            && step.is_none_or(|step| is_whole(number / step))
    }

    /// A pleasant number; the next ones for the items of a list.
    pub(super) fn pick(&self, nth: usize) -> f64 {
        let nth = f64::from(u32::try_from(nth).unwrap_or_default());
        let low = self.min.into_iter().chain(self.above).reduce(f64::max);
        let high = self.max.into_iter().chain(self.below).reduce(f64::min);
        let stride = match (self.step, self.kind) {
            (Some(step), Kind::Any) => step,
            // The first multiple that is whole as well, for steps such as 0.5.
            (Some(step), Kind::Integer) => {
                (1..=1_000).map(|times| step * f64::from(times)).find(|n| is_whole(*n)).map_or(1.0, f64::round)
            }
            (None, _) => 1.0,
        };
        let up = |from: f64| (from / stride).ceil() * stride;
        let down = |from: f64| (from / stride).floor() * stride;
        let middle = low.zip(high).map(|(low, high)| f64::midpoint(low, high));
        let candidates = [
            Some(1.0 + nth),
            low.map(|low| up(low) + nth * stride),
            low.map(|low| up(low) + (nth + 1.0) * stride),
            high.map(|high| down(high) - nth * stride),
            high.map(|high| down(high) - (nth + 1.0) * stride),
            Some(nth * stride + stride),
            low.map(up),
            middle,
            Some(0.0),
        ];
        candidates.into_iter().flatten().find(|number| self.holds(*number)).or(middle).or(low).or(high).unwrap_or(0.0)
    }
}

fn is_whole(number: f64) -> bool {
    (number - number.round()).abs() < 1e-9
}

/// Whole numbers without a fraction.
pub(super) fn json(number: f64) -> Value {
    // 2^53: above it not every whole number is a float.
    let whole = (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
        .then(|| format!("{number:.0}").parse::<i64>());
    match whole {
        Some(Ok(whole)) => whole.into(),
        _ => Number::from_f64(number).map_or(Value::Null, Value::Number),
    }
}
