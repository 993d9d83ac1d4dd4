//! Tables, columns and indexes, as read from SQLite's own catalog.

/// All tables and views of one database, in the order of their creation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Tables, views and virtual tables.
    pub tables: Vec<Table>,
}

impl Schema {
    /// The table of that name; SQLite compares names without regard to ASCII case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// Every index of every table.
    pub fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.tables.iter().flat_map(|table| table.indexes.iter())
    }

    /// True if a table, view or index has that name.
    pub fn has_name(&self, name: &str) -> bool {
        self.table(name).is_some()
            || self.indexes().any(|index| index.name.eq_ignore_ascii_case(name))
    }
}

/// What kind of object a [`Table`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// An ordinary table.
    Table,
    /// A view.
    View,
    /// A virtual table.
    Virtual,
    /// A table that a virtual table keeps for itself.
    Shadow,
}

/// One table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, as stored.
    pub name: String,
    /// Table, view, virtual or shadow table.
    pub kind: TableKind,
    /// Columns in declared order, hidden ones included.
    pub columns: Vec<Column>,
    /// Indexes, automatic ones included.
    pub indexes: Vec<Index>,
    /// Declared `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// Declared `STRICT`.
    pub strict: bool,
    /// Number of rows, where it was counted.
    pub row_count: Option<u64>,
    /// About how many rows it has, where they were too many to count.
    pub rows_estimated: Option<u64>,
    /// The `CREATE` statement, as stored.
    pub sql: String,
}

impl Table {
    /// The column of that name, with its position.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name.eq_ignore_ascii_case(name))
    }

    /// The position of the column that is another name for the rowid: a lone `INTEGER PRIMARY KEY`.
    /// Source: <https://sqlite.org/lang_createtable.html#rowid>.
    pub fn rowid_column(&self) -> Option<usize> {
        if self.without_rowid || self.kind != TableKind::Table {
            return None;
        }
        let mut keys =
            self.columns.iter().enumerate().filter(|(_, column)| column.primary_key_position > 0);
        let (position, column) = keys.next()?;
        let alone = keys.next().is_none();
        // "INTEGER PRIMARY KEY DESC" is an ordinary column: SQLite then keeps an automatic index.
        let has_index = self.indexes.iter().any(|index| index.origin == IndexOrigin::PrimaryKey);
        (alone && column.declared_type.eq_ignore_ascii_case("INTEGER") && !has_index)
            .then_some(position)
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, as stored.
    pub name: String,
    /// The declared type, as stored; empty if none.
    pub declared_type: String,
    /// Declared `NOT NULL`.
    pub not_null: bool,
    /// 1-based place in the primary key, 0 if it has none.
    pub primary_key_position: u32,
    /// The declared collation, `BINARY` if none.
    pub collation: String,
    /// Generated columns and hidden columns of virtual tables.
    pub hidden: bool,
    /// The default, as SQL.
    pub default_sql: Option<String>,
    /// `table(column)` that a foreign key of this column points to.
    pub references: Option<String>,
}

/// Where an index comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexOrigin {
    /// `CREATE INDEX`.
    CreateIndex,
    /// A `UNIQUE` constraint.
    Unique,
    /// A `PRIMARY KEY` constraint.
    PrimaryKey,
}

/// One index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name, as stored.
    pub name: String,
    /// The table it belongs to.
    pub table: String,
    /// Key columns in order.
    pub columns: Vec<IndexColumn>,
    /// True if it forbids equal keys.
    pub unique: bool,
    /// True if it has a `WHERE` clause.
    pub partial: bool,
    /// Where it comes from.
    pub origin: IndexOrigin,
    /// The `CREATE INDEX` statement; `None` for automatic ones.
    pub sql: Option<String>,
}

/// One key column of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexColumn {
    /// The column's name; `None` for an expression or the rowid.
    pub name: Option<String>,
    /// True if sorted descending.
    pub descending: bool,
    /// The collation it is sorted by.
    pub collation: String,
}
