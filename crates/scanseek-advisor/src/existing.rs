//! The indexes that are there already, in a form that can be compared: which of them holds the rows of
//! another in the same order. Nothing here asks SQLite; what follows from it is proven in `drops.rs`.

use scanseek_schema::{Index, IndexName, IndexOrigin, IndexSpec, Key, Schema, Table, TableKind};
use scanseek_sql::{IndexText, index_text};

/// What an index is sorted by, and over which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) database: Option<String>,
    /// In lower case.
    pub(crate) table: String,
    pub(crate) keys: Vec<ShapeKey>,
    /// Its condition in normal form.
    pub(crate) filter: Option<String>,
}

/// One key. Equal keys sort alike; those that differ may, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeKey {
    /// A column in lower case, or an expression in normal form.
    text: String,
    is_expression: bool,
    /// In lower case; of an expression it is a part of its text.
    collation: String,
    descending: bool,
}

impl Shape {
    /// True if its keys begin those of another index over the same rows.
    pub(crate) fn begins(&self, other: &Self) -> bool {
        self.database == other.database
            && self.table == other.table
            && self.filter == other.filter
            && other.keys.starts_with(&self.keys)
    }

    /// An index as it would be created.
    pub(crate) fn of_spec(spec: &IndexSpec, schema: &Schema) -> Option<Self> {
        let table = schema.table_in(spec.database.as_deref(), &spec.table)?;
        let text = index_text(&spec.ddl("i"), table)?;
        let keys = spec.parts.iter().zip(&text.keys).map(|(part, text)| match &part.key {
            Key::Column(name) => {
                let own = table.column(name).map_or("BINARY", |(_, column)| &column.collation);
                let collation = part.collation.as_deref().unwrap_or(own);
                ShapeKey::column(name, collation, part.descending)
            }
            Key::Expression(_) => ShapeKey::expression(text, part.descending),
        });
        let keys = keys.collect();
        Some(Self::new(table, keys, text.filter))
    }

    fn of_index(index: &Index, table: &Table) -> Option<Self> {
        let own = |sql| index_text(sql, table);
        let text = match &index.sql {
            Some(sql) => own(sql)?,
            // That of a constraint, which has neither expressions nor a condition.
            None => IndexText {
                keys: index.columns.iter().map(|_| String::new()).collect(),
                filter: None,
            },
        };
        let is_whole = text.keys.len() == index.columns.len();
        if !is_whole || text.filter.is_some() != index.partial {
            return None;
        }
        let keys = index.columns.iter().zip(&text.keys).map(|(column, text)| match &column.name {
            Some(name) => Some(ShapeKey::column(name, &column.collation, column.descending)),
            None if text.is_empty() => None,
            None => Some(ShapeKey::expression(text, column.descending)),
        });
        let keys = keys.collect::<Option<_>>()?;
        Some(Self::new(table, keys, text.filter))
    }

    fn new(table: &Table, keys: Vec<ShapeKey>, filter: Option<String>) -> Self {
        let (database, table) = (table.database.clone(), table.name.to_ascii_lowercase());
        Self { database, table, keys, filter }
    }
}

impl ShapeKey {
    fn column(name: &str, collation: &str, descending: bool) -> Self {
        let (text, collation) = (name.to_ascii_lowercase(), collation.to_ascii_lowercase());
        Self { text, is_expression: false, collation, descending }
    }

    fn expression(text: &str, descending: bool) -> Self {
        let collation = String::new();
        Self { text: text.to_owned(), is_expression: true, collation, descending }
    }
}

/// An index that is there.
#[derive(Debug, Clone)]
pub(crate) struct Existing {
    pub(crate) name: IndexName,
    /// Its table's name, as stored.
    pub(crate) table: String,
    /// `None` if its text could not be read: then it is like no other.
    pub(crate) shape: Option<Shape>,
    pub(crate) unique: bool,
    /// `CREATE INDEX` made it, not a constraint.
    pub(crate) is_own: bool,
    /// The rows of a `WITHOUT ROWID` table are kept in it: it is as wide as they are.
    pub(crate) is_table: bool,
    /// So many of its first keys are columns that refer to one other table: SQLite looks for them when
    /// rows go there. Source: <https://sqlite.org/foreignkeys.html#fk_indexes>.
    child_keys: usize,
}

impl Existing {
    /// True if it may be dropped at all.
    pub(crate) fn may_go(&self) -> bool {
        self.is_own && !self.unique
    }

    /// True if it can do what an index does whose keys begin its own.
    pub(crate) fn may_cover(&self) -> bool {
        !self.is_table
    }

    /// True if SQLite may look up rows in it that refer to those of another table.
    pub(crate) fn finds_children(&self) -> bool {
        self.child_keys > 0
    }

    /// True if another index finds the rows that refer to others as well as this does: its first keys are the
    /// same, in any order.
    pub(crate) fn children_found_by(&self, other: &Shape) -> bool {
        let Some(own) = &self.shape else { return false };
        let keys = &own.keys[..self.child_keys];
        let Some(first) = other.keys.get(..self.child_keys) else { return false };
        let same = |a: &ShapeKey, b: &ShapeKey| {
            (&a.text, &a.collation, a.is_expression) == (&b.text, &b.collation, b.is_expression)
        };
        own.database == other.database
            && own.table == other.table
            && (other.filter.is_none() || other.filter == own.filter)
            && keys.iter().all(|key| first.iter().any(|one| same(one, key)))
    }
}

/// The indexes of all ordinary tables, in the order of the schema.
pub(crate) fn existing(schema: &Schema) -> Vec<Existing> {
    let tables = schema.tables.iter().filter(|table| table.kind == TableKind::Table);
    tables
        .flat_map(|table| {
            table.indexes.iter().map(|index| Existing {
                name: IndexName { database: table.database.clone(), name: index.name.clone() },
                table: table.name.clone(),
                shape: Shape::of_index(index, table),
                unique: index.unique,
                is_own: index.sql.is_some(),
                is_table: table.without_rowid && index.origin == IndexOrigin::PrimaryKey,
                child_keys: child_keys(index, table),
            })
        })
        .collect()
}

/// How many of the first keys refer to the table that the first refers to.
fn child_keys(index: &Index, table: &Table) -> usize {
    let parent = |name: Option<&String>| {
        let (_, column) = table.column(name?)?;
        let to = column.references.as_deref()?;
        Some(to.rsplit_once('(').map_or(to, |(parent, _)| parent).to_ascii_lowercase())
    };
    let mut parents = index.columns.iter().map(|column| parent(column.name.as_ref()));
    match parents.next() {
        Some(Some(first)) => 1 + parents.take_while(|next| next.as_ref() == Some(&first)).count(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use scanseek_schema::{Column, IndexColumn, IndexPart};

    use super::*;

    fn column(name: &str, collation: &str, references: Option<&str>) -> Column {
        Column {
            name: name.into(),
            declared_type: String::new(),
            not_null: false,
            primary_key_position: 0,
            collation: collation.into(),
            hidden: false,
            default_sql: None,
            references: references.map(str::to_owned),
        }
    }

    /// A table with an index over these columns for each statement; `None` stands for an expression.
    fn schema(indexes: &[(&str, &[Option<&str>])]) -> Schema {
        let index = |(sql, columns): &(&str, &[Option<&str>])| Index {
            name: sql.split(' ').nth(2).unwrap().into(),
            table: "T".into(),
            columns: columns
                .iter()
                .map(|name| IndexColumn {
                    name: name.map(str::to_owned),
                    descending: false,
                    collation: if *name == Some("B") { "NOCASE" } else { "BINARY" }.into(),
                })
                .collect(),
            unique: false,
            partial: sql.contains(" WHERE "),
            origin: IndexOrigin::CreateIndex,
            sql: Some((*sql).into()),
        };
        let table = Table {
            database: None,
            name: "T".into(),
            kind: TableKind::Table,
            columns: vec![
                column("a", "BINARY", Some("p(x)")),
                column("B", "NOCASE", Some("P(y)")),
                column("c", "BINARY", Some("q")),
            ],
            indexes: indexes.iter().map(index).collect(),
            without_rowid: false,
            strict: false,
            row_count: None,
            rows_estimated: None,
            sql: String::new(),
        };
        Schema { tables: vec![table], attached: vec![] }
    }

    #[test]
    fn new_indexes_compare_with_those_there() {
        let schema = schema(&[
            ("CREATE INDEX i ON T(\"B\")", &[Some("B")]),
            ("CREATE INDEX j ON T(lower(A)) WHERE [c] IS NOT NULL", &[None]),
            ("CREATE INDEX k ON T(a), broken", &[Some("a")]),
        ]);
        let found = existing(&schema);
        let part = |key: Key, collation: Option<&str>| IndexPart {
            key,
            descending: false,
            collation: collation.map(str::to_owned),
        };
        let spec = |parts: Vec<IndexPart>, filter: Option<&str>| IndexSpec {
            database: None,
            table: "t".into(),
            parts,
            filter: filter.map(str::to_owned),
        };
        let b = || part(Key::Column("b".into()), None);
        let lower = || part(Key::Expression("lower(a)".into()), None);
        let not_null = Some("c is NOT null");
        for (at, spec, begins) in [
            (0, spec(vec![b(), lower()], None), true),
            (0, spec(vec![lower(), b()], None), false),
            (0, spec(vec![part(b().key, Some("nocase")), lower()], None), true),
            (0, spec(vec![part(b().key, Some("BINARY")), lower()], None), false),
            (0, spec(vec![b()], not_null), false),
            (1, spec(vec![lower(), b()], not_null), true),
            (1, spec(vec![lower(), b()], None), false),
        ] {
            let shape = Shape::of_spec(&spec, &schema).unwrap();
            assert_eq!(found[at].shape.as_ref().unwrap().begins(&shape), begins, "{spec:?}");
        }
        assert_eq!(found[2].shape, None);
    }

    #[test]
    fn children_are_found_by_the_same_first_keys() {
        let schema = schema(&[
            ("CREATE INDEX i ON T(a, B, c)", &[Some("a"), Some("B"), Some("c")]),
            ("CREATE INDEX j ON T(B, a)", &[Some("B"), Some("a")]),
            ("CREATE INDEX k ON T(a, c)", &[Some("a"), Some("c")]),
            ("CREATE INDEX l ON T(a) WHERE c > 1", &[Some("a")]),
            ("CREATE INDEX m ON T(a)", &[Some("a")]),
            ("CREATE INDEX n ON T(lower(c))", &[None]),
        ]);
        let found = existing(&schema);
        let counts: Vec<usize> = found.iter().map(|one| one.child_keys).collect();
        assert_eq!(counts, [2, 2, 1, 1, 1, 0]);
        for (one, other, does) in
            [(0, 1, true), (1, 0, true), (0, 2, false), (4, 0, true), (4, 3, false), (3, 4, true)]
        {
            let shape = found[other].shape.as_ref().unwrap();
            assert_eq!(found[one].children_found_by(shape), does, "{one} {other}");
        }
    }
}
