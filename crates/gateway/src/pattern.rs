//! Names with a `*`, which stands for any text.

/// What the `*` of a pattern stands for in `name`, if it fits.
pub(crate) fn captured<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    let (before, after) = pattern.split_once('*')?;
    name.strip_prefix(before)?.strip_suffix(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_captures_what_its_star_stands_for() {
        let table = [
            ("*", "x/y", Some("x/y")),
            ("a/*", "a/b", Some("b")),
            ("a/*", "b/b", None),
            ("*-x", "a-x", Some("a")),
            ("a*a", "a", None),
        ];
        for (pattern, name, part) in table {
            assert_eq!(captured(pattern, name), part, "{pattern} {name}");
        }
    }
}
