//! Pictures: small files of any size in pixels that show what they were drawn for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Encoder};
use serde_json::Value;

use crate::call::hash;
use crate::error::Refusal;
use crate::media;

/// A PNG in base64 that shows a hash of `prompt` and `seed`, and its own size in pixels. The colour follows from the hash;
/// a text chunk holds the same words.
pub(super) fn draw(prompt: &str, seed: u64, (width, height): (u32, u32)) -> Result<String, Refusal> {
    let hash = hash(&format!("{seed}\n{prompt}"));
    let lines = [format!("{:08X}", hash >> 32), format!("{width}X{height}")];
    let mut file = Vec::new();
    encode(&mut file, hash, &lines, width, height).map_err(|_| Refusal::of_status(500))?;
    Ok(STANDARD.encode(file))
}

fn encode(
    file: &mut Vec<u8>,
    hash: u64,
    lines: &[String; 2],
    width: u32,
    height: u32,
) -> Result<(), png::EncodingError> {
    let mut encoder = Encoder::new(file, width, height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::One);
    let [red, green, blue, ..] = hash.to_be_bytes();
    // Dark enough for white letters.
    encoder.set_palette(vec![red / 2, green / 2, blue / 2, 255, 255, 255]);
    encoder.add_text_chunk("Comment".to_owned(), lines.join(" "))?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels(lines, width, height))?;
    writer.finish()
}

/// Columns and rows of a letter, and of the gap after it.
const LETTER: (u32, u32) = (3, 5);

/// Rows of one bit a pixel, each in whole bytes.
fn pixels(lines: &[String; 2], width: u32, height: u32) -> Vec<u8> {
    let row_bytes = width.div_ceil(8) as usize;
    let mut pixels = vec![0; row_bytes * height as usize];
    let longest = lines.iter().map(String::len).max().unwrap_or(1) as u32;
    let (columns, rows) = (longest * (LETTER.0 + 1) + 1, 2 * (LETTER.1 + 1) + 1);
    // Pixels of a dot. Pictures too small for letters show their colour.
    let dot = (width / columns).min(height / rows);
    for (line, top) in lines.iter().zip([1, LETTER.1 + 2]) {
        for (letter, left) in line.chars().zip((1..).step_by(LETTER.0 as usize + 1)) {
            for (row, bits) in (0..).zip(glyph(letter)) {
                for column in (0..LETTER.0).filter(|column| bits & (0b100 >> column) != 0) {
                    fill(&mut pixels, row_bytes, (left + column) * dot, (top + row) * dot, dot);
                }
            }
        }
    }
    pixels
}

/// Fills a square.
fn fill(pixels: &mut [u8], row_bytes: usize, left: u32, top: u32, side: u32) {
    for y in top..top + side {
        for x in left..left + side {
            if let Some(byte) = pixels.get_mut(y as usize * row_bytes + x as usize / 8) {
                *byte |= 0x80 >> (x % 8);
            }
        }
    }
}

/// Five rows of three dots.
const fn glyph(letter: char) -> [u8; 5] {
    match letter {
        '0' => [0b111, 0b101, 0b101, 0b101, 0b111],
        '1' => [0b010, 0b110, 0b010, 0b010, 0b111],
        '2' => [0b111, 0b001, 0b111, 0b100, 0b111],
        '3' => [0b111, 0b001, 0b011, 0b001, 0b111],
        '4' => [0b101, 0b101, 0b111, 0b001, 0b001],
        '5' => [0b111, 0b100, 0b111, 0b001, 0b111],
        '6' => [0b111, 0b100, 0b111, 0b101, 0b111],
        '7' => [0b111, 0b001, 0b010, 0b010, 0b010],
        '8' => [0b111, 0b101, 0b111, 0b101, 0b111],
        '9' => [0b111, 0b101, 0b111, 0b001, 0b111],
        'A' => [0b010, 0b101, 0b111, 0b101, 0b101],
        'B' => [0b110, 0b101, 0b110, 0b101, 0b110],
        'C' => [0b011, 0b100, 0b100, 0b100, 0b011],
        'D' => [0b110, 0b101, 0b101, 0b101, 0b110],
        'E' => [0b111, 0b100, 0b110, 0b100, 0b111],
        'F' => [0b111, 0b100, 0b110, 0b100, 0b100],
        'X' => [0b101, 0b101, 0b010, 0b101, 0b101],
        _ => [0; 5],
    }
}

/// Width and height of an image that a request brings, in base64.
///
/// # Errors
/// If it is no base64, or no image.
pub(super) fn size(name: &str, image: &Value) -> Result<(u32, u32), Refusal> {
    let file = image.as_str().and_then(|text| STANDARD.decode(text).ok());
    file.and_then(|file| media::dimensions(&file))
        .filter(|(width, height)| (1..=MOST_SIDE).contains(width) && (1..=MOST_SIDE).contains(height))
        .ok_or_else(|| Refusal::validation(format!("Invalid value for {name}. Unable to decode the image.")))
}

/// Largest width or height of an image to edit, in pixels.
const MOST_SIDE: u32 = 4_096;

/// Whether a prompt holds the word that the models' filter knows.
pub(super) fn is_filtered(prompt: &str) -> bool {
    prompt.to_lowercase().contains("forbidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_real_png_of_its_size() {
        for size in [(1, 1), (7, 9), (320, 704), (1024, 1024), (1173, 640)] {
            let file = STANDARD.decode(draw("An otter", 0, size).unwrap()).unwrap();
            assert!(file.len() < 20_000, "{size:?}: {} bytes", file.len());
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            assert_eq!((reader.info().width, reader.info().height), size);
            let words = reader.info().uncompressed_latin1_text[0].text.clone();
            assert!(words.ends_with(&format!(" {}X{}", size.0, size.1)), "{words}");
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(pixels.iter().any(|byte| *byte != 0), size.0 >= 37 && size.1 >= 13, "{size:?} shows letters");
        }
    }

    #[test]
    fn prompts_and_seeds_tell_pictures_apart() {
        let size = (64, 64);
        let picture = draw("An otter", 0, size).unwrap();
        assert_eq!(picture, draw("An otter", 0, size).unwrap());
        assert_ne!(picture, draw("An otter", 1, size).unwrap());
        assert_ne!(picture, draw("A beaver", 0, size).unwrap());
    }
}
