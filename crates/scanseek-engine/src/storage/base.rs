//! Bases: bytes that can be read anywhere and are never written.

use super::RemoteError;

/// Why storage could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// Bytes could not be read or written; the text says why.
    #[error("{0}")]
    Failed(String),
    /// The pages that may be written are used up.
    #[error("the copy that indexes are tried on may hold {limit_bytes} bytes and is full")]
    Full {
        /// The limit in bytes.
        limit_bytes: u64,
    },
    /// A file on a server could not be read.
    #[error("{0}")]
    Remote(#[from] RemoteError),
    /// The person cancelled while bytes were waited for.
    #[error("cancelled")]
    Cancelled,
}

impl StorageError {
    /// A failure with its reason.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(reason.into())
    }
}

/// What a read costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A call of this machine: what need not be read may be read all the same.
    Near,
    /// A round trip to a server: nothing is read that was not asked for.
    Distant {
        /// The server marks the file's version, so that a change is noticed.
        marked: bool,
    },
}

/// Bytes that can be read anywhere: a file, a picked browser file, memory.
pub trait RandomRead: Send + Sync {
    /// Length in bytes.
    fn length(&self) -> u64;

    /// What a read costs.
    fn reach(&self) -> Reach {
        Reach::Near
    }

    /// Fills the whole buffer from `offset`; the range is within the length.
    ///
    /// # Errors
    /// If the bytes cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError>;
}

impl RandomRead for Vec<u8> {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = start.checked_add(buffer.len()).and_then(|end| self.get(start..end));
        let bytes = bytes.ok_or_else(|| StorageError::failed("read past the end"))?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

/// A native file, opened read-only.
#[cfg(not(target_family = "wasm"))]
pub struct FileBase {
    file: std::fs::File,
    length: u64,
}

#[cfg(not(target_family = "wasm"))]
impl FileBase {
    /// Opens the file for reading.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn open(path: &std::path::Path) -> std::io::Result<Self> {
        let file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }
}

#[cfg(not(target_family = "wasm"))]
impl RandomRead for FileBase {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        native::read_exact_at(&self.file, offset, buffer)
            .map_err(|error| StorageError::failed(error.to_string()))
    }
}

/// Reads and writes at a place, without a position that others could move.
#[cfg(not(target_family = "wasm"))]
pub(super) mod native {
    use std::fs::File;
    use std::io;

    #[cfg(unix)]
    pub(crate) fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
    }

    #[cfg(unix)]
    pub(crate) fn write_all_at(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
    }

    #[cfg(windows)]
    pub(crate) fn read_exact_at(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        use std::os::windows::fs::FileExt;
        let mut done = 0;
        while done < buffer.len() {
            match file.seek_read(&mut buffer[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => done += count,
            }
        }
        Ok(())
    }

    #[cfg(windows)]
    pub(crate) fn write_all_at(file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
        use std::os::windows::fs::FileExt;
        let mut done = 0;
        while done < bytes.len() {
            match file.seek_write(&bytes[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => done += count,
            }
        }
        Ok(())
    }
}
