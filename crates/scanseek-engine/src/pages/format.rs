//! What of SQLite's file format the map needs beyond `dbstat`: inner pages, the list of free pages,
//! pointer maps and the page of the locks. Source: <https://sqlite.org/fileformat2.html>.

const INNER_INDEX: u8 = 2;
const INNER_TABLE: u8 = 5;
const LEAF_INDEX: u8 = 10;
const LEAF_TABLE: u8 = 13;

/// Where the bytes lie that are locked.
const LOCK_BYTE: u64 = 1 << 30;

/// Facts of the header on the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of a page without those reserved at its end.
    pub(super) usable_bytes: u32,
    /// The first page that lists free pages, or 0.
    pub(super) first_trunk: u32,
    /// True if there are pointer maps.
    pub(super) auto_vacuum: bool,
}

impl Header {
    pub(super) fn read(first_page: &[u8]) -> Option<Self> {
        let reserved = u32::from(*first_page.get(20)?);
        Some(Self {
            usable_bytes: (first_page.len() as u32).saturating_sub(reserved).max(480),
            first_trunk: u32_at(first_page, 32)?,
            auto_vacuum: u32_at(first_page, 52)? != 0,
        })
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The page that lies under the locks, whether the file reaches so far or not.
pub(super) fn lock_byte_page(page_size: u32) -> u32 {
    (LOCK_BYTE / u64::from(page_size.max(512))) as u32 + 1
}

/// The pages that are pointer maps.
pub(super) fn pointer_maps(page_count: u32, page_size: u32, usable_bytes: u32) -> Vec<u32> {
    // Each names as many pages behind it as entries of 5 bytes fit on it.
    let step = usable_bytes / 5 + 1;
    let lock_byte = lock_byte_page(page_size);
    (2..=page_count)
        .step_by(step as usize)
        .map(|page| if page == lock_byte { page + 1 } else { page })
        .filter(|page| *page <= page_count)
        .collect()
}

/// A page of a b-tree as far as the map needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BtreePage {
    Leaf,
    /// Its children in the order of keys.
    Inner(Vec<u32>),
}

impl BtreePage {
    /// `None` for a page that is none of a b-tree.
    pub(super) fn read(bytes: &[u8], first: bool) -> Option<Self> {
        let header = if first { 100 } else { 0 };
        let u16_at = |at: usize| {
            Some(usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
        };
        match bytes.get(header)? {
            &LEAF_INDEX | &LEAF_TABLE => Some(Self::Leaf),
            &INNER_INDEX | &INNER_TABLE => {
                let cells = u16_at(header + 3)?;
                let mut children = Vec::with_capacity(cells + 1);
                for cell in 0..cells {
                    children.push(u32_at(bytes, u16_at(header + 12 + 2 * cell)?)?);
                }
                children.push(u32_at(bytes, header + 8)?);
                Some(Self::Inner(children))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_locks_is_none_of_the_pointer_maps() {
        // From the file format: with pages of 512 bytes, every 103rd page from the second is one.
        assert_eq!(pointer_maps(206, 512, 512), [2, 105]);
        assert_eq!(pointer_maps(1, 512, 512), []);
        // 2^30 / 512 + 1 = 2 097 153 = 2 + 103 × 20 360 + 71 is none; with 508 usable bytes the step
        // is 102, and 2 + 102 × 20 560 = 2 097 122 is none either.
        assert_eq!(lock_byte_page(512), 2_097_153);
        assert_eq!(lock_byte_page(65_536), 16_385);
        // The step is 13 108 with pages of 65 536 bytes, so 2 + 13 108 is the second.
        assert_eq!(pointer_maps(20_000, 65_536, 65_536), [2, 13_110]);
        // One that would lie under the locks stands behind them: usable bytes of which the step
        // divides 16 383 (as 5461 × 3 does).
        assert_eq!(pointer_maps(16_386, 65_536, 5_460 * 5).last(), Some(&16_386));
        assert_eq!(pointer_maps(16_385, 65_536, 5_460 * 5).last(), Some(&10_924));
    }
}
