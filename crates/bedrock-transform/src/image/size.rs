//! Sizes of images, as OpenAI writes them and as models take them.

use std::fmt;

use crate::TransformError;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Size {
    /// A size in pixels.
    pub(crate) const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Reads `1024x1024`.
    pub(crate) fn parse(text: &str) -> Result<Self, TransformError> {
        let sides = text
            .split_once('x')
            .and_then(|(width, height)| Some(Self::new(width.trim().parse().ok()?, height.trim().parse().ok()?)));
        match sides {
            Some(size) if size.width > 0 && size.height > 0 => Ok(size),
            _ => Err(TransformError::invalid("size", "expected width and height in pixels, e.g. `1024x1024`")),
        }
    }

    /// Refuses a size that a model cannot draw and lists those that it can.
    pub(crate) fn refused(self, legal: impl fmt::Display) -> TransformError {
        TransformError::invalid("size", format!("the model does not draw {self}; it draws {legal}"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Sizes as a list for people.
pub(crate) struct Sizes(pub(crate) &'static [Size]);

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, size) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{size}")?;
        }
        Ok(())
    }
}

/// Aspect ratios that Stability's models take, and the size in pixels that comes of each.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-3-5-large.html>
const RATIOS: &[(&str, u32, u32)] = &[
    ("21:9", 21, 9),
    ("16:9", 16, 9),
    ("3:2", 3, 2),
    ("5:4", 5, 4),
    ("1:1", 1, 1),
    ("4:5", 4, 5),
    ("2:3", 2, 3),
    ("9:16", 9, 16),
    ("9:21", 9, 21),
];

/// The aspect ratio of a size, where the model takes no pixels. The usual sizes are multiples of 64 and so up to 3 % off
/// their ratio, OpenAI's own `1792x1024` among them.
pub(crate) fn aspect_ratio(size: Size) -> Result<&'static str, TransformError> {
    let ratio = f64::from(size.width) / f64::from(size.height);
    RATIOS
        .iter()
        .find(|(_, width, height)| (ratio * f64::from(*height) / f64::from(*width) - 1.0).abs() < 0.03)
        .map(|(name, ..)| *name)
        .ok_or_else(|| {
            let names: Vec<&str> = RATIOS.iter().map(|(name, ..)| *name).collect();
            size.refused(format_args!(
                "sizes with an aspect ratio of {}, e.g. 1024x1024, 1536x1024, 1024x1536, 1792x1024, 1024x1792",
                names.join(", ")
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(Size::parse("1024x768").unwrap(), Size::new(1024, 768));
        for wrong in ["", "1024", "x", "1024x", "0x512", "-1x2", "1024×768", "99999999999x1"] {
            assert!(Size::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_the_aspect_ratio_that_is_meant() {
        let table = [
            ("1024x1024", "1:1"),
            ("256x256", "1:1"),
            ("1792x1024", "16:9"),
            ("1024x1792", "9:16"),
            ("1536x1024", "3:2"),
            ("1024x1536", "2:3"),
            ("1920x1080", "16:9"),
            ("1344x768", "16:9"),
            ("1536x640", "21:9"),
            ("640x1536", "9:21"),
            ("1216x832", "3:2"),
            ("1152x896", "5:4"),
            ("896x1152", "4:5"),
        ];
        for (size, ratio) in table {
            assert_eq!(aspect_ratio(Size::parse(size).unwrap()).unwrap(), ratio, "{size}");
        }
        assert_eq!(
            aspect_ratio(Size::new(1024, 768)).unwrap_err().to_string(),
            "size: the model does not draw 1024x768; it draws sizes with an aspect ratio of 21:9, 16:9, 3:2, 5:4, 1:1, \
             4:5, 2:3, 9:16, 9:21, e.g. 1024x1024, 1536x1024, 1024x1536, 1792x1024, 1024x1792"
        );
    }
}
