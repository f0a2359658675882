//! Image files, as bodies take them.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use core_types::ImageFile;
use serde::{Serialize, Serializer};

use crate::TransformError;

/// An image file as a member of a body: in base64, written without a copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base64<'a>(pub(crate) &'a ImageFile);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0.bytes(), &STANDARD))
    }
}

/// Refuses a file that is no image: a form sends anything.
pub(crate) fn check(file: &ImageFile, at: impl Fn() -> String) -> Result<(), TransformError> {
    match file.bytes() {
        [] => Err(TransformError::invalid(at(), "the file is empty")),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => Ok(()),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(()),
        _ => Err(TransformError::invalid(at(), "expected a PNG, JPEG or WebP file")),
    }
}

/// Whether a PNG has transparent pixels, or may have.
pub(crate) fn is_transparent(file: &ImageFile) -> bool {
    /// Where the header says how a pixel is made up.
    /// <https://www.w3.org/TR/png-3/#11IHDR>
    const COLOUR_TYPE: usize = 25;
    let bytes = file.bytes();
    let header = bytes.starts_with(&[0x89, b'P', b'N', b'G']);
    let palette = || bytes.windows(4).take(4096).any(|chunk| chunk == b"tRNS");
    header && (matches!(bytes.get(COLOUR_TYPE), Some(4 | 6)) || palette())
}
