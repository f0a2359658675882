//! Writes bodies as JSON.
//!
//! `serde_json` looks for what needs an escape a byte at a time; in a long conversation that is most of the mapping. Members that
//! may be long are written by [`long`], which looks at many bytes at a time.

use std::io;

use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter};

/// Writes `value` behind what `out` has.
pub(crate) fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), serde_json::Error> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, LongTexts))
}

/// A text that may be long, for `serialize_with`. Only what [`write()`] writes may have some: to it, no bytes are anything else.
pub(crate) fn long<T: AsRef<str>, S: Serializer>(text: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(text.as_ref().as_bytes())
}

struct LongTexts;

impl Formatter for LongTexts {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: &[u8]) -> io::Result<()> {
        // A body of somebody else's may have bytes that are no text.
        if !value.is_ascii() && std::str::from_utf8(value).is_err() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "bytes have no place in JSON: write them in base64",
            ));
        }
        self.begin_string(writer)?;
        let mut rest = value;
        loop {
            let (plain, special) = rest.split_at(plain(rest));
            writer.write_all(plain)?;
            let Some((byte, after)) = special.split_first() else { break };
            self.write_char_escape(writer, escape(*byte))?;
            rest = after;
        }
        self.end_string(writer)
    }
}

const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// How many bytes need no escape.
fn plain(bytes: &[u8]) -> usize {
    // Media need none at all.
    let (blocks, _) = bytes.as_chunks::<64>();
    let has_none = |block: &&[u8; 64]| !block.iter().fold(false, |any, byte| any | is_special(*byte));
    let start = blocks.iter().take_while(has_none).count() * 64;
    // The lines of a text end soon.
    let (words, rest) = bytes[start..].as_chunks::<8>();
    let in_word = words.iter().enumerate().find_map(|(index, word)| Some(index * 8 + first_special(*word)?));
    let end = in_word.or_else(|| Some(words.len() * 8 + rest.iter().position(|byte| is_special(*byte))?));
    end.map_or(bytes.len(), |end| start + end)
}

/// The place of the first byte that needs an escape.
fn first_special(word: [u8; 8]) -> Option<usize> {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_le_bytes(word);
    // Whatever is below `limit` borrows from its own high bit. So may bytes above it, but none below it: the first is right.
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word & (EACH << 7);
    let equal = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
    let found = below(word, b' ') | equal(b'"') | equal(b'\\');
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

const fn escape(byte: u8) -> CharEscape {
    match byte {
        b'"' => CharEscape::Quote,
        b'\\' => CharEscape::ReverseSolidus,
        b'\x08' => CharEscape::Backspace,
        b'\x0c' => CharEscape::FormFeed,
        b'\n' => CharEscape::LineFeed,
        b'\r' => CharEscape::CarriageReturn,
        b'\t' => CharEscape::Tab,
        control => CharEscape::AsciiControl(control),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(serialize_with = "long")]
        text: &'a str,
    }

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, &Body { text }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_text_is_written_as_serde_json_writes_it() {
        let all: String = (0..300).filter_map(char::from_u32).collect();
        // Every character at every place of a block, alone and beside others.
        for text in all.chars().map(String::from).chain([String::new(), all.clone(), "😀".repeat(40), "\n".repeat(70)])
        {
            for before in (0..=80).chain([1000]) {
                let text = format!("{}{text}{}", "a".repeat(before), "é".repeat(9));
                let expected = serde_json::json!({ "text": text }).to_string();
                assert_eq!(written(&text), expected);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        struct Bytes;
        impl Serialize for Bytes {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(b"\xff")
            }
        }
        let error = write(&mut Vec::new(), &Bytes).unwrap_err();
        assert!(error.to_string().contains("write them in base64"), "{error}");
    }
}
