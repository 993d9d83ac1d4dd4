//! Other databases attached to a connection, each a copy of its own under a name of the VFS.
//! Source: <https://sqlite.org/lang_attach.html>.

use std::sync::Arc;

use rusqlite::Connection;
use scanseek_schema::quote_identifier;

use crate::bindings as ffi;
use crate::database::{cache_pages, fresh_name};
use crate::hardening::sqlite_error;
use crate::{Database, EngineError, RandomRead};

/// Longer names are refused: nobody could read the plans' text.
const LONGEST_NAME: usize = 64;

/// An attached database.
pub(crate) struct Attached {
    /// The name it is attached under.
    pub(crate) name: String,
    /// Its name in the VFS.
    pub(crate) file: String,
    /// The file as it was given.
    pub(crate) base: Arc<dyn RandomRead>,
}

impl Database {
    /// Attaches the present state of another database under a name; neither sees what the other
    /// then changes. What is attached to the other stays behind.
    ///
    /// # Errors
    /// If the name is none or taken, there are as many as SQLite takes, or the text encodings
    /// differ.
    pub fn attach(&mut self, name: &str, other: &Self) -> Result<(), EngineError> {
        self.check_name(name)?;
        self.attach_copy(name, &other.name, &other.base)
            .map_err(|error| self.because_of_encoding(name, other).unwrap_or(error))?;
        if let Err(error) = self.stand_in_for_modules() {
            self.detach(name)?;
            return Err(error);
        }
        let tables = other.schema.of(None).cloned();
        self.schema.tables.extend(tables.map(|mut table| {
            table.database = Some(name.to_owned());
            table
        }));
        self.schema.attached.push(name.to_owned());
        Ok(())
    }

    /// Takes an attached database away again, with what was changed in this copy of it.
    ///
    /// # Errors
    /// If none is attached under that name.
    pub fn detach(&mut self, name: &str) -> Result<(), EngineError> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        let Some(at) = self.attached.iter().position(|attached| is_it(&attached.name)) else {
            return Err(EngineError::NotAttached(format!("No database is attached as “{name}”.")));
        };
        self.conn.execute("DETACH ?1", [name]).map_err(|error| sqlite_error(&error))?;
        let attached = self.attached.remove(at);
        self.files.remove_all(&attached.file);
        self.stubs().forget_tables_of(name);
        self.schema.attached.retain(|known| !is_it(known));
        self.schema.tables.retain(|table| !table.database.as_deref().is_some_and(is_it));
        Ok(())
    }

    /// The databases of the connection in the order SQLite looks into them: the main one, `None`,
    /// and the attached ones by name.
    pub(crate) fn databases(&self) -> impl Iterator<Item = Option<&str>> {
        std::iter::once(None).chain(self.attached.iter().map(|one| Some(one.name.as_str())))
    }

    /// Attaches a copy of the files that the VFS has under a name.
    pub(crate) fn attach_copy(
        &mut self,
        name: &str,
        of: &str,
        base: &Arc<dyn RandomRead>,
    ) -> Result<(), EngineError> {
        let file = fresh_name();
        self.files.copy_all(of, &file);
        if let Err(error) = attach_file(&self.conn, name, &file, cache_pages(base.as_ref())) {
            self.files.remove_all(&file);
            return Err(error);
        }
        self.attached.push(Attached { name: name.to_owned(), file, base: Arc::clone(base) });
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), EngineError> {
        let problem = if name.trim().is_empty() {
            "An attached database needs a name, and this one is empty.".to_owned()
        } else if name.chars().count() > LONGEST_NAME {
            format!("The name of an attached database may have {LONGEST_NAME} characters at most.")
        } else if name.contains(char::is_control) {
            "The name of an attached database may not hold control characters.".to_owned()
        } else if ["main", "temp"].iter().any(|own| own.eq_ignore_ascii_case(name)) {
            format!(
                "“{name}” is one of SQLite's own names: main is the database that was opened, temp holds temporary tables."
            )
        } else if self.databases().flatten().any(|known| known.eq_ignore_ascii_case(name)) {
            format!("A database is attached as “{name}” already.")
        } else if self.attached.len() >= most_attached(&self.conn) {
            format!("SQLite attaches {} databases at most.", self.attached.len())
        } else {
            return Ok(());
        };
        Err(EngineError::NotAttached(problem))
    }

    /// The refusal in our words if the databases store text in different ways.
    fn because_of_encoding(&self, name: &str, other: &Self) -> Option<EngineError> {
        let encoding = |of: &Self| of.prepare_own("PRAGMA encoding").and_then(|s| s.first_text());
        let (own, others) = (encoding(self).ok()?, encoding(other).ok()?);
        (own != others).then(|| {
            EngineError::NotAttached(format!(
                "“{name}” stores text as {others}, the open database as {own}: SQLite attaches only databases that store text alike."
            ))
        })
    }
}

/// Attaches a file of the VFS. Nothing but this ever attaches: the limit is raised for this one
/// statement, which takes both names as values, and statements of a person's are refused.
pub(crate) fn attach_file(
    conn: &Connection,
    name: &str,
    file: &str,
    cache_pages: u64,
) -> Result<(), EngineError> {
    set_limit(conn, i32::MAX);
    let outcome = conn.execute("ATTACH ?1 AS ?2", [file, name]);
    set_limit(conn, 0);
    outcome.map_err(|error| sqlite_error(&error))?;
    // What `harden` sets beyond this holds for all databases of a connection.
    let schema = quote_identifier(name);
    let settings =
        format!("PRAGMA {schema}.cache_size={cache_pages}; PRAGMA {schema}.synchronous=OFF;");
    if let Err(error) = conn.execute_batch(&settings) {
        let _ = conn.execute("DETACH ?1", [name]);
        return Err(sqlite_error(&error));
    }
    Ok(())
}

/// How many databases SQLite attaches at most, as it was compiled.
fn most_attached(conn: &Connection) -> usize {
    set_limit(conn, i32::MAX);
    // Setting a limit returns what it was, cut to what was compiled in.
    usize::try_from(set_limit(conn, 0)).unwrap_or(0)
}

fn set_limit(conn: &Connection, limit: i32) -> i32 {
    // SAFETY: the handle is live.
    unsafe { ffi::sqlite3_limit(conn.handle(), ffi::SQLITE_LIMIT_ATTACHED, limit) }
}
