//! What the emulator takes from a prompt: words, places, numbers, quotations.

use std::collections::BTreeSet;

/// The last user turn's text, and what can be used of it.
#[derive(Debug, Default)]
pub(crate) struct Prompt {
    pub(crate) text: String,
    pub(crate) places: Vec<String>,
    pub(crate) numbers: Vec<f64>,
    pub(crate) quoted: Vec<String>,
}

/// Words that say nothing about a topic, and verbs that begin requests.
const STOP: &[&str] = &[
    "a", "about", "again", "all", "also", "am", "an", "and", "answer", "any", "are", "as", "ask", "at", "be", "been",
    "but", "by", "call", "can", "check", "compare", "could", "did", "do", "does", "for", "from", "get", "give", "good",
    "got", "had", "has", "have", "hello", "help", "hey", "hi", "how", "i", "if", "in", "into", "is", "it", "its",
    "just", "let", "like", "look", "make", "may", "me", "must", "my", "no", "not", "now", "of", "ok", "okay", "on",
    "one", "only", "or", "our", "out", "please", "return", "returns", "say", "search", "she", "should", "show", "so",
    "some", "tell", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to",
    "tool", "try", "two", "us", "use", "used", "user", "using", "very", "want", "was", "we", "were", "what", "when",
    "where", "which", "who", "why", "will", "with", "would", "yes", "you", "your",
];

impl Prompt {
    pub(crate) fn new(text: String) -> Self {
        let places = places(&text);
        let numbers = text.split_whitespace().filter_map(number).collect();
        let quoted =
            text.split('"').skip(1).step_by(2).filter(|part| !part.trim().is_empty()).map(str::to_owned).collect();
        Self { text, places, numbers, quoted }
    }

    /// Whether the word or phrase occurs, in any case.
    pub(crate) fn mentions(&self, phrase: &str) -> bool {
        let (text, phrase) = (self.text.to_lowercase(), phrase.to_lowercase());
        !phrase.is_empty()
            && text.match_indices(&phrase).any(|(at, found)| {
                let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                edge(text.get(..at).and_then(|before| before.chars().next_back()))
                    && edge(text.get(at + found.len()..).and_then(|after| after.chars().next()))
            })
    }
}

/// The words of a text or identifier that say what it is about, in lower case and without a plural's `s`.
pub(crate) fn topic(text: &str) -> BTreeSet<String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    let mut after_lower = false;
    for c in text.chars() {
        if c.is_uppercase() && after_lower {
            spaced.push(' ');
        }
        after_lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    spaced
        .to_lowercase()
        .split_whitespace()
        .filter(|word| word.chars().count() > 2 && !is_stop(word))
        .map(|word| word.strip_suffix('s').filter(|word| word.chars().count() > 2).unwrap_or(word).to_owned())
        .collect()
}

fn is_stop(word: &str) -> bool {
    let word = word.split(['\'', '’']).next().unwrap_or(word);
    STOP.binary_search(&word.to_lowercase().as_str()).is_ok()
}

fn number(word: &str) -> Option<f64> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
    word.bytes().any(|b| b.is_ascii_digit()).then(|| word.parse().ok())?.filter(|number: &f64| number.is_finite())
}

/// Runs of capitalised words; the first word of a sentence only if there is nothing better, and then the word after `in`.
fn places(text: &str) -> Vec<String> {
    let (mut inner, mut initial) = (Vec::new(), Vec::new());
    let mut run: Vec<&str> = Vec::new();
    let mut run_is_initial = true;
    let mut sentence_starts = true;
    for token in text.split_whitespace() {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        let capitalised = word.chars().next().is_some_and(char::is_uppercase) && !is_stop(word);
        if capitalised {
            if run.is_empty() {
                run_is_initial = sentence_starts;
            }
            run.push(word.split(['\'', '’']).next().unwrap_or(word));
        }
        let ends = token.ends_with(|c: char| ".!?:;,)".contains(c));
        if (!capitalised || ends) && !run.is_empty() {
            let list = if run_is_initial { &mut initial } else { &mut inner };
            list.push(run.join(" "));
            run.clear();
        }
        if !word.is_empty() {
            sentence_starts = token.ends_with(['.', '!', '?', ':']);
        }
    }
    if !run.is_empty() {
        let list = if run_is_initial { &mut initial } else { &mut inner };
        list.push(run.join(" "));
    }
    let mut places = if inner.is_empty() { initial } else { inner };
    if places.is_empty() {
        let words: Vec<&str> = text.split_whitespace().collect();
        let after = words.windows(2).find(|pair| matches!(pair, [before, _] if ["in", "at"].contains(before)));
        let word = after.and_then(|pair| pair.last()).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        places.extend(word.filter(|word| !word.is_empty() && !is_stop(word)).map(str::to_owned));
    }
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted() {
        assert!(STOP.is_sorted());
    }

    #[test]
    fn places_are_capitalised_words_that_do_not_begin_a_sentence() {
        let table: &[(&str, &[&str])] = &[
            ("What's the weather in Paris?", &["Paris"]),
            ("Weather in Paris and New York, please", &["Paris", "New York"]),
            ("Paris weather", &["Paris"]),
            ("how warm is it in oslo?", &["oslo"]),
            ("Compare Berlin, Rome and Berlin.", &["Berlin", "Rome"]),
            ("Hello there", &[]),
            ("What is Paris's population?", &["Paris"]),
            ("", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(places(text), *expected, "{text}");
        }
    }

    #[test]
    fn topics_leave_out_filler_and_plurals() {
        let words = |text: &str| topic(text).into_iter().collect::<Vec<_>>();
        assert_eq!(words("getWeatherForCities"), ["citie", "weather"]);
        assert_eq!(words("What is the weather?"), ["weather"]);
        assert_eq!(words("hello, how are you"), Vec::<String>::new());
    }

    #[test]
    fn a_phrase_is_mentioned_as_whole_words() {
        let prompt = Prompt::new("In Celsius, add 2 and -3.5 to \"the sum\"!".into());
        assert!(prompt.mentions("celsius") && !prompt.mentions("cels") && !prompt.mentions(""));
        assert_eq!(prompt.numbers, [2.0, -3.5]);
        assert_eq!(prompt.quoted, ["the sum"]);
    }
}
