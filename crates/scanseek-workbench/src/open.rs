//! Opening: a file, or a sample made on the spot.

use std::cell::OnceCell;
use std::rc::Rc;

use scanseek_engine::{
    BulkInsert, BulkValue, Database, DatabaseFiles, EngineError, FileInfo, FileNotice, PageMap,
    Reach, StorageLimits,
};
use scanseek_samples::{RowSink, SampleError, Value, generate, generate_attached};
use scanseek_schema::{Fingerprint, Schema};

use crate::host::HostControl;
use crate::{ErrorCode, Host, Pattern, Workbench, WorkbenchError, patterns};

/// Time for counting rows when a file is opened, in nanoseconds.
const COUNT_ROWS_NS: u64 = 1_000_000_000;

/// Above this size in bytes, rows are not counted when a file is opened: see
/// [`Workbench::count_rows`].
const LARGE_FILE_BYTES: u64 = 64 << 20;

/// Which sample, at which scale, by which version of its generator.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRef {
    /// The sample's id.
    pub id: String,
    /// The scale.
    pub scale: f64,
    /// The generator's version.
    pub version: u32,
}

/// Facts of an open database.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseInfo {
    /// The file's name.
    pub name: String,
    /// Facts of the file.
    pub file: FileInfo,
    /// Set for samples.
    pub sample: Option<SampleRef>,
}

/// Something worth knowing about a file that opened all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stable code.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
}

/// What is open once a file was opened, attached or detached.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// Facts of the database.
    pub info: DatabaseInfo,
    /// Names and facts of the databases attached to it, in the order SQLite looks into them.
    pub attached: Vec<(String, DatabaseInfo)>,
    /// Its tables and indexes.
    pub schema: Schema,
    /// What is worth knowing of the file that was opened or attached.
    pub notices: Vec<Notice>,
    /// A sample's queries.
    pub workload: Option<&'static str>,
    /// A sample's gallery.
    pub patterns: Vec<Pattern>,
}

pub(crate) struct OpenDatabase {
    /// With copies of the attached ones.
    pub(crate) database: Database,
    pub(crate) info: DatabaseInfo,
    pub(crate) attached: Vec<AttachedDatabase>,
    /// What its pages are for, once that was asked.
    pub(crate) page_map: OnceCell<Rc<PageMap>>,
}

/// A database as it was attached.
pub(crate) struct AttachedDatabase {
    pub(crate) name: String,
    pub(crate) database: Database,
    pub(crate) info: DatabaseInfo,
}

impl OpenDatabase {
    /// Facts of the main database, or of the one attached under that name.
    pub(crate) fn info_of(&self, name: Option<&str>) -> &DatabaseInfo {
        let is_it =
            |one: &&AttachedDatabase| name.is_some_and(|name| one.name.eq_ignore_ascii_case(name));
        self.attached.iter().find(is_it).map_or(&self.info, |one| &one.info)
    }

    fn opened(&self, notices: Vec<Notice>) -> Opened {
        let attached = self.attached.iter().map(|one| (one.name.clone(), one.info.clone()));
        Opened {
            info: self.info.clone(),
            attached: attached.collect(),
            schema: self.database.schema().clone(),
            notices,
            workload: None,
            patterns: Vec::new(),
        }
    }
}

impl Workbench {
    /// Opens a file. The one open before stays open if this fails.
    ///
    /// # Errors
    /// Says in words why the file cannot be opened.
    pub fn open_file(
        &mut self,
        name: &str,
        files: DatabaseFiles,
    ) -> Result<Opened, WorkbenchError> {
        self.open_files(name, files, None)
    }

    /// Attaches a file to the open database under a name. What is open stays as it is if this fails.
    ///
    /// # Errors
    /// If no database is open, the name cannot be taken, or the file cannot be opened beside it.
    pub fn attach(
        &mut self,
        name: &str,
        file_name: &str,
        files: DatabaseFiles,
    ) -> Result<Opened, WorkbenchError> {
        self.attach_files(name, file_name, files, None)
    }

    fn attach_files(
        &mut self,
        name: &str,
        file_name: &str,
        files: DatabaseFiles,
        sample: Option<SampleRef>,
    ) -> Result<Opened, WorkbenchError> {
        self.open()?;
        let (database, info, notices) = self.read(file_name, files, sample)?;
        let open = self.open.as_mut().ok_or_else(WorkbenchError::no_database)?;
        open.database.attach(name, &database)?;
        open.attached.push(AttachedDatabase { name: name.to_owned(), database, info });
        let opened = open.opened(notices);
        self.set_limits();
        self.forget_changes();
        Ok(opened)
    }

    /// Takes an attached database away.
    ///
    /// # Errors
    /// If none is attached under that name.
    pub fn detach(&mut self, name: &str) -> Result<Opened, WorkbenchError> {
        let open = self.open.as_mut().ok_or_else(WorkbenchError::no_database)?;
        open.database.detach(name)?;
        open.attached.retain(|one| !one.name.eq_ignore_ascii_case(name));
        let opened = open.opened(Vec::new());
        self.set_limits();
        self.forget_changes();
        Ok(opened)
    }

    /// Makes a sample and opens it, with its further databases attached.
    ///
    /// # Errors
    /// If there is no such sample or scale, or the person cancels.
    pub fn open_sample(&mut self, id: &str, scale: f64) -> Result<Opened, WorkbenchError> {
        let made = |attached| {
            let host = Rc::clone(&self.host);
            let made = generate_sample(id, attached, scale, host)?;
            Ok::<_, WorkbenchError>(DatabaseFiles::alone(made.into_base()))
        };
        let main = made(None)?;
        let info = scanseek_samples::info(id);
        let names = info.map_or(&[][..], |info| info.attached);
        // All are made before one is opened: what was open stays open if the person cancels.
        let others = names
            .iter()
            .map(|name| Ok((*name, made(Some(name))?)))
            .collect::<Result<Vec<_>, WorkbenchError>>()?;
        let version = info.map_or(0, |info| info.version);
        let sample = SampleRef { id: id.to_owned(), scale, version };
        let mut opened = self.open_files(&format!("{id}.db"), main, Some(sample.clone()))?;
        for (name, files) in others {
            opened = self.attach_files(name, &format!("{name}.db"), files, Some(sample.clone()))?;
        }
        opened.workload = scanseek_samples::workload(id);
        opened.patterns = opened.workload.map(patterns).unwrap_or_default();
        Ok(opened)
    }

    /// Counts the rows of every table, as far as `time_ns` reaches.
    ///
    /// # Errors
    /// If no database is open.
    pub fn count_rows(&mut self, time_ns: u64) -> Result<Schema, WorkbenchError> {
        let open = self.open.as_mut().ok_or_else(WorkbenchError::no_database)?;
        open.database.count_rows(time_ns);
        Ok(open.database.schema().clone())
    }

    /// The mark of the open file.
    ///
    /// # Errors
    /// If no database is open or the file cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, WorkbenchError> {
        Ok(self.open()?.database.fingerprint()?)
    }

    fn open_files(
        &mut self,
        name: &str,
        files: DatabaseFiles,
        sample: Option<SampleRef>,
    ) -> Result<Opened, WorkbenchError> {
        let (database, info, notices) = self.read(name, files, sample)?;
        let open = OpenDatabase { database, info, attached: Vec::new(), page_map: OnceCell::new() };
        let opened = open.opened(notices);
        self.replace(open);
        self.set_limits();
        Ok(opened)
    }

    fn read(
        &self,
        name: &str,
        files: DatabaseFiles,
        sample: Option<SampleRef>,
    ) -> Result<(Database, DatabaseInfo, Vec<Notice>), WorkbenchError> {
        let large = files.base.length() > LARGE_FILE_BYTES;
        let near = files.base.reach() == Reach::Near;
        let opened = Database::open(files, self.control())?;
        let mut database = opened.database;
        if near && !large {
            database.count_rows(COUNT_ROWS_NS);
        }
        let info = DatabaseInfo { name: name.to_owned(), file: database.file_info()?, sample };
        Ok((database, info, opened.notices.into_iter().map(notice).collect()))
    }

    /// Limits of what is written, by the largest file that is open.
    fn set_limits(&self) {
        let Some(open) = &self.open else { return };
        let sizes = open.attached.iter().map(|one| &one.info).chain([&open.info]);
        let large = sizes.map(|info| info.file.size_bytes).max() > Some(LARGE_FILE_BYTES);
        scanseek_engine::limit_storage(if large { FOR_LARGE_FILES } else { FOR_SMALL_FILES });
    }
}

const MIB: u64 = 1 << 20;

/// Written pages are kept in memory as far as they are likely to go with such a file.
const FOR_SMALL_FILES: StorageLimits = StorageLimits {
    memory_bytes: 256 * MIB,
    memory_only_bytes: 1024 * MIB,
    total_bytes: 16 * 1024 * MIB,
};

/// A browser's worker shall hold a large file in 64 MiB of its own memory.
const FOR_LARGE_FILES: StorageLimits = StorageLimits { memory_bytes: 16 * MIB, ..FOR_SMALL_FILES };

/// The bytes of a sample's main database file: the same on every machine.
///
/// # Errors
/// If there is no such sample or scale, or the person cancels.
pub fn build_sample(id: &str, scale: f64, host: Rc<dyn Host>) -> Result<Vec<u8>, WorkbenchError> {
    Ok(generate_sample(id, None, scale, host)?.to_bytes()?)
}

/// As [`build_sample`], for the database that the sample has attached under that name.
///
/// # Errors
/// As [`build_sample`], and if the sample has no such database.
pub fn build_attached_sample(
    id: &str,
    name: &str,
    scale: f64,
    host: Rc<dyn Host>,
) -> Result<Vec<u8>, WorkbenchError> {
    Ok(generate_sample(id, Some(name), scale, host)?.to_bytes()?)
}

fn generate_sample(
    id: &str,
    attached: Option<&str>,
    scale: f64,
    host: Rc<dyn Host>,
) -> Result<Database, WorkbenchError> {
    let database = Database::create(Rc::new(HostControl(Rc::clone(&host))))?;
    database.execute_script("PRAGMA page_size=4096; PRAGMA journal_mode=MEMORY")?;
    let mut sink = Sink { database: &database, insert: BulkInsert::new(), rows: 0, host };
    let made = match attached {
        None => generate(id, scale, &mut sink),
        Some(name) => generate_attached(id, name, scale, &mut sink),
    };
    match made {
        Ok(()) => {}
        Err(SampleError::Sink(error)) => return Err(error.into()),
        Err(error) => {
            let known: Vec<&str> = scanseek_samples::samples().iter().map(|info| info.id).collect();
            return Err(WorkbenchError::new(ErrorCode::UnknownSample, capital(&error.to_string()))
                .hint(format!("The samples are: {}.", known.join(", "))));
        }
    }
    drop(sink);
    Ok(database)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

struct Sink<'db> {
    database: &'db Database,
    insert: BulkInsert<'db>,
    rows: u64,
    host: Rc<dyn Host>,
}

impl RowSink for Sink<'_> {
    type Error = EngineError;

    fn execute(&mut self, sql: &str) -> Result<(), EngineError> {
        // The compiled INSERT would keep a COMMIT from ending the transaction.
        self.insert = BulkInsert::new();
        self.database.execute_script(sql)
    }

    fn insert(&mut self, table: &str, row: &[Value<'_>]) -> Result<(), EngineError> {
        self.rows += 1;
        if self.rows.is_multiple_of(10_000) {
            self.host.progress("Making the sample", self.rows, None);
            if self.host.cancelled() {
                return Err(EngineError::Cancelled);
            }
        }
        let values = row.iter().map(|value| match value {
            Value::Null => BulkValue::Null,
            Value::Integer(integer) => BulkValue::Integer(*integer),
            Value::Real(real) => BulkValue::Real(*real),
            Value::Text(text) => BulkValue::Text(text),
        });
        self.insert.insert(self.database, table, values)
    }
}

fn notice(notice: FileNotice) -> Notice {
    let torn = |torn: bool| {
        if torn { " What follows is damaged or cut off and is not read." } else { "" }
    };
    let (code, message) = match notice {
        FileNotice::WalMissing => (
            "wal_missing",
            "This database is in WAL mode, and no -wal file came with it. If an application was \
             using it, rows that were not yet checkpointed are missing; they are read if both \
             files are there together."
                .to_owned(),
        ),
        FileNotice::WalRead { frames, torn: is_torn } => (
            "wal_read",
            format!(
                "The -wal file is read together with the database: {} {} up to its last commit.{}",
                scanseek_plan::grouped(frames),
                if frames == 1 { "page" } else { "pages" },
                torn(is_torn)
            ),
        ),
        FileNotice::WalEmpty => (
            "wal_empty",
            "The -wal file is empty, so the database file is all there is.".to_owned(),
        ),
        FileNotice::WalWithoutCommit { torn: is_torn } => (
            "wal_without_commit",
            format!("The -wal file holds no committed change, so nothing of it is read.{}", torn(is_torn)),
        ),
        FileNotice::WalDamaged => (
            "wal_damaged",
            "The -wal file does not begin as a write-ahead log: nothing of it is read, and rows that \
             were in it are missing."
                .to_owned(),
        ),
        FileNotice::WalOfAnother { wal_page_size, page_size } => (
            "wal_of_another",
            format!(
                "The -wal file belongs to another database: its pages have {wal_page_size} bytes, \
                 those of this one {page_size}. Nothing of it is read."
            ),
        ),
        FileNotice::JournalRolledBack => (
            "journal_rolled_back",
            "The -journal file tells that something was writing when it stopped. That change is \
             rolled back here, on the copy; the file itself is as it was."
                .to_owned(),
        ),
        FileNotice::Utf16 => ("utf16", "Text in this database is stored as UTF-16.".to_owned()),
        FileNotice::LongerThanHeader => (
            "longer_than_header",
            "The file is longer than its header says; the rest is not looked at.".to_owned(),
        ),
        FileNotice::Unmarked => (
            "unmarked",
            "The server shows no mark of the file's version (ETag or Last-Modified): if the file is \
             changed while it is open, that is noticed only if its length changes."
                .to_owned(),
        ),
    };
    Notice { code, message }
}
