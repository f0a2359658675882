//! The deltas of a stream.

/// Characters of a delta, about: the piece ends with the word that reaches it.
const PIECE: usize = 12;

/// Cuts a text into deltas; together they are the text. An empty text is one empty delta.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let cut = rest
            .char_indices()
            .enumerate()
            .find(|&(count, (_, character))| count >= 2 * PIECE || (count >= PIECE && character.is_whitespace()))
            .map_or(rest.len(), |(_, (at, _))| at);
        let (piece, after) = rest.split_at(cut);
        pieces.push(piece);
        if after.is_empty() {
            return pieces;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_together_are_the_text() {
        for text in ["", "a", "Grüße aus Köln, und noch viel mehr Text dahinter", &"x".repeat(100)] {
            assert_eq!(pieces(text).concat(), text);
            assert!(pieces(text).iter().all(|piece| piece.chars().count() <= 2 * PIECE));
        }
    }
}
