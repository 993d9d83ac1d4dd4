//! The exact work of one run of a statement.

/// What SQLite counted while a statement ran once, from a cold page cache, with per-node measuring
/// off. The same file, the same SQLite and the same options give the same numbers on every machine.
/// Source: <https://sqlite.org/c3ref/c_stmtstatus_counter.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Virtual machine instructions executed.
    pub vm_steps: u64,
    /// Pages asked of the page cache, those of temporary b-trees included.
    pub page_requests: u64,
    /// Pages that were not in the cache and were read from the file.
    pub page_reads: u64,
    /// Rows returned.
    pub rows_returned: u64,
    /// Forward steps in full scans of tables.
    pub fullscan_steps: u64,
    /// Sort operations.
    pub sorts: u64,
    /// Rows put into automatic indexes.
    pub autoindex_rows: u64,
}

impl Counters {
    /// Adds each counter.
    pub fn add(&mut self, other: &Counters) {
        self.vm_steps += other.vm_steps;
        self.page_requests += other.page_requests;
        self.page_reads += other.page_reads;
        self.rows_returned += other.rows_returned;
        self.fullscan_steps += other.fullscan_steps;
        self.sorts += other.sorts;
        self.autoindex_rows += other.autoindex_rows;
    }
}
