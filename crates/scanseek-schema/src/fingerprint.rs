//! The mark by which a database file is known again without reading all of it.

use std::fmt;

/// Number of evenly spaced blocks that are read.
const BLOCKS: u64 = 64;
/// Bytes of each block.
const BLOCK_BYTES: u64 = 4096;

/// A 64-bit FNV-1a hash of a file's length and of up to 64 evenly spaced blocks of 4 KiB.
///
/// It tells files apart, it does not protect against forgery. A shared link carries the counters
/// too, and those are checked by running the queries.
/// Source of the hash: <http://www.isthe.com/chongo/tech/comp/fnv/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// Reads a file of `length` bytes through `read(offset, buffer)`, which fills the whole buffer.
    ///
    /// # Errors
    /// Whatever `read` returns.
    pub fn of<E>(
        length: u64,
        mut read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut hash = fnv1a(0xcbf2_9ce4_8422_2325, &length.to_le_bytes());
        let blocks = length.div_ceil(BLOCK_BYTES);
        let taken = blocks.min(BLOCKS);
        let mut buffer = vec![0; BLOCK_BYTES as usize];
        for i in 0..taken {
            let block = if taken > 1 { i * (blocks - 1) / (taken - 1) } else { 0 };
            let offset = block * BLOCK_BYTES;
            let bytes = &mut buffer[..(length - offset).min(BLOCK_BYTES) as usize];
            read(offset, bytes)?;
            hash = fnv1a(hash, bytes);
        }
        Ok(Self(hash))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Fingerprint {
        Fingerprint::of(bytes.len() as u64, |offset, buffer| {
            let start = offset as usize;
            buffer.copy_from_slice(&bytes[start..start + buffer.len()]);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn first_and_last_byte_and_length_count() {
        let bytes = vec![7; 1_000_000];
        let mut last = bytes.clone();
        *last.last_mut().unwrap() = 8;
        let mut first = bytes.clone();
        first[0] = 8;
        let all = [of(&bytes), of(&last), of(&first), of(&bytes[..999_999]), of(b""), of(b"x")];
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert_ne!(a, b);
            }
        }
        assert_eq!(of(b"").to_string().len(), 16);
    }
}
