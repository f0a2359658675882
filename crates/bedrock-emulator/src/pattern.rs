//! A string for a regular expression, as far as one can be had without an engine.

use std::iter::Peekable;
use std::str::Chars;

/// Rounds of lengthening before giving up on a least length.
const ROUNDS: usize = 256;

/// A string that matches, of at least `min` characters if repetition can make it so. Lookaround and back references are
/// read and ignored.
pub(crate) fn matching(pattern: &str, min: usize) -> String {
    let mut best = String::new();
    for stretch in 0..ROUNDS.min(min + 1) {
        best = Reader { chars: pattern.chars().peekable(), stretch, depth: 0 }.alternatives();
        if best.chars().count() >= min {
            break;
        }
    }
    best
}

/// Groups in groups that are followed.
const MAX_DEPTH: usize = 32;
/// Characters of a result.
const MAX_LENGTH: usize = 4_096;

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    /// How often more than necessary to repeat what may be repeated.
    stretch: usize,
    depth: usize,
}

impl Reader<'_> {
    /// The first alternative, up to a closing parenthesis or the end.
    fn alternatives(&mut self) -> String {
        let mut first = None;
        loop {
            let sequence = self.sequence();
            first.get_or_insert(sequence);
            if self.chars.next_if_eq(&'|').is_none() {
                return first.unwrap_or_default();
            }
        }
    }

    fn sequence(&mut self) -> String {
        let mut text = String::new();
        while let Some(&c) = self.chars.peek() {
            if c == '|' || (c == ')' && self.depth > 0) {
                break;
            }
            self.chars.next();
            let atom = match c {
                '^' | '$' => continue,
                '(' => self.group(),
                '[' => self.class().to_string(),
                '\\' => self.escape(),
                '.' => "a".to_owned(),
                other => other.to_string(),
            };
            for _ in 0..self.count() {
                if text.len() + atom.len() > MAX_LENGTH {
                    break;
                }
                text.push_str(&atom);
            }
        }
        text
    }

    fn group(&mut self) -> String {
        let mut counts = true;
        if self.chars.next_if_eq(&'?').is_some() {
            match self.chars.next() {
                Some('=' | '!') => counts = false,
                Some('<') if matches!(self.chars.peek(), Some('=' | '!')) => counts = false,
                Some('<' | 'P') => while self.chars.next().is_some_and(|c| c != '>') {},
                _ => {}
            }
        }
        if self.depth == MAX_DEPTH {
            return String::new();
        }
        self.depth += 1;
        let text = self.alternatives();
        self.depth -= 1;
        self.chars.next_if_eq(&')');
        if counts { text } else { String::new() }
    }

    /// How often to repeat the atom just read.
    fn count(&mut self) -> usize {
        let (min, max) = match self.chars.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.braces(),
            _ => return 1,
        };
        self.chars.next();
        self.chars.next_if(|c| "?+".contains(*c));
        (min + self.stretch).min(max)
    }

    fn braces(&mut self) -> usize {
        self.chars.next();
        let mut inner = String::new();
        for c in self.chars.by_ref() {
            if c == '}' {
                break;
            }
            inner.push(c);
        }
        self.chars.next_if(|c| "?+".contains(*c));
        let (min, max) = match inner.split_once(',') {
            Some((min, "")) => (min.parse().unwrap_or(0), usize::MAX),
            Some((min, max)) => (min.parse().unwrap_or(0), max.parse().unwrap_or(0)),
            None => {
                let times = inner.parse().unwrap_or(1);
                (times, times)
            }
        };
        min.saturating_add(self.stretch).min(max).max(min).min(MAX_LENGTH)
    }

    fn escape(&mut self) -> String {
        match self.chars.next() {
            Some('b' | 'B' | 'A' | 'Z' | 'z') | None => String::new(),
            Some(c) => self.escaped(c).first().map(|range| range.0.to_string()).unwrap_or_default(),
        }
    }

    /// The ranges that `\c` stands for; the first character is the one to use.
    fn escaped(&mut self, c: char) -> Vec<(char, char)> {
        match c {
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' => vec![(' ', ' '), ('\t', '\r')],
            'D' | 'S' => vec![('a', 'z'), ('A', 'Z')],
            'W' => vec![('-', '-')],
            'n' => vec![('\n', '\n')],
            't' => vec![('\t', '\t')],
            'r' => vec![('\r', '\r')],
            'p' | 'P' => {
                let upper = self.chars.next_if_eq(&'{').is_some() && {
                    let name: String = self.chars.by_ref().take_while(|c| *c != '}').collect();
                    name == "Lu"
                };
                vec![if upper { ('A', 'Z') } else { ('a', 'z') }]
            }
            'u' | 'x' => {
                let digits = if c == 'u' { 4 } else { 2 };
                let code: String = self.chars.by_ref().take(digits).collect();
                let c = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).unwrap_or('a');
                vec![(c, c)]
            }
            other => vec![(other, other)],
        }
    }

    fn class(&mut self) -> char {
        let negated = self.chars.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut first = true;
        while let Some(c) = self.chars.next() {
            if c == ']' && !first {
                break;
            }
            first = false;
            if c == '\\' {
                if let Some(c) = self.chars.next() {
                    let escaped = self.escaped(c);
                    ranges.extend(escaped);
                }
                continue;
            }
            let mut ahead = self.chars.clone();
            match (ahead.next(), ahead.next()) {
                (Some('-'), Some(end)) if end != ']' && end != '\\' => {
                    self.chars.next();
                    self.chars.next();
                    ranges.push((c, end));
                }
                _ => ranges.push((c, c)),
            }
        }
        if !negated {
            return ranges.first().map_or('a', |range| range.0);
        }
        let allowed = |c: &char| !ranges.iter().any(|(low, high)| (low..=high).contains(&c));
        "aA0_- .~é".chars().find(allowed).unwrap_or('あ')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_found_for_common_patterns() {
        let table = [
            ("^[A-Z]{3}-\\d{4}$", 0, "AAA-0000"),
            ("^(red|green)$", 0, "red"),
            ("^[a-z]+$", 5, "aaaaa"),
            ("^\\+?[0-9 ]{3,5}$", 0, "000"),
            ("^(?=.*x)[^a-z]{2}(?:-[0-9]{2})?$", 0, "AA"),
            ("^(?<year>\\d{4})-(0[1-9]|1[0-2])$", 0, "0000-01"),
            ("", 0, ""),
            ("[", 0, "a"),
            ("a{", 0, "a"),
            ("((((", 0, ""),
            (")", 0, ")"),
        ];
        for (pattern, min, expected) in table {
            assert_eq!(matching(pattern, min), expected, "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends() {
        assert!(matching("(((a{4000}){4000}){4000}){4000}", 10_000).len() <= MAX_LENGTH);
        matching(&"(".repeat(100_000), 3);
    }
}
