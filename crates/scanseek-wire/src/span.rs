//! Places in a text, counted as JavaScript counts.

wire! {
    /// UTF-16 offsets, `end` exclusive.
    #[derive(Copy)]
    pub struct Span {
        pub start: u32,
        pub end: u32,
    }
}

/// Bytes between two places whose UTF-16 offset is kept.
const STEP: usize = 1024;

/// Turns byte offsets of one text into UTF-16 offsets, without walking the text for each.
#[derive(Debug, Clone)]
pub struct Utf16<'a> {
    text: &'a str,
    /// UTF-16 offset of the first character at or behind each multiple of [`STEP`] bytes.
    steps: Vec<usize>,
}

impl<'a> Utf16<'a> {
    /// Walks the text once.
    pub fn new(text: &'a str) -> Self {
        let mut steps = Vec::with_capacity(text.len() / STEP + 1);
        let mut units = 0;
        for (at, c) in text.char_indices() {
            while steps.len() * STEP <= at {
                steps.push(units);
            }
            units += c.len_utf16();
        }
        Self { text, steps }
    }

    /// The span of a byte range. Offsets outside the text or inside a character go to the nearest
    /// place before.
    pub fn span(&self, (start, end): (usize, usize)) -> Span {
        Span { start: self.offset(start), end: self.offset(end) }
    }

    /// The byte at which a character begins that a UTF-16 offset is in; the end for offsets behind it.
    pub fn byte(&self, offset: u32) -> usize {
        let offset = offset as usize;
        let step = self.steps.partition_point(|units| *units <= offset).saturating_sub(1);
        let mut at = (step * STEP).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        let mut units = self.steps.get(step).copied().unwrap_or(0);
        for c in self.text[at..].chars() {
            units += c.len_utf16();
            if units > offset {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    fn offset(&self, byte: usize) -> u32 {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let step = (byte / STEP).min(self.steps.len().saturating_sub(1));
        // Not behind `byte`, which is a boundary itself.
        let mut start = step * STEP;
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        let units = self.steps.get(step).copied().unwrap_or(0)
            + self.text[start..byte].chars().map(char::len_utf16).sum::<usize>();
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_javascript() {
        let text = "aü€😀b";
        for (byte, unit) in [(0, 0), (1, 1), (2, 1), (3, 2), (6, 3), (10, 5), (11, 6), (99, 6)] {
            assert_eq!(Utf16::new(text).span((byte, byte)).start, unit, "{byte}");
        }
        assert_eq!(Utf16::new("").span((0, 9)), Span { start: 0, end: 0 });
        for (unit, byte) in [(0, 0), (1, 1), (2, 3), (3, 6), (4, 6), (5, 10), (6, 11), (99, 11)] {
            assert_eq!(Utf16::new(text).byte(unit), byte, "{unit}");
        }
        assert_eq!(Utf16::new("").byte(3), 0);
    }

    #[test]
    fn long_texts_count_the_same_as_a_walk() {
        for unit in ["a", "ü", "€", "😀x"] {
            let text = unit.repeat(3000);
            let utf16 = Utf16::new(&text);
            for byte in 0..=text.len() {
                let before = (0..=byte).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let expected = text[..before].encode_utf16().count() as u32;
                assert_eq!(utf16.span((byte, byte)).start, expected, "{unit} {byte}");
                assert_eq!(utf16.byte(expected), before, "{unit} {byte}");
            }
        }
    }
}
