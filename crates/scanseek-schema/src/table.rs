//! Tables, columns and indexes, as read from SQLite's own catalog.

use crate::quote_name;

/// All tables and views: those of the main database, then those of each attached one, each in the
/// order of their creation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Tables, views and virtual tables.
    pub tables: Vec<Table>,
    /// Names of the attached databases, in the order SQLite looks into them.
    pub attached: Vec<String>,
}

impl Schema {
    /// The table that SQLite takes for that name alone: the main database's, else that of the first
    /// attached one that has it. SQLite compares names without regard to ASCII case.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The table of that name in one database; `None` is the main one.
    pub fn table_in(&self, database: Option<&str>, name: &str) -> Option<&Table> {
        self.of(database).find(|table| table.name.eq_ignore_ascii_case(name))
    }

    /// The databases: the main one, `None`, and the attached ones by name.
    pub fn databases(&self) -> impl Iterator<Item = Option<&str>> {
        std::iter::once(None).chain(self.attached.iter().map(|name| Some(name.as_str())))
    }

    /// The table that a text means by a name with or without a database before it.
    pub fn named(&self, database: Option<&str>, name: &str) -> Option<&Table> {
        match database {
            None => self.table(name),
            Some(main) if main.eq_ignore_ascii_case("main") => self.table_in(None, name),
            Some(_) => self.table_in(database, name),
        }
    }

    /// The table that a plan calls by this name: `orders`, `main.orders` or `archive.orders`.
    pub fn labelled(&self, label: &str) -> Option<&Table> {
        let main = label.get(..5).filter(|head| head.eq_ignore_ascii_case("main."));
        self.table(label).or_else(|| match main {
            Some(_) => self.table_in(None, &label[5..]),
            None => self.attached.iter().find_map(|database| {
                let head = label.get(..database.len())?;
                let name = label[database.len()..].strip_prefix('.')?;
                head.eq_ignore_ascii_case(database).then(|| self.table_in(Some(database), name))?
            }),
        })
    }

    /// The index that SQLite drops by a name with or without a database before it.
    pub fn index_named(&self, database: Option<&str>, name: &str) -> Option<(IndexName, &Index)> {
        let is_there = |table: &&Table| match database {
            None => true,
            Some(main) if main.eq_ignore_ascii_case("main") => table.database.is_none(),
            Some(_) => same_database(table.database.as_deref(), database),
        };
        self.tables.iter().filter(is_there).find_map(|table| {
            let index = table.indexes.iter().find(|one| one.name.eq_ignore_ascii_case(name))?;
            Some((IndexName { database: table.database.clone(), name: index.name.clone() }, index))
        })
    }

    /// The tables of one database; `None` is the main one.
    pub fn of(&self, database: Option<&str>) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(move |table| same_database(table.database.as_deref(), database))
    }

    /// Every index of every table.
    pub fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.tables.iter().flat_map(|table| table.indexes.iter())
    }

    /// True if a table, view or index of any database has that name.
    pub fn has_name(&self, name: &str) -> bool {
        self.table(name).is_some()
            || self.indexes().any(|index| index.name.eq_ignore_ascii_case(name))
    }
}

fn same_database(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// A name of something in a database as a person writes it; `None` is the main one.
pub(crate) fn typed(database: Option<&str>, name: &str) -> String {
    match database {
        Some(database) => format!("{}.{}", quote_name(database), quote_name(name)),
        None => quote_name(name),
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
    /// The name its database is attached under; `None` for the main one.
    pub database: Option<String>,
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
    /// Its name as a person writes it: `orders`, or `archive.orders` in an attached database.
    pub fn typed_name(&self) -> String {
        typed(self.database.as_deref(), &self.name)
    }

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

/// An index by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexName {
    /// The name its database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// Its name.
    pub name: String,
}

/// One of the main database.
impl From<&str> for IndexName {
    fn from(name: &str) -> Self {
        Self { database: None, name: name.to_owned() }
    }
}

impl IndexName {
    /// As a person writes it: `by_day`, or `archive.by_day` in an attached database.
    pub fn typed_name(&self) -> String {
        typed(self.database.as_deref(), &self.name)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_their_database() {
        let table = |database: Option<&str>, name: &str, index: &str| Table {
            database: database.map(str::to_owned),
            name: name.into(),
            kind: TableKind::Table,
            columns: vec![],
            indexes: vec![Index {
                name: index.into(),
                table: name.into(),
                columns: vec![],
                unique: false,
                partial: false,
                origin: IndexOrigin::CreateIndex,
                sql: None,
            }],
            without_rowid: false,
            strict: false,
            row_count: None,
            rows_estimated: None,
            sql: String::new(),
        };
        let schema = Schema {
            tables: vec![
                table(None, "t", "i"),
                table(None, "o.t", "k"),
                table(Some("o"), "t", "i"),
                table(Some("o"), "u", "j"),
                table(Some("ü"), "t", "l"),
            ],
            attached: vec!["o".into(), "ü".into()],
        };
        let typed = |table: Option<&Table>| table.map(Table::typed_name);
        for (database, name, expected) in [
            (None, "T", Some("t")),
            (None, "u", Some("o.u")),
            (Some("MAIN"), "t", Some("t")),
            (Some("main"), "u", None),
            (Some("O"), "t", Some("o.t")),
            (Some("x"), "t", None),
        ] {
            assert_eq!(typed(schema.named(database, name)).as_deref(), expected, "{name}");
        }
        for (label, expected) in [
            ("t", Some("t")),
            ("main.T", Some("t")),
            ("o.u", Some("o.u")),
            // A table of the main database may be called so.
            ("o.t", Some("\"o.t\"")),
            ("ü.t", Some("\"ü\".t")),
            ("main.u", None),
            ("x.t", None),
            ("ma", None),
        ] {
            assert_eq!(typed(schema.labelled(label)).as_deref(), expected, "{label}");
        }
        for (database, name, expected) in [
            (None, "i", Some("i")),
            (None, "J", Some("o.j")),
            (Some("o"), "i", Some("o.i")),
            (Some("Main"), "j", None),
        ] {
            let found = schema.index_named(database, name).map(|(name, _)| name.typed_name());
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }
}
