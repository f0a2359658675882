//! Claude's beta flags in the header `anthropic-beta`: of a caller's request, as Anthropic's clients send it, and of a deployment. They
//! go on as if they stood in the request's `extra_headers`, where the mapping looks for them: Bedrock reads flags from the body.

use facade::types::{Extra, RawJson};
use http::HeaderMap;

const BETA: &str = "anthropic-beta";

/// Whether a header has flags.
pub(crate) fn is_of_flags(name: &str) -> bool {
    name.eq_ignore_ascii_case(BETA)
}

/// The flags of a request's head, as the header has them: separated by commas.
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(BETA);
    let values: Vec<_> = values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    if values.is_empty() { None } else { Some(values.join(",")) }
}

/// Adds `flags` to those in `extra_headers`. What is there and cannot be read is left to the mapping, which says so.
pub(crate) fn add(extra: &mut Extra, flags: &str) {
    const AT: &str = "extra_headers";
    let given = extra.value(AT).filter(|value| !value.is_null()).map(RawJson::read::<Extra>);
    let Ok(mut headers) = given.unwrap_or_else(|| Ok(Extra::default())) else { return };
    let own = headers.iter().find(|(name, _)| is_of_flags(name));
    let (name, all) = match own {
        None => (BETA.to_owned(), flags.to_owned()),
        Some((name, value)) => {
            let own = value.read::<String>().unwrap_or_else(|_| value.as_str().to_owned());
            (name.to_owned(), format!("{own},{flags}"))
        }
    };
    // A text and an object of JSON are JSON: nothing is lost here.
    let Ok(all) = RawJson::from_value(&all) else { return };
    headers.insert(name, all);
    if let Ok(headers) = RawJson::from_value(&headers) {
        extra.insert(AT, headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_join_those_of_the_request() {
        let table = [
            ("{}", r#"{"extra_headers":{"anthropic-beta":"a,b"}}"#),
            (r#"{"extra_headers":null}"#, r#"{"extra_headers":{"anthropic-beta":"a,b"}}"#),
            (r#"{"extra_headers":{"x":"y"}}"#, r#"{"extra_headers":{"x":"y","anthropic-beta":"a,b"}}"#),
            (r#"{"extra_headers":{"Anthropic-Beta":"c"}}"#, r#"{"extra_headers":{"Anthropic-Beta":"c,a,b"}}"#),
            (r#"{"extra_headers":5}"#, r#"{"extra_headers":5}"#),
        ];
        for (before, after) in table {
            let mut extra: Extra = serde_json::from_str(before).unwrap();
            add(&mut extra, "a,b");
            assert_eq!(serde_json::to_string(&extra).unwrap(), after);
        }
    }

    #[test]
    fn a_header_may_come_in_lines() {
        let mut headers = HeaderMap::new();
        assert_eq!(of_headers(&headers), None);
        headers.append(BETA, http::HeaderValue::from_static("a, b"));
        headers.append(BETA, http::HeaderValue::from_static("c"));
        assert_eq!(of_headers(&headers).as_deref(), Some("a, b,c"));
    }
}
