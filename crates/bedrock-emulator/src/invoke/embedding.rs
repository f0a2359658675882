//! Embeddings that are made of their input alone: unit vectors, equal for equal inputs, closer for closer texts.

use serde_json::{Value, json};

use super::Native;
use super::form::Words;
use crate::cache::{Usage, text_tokens};
use crate::error::Refusal;

/// The vector of a text: every word and every three letters in a row push it their own way.
pub(super) fn of_text(text: &str, length: usize) -> Vec<f64> {
    let mut vector = Vector(vec![0.0; length.max(1)]);
    vector.push(b"text", 0.25);
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        vector.push(word.as_bytes(), 1.0);
        let letters: Vec<char> = format!(" {word} ").chars().collect();
        for three in letters.windows(3) {
            vector.push(three.iter().collect::<String>().as_bytes(), 0.5);
        }
    }
    vector.unit()
}

/// The vector of a medium, by its bytes or its address.
pub(super) fn of_medium(source: &str, length: usize) -> Vec<f64> {
    let mut vector = Vector(vec![0.0; length.max(1)]);
    vector.push(b"medium", 0.25);
    source.as_bytes().chunks(32).for_each(|chunk| vector.push(chunk, 1.0));
    vector.unit()
}

/// The vector of two inputs together.
pub(super) fn between(one: &[f64], other: &[f64]) -> Vec<f64> {
    Vector(one.iter().zip(other).map(|(one, other)| one + other).collect()).unit()
}

/// The same vector as another type: what `float`, `int8`, `uint8`, `binary` and `ubinary` mean to Cohere, and `binary`, a bit
/// each, to Titan.
pub(super) fn as_type(vector: &[f64], kind: &str, bits_in_bytes: bool) -> Value {
    let bytes = |byte: &dyn Fn(f64) -> f64| json!(vector.iter().map(|number| byte(*number) as i64).collect::<Vec<_>>());
    let bits = || vector.iter().map(|number| u8::from(*number > 0.0));
    let packed = || {
        bits()
            .collect::<Vec<_>>()
            .chunks(8)
            .map(|eight| eight.iter().fold(0_u8, |byte, bit| byte << 1 | bit))
            .collect::<Vec<_>>()
    };
    match kind {
        "binary" if bits_in_bytes => json!(packed().into_iter().map(|byte| i16::from(byte) - 128).collect::<Vec<_>>()),
        "binary" => json!(bits().collect::<Vec<_>>()),
        "int8" => bytes(&|number| (number * 127.0).round()),
        "ubinary" => json!(packed()),
        "uint8" => bytes(&|number| (number * 127.0 + 128.0).round()),
        _ => json!(vector),
    }
}

/// The length that a request asks for, if it is one of those that the model has.
pub(super) fn length(asked: &Value, path: &str, legal: &[usize], default: usize) -> Result<usize, Refusal> {
    match asked {
        Value::Null => Ok(default),
        asked => legal
            .iter()
            .copied()
            .find(|legal| asked.as_u64() == u64::try_from(*legal).ok())
            .ok_or_else(|| Words::Schema.refusal(&[format!("#{path}: {asked} is not a valid enum value")])),
    }
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// An answer with the tokens of its texts.
pub(super) fn answer(body: Value, texts: &[&str]) -> Native {
    let input = texts.iter().map(|text| text_tokens(text)).sum();
    Native { body, usage: Usage { input, ..Usage::default() }, latency: 20 + input, ..Native::default() }
}

struct Vector(Vec<f64>);

impl Vector {
    /// Adds what a feature stands for: some directions of its own.
    fn push(&mut self, feature: &[u8], weight: f64) {
        // FNV-1a.
        let hash = feature
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let length = self.0.len() as u64;
        for turn in 0..4 {
            let turned = (hash ^ (hash >> 29)).rotate_left(turn * 16).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let place = usize::try_from((turned >> 8) % length).unwrap_or_default();
            if let Some(number) = self.0.get_mut(place) {
                *number += if turned & 1 == 0 { weight } else { -weight };
            }
        }
    }

    /// Of length 1, with as many digits as a 32-bit float has.
    fn unit(self) -> Vec<f64> {
        let norm = self.0.iter().map(|number| number * number).sum::<f64>().sqrt();
        let norm = if norm > 0.0 { norm } else { 1.0 };
        self.0.into_iter().map(|number| f64::from((number / norm * 1e7).round() as i32) / 1e7).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closeness(one: &str, other: &str) -> f64 {
        of_text(one, 256).iter().zip(of_text(other, 256)).map(|(one, other)| one * other).sum()
    }

    #[test]
    fn closer_texts_have_closer_unit_vectors() {
        assert!((closeness("A cat sleeps.", "A cat sleeps.") - 1.0).abs() < 1e-5);
        let near = closeness("The cat sleeps on the sofa.", "A cat is sleeping on a sofa.");
        let far = closeness("The cat sleeps on the sofa.", "Interest rates rose in March.");
        assert!(near > far + 0.2, "{near} {far}");
        assert!((closeness("", "") - 1.0).abs() < 1e-5);
    }

    #[test]
    fn types_say_the_same_in_fewer_bits() {
        let vector = [0.5, -0.5, 0.0, 1.0, -1.0, 0.25, 0.25, 0.25];
        assert_eq!(as_type(&vector, "int8", true), json!([64, -64, 0, 127, -127, 32, 32, 32]));
        assert_eq!(as_type(&vector, "ubinary", true), json!([0b1001_0111]));
        assert_eq!(as_type(&vector, "binary", true), json!([0b1001_0111 - 128]));
        assert_eq!(as_type(&vector, "binary", false), json!([1, 0, 0, 1, 0, 1, 1, 1]));
    }
}
