//! How many distinct values sets of keys have, counted in one pass over a table: what `ANALYZE` would
//! find of indexes that are not built.

use crate::{Database, EngineError, Value};

/// What to count of one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DistinctRequest {
    /// The table, as it stands in SQL.
    pub table: String,
    /// Columns and expressions, as SQL, each with its collation.
    pub keys: Vec<(String, String)>,
    /// Sets of keys, by their positions.
    pub sets: Vec<Vec<usize>>,
    /// Only rows with this condition count.
    pub filter: Option<String>,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distinct {
    /// Rows.
    pub rows: u64,
    /// Distinct values of each set: exactly if they are few, else within about one percent.
    pub values: Vec<u64>,
}

/// Of larger tables, so many rows are read and the rest is taken to be alike.
const MOST_ROWS: u64 = 1_000_000;
/// Registers of a counter, as a power of two: an error of 0.8 %.
const REGISTER_BITS: u32 = 14;

impl Database {
    /// Counts distinct values; NULLs are equal, as they are to `ANALYZE`.
    ///
    /// # Errors
    /// What SQLite says, and [`EngineError::Cancelled`].
    pub fn distinct(&self, request: &DistinctRequest) -> Result<Distinct, EngineError> {
        let keys: Vec<String> = request.keys.iter().map(|(sql, _)| format!("({sql})")).collect();
        let filter = request.filter.as_ref().map(|filter| format!(" WHERE {filter}"));
        let filter = filter.unwrap_or_default();
        let watched = self.watch().begin(None, None);
        let statement = self.prepare_own(&format!(
            "SELECT {} FROM {}{filter} LIMIT {MOST_ROWS}",
            keys.join(", "),
            request.table
        ))?;
        let folds: Vec<Fold> = request.keys.iter().map(|(_, name)| Fold::of(name)).collect();
        let mut counters: Vec<Counter> = request.sets.iter().map(|_| Counter::new()).collect();
        let mut hashes = vec![0_u64; keys.len()];
        let mut read = 0;
        while statement.step()? {
            read += 1;
            for (column, hash) in hashes.iter_mut().enumerate() {
                *hash = value_hash(&statement, column, folds[column]);
            }
            for (set, counter) in request.sets.iter().zip(&mut counters) {
                let mixed = set.iter().fold(0, |mixed, at| mix(mixed ^ hashes[*at]));
                counter.add(mixed);
            }
        }
        drop((statement, watched));
        let mut rows = read;
        if read == MOST_ROWS {
            let count = format!("SELECT count(*) FROM {}{filter}", request.table);
            rows = self.prepare_own(&count)?.first_integer()?.max(0) as u64;
        }
        let values = counters
            .iter()
            .map(|counter| {
                let values = counter.count().min(read);
                // Values that are still new at the end go on being new.
                let many = values * 10 > read;
                if many && read > 0 { values * rows / read } else { values }
            })
            .map(|values| values.max(u64::from(rows > 0)))
            .collect();
        Ok(Distinct { rows, values })
    }
}

/// How texts that a collation takes for equal become the same bytes.
#[derive(Clone, Copy)]
enum Fold {
    Nothing,
    Case,
    Blanks,
}

impl Fold {
    fn of(collation: &str) -> Self {
        match collation.to_ascii_uppercase().as_str() {
            "NOCASE" => Self::Case,
            "RTRIM" => Self::Blanks,
            _ => Self::Nothing,
        }
    }
}

fn value_hash(statement: &crate::Prepared<'_>, column: usize, fold: Fold) -> u64 {
    let column = column as std::ffi::c_int;
    match statement.value_for_hash(column) {
        Value::Null => 0x9e37_79b9,
        Value::Integer(integer) => mix(integer as u64 ^ 1 << 63),
        // 1.0 and 1 are one key.
        Value::Real(real) if real == real.trunc() && real.abs() < 9e15 => {
            mix(real as i64 as u64 ^ 1 << 63)
        }
        Value::Real(real) => mix(real.to_bits() ^ 3),
        Value::Text { .. } => {
            let bytes = statement.bytes(column, false);
            match fold {
                Fold::Nothing => bytes_hash(bytes.iter().copied(), 5),
                Fold::Case => bytes_hash(bytes.iter().map(u8::to_ascii_lowercase), 5),
                Fold::Blanks => bytes_hash(bytes.trim_ascii_end().iter().copied(), 5),
            }
        }
        Value::Blob { .. } => bytes_hash(statement.bytes(column, true).iter().copied(), 7),
    }
}

fn bytes_hash(bytes: impl Iterator<Item = u8>, seed: u64) -> u64 {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    mix(hash)
}

/// Spreads the bits. Source: the finaliser of `SplitMix64`, Steele et al., OOPSLA 2014.
fn mix(mut hash: u64) -> u64 {
    hash = hash.wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Up to so many values are counted one by one: of few values, one more or less changes what `ANALYZE` writes.
const FEW_VALUES: usize = 2048;
/// Places for them, a power of two.
const PLACES: usize = 2 * FEW_VALUES;

/// Counts distinct hashes in little memory. Source: Flajolet et al., "`HyperLogLog`" (2007), with linear
/// counting where few registers are set.
struct Counter {
    registers: Vec<u8>,
    /// The hashes themselves while they are few, each at its place or behind it; 0 is none.
    few: Vec<u64>,
    count: usize,
}

impl Counter {
    fn new() -> Self {
        Self { registers: vec![0; 1 << REGISTER_BITS], few: vec![0; PLACES], count: 0 }
    }

    fn add(&mut self, hash: u64) {
        if self.count < FEW_VALUES {
            let hash = hash.max(1);
            let mut place = hash as usize % PLACES;
            while self.few[place] != 0 && self.few[place] != hash {
                place = (place + 1) % PLACES;
            }
            if self.few[place] == hash {
                return;
            }
            self.few[place] = hash;
            self.count += 1;
        }
        let register = (hash >> (64 - REGISTER_BITS)) as usize;
        let rank = ((hash << REGISTER_BITS) | 1 << (REGISTER_BITS - 1)).leading_zeros() as u8 + 1;
        self.registers[register] = self.registers[register].max(rank);
    }

    fn count(&self) -> u64 {
        if self.count < FEW_VALUES {
            return self.count as u64;
        }
        let registers = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|rank| 0.5_f64.powi(i32::from(*rank))).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let empty = self.registers.iter().filter(|rank| **rank == 0).count() as f64;
        let count = if estimate <= 2.5 * registers && empty > 0.0 {
            registers * (registers / empty).ln()
        } else {
            estimate
        };
        count.round() as u64
    }
}
