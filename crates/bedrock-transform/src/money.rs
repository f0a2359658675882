//! US dollars, exactly.
//!
//! Whole femtodollars (10⁻¹⁵) instead of `f64`: published prices have up to twelve decimals and batches halve them, so every price and
//! every product of counts is an integer here, and a sum does not depend on the order of its parts.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Decimals of a femtodollar, and how many make a dollar.
const DECIMALS: i32 = 15;
const DOLLAR: u128 = 1_000_000_000_000_000;

/// An amount of US dollars, in whole femtodollars. Prints as a plain decimal, e.g. `0.0105`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u128);

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a price is a number of US dollars, not negative and below 18446, e.g. `0.000003` or `3e-06`")]
pub struct NotAnAmount;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in femtodollars.
    #[must_use]
    pub const fn from_femto(femto: u128) -> Self {
        Self(femto)
    }

    /// The amount in femtodollars.
    #[must_use]
    pub const fn femto(self) -> u128 {
        self.0
    }

    /// Reads a decimal number as files and `f64` print it, e.g. `0.000003` or `3e-06`. What is finer than a femtodollar is rounded,
    /// halves up.
    ///
    /// # Errors
    /// If the text is no such number, or the amount does not fit a price.
    pub fn parse(text: &str) -> Result<Self, NotAnAmount> {
        let text = text.trim();
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| NotAnAmount)?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || exponent.unsigned_abs() > 30 {
            return Err(NotAnAmount);
        }
        // 15 decimals of dollars, plus the exponent, come before the point; the next digit rounds.
        let mut left = i32::try_from(whole.len()).map_err(|_| NotAnAmount)?.saturating_add(DECIMALS + exponent);
        let mut femto: u64 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10).ok_or(NotAnAmount)?;
            femto = match left {
                1.. => femto.checked_mul(10).and_then(|femto| femto.checked_add(u64::from(digit))),
                0 if digit >= 5 => femto.checked_add(1),
                _ => Some(femto),
            }
            .ok_or(NotAnAmount)?;
            left = left.saturating_sub(1);
        }
        for _ in 0..left.max(0) {
            femto = femto.checked_mul(10).ok_or(NotAnAmount)?;
        }
        Ok(Self(u128::from(femto)))
    }

    /// This price for so many units.
    #[must_use]
    pub fn times(self, units: u64) -> Self {
        Self(self.0.saturating_mul(u128::from(units)))
    }

    /// Half of it, halves of a femtodollar up.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0.div_ceil(2))
    }

    /// The nearest `f64`, for programs that want a number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // Reading the exact decimal rounds once; dividing would round twice.
        self.to_string().parse().unwrap_or(f64::INFINITY)
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / DOLLAR, format!("{:015}", self.0 % DOLLAR));
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Usd({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_files_spell_them() {
        let rows = [
            ("3e-06", "0.000003"),
            ("1.44375e-07", "0.000000144375"),
            ("0.0", "0"),
            ("0", "0"),
            (".5", "0.5"),
            ("1.", "1"),
            ("12.5E1", "125"),
            ("1e3", "1000"),
            (" 0.04 ", "0.04"),
            ("0.0000000000000014", "0.000000000000001"),
            ("0.0000000000000015", "0.000000000000002"),
            ("1e-30", "0"),
            ("18446", "18446"),
        ];
        for (text, amount) in rows {
            assert_eq!(Usd::parse(text).map(|amount| amount.to_string()), Ok(amount.to_owned()), "{text}");
        }
        for text in ["", "-1", "+1", "NaN", "inf", "1e", "e5", "1e99", "20000", "0x1", "1,5", ".", "1.2.3"] {
            assert_eq!(Usd::parse(text), Err(NotAnAmount), "{text}");
        }
    }

    #[test]
    fn an_amount_as_a_number_is_the_nearest_one() {
        assert_eq!(Usd::parse("1.44375e-07").map(Usd::to_f64), Ok(1.443_75e-7));
        assert_eq!(Usd::parse("0.1").map(Usd::to_f64), Ok(0.1));
        assert_eq!((Usd::from_femto(3).half(), Usd::from_femto(u128::MAX).times(9)), (Usd(2), Usd(u128::MAX)));
    }
}
