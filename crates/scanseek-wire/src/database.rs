//! An open database: facts, tables, indexes; and the samples on offer.

use scanseek_schema as schema;
use scanseek_workbench as domain;

wire! {
    pub struct About {
        pub scanseek_version: String,
        pub sqlite_version: String,
        pub source_id: String,
        pub compile_options: Vec<String>,
    }

    pub struct SampleInfo {
        pub id: String,
        pub title: String,
        pub summary: String,
        pub version: u32,
        pub scales: Vec<f64>,
        pub default_scale: f64,
        pub rows_at_default: u64,
    }

    pub struct SampleRef {
        pub id: String,
        pub scale: f64,
        pub version: u32,
    }

    pub struct DatabaseInfo {
        pub name: String,
        pub size_bytes: u64,
        pub page_size: u64,
        pub page_count: u64,
        pub encoding: String,
        pub journal_mode: String,
        pub sample: Option<SampleRef>,
    }

    pub struct Notice {
        pub code: String,
        pub message: String,
    }

    pub struct Attached {
        pub name: String,
        pub database: DatabaseInfo,
    }

    pub struct Opened {
        pub database: DatabaseInfo,
        pub attached: Vec<Attached>,
        pub schema: Schema,
        pub notices: Vec<Notice>,
        pub workload: Option<String>,
        /// A gallery's queries; empty for most.
        pub patterns: Vec<Pattern>,
    }

    pub struct Pattern {
        pub group: String,
        pub name: String,
        pub see: String,
        /// A rule of the planner, as in `Words`.
        pub rule: Option<String>,
        /// For the editor.
        pub text: String,
    }

    pub struct Schema {
        pub tables: Vec<TableInfo>,
    }

    /// `database` is the name an attached database has; null is the main one.
    pub struct TableInfo {
        pub database: Option<String>,
        pub name: String,
        pub kind: TableKind,
        pub row_count: Option<u64>,
        pub rows_estimated: Option<u64>,
        pub columns: Vec<ColumnInfo>,
        pub indexes: Vec<IndexInfo>,
        pub without_rowid: bool,
        pub strict: bool,
        pub sql: String,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum TableKind {
        Table,
        View,
        Virtual,
        Shadow,
    }

    pub struct ColumnInfo {
        pub name: String,
        pub declared_type: String,
        pub not_null: bool,
        pub primary_key: u32,
        pub collation: String,
        pub hidden: bool,
        pub default_sql: Option<String>,
        pub references: Option<String>,
    }

    pub struct IndexInfo {
        pub name: String,
        pub table: String,
        pub columns: Vec<IndexColumn>,
        pub unique: bool,
        pub partial: bool,
        pub origin: IndexOrigin,
        pub sql: Option<String>,
    }

    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum IndexOrigin {
        CreateIndex,
        Unique,
        PrimaryKey,
    }

    /// `name` is null for an expression.
    pub struct IndexColumn {
        pub name: Option<String>,
        pub descending: bool,
        pub collation: String,
    }
}

impl About {
    /// Which versions are running.
    pub fn new() -> Self {
        let build = domain::build_info();
        Self {
            scanseek_version: env!("CARGO_PKG_VERSION").to_owned(),
            sqlite_version: build.version,
            source_id: build.source_id,
            compile_options: build.compile_options,
        }
    }
}

impl Default for About {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&domain::SampleInfo> for SampleInfo {
    fn from(info: &domain::SampleInfo) -> Self {
        Self {
            id: info.id.to_owned(),
            title: info.title.to_owned(),
            summary: info.summary.to_owned(),
            version: info.version,
            scales: info.scales.to_vec(),
            default_scale: info.default_scale,
            rows_at_default: info.rows_at_default,
        }
    }
}

impl From<domain::DatabaseInfo> for DatabaseInfo {
    fn from(info: domain::DatabaseInfo) -> Self {
        Self {
            name: info.name,
            size_bytes: info.file.size_bytes,
            page_size: info.file.page_size,
            page_count: info.file.page_count,
            encoding: info.file.encoding,
            journal_mode: info.file.journal_mode,
            sample: info.sample.map(|sample| SampleRef {
                id: sample.id,
                scale: sample.scale,
                version: sample.version,
            }),
        }
    }
}

impl From<domain::Opened> for Opened {
    fn from(opened: domain::Opened) -> Self {
        Self {
            database: opened.info.into(),
            attached: opened
                .attached
                .into_iter()
                .map(|(name, info)| Attached { name, database: info.into() })
                .collect(),
            schema: Schema::from(opened.schema),
            notices: opened
                .notices
                .into_iter()
                .map(|notice| Notice { code: notice.code.to_owned(), message: notice.message })
                .collect(),
            workload: opened.workload.map(str::to_owned),
            patterns: opened.patterns.into_iter().map(Pattern::from).collect(),
        }
    }
}

impl From<domain::Pattern> for Pattern {
    fn from(pattern: domain::Pattern) -> Self {
        let domain::Pattern { group, name, see, rule, text } = pattern;
        Self { group, name, see, rule, text }
    }
}

impl From<schema::Schema> for Schema {
    fn from(schema: schema::Schema) -> Self {
        Self { tables: schema.tables.into_iter().map(TableInfo::from).collect() }
    }
}

impl From<schema::Table> for TableInfo {
    fn from(table: schema::Table) -> Self {
        Self {
            database: table.database,
            name: table.name,
            kind: match table.kind {
                schema::TableKind::Table => TableKind::Table,
                schema::TableKind::View => TableKind::View,
                schema::TableKind::Virtual => TableKind::Virtual,
                schema::TableKind::Shadow => TableKind::Shadow,
            },
            row_count: table.row_count,
            rows_estimated: table.rows_estimated,
            columns: table.columns.into_iter().map(ColumnInfo::from).collect(),
            indexes: table.indexes.into_iter().map(IndexInfo::from).collect(),
            without_rowid: table.without_rowid,
            strict: table.strict,
            sql: table.sql,
        }
    }
}

impl From<schema::Column> for ColumnInfo {
    fn from(column: schema::Column) -> Self {
        Self {
            name: column.name,
            declared_type: column.declared_type,
            not_null: column.not_null,
            primary_key: column.primary_key_position,
            collation: column.collation,
            hidden: column.hidden,
            default_sql: column.default_sql,
            references: column.references,
        }
    }
}

impl From<schema::Index> for IndexInfo {
    fn from(index: schema::Index) -> Self {
        Self {
            name: index.name,
            table: index.table,
            columns: index
                .columns
                .into_iter()
                .map(|column| IndexColumn {
                    name: column.name,
                    descending: column.descending,
                    collation: column.collation,
                })
                .collect(),
            unique: index.unique,
            partial: index.partial,
            origin: match index.origin {
                schema::IndexOrigin::CreateIndex => IndexOrigin::CreateIndex,
                schema::IndexOrigin::Unique => IndexOrigin::Unique,
                schema::IndexOrigin::PrimaryKey => IndexOrigin::PrimaryKey,
            },
            sql: index.sql,
        }
    }
}

impl From<&domain::Notice> for Notice {
    fn from(notice: &domain::Notice) -> Self {
        Self { code: notice.code.to_owned(), message: notice.message.clone() }
    }
}
