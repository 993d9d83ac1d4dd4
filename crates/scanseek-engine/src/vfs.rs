//! The VFS of every database: named [`CowFile`]s in memory, nothing on any disk is ever opened.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rsqlite_vfs::{
    AccessMode, DeviceCharacteristics, LockLevel, OpenOptions, OpenRequest, OpenedFile, OsCallback,
    SQLiteIoMethods, SQLiteVfs, SyncOptions, VfsError, VfsErrorCode, VfsFile, VfsResult, VfsStore,
};

use crate::storage::{CowFile, PagePool, StorageError};

/// The name under which the VFS is registered.
pub(crate) const VFS_NAME: &str = "scanseek";

/// A file shared by its open handles.
pub(crate) type Shared = Arc<Mutex<CowFile>>;

/// All named files. Names are unique per database, so connections never meet.
#[derive(Clone, Default)]
pub(crate) struct Files {
    named: Arc<Mutex<BTreeMap<String, Shared>>>,
    pool: Arc<PagePool>,
}

impl Files {
    pub(crate) fn insert(&self, name: &str, file: CowFile) -> Shared {
        let shared = Arc::new(Mutex::new(file));
        lock(&self.named).insert(name.to_owned(), Arc::clone(&shared));
        shared
    }

    /// Where the pages written to all files are kept.
    pub(crate) fn pool(&self) -> &Arc<PagePool> {
        &self.pool
    }

    /// A file without a base or a name.
    fn scratch(&self) -> CowFile {
        CowFile::empty(Arc::clone(&self.pool))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Shared> {
        lock(&self.named).get(name).cloned()
    }

    /// A database and the journals beside it under another name; neither file sees what is then
    /// written to the other.
    pub(crate) fn copy_all(&self, from: &str, to: &str) {
        for suffix in ["", "-wal", "-journal"] {
            if let Some(file) = self.get(&format!("{from}{suffix}")) {
                let copy = lock(&file).clone();
                self.insert(&format!("{to}{suffix}"), copy);
            }
        }
    }

    /// Forgets a database and the journals beside it.
    pub(crate) fn remove_all(&self, name: &str) {
        let mut files = lock(&self.named);
        for suffix in ["", "-wal", "-journal", "-shm"] {
            files.remove(&format!("{name}{suffix}"));
        }
    }
}

/// A lock that a panicking test thread held is as good as any: the data is plain bytes.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Handle {
    file: Shared,
    /// False for temporary files.
    named: bool,
}

impl VfsFile for Handle {
    fn read(&mut self, buffer: &mut [u8], offset: u64) -> VfsResult<usize> {
        go_on()?;
        if self.named {
            crate::control::add_read_bytes(buffer.len());
        }
        lock(&self.file)
            .read(offset, buffer)
            .map_err(|error| vfs_error(VfsErrorCode::IoRead, &error))
    }

    fn write(&mut self, buffer: &[u8], offset: u64) -> VfsResult<()> {
        go_on()?;
        lock(&self.file)
            .write(offset, buffer)
            .map_err(|error| vfs_error(VfsErrorCode::IoWrite, &error))
    }

    fn truncate(&mut self, size: u64) -> VfsResult<()> {
        lock(&self.file).truncate(size).map_err(|error| vfs_error(VfsErrorCode::IoTruncate, &error))
    }

    fn sync(&mut self, _options: SyncOptions) -> VfsResult<()> {
        Ok(())
    }

    fn size(&self) -> VfsResult<u64> {
        Ok(lock(&self.file).length())
    }

    /// As SQLite's own VFS says of a disk; else it would journal and write all pages of a sector of
    /// 4096 bytes where one smaller page changes.
    fn device_characteristics(&self) -> DeviceCharacteristics {
        DeviceCharacteristics::POWERSAFE_OVERWRITE
    }

    // Each database has a name and a connection of its own, so there is nobody to lock out.
    fn lock(&mut self, _level: LockLevel) -> VfsResult<()> {
        Ok(())
    }

    fn unlock(&mut self, _level: LockLevel) -> VfsResult<()> {
        Ok(())
    }

    fn check_reserved_lock(&self) -> VfsResult<bool> {
        Ok(false)
    }
}

fn go_on() -> VfsResult<()> {
    if crate::control::interrupted_in_vfs() {
        return Err(VfsError::new(VfsErrorCode::Interrupt, "stopped".into()));
    }
    Ok(())
}

thread_local! {
    /// Why storage failed last. SQLite keeps the code of a failure and drops its reason.
    static FAILURE: RefCell<Option<StorageError>> = const { RefCell::new(None) };
}

/// The reason of the failure that SQLite now reports as one of input or output.
pub(crate) fn take_failure() -> Option<StorageError> {
    FAILURE.take()
}

fn vfs_error(code: VfsErrorCode, error: &StorageError) -> VfsError {
    FAILURE.set(Some(error.clone()));
    let code = if matches!(error, StorageError::Full { .. }) { VfsErrorCode::Full } else { code };
    VfsError::new(code, error.to_string().into())
}

pub(crate) struct Store;

impl VfsStore for Store {
    type File = Handle;
    type AppData = AppData;

    fn open_file(data: &AppData, request: OpenRequest<'_>) -> VfsResult<OpenedFile<Handle>> {
        let access = request.options.access();
        let file = match request.filename {
            None => Arc::new(Mutex::new(data.files.scratch())),
            Some(name) => match data.files.get(name.path()) {
                Some(file) => file,
                None if request.options.create() => {
                    data.files.insert(name.path(), data.files.scratch())
                }
                None => {
                    return Err(VfsError::new(VfsErrorCode::CantOpen, "no such file".into()));
                }
            },
        };
        Ok(OpenedFile { file: Handle { file, named: request.filename.is_some() }, access })
    }

    fn close_file(
        data: &AppData,
        name: Option<&str>,
        _file: Handle,
        options: OpenOptions,
    ) -> VfsResult<()> {
        if let Some(name) = name
            && options.delete_on_close()
        {
            lock(&data.files.named).remove(name);
        }
        Ok(())
    }

    fn access(data: &AppData, name: &str, _mode: AccessMode) -> VfsResult<bool> {
        Ok(data.files.get(name).is_some())
    }

    fn full_pathname(_data: &AppData, name: &str) -> VfsResult<String> {
        Ok(name.to_owned())
    }

    fn delete_file(data: &AppData, name: &str, _sync_dir: bool) -> VfsResult<()> {
        lock(&data.files.named).remove(name);
        Ok(())
    }
}

/// What the VFS callbacks share.
pub(crate) struct AppData {
    pub(crate) files: Files,
    os: Os,
}

impl AppData {
    pub(crate) fn new(files: Files) -> Self {
        Self { files, os: Os }
    }
}

/// Clock and randomness for SQLite's own functions.
pub(crate) struct Os;

impl OsCallback for Os {
    fn sleep(&self, _duration: Duration) {}

    /// Asked for nothing that matters: SQLite seeds its random numbers from the default VFS, and
    /// each run starts them anew.
    fn random(&self, buffer: &mut [u8]) -> usize {
        for (i, byte) in buffer.iter_mut().enumerate() {
            *byte = (i as u8).wrapping_mul(167).wrapping_add(13);
        }
        buffer.len()
    }

    fn epoch_timestamp_in_ms(&self) -> VfsResult<i64> {
        #[cfg(target_family = "wasm")]
        return sqlite_wasm_rs::WasmOsCallback.epoch_timestamp_in_ms();
        #[cfg(not(target_family = "wasm"))]
        return std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map(|elapsed| elapsed.as_millis() as i64)
            .map_err(|_| {
                VfsError::new(VfsErrorCode::Error, "the clock stands before 1970".into())
            });
    }
}

pub(crate) struct IoMethods;

impl SQLiteIoMethods for IoMethods {
    type Store = Store;
}

pub(crate) struct Vfs;

impl SQLiteVfs<IoMethods> for Vfs {
    type Os = Os;

    fn os(data: &AppData) -> &Os {
        &data.os
    }
}
