//! Which deployments of a name a request is for, by the tags of both. <https://docs.litellm.ai/docs/proxy/tag_routing>

use facade::types::{Extra, RawJson};
use http::{HeaderMap, HeaderName};
use serde::Deserialize;

use crate::config::TagMatch;

/// The header that carries a request's tags, with commas between them.
const HEADER: HeaderName = HeaderName::from_static("x-litellm-tags");

/// The tag of deployments that take what no other one is for.
const DEFAULT: &str = "default";

/// Those of a request.
#[derive(Debug, Default)]
pub(crate) struct Tags(Vec<String>);

impl Tags {
    /// What the headers say.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(HEADER).into_iter().filter_map(|line| line.to_str().ok());
        let tags = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|tag| !tag.is_empty());
        Self(tags.map(str::to_owned).collect())
    }

    /// With what the body says: `tags`, and `tags` in its `metadata`.
    pub(crate) fn and_of_body(&self, extra: &Extra, metadata: Option<&RawJson>) -> Self {
        #[derive(Deserialize)]
        struct Metadata {
            tags: Option<Listed>,
        }
        let own = extra.value("tags").and_then(|tags| tags.read::<Listed>().ok());
        let within = metadata.and_then(|metadata| metadata.read::<Metadata>().ok()?.tags);
        let listed = own.into_iter().chain(within).flat_map(Listed::into_list);
        Self(self.0.iter().cloned().chain(listed).collect())
    }

    /// The deployments that the request is for, of those with these tags: those that match; where none does, or the
    /// request has no tags, those for all others; where there are none of them either, nobody, or without tags everybody.
    pub(crate) fn admitted<'a>(
        &self,
        members: &[usize],
        match_by: TagMatch,
        tags_of: impl Fn(usize) -> &'a [String],
    ) -> Vec<usize> {
        let those = |is_for: &dyn Fn(&[String]) -> bool| -> Vec<usize> {
            members.iter().copied().filter(|index| is_for(tags_of(*index))).collect()
        };
        let matching = those(&|tags| self.match_with(tags, match_by));
        if !matching.is_empty() {
            return matching;
        }
        let of_others = those(&|tags| tags.iter().any(|tag| tag == DEFAULT));
        if of_others.is_empty() && self.0.is_empty() { members.to_vec() } else { of_others }
    }

    fn match_with(&self, tags: &[String], match_by: TagMatch) -> bool {
        match match_by {
            TagMatch::All => !self.0.is_empty() && self.0.iter().all(|tag| tags.contains(tag)),
            TagMatch::Any => self.0.iter().any(|tag| tags.contains(tag)),
        }
    }
}

/// A list, or one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Many(Vec<String>),
    One(String),
}

impl Listed {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::Many(tags) => tags,
            Self::One(tag) => vec![tag],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_from_header_and_body() {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, http::HeaderValue::from_static("a, b,"));
        let body = |json: &str| serde_json::from_str::<Extra>(json).unwrap();
        let table = [
            (r#"{}"#, vec!["a", "b"]),
            (r#"{"tags":["c"],"metadata":{"tags":["d"],"x":1}}"#, vec!["a", "b", "c", "d"]),
            (r#"{"tags":"c","metadata":{"x":1}}"#, vec!["a", "b", "c"]),
            // What is no list of tags has none, as with LiteLLM.
            (r#"{"tags":5,"metadata":"x"}"#, vec!["a", "b"]),
        ];
        for (json, expected) in table {
            let extra = body(json);
            let tags = Tags::of_headers(&headers).and_of_body(&extra, extra.value("metadata"));
            assert_eq!(tags.0, expected, "{json}");
        }
    }

    #[test]
    fn requests_go_where_their_tags_are() {
        let free_and_paid: &[&[&str]] = &[&["free"], &["paid", "fast"], &[]];
        let with_default: &[&[&str]] = &[&["free"], &["default"], &["paid", "default"]];
        // Tags of the deployments, those of the request, who is admitted if any tag counts and if all must.
        type Row<'a> = (&'a [&'a [&'a str]], &'a [&'a str], &'a [usize], &'a [usize]);
        let table: &[Row<'_>] = &[
            (free_and_paid, &[], &[0, 1, 2], &[0, 1, 2]),
            (free_and_paid, &["free"], &[0], &[0]),
            (free_and_paid, &["paid", "fast"], &[1], &[1]),
            (free_and_paid, &["free", "fast"], &[0, 1], &[]),
            (free_and_paid, &["other"], &[], &[]),
            (with_default, &[], &[1, 2], &[1, 2]),
            (with_default, &["free"], &[0], &[0]),
            (with_default, &["other"], &[1, 2], &[1, 2]),
        ];
        for row @ (deployments, asked, any, all) in table {
            let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
            let (tags, asked) = (deployments.iter().map(|tags| owned(tags)).collect::<Vec<_>>(), Tags(owned(asked)));
            let members: Vec<usize> = (0..tags.len()).collect();
            for (match_by, expected) in [(TagMatch::Any, any), (TagMatch::All, all)] {
                assert_eq!(asked.admitted(&members, match_by, |index| &tags[index]), *expected, "{row:?} {match_by:?}");
            }
        }
    }
}
