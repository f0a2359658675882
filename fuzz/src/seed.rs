//! Choices made by bytes.

/// Bytes as a source of choices. At their end every choice is the first one, so that short inputs make small requests.
#[derive(Debug)]
pub struct Seed<'a>(&'a [u8]);

impl<'a> Seed<'a> {
    /// Choices made by `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// Whether there are bytes left.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of `items`.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::from(self.byte()) % items.len()]
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u8) -> u8 {
        self.byte() % bound
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u8) -> bool {
        self.byte() % times == times - 1
    }

    /// Up to 255 of the next bytes as text.
    pub fn text(&mut self) -> String {
        let length = usize::from(self.byte()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
