//! OpenAI's base64: 32-bit floats, little-endian.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core_types::Vector;

/// Writes floats as base64. Whole numbers stay a list: OpenAI has no encoding for them.
pub(crate) fn base64(vector: &mut Vector) {
    if let Vector::Floats(floats) = vector {
        // The models compute with 32 bits or fewer; more digits than those are spelling.
        let bytes: Vec<u8> = floats.iter().flat_map(|float| (*float as f32).to_le_bytes()).collect();
        *vector = Vector::Base64(STANDARD.encode(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_holds_the_same_floats() {
        let floats = [0.1, -0.05289186164736748, 1.5e-5, -0.0, 1.0, 3.0e38];
        let mut vector = Vector::Floats(floats.to_vec());
        base64(&mut vector);
        let Vector::Base64(text) = vector else { panic!("{vector:?}") };
        let bytes = STANDARD.decode(text).unwrap();
        let read: Vec<u32> =
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()).to_bits()).collect();
        assert_eq!(read, floats.map(|float| (float as f32).to_bits()));
    }

    #[test]
    fn whole_numbers_stay_a_list() {
        let mut vector = Vector::Integers(vec![1, -4]);
        base64(&mut vector);
        assert_eq!(vector, Vector::Integers(vec![1, -4]));
    }
}
