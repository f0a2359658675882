//! Writes the rows as Rust.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bedrock_transform::Tier;

use super::package::VERSION;
use super::read::Row;

/// The file of all rows.
pub(super) fn rows(rows: &BTreeMap<String, Row>) -> String {
    let mut text = format!(
        "//! What is published of every model on Bedrock: {} rows, long because it is data.
//!
//! Written by `cargo xtask catalog` from the cost map of litellm {VERSION} (MIT, see `NOTICE-litellm`); do not edit. Prices are
//! picodollars: for a token as many as dollars for a million of a million.

use super::feature::Feature::*;
use super::{{Facts, Mode}};
use crate::price::Meter::*;
use crate::price::Price;
use crate::price::Tier::*;

const fn p(meter: crate::price::Meter, pico: u64) -> Price {{
    Price::new(meter, pico)
}}

#[rustfmt::skip]
pub(super) static ROWS: &[Facts] = &[
",
        rows.len()
    );
    for (key, row) in rows {
        line(&mut text, key, row);
    }
    text.push_str("];\n");
    text
}

fn line(text: &mut String, key: &str, row: &Row) {
    let _ = write!(text, "    Facts::new({key:?}, Mode::{})", row.mode);
    for (builder, limit) in &row.limits {
        let _ = write!(text, ".{builder}({})", grouped(u128::from(*limit)));
    }
    if let Some(date) = &row.until {
        let _ = write!(text, ".until({date:?})");
    }
    for (builder, said) in [("has", true), ("lacks", false)] {
        let features = row.features.iter().filter(|(_, yes)| **yes == said).map(|(feature, _)| format!("{feature:?}"));
        let features: Vec<String> = features.collect();
        if !features.is_empty() {
            let _ = write!(text, ".{builder}(&[{}])", features.join(", "));
        }
    }
    let prices: Vec<String> = row.prices.iter().map(|(key, pico)| price(*key, *pico)).collect();
    if !prices.is_empty() {
        let _ = write!(text, ".costs(&[{}])", prices.join(", "));
    }
    text.push_str(",\n");
}

fn price((meter, tier, above): (bedrock_transform::Meter, Tier, u32), pico: u128) -> String {
    let mut text = format!("p({meter:?}, {})", grouped(pico));
    if tier != Tier::Standard {
        let _ = write!(text, ".tier({tier:?})");
    }
    if above != 0 {
        let _ = write!(text, ".above({})", grouped(u128::from(above)));
    }
    text
}

/// `12_500_000`
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
