//! `additional_drop_params` that reach into a parameter: `tools[*].function.strict`, `response_format.json_schema.strict`.

use std::borrow::Cow;

use core_types::{ChatRequest, Extra, RawJson};

use crate::json_tree::{Json, Step};
use crate::{TransformError, Warnings};

const AT: &str = "additional_drop_params";

/// The request without what the nested ones among `names` lead to; borrowed if there are none.
pub(crate) fn without<'a>(
    request: &'a ChatRequest,
    names: &[String],
    warnings: &mut Warnings,
) -> Result<Cow<'a, ChatRequest>, TransformError> {
    let paths = paths(names, &request.extra);
    if paths.is_empty() {
        return Ok(Cow::Borrowed(request));
    }
    let mut edited = request.clone();
    let messages = std::mem::take(&mut edited.messages);
    let mut members: Extra = RawJson::from_value(&edited).and_then(|json| json.read()).map_err(unreadable)?;
    remove(&mut members, &paths, &["messages"], warnings)?;
    edited = RawJson::from_value(&members).and_then(|json| json.read()).map_err(unreadable)?;
    edited.messages = messages;
    Ok(Cow::Owned(edited))
}

/// The parameters of the model's own without what the nested ones among `names` lead to. OpenAI's parameters of requests
/// that are no conversation have nothing within; `content` is what the request is about.
pub(crate) fn without_extra<'a>(
    extra: &'a Extra,
    names: &[String],
    content: &[&str],
    warnings: &mut Warnings,
) -> Result<Cow<'a, Extra>, TransformError> {
    let paths = paths(names, extra);
    if paths.is_empty() {
        return Ok(Cow::Borrowed(extra));
    }
    let mut edited = extra.clone();
    remove(&mut edited, &paths, content, warnings)?;
    Ok(Cow::Owned(edited))
}

/// A parameter outside OpenAI's schema may be named like a path.
fn paths<'a>(names: &'a [String], extra: &Extra) -> Vec<&'a str> {
    let is_path = |name: &&str| name.contains(['.', '[']) && extra.value(name).is_none();
    names.iter().map(String::as_str).filter(is_path).collect()
}

fn remove(
    members: &mut Extra,
    paths: &[&str],
    content: &[&str],
    warnings: &mut Warnings,
) -> Result<(), TransformError> {
    for path in paths {
        let (name, steps) = steps(path)?;
        if content.contains(&name) {
            return Err(TransformError::invalid(AT, format!("only parameters can be left out, not `{name}`")));
        }
        let Some(value) = members.value(name) else { continue };
        let mut tree: Json = value.read().map_err(unreadable)?;
        if tree.remove(&steps) {
            members.insert(name, RawJson::from_value(&tree).map_err(unreadable)?);
            warnings.dropped((*path).to_owned());
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn unreadable(error: serde_json::Error) -> TransformError {
    TransformError::invalid(AT, error.to_string())
}

/// The parameter that a path begins with, and the way on from there.
fn steps(path: &str) -> Result<(&str, Vec<Step<'_>>), TransformError> {
    let wrong =
        || TransformError::invalid(AT, format!("`{path}` is not a path such as tools[*].function.strict or tools[0]"));
    let mut steps = Vec::new();
    for segment in path.split('.') {
        let (name, places) = segment.find('[').map_or((segment, ""), |start| segment.split_at(start));
        if name.is_empty() {
            return Err(wrong());
        }
        steps.push(Step::Member(name));
        for place in places.split('[').skip(1) {
            steps.push(match place.strip_suffix(']').ok_or_else(wrong)? {
                "*" => Step::Items,
                number => Step::Item(number.parse().map_err(|_| wrong())?),
            });
        }
    }
    match steps.split_first() {
        Some((Step::Member(name), rest)) => Ok((name, rest.to_vec())),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_paths(paths: &[&str]) -> Result<(ChatRequest, Vec<crate::Warning>), TransformError> {
        let json = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"metadata":{"a":{"b":1e5,"c":2}},
            "a.b":1,"tools":[{"type":"function","function":{"name":"f","strict":true}},
            {"type":"function","function":{"name":"g","strict":true}}]}"#;
        let request = serde_json::from_str(json).unwrap();
        let names: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let mut warnings = Warnings::default();
        let edited = without(&request, &names, &mut warnings)?.into_owned();
        assert_eq!(edited.messages, request.messages);
        Ok((edited, warnings.into_vec()))
    }

    #[test]
    fn paths_lead_to_members_items_and_every_item() {
        let (edited, warnings) =
            without_paths(&["tools[*].function.strict", "metadata.a.c", "user.x", "stop"]).unwrap();
        let tools = serde_json::to_string(&edited.tools).unwrap();
        assert!(tools.contains("\"g\"") && !tools.contains("strict"), "{tools}");
        assert_eq!(edited.metadata.unwrap().as_str(), r#"{"a":{"b":100000.0}}"#);
        assert_eq!(warnings.len(), 2);
        assert_eq!(without_paths(&["tools[0]"]).unwrap().0.tools.len(), 1);
        assert_eq!(without_paths(&["tools[1].function.strict", "tools[7]"]).unwrap().1.len(), 1);
        assert_eq!(without_paths(&["a.b"]).unwrap().1, []);
    }

    #[test]
    fn what_is_no_path_or_leaves_no_request_is_refused() {
        for path in
            ["tools[", "tools[x].a", "tools..a", ".a", "a.", "[0]", "messages[0].content", "tools[*].function.name"]
        {
            assert!(without_paths(&[path]).unwrap_err().to_string().starts_with(AT), "{path}");
        }
    }
}
