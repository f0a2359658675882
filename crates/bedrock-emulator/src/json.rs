//! JSON with one rule more than usual: a key occurs once in an object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::Refusal;

/// Reads a body.
///
/// # Errors
/// If it is not JSON, or an object has a key twice.
pub(crate) fn parse(body: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Unique.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a request's body.
///
/// # Errors
/// What AWS answers to a body that is not JSON; and a refusal of keys that occur twice.
pub(crate) fn request(body: &[u8]) -> Result<Value, Refusal> {
    parse(body).map_err(|error| {
        let error = error.to_string();
        if error.starts_with("duplicate key") {
            let key = error.split(" at line").next().unwrap_or(&error);
            Refusal::validation(format!("Malformed input request: #: {key}, please reformat your input and try again."))
        } else {
            Refusal::serialization(format!("The request body is not valid JSON: {error}"))
        }
    })
}

struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Self)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Self)?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("duplicate key [{key}] is not permitted")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_occur_once() {
        assert_eq!(
            parse(br#"{"a":[1,2.5,-3,"x",null,true,{}]}"#).unwrap(),
            serde_json::json!({"a":[1,2.5,-3,"x",null,true,{}]})
        );
        let error = parse(br#"{"a":{"b":1,"b":2}}"#).unwrap_err().to_string();
        assert!(error.starts_with("duplicate key [b] is not permitted"), "{error}");
    }

    #[test]
    fn trailing_bytes_are_refused() {
        assert!(parse(b"{} {}").is_err());
    }
}
