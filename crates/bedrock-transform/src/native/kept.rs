//! What a native answer says that OpenAI's shape has no place for, in the answer's own words: why the model stopped, ids,
//! versions, counts of other kinds.

use std::borrow::Cow;

use core_types::RawJson;
use serde_json::value::RawValue;

use crate::converse::response::{Members, object};
use crate::native::added::Added;
use crate::stream::delta::{Delta, Trailer};

/// The members of an object without those in `read`, those of Bedrock's own, and those that say nothing.
pub(crate) fn rest<'a>(json: &'a [u8], read: &[&str]) -> Vec<(Cow<'a, str>, &'a RawValue)> {
    let Ok(Members(members)) = serde_json::from_slice(json) else { return Vec::new() };
    let others = members.into_iter().filter(|(name, value)| {
        !read.contains(&name.as_ref()) && !Added::owns(name) && !matches!(value.get(), "null" | "[]" | "{}" | "\"\"")
    });
    others.collect()
}

/// An answer without what is read of it; `list` holds the choices, of which `read_of_each` is read.
pub(crate) fn kept(json: &[u8], read: &[&str], list: &str, read_of_each: &[&str]) -> Option<RawJson> {
    let mut choices = None;
    let mut others = rest(json, read);
    others.retain(|(name, value)| {
        if name == list {
            choices = kept_of_each(value, read_of_each);
        }
        name != list
    });
    let choices = choices.as_ref().and_then(|choices| choices.read::<&RawValue>().ok());
    object(others.iter().map(|(name, value)| (name.as_ref(), *value)).chain(choices.map(|choices| (list, choices))))
}

/// A list of what is left of each of its objects; `None` if nothing is left of any.
fn kept_of_each(list: &RawValue, read: &[&str]) -> Option<RawJson> {
    let items: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
    let left = items.iter().map(|item| {
        let members = rest(item.get().as_bytes(), read);
        object(members.iter().map(|(name, value)| (name.as_ref(), *value)))
    });
    let left: Vec<Option<RawJson>> = left.collect();
    let nothing = left.iter().all(Option::is_none);
    let texts: Vec<&str> = left.iter().map(|item| item.as_ref().map_or("{}", RawJson::as_str)).collect();
    if nothing { None } else { RawJson::parse(format!("[{}]", texts.join(","))).ok() }
}

/// Says at the end of a stream what its last chunk keeps.
pub(crate) fn say(kept: Option<&RawJson>, out: &mut dyn FnMut(Delta<'_>)) {
    if let Some(raw) = kept.and_then(|kept| kept.read().ok()) {
        out(Delta::Trailer(Trailer { raw: Some(raw), ..Trailer::default() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_kept_where_it_stood() {
        let answer = br#"{"id":"x","text":"a","empty":[],"amazon-bedrock-trace":{},"list":[{"text":"a","why":"END"},{"text":"b"}]}"#;
        let kept_json = |json| kept(json, &["text"], "list", &["text"]).map(|kept| kept.as_str().to_owned());
        assert_eq!(kept_json(answer).as_deref(), Some(r#"{"id":"x","list":[{"why":"END"},{}]}"#));
        for nothing in ["{}", "null", "[]", r#"{"text":"a","list":[{"text":"a"}]}"#, r#"{"list":5}"#] {
            assert_eq!(kept_json(nothing.as_bytes()), None, "{nothing}");
        }
    }
}
