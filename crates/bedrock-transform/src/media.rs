//! `data:` URLs, media types and the formats that Bedrock knows.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core_types::{ChatRequest, Content, DocumentSource, Message, Part};

use crate::{Options, TransformError};

/// Where the bytes of a medium are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source<'a> {
    /// In base64, as AWS takes them.
    Base64(Cow<'a, str>),
    /// In S3.
    S3 { uri: &'a str, owner: Option<&'a str> },
}

/// A medium that Bedrock knows, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    Document,
    Image,
    Video,
}

/// A medium, ready for a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Medium<'a> {
    pub(crate) kind: Kind,
    /// Bedrock's word for the format, e.g. `jpeg`.
    pub(crate) format: &'static str,
    pub(crate) source: Source<'a>,
}

/// Bedrock's formats with the media types and file endings that mean them.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>
const FORMATS: &[(Kind, &str, &[&str], &[&str])] = &[
    (Kind::Image, "png", &["image/png"], &["png"]),
    (Kind::Image, "jpeg", &["image/jpeg", "image/jpg", "image/pjpeg"], &["jpeg", "jpg"]),
    (Kind::Image, "gif", &["image/gif"], &["gif"]),
    (Kind::Image, "webp", &["image/webp"], &["webp"]),
    (Kind::Document, "pdf", &["application/pdf", "application/x-pdf"], &["pdf"]),
    (Kind::Document, "csv", &["text/csv", "application/csv"], &["csv"]),
    (Kind::Document, "doc", &["application/msword"], &["doc"]),
    (Kind::Document, "docx", &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"], &["docx"]),
    (Kind::Document, "xls", &["application/vnd.ms-excel"], &["xls"]),
    (Kind::Document, "xlsx", &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], &["xlsx"]),
    (Kind::Document, "html", &["text/html", "application/xhtml+xml"], &["html", "htm"]),
    (Kind::Document, "md", &["text/markdown", "text/x-markdown"], &["md", "markdown"]),
    (Kind::Document, "txt", &["text/plain"], &["txt", "text"]),
    (Kind::Video, "mp4", &["video/mp4"], &["mp4"]),
    (Kind::Video, "mov", &["video/quicktime", "video/mov"], &["mov"]),
    (Kind::Video, "mkv", &["video/x-matroska", "video/mkv"], &["mkv"]),
    (Kind::Video, "webm", &["video/webm"], &["webm"]),
    (Kind::Video, "flv", &["video/x-flv", "video/flv"], &["flv"]),
    (Kind::Video, "mpeg", &["video/mpeg"], &["mpeg"]),
    (Kind::Video, "mpg", &["video/mpg"], &["mpg"]),
    (Kind::Video, "wmv", &["video/x-ms-wmv", "video/wmv"], &["wmv"]),
    (Kind::Video, "three_gp", &["video/3gpp", "video/3gp"], &["3gp", "three_gp"]),
    (Kind::Audio, "mp3", &["audio/mp3"], &["mp3"]),
    (Kind::Audio, "wav", &["audio/wav", "audio/x-wav", "audio/wave"], &["wav"]),
    (Kind::Audio, "flac", &["audio/flac", "audio/x-flac"], &["flac"]),
    (Kind::Audio, "ogg", &["audio/ogg"], &["ogg"]),
    (Kind::Audio, "opus", &["audio/opus"], &["opus"]),
    (Kind::Audio, "aac", &["audio/aac"], &["aac"]),
    (Kind::Audio, "x-aac", &["audio/x-aac"], &["x-aac"]),
    (Kind::Audio, "m4a", &["audio/m4a", "audio/x-m4a"], &["m4a"]),
    (Kind::Audio, "mp4", &["audio/mp4"], &[]),
    (Kind::Audio, "mpeg", &["audio/mpeg"], &[]),
    (Kind::Audio, "mpga", &["audio/mpga"], &["mpga"]),
    (Kind::Audio, "webm", &["audio/webm"], &[]),
    (Kind::Audio, "pcm", &["audio/pcm", "audio/l16"], &["pcm", "pcm16"]),
    (Kind::Audio, "mka", &["audio/x-matroska"], &["mka"]),
    (Kind::Audio, "mkv", &["audio/mkv"], &[]),
];

/// Formats that begin with these bytes.
const MAGIC: &[(&[u8], Kind, &str)] = &[
    (b"\x89PNG\r\n\x1a\n", Kind::Image, "png"),
    (b"\xff\xd8\xff", Kind::Image, "jpeg"),
    (b"GIF87a", Kind::Image, "gif"),
    (b"GIF89a", Kind::Image, "gif"),
    (b"%PDF-", Kind::Document, "pdf"),
];

/// What a URL in a request says about a medium, and what stands for the caller's own words about it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Label<'a> {
    /// The caller's own format: a media type or a format's name.
    pub(crate) format: Option<&'a str>,
    /// The medium's file name.
    pub(crate) filename: Option<&'a str>,
    /// Number of the AWS account whose bucket an `s3:` URL names.
    pub(crate) bucket_owner: Option<&'a str>,
}

/// Reads the medium behind a `data:`, `s3:`, `http:` or `https:` URL.
pub(crate) fn of_url<'a>(
    url: &'a str,
    label: Label<'a>,
    options: &'a Options,
    at: &str,
) -> Result<Medium<'a>, TransformError> {
    if let Some(rest) = url.strip_prefix("data:") {
        let Some((header, data)) = rest.split_once(',') else {
            return Err(TransformError::invalid(at, "a data: URL needs a comma before its data"));
        };
        let mut parameters = header.split(';');
        let media_type = parameters.next().filter(|text| !text.is_empty());
        if !parameters.any(|parameter| parameter.eq_ignore_ascii_case("base64")) {
            return Err(TransformError::invalid(at, "a data: URL must be in base64: data:image/png;base64,…"));
        }
        return of_base64(data, media_type, label, at);
    }
    if url.starts_with("s3://") {
        return of_s3(url, label, options, at);
    }
    if is_remote(url) {
        let Some(fetched) = options.media.fetched(url) else {
            return Err(TransformError::invalid(
                at,
                "Bedrock does not fetch URLs, and this one was not fetched before: send a data: URL",
            ));
        };
        let (kind, format) =
            format_of(&fetched.bytes, fetched.media_type.as_deref(), Label { filename: Some(url), ..label }, at)?;
        return Ok(Medium { kind, format, source: Source::Base64(Cow::Owned(STANDARD.encode(&fetched.bytes))) });
    }
    Err(TransformError::invalid(at, "expected a data:, https: or s3: URL"))
}

/// Reads a medium in base64 without a header of its own.
pub(crate) fn of_base64<'a>(
    data: &'a str,
    media_type: Option<&str>,
    label: Label<'_>,
    at: &str,
) -> Result<Medium<'a>, TransformError> {
    let data = standard_base64(data).ok_or_else(|| TransformError::invalid(at, "the data is not base64"))?;
    if data.is_empty() {
        return Err(TransformError::invalid(at, "the data is empty"));
    }
    // 32 characters are 24 bytes: enough for every magic number above.
    let start = data.get(..data.len().min(32)).and_then(|start| STANDARD.decode(start).ok()).unwrap_or_default();
    let (kind, format) = format_of(&start, media_type, label, at)?;
    Ok(Medium { kind, format, source: Source::Base64(data) })
}

/// A medium in S3, by its file ending or the caller's word.
pub(crate) fn of_s3<'a>(
    uri: &'a str,
    label: Label<'a>,
    options: &'a Options,
    at: &str,
) -> Result<Medium<'a>, TransformError> {
    let bucket = uri.strip_prefix("s3://").unwrap_or(uri).split('/').next().unwrap_or_default();
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let is_framed = !bucket.starts_with(['-', '.']) && !bucket.ends_with(['-', '.']);
    if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(legal) || !is_framed || uri.contains(['\n', '\r']) {
        return Err(TransformError::invalid(at, "expected s3://bucket/key"));
    }
    let owner = label.bucket_owner.or(options.s3_bucket_owner.as_deref());
    if owner.is_some_and(|owner| owner.len() != 12 || !owner.bytes().all(|b| b.is_ascii_digit())) {
        return Err(TransformError::invalid(at, "its bucket_owner must be the 12 digits of an AWS account"));
    }
    let (kind, format) = format_of(&[], None, Label { filename: Some(uri), ..label }, at)?;
    Ok(Medium { kind, format, source: Source::S3 { uri, owner } })
}

/// The bytes say best what they are; then the caller's word, the label on the data, the file's ending.
fn format_of(
    start: &[u8],
    media_type: Option<&str>,
    label: Label<'_>,
    at: &str,
) -> Result<(Kind, &'static str), TransformError> {
    let media_type = label.format.or(media_type).map(|text| text.split(';').next().unwrap_or_default().trim());
    let ending = label
        .filename
        .and_then(|name| name.split(['?', '#']).next())
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, ending)| ending);
    by_magic(start)
        .or_else(|| media_type.and_then(by_name))
        .or_else(|| ending.and_then(by_ending).filter(|_| media_type.is_none_or(says_nothing)))
        .ok_or_else(|| {
            let named = media_type.or(ending).map_or_else(|| "this media type".to_owned(), |name| format!("`{name}`"));
            TransformError::invalid(
                at,
                format!(
                    "{named} is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, \
                     doc, docx, xls, xlsx, html, txt or md"
                ),
            )
        })
}

fn says_nothing(media_type: &str) -> bool {
    matches!(media_type, "" | "application/octet-stream" | "binary/octet-stream")
}

fn by_magic(start: &[u8]) -> Option<(Kind, &'static str)> {
    if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        return Some((Kind::Image, "webp"));
    }
    MAGIC.iter().find(|(magic, ..)| start.starts_with(magic)).map(|(_, kind, format)| (*kind, *format))
}

/// By media type, or by Bedrock's own word for the format.
pub(crate) fn by_name(name: &str) -> Option<(Kind, &'static str)> {
    let name = name.to_ascii_lowercase();
    FORMATS
        .iter()
        .find(|(_, _, types, _)| types.contains(&name.as_str()))
        .or_else(|| FORMATS.iter().find(|(_, format, _, endings)| *format == name || endings.contains(&name.as_str())))
        .map(|(kind, format, ..)| (*kind, *format))
}

fn by_ending(ending: &str) -> Option<(Kind, &'static str)> {
    let ending = ending.to_ascii_lowercase();
    FORMATS.iter().find(|(.., endings)| endings.contains(&ending.as_str())).map(|(kind, format, ..)| (*kind, *format))
}

/// The format of sound, by OpenAI's word.
pub(crate) fn audio_format(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    FORMATS
        .iter()
        .find(|(kind, format, types, endings)| {
            *kind == Kind::Audio
                && (*format == name || types.contains(&name.as_str()) || endings.contains(&name.as_str()))
        })
        .map(|(_, format, ..)| *format)
}

/// How many characters are checked before the first wrong one ends it.
const BLOCK: usize = 4096;

/// Whether all are of base64's standard alphabet. Gathers how far each is outside of it, without a branch, so that the compiler
/// does many at once: an image has a million.
fn is_alphabet(block: &[u8]) -> bool {
    let outside = |byte: u8| {
        let letters = (byte | 0x20).wrapping_sub(b'a').saturating_sub(25);
        // The slash stands before the digits.
        let digits = byte.wrapping_sub(b'/').saturating_sub(10);
        letters.min(digits).min(byte ^ b'+')
    };
    block.iter().fold(0, |any, byte| any | outside(*byte)) == 0
}

/// `data` in the standard alphabet with padding; borrowed if it is so already.
fn standard_base64(data: &str) -> Option<Cow<'_, str>> {
    let is_standard = |text: &str| {
        let body = text.trim_end_matches('=');
        text.len().is_multiple_of(4) && text.len() - body.len() <= 2 && body.as_bytes().chunks(BLOCK).all(is_alphabet)
    };
    if is_standard(data) {
        return Some(Cow::Borrowed(data));
    }
    // Line breaks, the URL alphabet, percent-encoded signs and missing padding occur in the wild.
    let mut text: String = data
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=")
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let body = text.trim_end_matches('=').len();
    text.truncate(body);
    if body % 4 == 1 {
        return None;
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    is_standard(&text).then_some(Cow::Owned(text))
}

/// A medium behind an `http(s)` URL, which must be fetched before its request can be mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteMedium<'a> {
    /// JSON path of the part that names it.
    pub at: String,
    /// The URL.
    pub url: &'a str,
}

/// The media of `request` that must be fetched before it can be mapped, in order, each URL once.
#[must_use]
pub fn remote_media(request: &ChatRequest) -> Vec<RemoteMedium<'_>> {
    let mut found: Vec<RemoteMedium<'_>> = Vec::new();
    for (index, message) in request.messages.iter().enumerate() {
        let content = match message {
            Message::User(message) => Some(&message.content),
            Message::Tool(message) => Some(&message.content),
            Message::Assistant(message) => message.content.as_ref(),
            _ => None,
        };
        let Some(Content::Parts(parts)) = content else { continue };
        for (place, part) in parts.iter().enumerate() {
            let url = match part {
                Part::ImageUrl(image) => Some((image.url.as_str(), "image_url.url")),
                Part::VideoUrl(video) => Some((video.url.as_str(), "video_url.url")),
                Part::File(file) if file.file_data.is_none() => {
                    file.file_id.as_deref().map(|url| (url, "file.file_id"))
                }
                Part::Document(document) => match &document.source {
                    DocumentSource::Url { url, .. } => Some((url.as_str(), "source.url")),
                    _ => None,
                },
                _ => None,
            };
            if let Some((url, member)) =
                url.filter(|(url, _)| is_remote(url) && found.iter().all(|known| known.url != *url))
            {
                found.push(RemoteMedium { at: format!("messages[{index}].content[{place}].{member}"), url });
            }
        }
    }
    found
}

fn is_remote(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_buckets_that_may_exist_are_named() {
        let options = Options::default();
        let of = |uri| of_s3(uri, Label::default(), &options, "here").map(|medium| medium.format);
        assert_eq!(of("s3://my-bucket.eu/a.png").ok(), Some("png"));
        for uri in [
            "s3://.a.png",
            "s3://-ab/a.png",
            "s3://ab./a.png",
            "s3://ab/a.png",
            "s3://s3://abc/a.png",
            "s3://abc/a\n.png",
        ] {
            assert_eq!(
                of(uri).map_err(|error| error.to_string()),
                Err("here: expected s3://bucket/key".to_owned()),
                "{uri}"
            );
        }
    }

    #[test]
    fn the_alphabet_is_base64s() {
        let expected = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        for byte in 0..=u8::MAX {
            assert_eq!(is_alphabet(&[byte]), expected(byte), "{byte}");
            assert_eq!(is_alphabet(&[b'A', byte, b'A']), expected(byte), "{byte}");
        }
    }
}
