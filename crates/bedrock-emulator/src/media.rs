//! Images and documents: enough of them to say what they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Pixels of a token, as Anthropic counts images.
// <https://docs.claude.com/en/docs/build-with-claude/vision#evaluate-image-size>
const PIXELS_PER_TOKEN: u64 = 750;

/// Says what an image block shows: `a png image of 2 x 3 pixels (70 bytes)`.
pub(crate) fn describe_image(image: &Value) -> String {
    let format = image["format"].as_str().unwrap_or("unknown");
    let Some(bytes) = bytes(image) else {
        return format!(
            "a {format} image at {}",
            image["source"]["s3Location"]["uri"].as_str().unwrap_or("an unknown place")
        );
    };
    match dimensions(&bytes) {
        Some((width, height)) => format!("a {format} image of {width} x {height} pixels ({} bytes)", bytes.len()),
        None => format!("a {format} image of unknown dimensions ({} bytes)", bytes.len()),
    }
}

/// Says what a document, video or audio block holds: `the pdf document "report" (1234 bytes)`.
pub(crate) fn describe_file(kind: &str, file: &Value) -> String {
    let format = file["format"].as_str().unwrap_or("txt");
    let name = file["name"].as_str().map(|name| format!(" \"{name}\"")).unwrap_or_default();
    let source = &file["source"];
    let size = if let Some(bytes) = bytes(file) {
        format!("({} bytes)", bytes.len())
    } else if let Some(uri) = source["s3Location"]["uri"].as_str() {
        format!("at {uri}")
    } else {
        format!("({} characters)", source_text(source).chars().count())
    };
    format!("the {format} {kind}{name} {size}")
}

/// Tokens of an image block.
pub(crate) fn image_tokens(image: &Value) -> usize {
    let size = bytes(image).and_then(|bytes| dimensions(&bytes));
    let (width, height) = size.unwrap_or((750, 100));
    usize::try_from(u64::from(width) * u64::from(height) / PIXELS_PER_TOKEN).unwrap_or(usize::MAX).clamp(1, 1_600)
}

/// Tokens of a document, video or audio block.
pub(crate) fn file_tokens(file: &Value) -> usize {
    bytes(file).map_or_else(
        || super::cache::text_tokens(&source_text(&file["source"])),
        |bytes| bytes.len().div_ceil(4).max(1),
    )
}

fn source_text(source: &Value) -> String {
    let parts = crate::rules::list(&source["content"]).iter().filter_map(|part| part["text"].as_str());
    source["text"].as_str().into_iter().chain(parts).collect::<Vec<_>>().join("\n")
}

fn bytes(block: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(block["source"]["bytes"].as_str()?).ok()
}

/// Width and height, from the file's header.
pub(crate) fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((u32::try_from(big(bytes, 16, 4)?).ok()?, u32::try_from(big(bytes, 20, 4)?).ok()?));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some((u32::from(little_u16(bytes, 6)?), u32::from(little_u16(bytes, 8)?)));
    }
    if bytes.starts_with(b"\xff\xd8") {
        return jpeg(bytes);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return webp(bytes);
    }
    None
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn little_u16(bytes: &[u8], at: usize) -> Option<u16> {
    let field: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(field))
}

/// Walks the segments to the frame header.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if bytes.get(at)? != &0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes.
            0xff => at += 1,
            // Restart markers and such: no length.
            0x01 | 0xd0..=0xd8 => at += 2,
            // SOF0 to SOF15, without DHT, JPG and DAC between them.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let height = u32::try_from(big(bytes, at + 5, 2)?).ok()?;
                let width = u32::try_from(big(bytes, at + 7, 2)?).ok()?;
                return Some((width, height));
            }
            _ => at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = |at: usize, length: usize| -> Option<u32> {
        let field = bytes.get(at..at + length)?;
        Some(field.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    };
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1)),
        b"VP8 " => Some((little(26, 2)? & 0x3fff, little(28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_read_from_every_format() {
        let table = [
            ("png", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 1, 0, 0, 0, 0, 7]].concat(), Some((256, 7))),
            ("gif", b"GIF89a\x02\x01\x03\x00".to_vec(), Some((258, 3))),
            (
                "jpeg",
                [b"\xff\xd8\xff\xe0\x00\x04\x00\x00".as_slice(), b"\xff\xc2\x00\x11\x08\x00\x10\x00\x20"].concat(),
                Some((32, 16)),
            ),
            (
                "webp",
                [b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0".as_slice(), &[0; 4], &[9, 0, 0, 4, 0, 0]].concat(),
                Some((10, 5)),
            ),
            (
                "lossless",
                [b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(), &[0x63, 0, 0x0c, 0]].concat(),
                Some((100, 49)),
            ),
            ("cut jpeg", b"\xff\xd8\xff".to_vec(), None),
            ("cut png", b"\x89PNG\r\n\x1a\n".to_vec(), None),
            ("not an image", b"hello".to_vec(), None),
            ("nothing", Vec::new(), None),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(dimensions(&bytes), expected, "{name}");
        }
    }

    #[test]
    fn a_cut_file_never_panics() {
        let webp = [b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0".as_slice(), &[1; 14]].concat();
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x11\x08\x00\x10\x00\x20";
        for file in [webp.as_slice(), jpeg] {
            for length in 0..file.len() {
                let _ = dimensions(&file[..length]);
            }
        }
    }
}
