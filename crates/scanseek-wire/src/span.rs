//! Places in a text, counted as JavaScript counts.

wire! {
    /// UTF-16 offsets, `end` exclusive.
    #[derive(Copy)]
    pub struct Span {
        pub start: u32,
        pub end: u32,
    }
}

/// Turns byte offsets of one text into UTF-16 offsets.
#[derive(Debug, Clone, Copy)]
pub struct Utf16<'a>(pub &'a str);

impl Utf16<'_> {
    /// The span of a byte range. Offsets outside the text or inside a character go to the nearest
    /// place before.
    pub fn span(self, (start, end): (usize, usize)) -> Span {
        Span { start: self.offset(start), end: self.offset(end) }
    }

    fn offset(self, byte: usize) -> u32 {
        let units = self
            .0
            .char_indices()
            .take_while(|(at, c)| at + c.len_utf8() <= byte)
            .map(|(_, c)| c.len_utf16())
            .sum::<usize>();
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
            assert_eq!(Utf16(text).span((byte, byte)).start, unit, "{byte}");
        }
    }
}
