//! Files of the browser as bases and scratch files: a picked file is read in extents, scratch files
//! lie in the page's private file system. Their bytes stay outside the engine's own memory.

use std::sync::Arc;

use js_sys::Uint8Array;
use scanseek_workbench::{ExtentSource, Extents, RandomRead, SpillFile, StorageError};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, FileReaderSync, FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

/// Bytes of a picked file that are kept in the browser's memory.
const CACHE_BYTES: u64 = 128 << 20;

/// A picked file.
pub(crate) fn picked(
    file: Blob,
    kept: Option<KeptExtents>,
) -> Result<Arc<dyn RandomRead>, StorageError> {
    let reader = FileReaderSync::new().map_err(|cause| failed(&cause))?;
    let length = file.size() as u64;
    let source = PickedFile { file: SendWrapper::new((file, reader)), length, kept };
    Ok(Arc::new(Extents::new(source, CACHE_BYTES)))
}

/// A scratch file that what is read twice is copied to.
pub(crate) struct KeptExtents {
    file: Scratch,
    limit_bytes: u64,
}

impl KeptExtents {
    /// Copies up to `limit_bytes` to the file.
    pub(crate) fn new(file: FileSystemSyncAccessHandle, limit_bytes: u64) -> Self {
        Self { file: Scratch::new(file), limit_bytes }
    }

    pub(crate) fn keep(&self, place: u64, extent: &SendWrapper<Uint8Array>) -> bool {
        place + u64::from(extent.length()) <= self.limit_bytes
            && self.file.write(place, extent).is_ok()
    }

    pub(crate) fn read(&self, place: u64, buffer: &mut [u8]) -> bool {
        self.file.read_at(place, buffer).is_ok()
    }
}

struct PickedFile {
    file: SendWrapper<(Blob, FileReaderSync)>,
    length: u64,
    kept: Option<KeptExtents>,
}

impl ExtentSource for PickedFile {
    type Extent = SendWrapper<Uint8Array>;

    fn length(&self) -> u64 {
        self.length
    }

    fn load(&self, offset: u64, length: u64) -> Result<Self::Extent, StorageError> {
        let (file, reader) = &*self.file;
        let bytes = file
            .slice_with_f64_and_f64(offset as f64, (offset + length) as f64)
            .and_then(|slice| reader.read_as_array_buffer(&slice))
            .map_err(|cause| failed(&cause))?;
        let bytes = Uint8Array::new(&bytes);
        if u64::from(bytes.length()) != length {
            return Err(StorageError::failed("it became shorter while it was read"));
        }
        Ok(SendWrapper::new(bytes))
    }

    fn copy(extent: &Self::Extent, at: usize, buffer: &mut [u8]) {
        copy(extent, at, buffer);
    }

    fn keep(&self, place: u64, extent: &Self::Extent) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.keep(place, extent))
    }

    fn read_kept(&self, place: u64, buffer: &mut [u8]) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.read(place, buffer))
    }
}

pub(crate) fn copy(extent: &Uint8Array, at: usize, buffer: &mut [u8]) {
    let at = at as u32;
    extent.subarray(at, at + buffer.len() as u32).copy_to(buffer);
}

/// A file of the page's private file system, closed when this goes.
pub(crate) struct Scratch(SendWrapper<FileSystemSyncAccessHandle>);

impl Scratch {
    /// Over an open handle of an empty file.
    pub(crate) fn new(file: FileSystemSyncAccessHandle) -> Self {
        Self(SendWrapper::new(file))
    }

    fn write(&self, offset: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
        let written = self
            .0
            .write_with_js_u8_array_and_options(bytes, &at(offset))
            .map_err(|cause| failed(&cause))?;
        whole(written, bytes.length() as usize)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl SpillFile for Scratch {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StorageError> {
        let read = self
            .0
            .read_with_u8_array_and_options(buffer, &at(offset))
            .map_err(|cause| failed(&cause))?;
        whole(read, buffer.len())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let written = self
            .0
            .write_with_u8_array_and_options(bytes, &at(offset))
            .map_err(|cause| failed(&cause))?;
        whole(written, bytes.len())
    }
}

fn at(offset: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(offset as f64);
    options
}

fn whole(done: f64, wanted: usize) -> Result<(), StorageError> {
    if done == wanted as f64 {
        Ok(())
    } else {
        Err(StorageError::failed("the browser's space for this page is used up"))
    }
}

/// What the browser says went wrong.
pub(crate) fn failed(cause: &JsValue) -> StorageError {
    let name = js_sys::Reflect::get(cause, &"name".into()).ok().and_then(|name| name.as_string());
    StorageError::failed(match name.as_deref() {
        Some("NotReadableError" | "NotFoundError") => {
            "it was changed, moved or deleted after it was picked".to_owned()
        }
        Some("QuotaExceededError") => "the browser's space for this page is used up".to_owned(),
        _ => js_sys::Reflect::get(cause, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .unwrap_or_else(|| "the browser gave no reason".to_owned()),
    })
}
