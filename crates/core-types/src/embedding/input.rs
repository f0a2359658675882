//! What is to be embedded.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::read::Integer;

/// What is to be embedded: one text or many, or the tokens of one or many.
///
/// Where the model takes images, sound or video, a text that is a `data:` or `s3:` URL stands for what is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmbeddingInput {
    /// One text.
    Text(String),
    /// Many texts.
    Texts(Vec<String>),
    /// The tokens of many texts, by OpenAI's ids.
    TokenLists(Vec<Vec<u32>>),
    /// The tokens of one text, by OpenAI's ids.
    Tokens(Vec<u32>),
}

impl Default for EmbeddingInput {
    fn default() -> Self {
        Self::Texts(Vec::new())
    }
}

impl From<&str> for EmbeddingInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for EmbeddingInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<String>> From<Vec<T>> for EmbeddingInput {
    fn from(texts: Vec<T>) -> Self {
        Self::Texts(texts.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for EmbeddingInput {
    fn from(texts: [T; N]) -> Self {
        Self::Texts(texts.into_iter().map(Into::into).collect())
    }
}

impl Serialize for EmbeddingInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::TokenLists(lists) => lists.serialize(serializer),
            Self::Tokens(tokens) => tokens.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for EmbeddingInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InputVisitor)
    }
}

struct InputVisitor;

impl<'de> Visitor<'de> for InputVisitor {
    type Value = EmbeddingInput;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a list of strings, a list of token ids, or a list of such lists")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<EmbeddingInput, E> {
        Ok(EmbeddingInput::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<EmbeddingInput, E> {
        Ok(EmbeddingInput::Text(text))
    }

    /// The first item says what all of them are.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<EmbeddingInput, A::Error> {
        Ok(match list.next_element()? {
            None => EmbeddingInput::default(),
            Some(Item::Text(first)) => EmbeddingInput::Texts(rest(list, first)?),
            Some(Item::Token(first)) => {
                let tokens: Vec<Integer<u32>> = rest(list, Integer(first))?;
                EmbeddingInput::Tokens(tokens.into_iter().map(|Integer(token)| token).collect())
            }
            Some(Item::Tokens(first)) => {
                let lists: Vec<Tokens> = rest(list, Tokens(first))?;
                EmbeddingInput::TokenLists(lists.into_iter().map(|Tokens(tokens)| tokens).collect())
            }
        })
    }
}

fn rest<'de, A: SeqAccess<'de>, T: Deserialize<'de>>(mut list: A, first: T) -> Result<Vec<T>, A::Error> {
    let mut items = vec![first];
    while let Some(item) = list.next_element()? {
        items.push(item);
    }
    Ok(items)
}

/// The first item of a list.
enum Item {
    Text(String),
    Token(u32),
    Tokens(Vec<u32>),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a token id, or a list of token ids")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item, E> {
        Ok(Item::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Item, E> {
        Ok(Item::Text(text))
    }

    fn visit_i64<E: Error>(self, token: i64) -> Result<Item, E> {
        u32::try_from(token).map(Item::Token).map_err(|_| E::invalid_value(Unexpected::Signed(token), &self))
    }

    fn visit_u64<E: Error>(self, token: u64) -> Result<Item, E> {
        u32::try_from(token).map(Item::Token).map_err(|_| E::invalid_value(Unexpected::Unsigned(token), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item, A::Error> {
        let mut tokens = Vec::new();
        while let Some(Integer(token)) = list.next_element()? {
            tokens.push(token);
        }
        Ok(Item::Tokens(tokens))
    }
}

/// A list of token ids.
struct Tokens(Vec<u32>);

impl<'de> Deserialize<'de> for Tokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tokens: Vec<Integer<u32>> = Vec::deserialize(deserializer)?;
        Ok(Self(tokens.into_iter().map(|Integer(token)| token).collect()))
    }
}
