//! Mutations of a seed, small enough to be shrunk.

use proptest::prelude::*;

/// One change of the bytes; places are taken modulo the length.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Flips bits of one byte.
    Flip(usize, u8),
    /// Writes bytes over others.
    Put(usize, Vec<u8>),
    /// Puts bytes between others.
    Insert(usize, Vec<u8>),
    /// Takes bytes out.
    Remove(usize, usize),
    /// Copies bytes over others.
    Copy(usize, usize, usize),
    /// Ends here.
    Cut(usize),
}

/// Some edits, few more often than many.
pub fn edits() -> impl Strategy<Value = Vec<Edit>> {
    // Most of what a file says of itself stands at its beginning.
    let place = || prop_oneof![0..128usize, any::<usize>()];
    let telling = || {
        prop_oneof![
            Just(vec![0]),
            Just(vec![0xff, 0xff]),
            Just(vec![0x7f, 0xff, 0xff, 0xff]),
            Just(vec![0xff, 0xff, 0xff, 0xff]),
            Just(vec![0, 0, 0, 1]),
            Just(b"''".to_vec()),
            Just(b"(".to_vec()),
            Just(b"/*".to_vec()),
            Just("ü\u{0}".as_bytes().to_vec()),
            prop::collection::vec(any::<u8>(), 1..9),
        ]
    };
    let edit = prop_oneof![
        4 => (place(), 1..=255u8).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        4 => (place(), telling()).prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        1 => (place(), telling()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        1 => (place(), 1..40usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => (place(), place(), 1..600usize).prop_map(|(from, to, count)| Edit::Copy(from, to, count)),
        1 => place().prop_map(Edit::Cut),
    ];
    prop_oneof![3 => prop::collection::vec(edit.clone(), 1..4), 1 => prop::collection::vec(edit, 4..24)]
}

/// The seed with the edits made one after another.
pub fn mutated(seed: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for edit in edits {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match edit {
            Edit::Flip(at, bits) => bytes[at % length] ^= bits,
            Edit::Put(at, new) => {
                for (byte, new) in bytes[at % length..].iter_mut().zip(new) {
                    *byte = *new;
                }
            }
            Edit::Insert(at, new) => {
                let at = at % length;
                bytes.splice(at..at, new.iter().copied());
            }
            Edit::Remove(at, count) => {
                let at = at % length;
                bytes.drain(at..(at + count).min(length));
            }
            Edit::Copy(from, to, count) => {
                let (from, to) = (from % length, to % length);
                let count = (*count).min(length - from).min(length - to);
                bytes.copy_within(from..from + count, to);
            }
            Edit::Cut(at) => bytes.truncate(at % length),
        }
    }
    bytes
}
