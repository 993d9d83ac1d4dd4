//! An index that could be created: what it is on, the statement that makes it and a good name.

use crate::table::typed;
use crate::{Index, Schema, Table, quote_name};

/// What a part of an index is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A column, by its name.
    Column(String),
    /// An expression over columns of the table, as SQL. SQLite uses it only for the same expression.
    /// Source: <https://sqlite.org/expridx.html>.
    Expression(String),
}

impl Key {
    /// True for the column of that name.
    pub fn is_column(&self, name: &str) -> bool {
        matches!(self, Self::Column(column) if column.eq_ignore_ascii_case(name))
    }

    /// The column's name or the expression, unquoted.
    pub fn text(&self) -> &str {
        match self {
            Self::Column(text) | Self::Expression(text) => text,
        }
    }
}

/// One key part of an [`IndexSpec`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexPart {
    /// What it is sorted by.
    pub key: Key,
    /// `DESC`.
    pub descending: bool,
    /// A collation other than the column's own.
    pub collation: Option<String>,
}

impl IndexPart {
    /// An ascending part with the column's own collation.
    pub fn ascending(column: impl Into<String>) -> Self {
        Self { key: Key::Column(column.into()), descending: false, collation: None }
    }
}

/// An index on one table. It has no name of its own: see [`IndexSpec::name_in`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexSpec {
    /// The name its table's database is attached under; `None` for the main one.
    pub database: Option<String>,
    /// The table.
    pub table: String,
    /// Key parts, most significant first.
    pub parts: Vec<IndexPart>,
    /// What stands behind `WHERE` in a partial index. Source: <https://sqlite.org/partialindex.html>.
    pub filter: Option<String>,
}

/// SQLite takes longer names, people do not.
const LONGEST_NAME: usize = 60;

impl IndexSpec {
    /// A readable name that nothing in any database of the schema and none of `taken` has, since
    /// plans name indexes without their database:
    /// `idx_table_column_column`, cut at 60 characters, with a number behind it if needed.
    pub fn name_in(&self, schema: &Schema, taken: &[String]) -> String {
        let mut name = format!("idx_{}", word(&self.table));
        let parts = self.parts.iter().map(|part| {
            let desc = if part.descending { "_desc" } else { "" };
            format!("{}{desc}", word(part.key.text()))
        });
        for piece in parts.chain(self.filter.iter().map(|filter| word(filter))) {
            if name.len() + 1 + piece.len() > LONGEST_NAME {
                break;
            }
            name.push('_');
            name.push_str(&piece);
        }
        let is_taken = |name: &str| {
            schema.has_name(name) || taken.iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        if !is_taken(&name) {
            return name;
        }
        (2..).map(|i| format!("{name}_{i}")).find(|name| !is_taken(name)).unwrap_or(name)
    }

    /// The statement that creates it under `name`, without a final semicolon.
    pub fn ddl(&self, name: &str) -> String {
        let parts: Vec<String> = self.parts.iter().map(part_sql).collect();
        let filter = self.filter.as_ref().map(|filter| format!(" WHERE {filter}"));
        format!(
            "CREATE INDEX {} ON {}({}){}",
            typed(self.database.as_deref(), name),
            quote_name(&self.table),
            parts.join(", "),
            filter.unwrap_or_default()
        )
    }

    /// Its table as a person writes it: `orders`, or `archive.orders` in an attached database.
    pub fn typed_table(&self) -> String {
        typed(self.database.as_deref(), &self.table)
    }

    /// True if every search this index serves is served by `other` too: same table, the same rows,
    /// and its parts begin the other's.
    pub fn is_prefix_of(&self, other: &IndexSpec) -> bool {
        self.database == other.database
            && self.table.eq_ignore_ascii_case(&other.table)
            && self.filter == other.filter
            && other.parts.starts_with(&self.parts)
    }

    /// True if an index of the table over all its rows already begins with these parts.
    pub fn exists_in(&self, table: &Table) -> bool {
        table.indexes.iter().any(|index| !index.partial && begins_with(index, table, &self.parts))
    }
}

fn begins_with(index: &Index, table: &Table, parts: &[IndexPart]) -> bool {
    parts.len() <= index.columns.len()
        && parts.iter().zip(&index.columns).all(|(part, column)| {
            let same_name = column.name.as_ref().is_some_and(|name| part.key.is_column(name));
            let own = table.column(part.key.text()).map_or("BINARY", |(_, c)| c.collation.as_str());
            let wanted = part.collation.as_deref().unwrap_or(own);
            same_name
                && column.descending == part.descending
                && column.collation.eq_ignore_ascii_case(wanted)
        })
}

fn part_sql(part: &IndexPart) -> String {
    let mut sql = match &part.key {
        Key::Column(name) => quote_name(name),
        // Brackets let the collation and the direction stand for the whole of it.
        Key::Expression(sql) if part.collation.is_some() => format!("({sql})"),
        Key::Expression(sql) => sql.clone(),
    };
    if let Some(collation) = &part.collation {
        sql.push_str(" COLLATE ");
        sql.push_str(&quote_name(collation));
    }
    if part.descending {
        sql.push_str(" DESC");
    }
    sql
}

/// The letters and digits of a name, in lower case, anything else as one underscore.
fn word(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if !word.ends_with('_') {
            word.push('_');
        }
    }
    let word = word.trim_matches('_');
    if word.is_empty() { "x".to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(table: &str, columns: &[&str]) -> IndexSpec {
        IndexSpec {
            database: None,
            table: table.into(),
            parts: columns.iter().map(|column| IndexPart::ascending(*column)).collect(),
            filter: None,
        }
    }

    #[test]
    fn expressions_and_filters() {
        let lower = IndexPart {
            key: Key::Expression("lower(email)".into()),
            descending: true,
            collation: None,
        };
        let collated = IndexPart { collation: Some("NOCASE".into()), ..lower.clone() };
        let open = Some("status = 'open'".to_owned());
        for (parts, filter, name, ddl) in [
            (vec![lower], None, "idx_t_lower_email_desc", "CREATE INDEX i ON t(lower(email) DESC)"),
            (
                vec![collated, IndexPart::ascending("b")],
                open,
                "idx_t_lower_email_desc_b_status_open",
                "CREATE INDEX i ON t((lower(email)) COLLATE NOCASE DESC, b) WHERE status = 'open'",
            ),
        ] {
            let spec = IndexSpec { parts, filter, ..spec("t", &[]) };
            assert_eq!(spec.name_in(&Schema::default(), &[]), name);
            assert_eq!(spec.ddl("i"), ddl);
        }
        let partial = IndexSpec { filter: Some("a = 1".into()), ..spec("t", &["a"]) };
        assert!(!partial.is_prefix_of(&spec("t", &["a", "b"])), "it holds other rows");
    }

    #[test]
    fn names_and_ddl() {
        let schema = Schema::default();
        for (spec, name, ddl) in [
            (
                spec("orders", &["customer_id", "created_at"]),
                "idx_orders_customer_id_created_at",
                "CREATE INDEX idx_orders_customer_id_created_at ON orders(customer_id, created_at)",
            ),
            (
                spec("Order Lines", &["group", "a\"b"]),
                "idx_order_lines_group_a_b",
                "CREATE INDEX idx_order_lines_group_a_b ON \"Order Lines\"(\"group\", \"a\"\"b\")",
            ),
            (spec("--", &["?"]), "idx_x_x", "CREATE INDEX idx_x_x ON \"--\"(\"?\")"),
        ] {
            assert_eq!(spec.name_in(&schema, &[]), name);
            assert_eq!(spec.ddl(name), ddl);
        }
        let attached = IndexSpec { database: Some("a b".into()), ..spec("t", &["x"]) };
        assert_eq!(attached.ddl("i"), "CREATE INDEX \"a b\".i ON t(x)");
        let twice = spec("orders", &["id"]);
        assert_eq!(twice.name_in(&schema, &["IDX_ORDERS_ID".into()]), "idx_orders_id_2");
        let long = spec("t", &["a_rather_long_column_name_here", "another_rather_long_column"]);
        assert_eq!(long.name_in(&schema, &[]), "idx_t_a_rather_long_column_name_here");
    }

    #[test]
    fn prefixes() {
        assert!(spec("t", &["a"]).is_prefix_of(&spec("T", &["a", "b"])));
        assert!(!spec("t", &["b"]).is_prefix_of(&spec("t", &["a", "b"])));
        let attached = IndexSpec { database: Some("o".into()), ..spec("t", &["a", "b"]) };
        assert!(!spec("t", &["a"]).is_prefix_of(&attached));
        assert!(!spec("t", &["a"]).is_prefix_of(&spec("u", &["a", "b"])));
    }
}
