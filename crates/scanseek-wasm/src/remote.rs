//! A file on a web server, read in parts. The requests are made by another worker, which alone may
//! reach other sites; here each answer is judged, and what passes is asked for once more.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use js_sys::Uint8Array;
use scanseek_workbench::{
    ExtentSource, Extents, FIRST_DISTANT_BYTES, PartAnswer, RandomRead, Reach, RemoteError,
    RemoteVersion, StorageError,
};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;

use crate::ScratchFile;
use crate::files::{KeptExtents, copy};

#[wasm_bindgen(typescript_custom_section)]
const REMOTE: &str = r#"
/** Why there is no answer to a request for a part of a file. */
export type NoAnswer = "no_answer" | "silent" | "broken_off" | "redirect" | "cancelled";

/** The answer to a request for a part of a file. Headers are null where they are missing or hidden. */
export interface Part {
  failure: NoAnswer | null;
  status: number;
  content_range: string | null;
  content_length: number | null;
  content_encoding: string | null;
  content_type: string | null;
  etag: string | null;
  last_modified: string | null;
  /** At most one byte more than was asked for. */
  bytes: Uint8Array;
}

/** A file on a server, as the worker lends it to the engine. */
export interface RemoteFile {
  /** Waits for so many bytes from `offset` on; fewer at the end of the file. */
  part(offset: number, length: number): Part;
  /** Waits; false once the person has cancelled. */
  pause(ms: number): boolean;
  /** Told which version of the file was opened. */
  opened(version: string): void;
  /** The version it must be, if it was open before. */
  expected: string | null;
  /** Where parts that are read twice are copied to. */
  kept: ScratchFile | null;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// A file on a server.
    #[wasm_bindgen(typescript_type = "RemoteFile")]
    pub type JsRemoteFile;

    #[wasm_bindgen(method)]
    fn part(this: &JsRemoteFile, offset: f64, length: f64) -> JsPart;

    #[wasm_bindgen(method)]
    fn pause(this: &JsRemoteFile, ms: f64) -> bool;

    #[wasm_bindgen(method)]
    fn opened(this: &JsRemoteFile, version: &str);

    #[wasm_bindgen(method, getter)]
    fn expected(this: &JsRemoteFile) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn kept(this: &JsRemoteFile) -> Option<ScratchFile>;

    type JsPart;

    #[wasm_bindgen(method, getter)]
    fn failure(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn status(this: &JsPart) -> u16;

    #[wasm_bindgen(method, getter)]
    fn content_range(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn content_length(this: &JsPart) -> Option<f64>;

    #[wasm_bindgen(method, getter)]
    fn content_encoding(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn content_type(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn etag(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn last_modified(this: &JsPart) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn bytes(this: &JsPart) -> Uint8Array;
}

/// Bytes of a remote file that are kept in the browser's memory.
const CACHE_BYTES: u64 = 128 << 20;

/// Bytes of an answer that are looked at to tell what it is.
const LOOKED_AT: u32 = 64;

/// How long is waited before a request is made again, in ms.
const PAUSES_MS: [f64; 2] = [300.0, 1500.0];

/// Opens a file on a server.
pub(crate) fn remote(file: JsRemoteFile) -> Result<Arc<dyn RandomRead>, StorageError> {
    let (answer, bytes) = ask(&file, 0, FIRST_DISTANT_BYTES)?;
    let version = RemoteVersion::of(&answer, FIRST_DISTANT_BYTES)?;
    if file.expected().is_some_and(|expected| expected != version.text()) {
        return Err(RemoteError::Changed.into());
    }
    file.opened(&version.text());
    let source = Source {
        version,
        has_changed: AtomicBool::new(false),
        first: SendWrapper::new(RefCell::new(Some(bytes))),
        kept: file.kept().map(KeptExtents::from),
        file: SendWrapper::new(file),
    };
    Ok(Arc::new(Extents::new(source, CACHE_BYTES)))
}

struct Source {
    file: SendWrapper<JsRemoteFile>,
    version: RemoteVersion,
    /// Once parts of another version were seen, nothing more is asked for.
    has_changed: AtomicBool,
    /// What the first request brought, until it is asked for.
    first: SendWrapper<RefCell<Option<Uint8Array>>>,
    kept: Option<KeptExtents>,
}

impl Source {
    fn part(&self, offset: u64, length: u64) -> Result<Uint8Array, StorageError> {
        let (answer, bytes) = ask(&self.file, offset, length)?;
        self.version.check(&answer, offset, length)?;
        Ok(bytes)
    }
}

impl ExtentSource for Source {
    type Extent = SendWrapper<Uint8Array>;

    fn length(&self) -> u64 {
        self.version.length()
    }

    fn reach(&self) -> Reach {
        Reach::Distant { marked: self.version.is_marked() }
    }

    fn load(&self, offset: u64, length: u64) -> Result<Self::Extent, StorageError> {
        if self.has_changed.load(Ordering::Relaxed) {
            return Err(RemoteError::Changed.into());
        }
        if offset == 0
            && let Some(first) = RefCell::take(&self.first)
            && u64::from(first.length()) == length
        {
            return Ok(SendWrapper::new(first));
        }
        let mut pauses = PAUSES_MS.iter();
        loop {
            match self.part(offset, length) {
                Ok(bytes) => return Ok(SendWrapper::new(bytes)),
                Err(StorageError::Remote(error)) if error.may_pass() => {
                    let Some(pause) = pauses.next() else { return Err(error.into()) };
                    if !self.file.pause(*pause) {
                        return Err(StorageError::Cancelled);
                    }
                }
                Err(error) => {
                    if error == RemoteError::Changed.into() {
                        self.has_changed.store(true, Ordering::Relaxed);
                    }
                    return Err(error);
                }
            }
        }
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

/// Makes one request.
fn ask(
    file: &JsRemoteFile,
    offset: u64,
    length: u64,
) -> Result<(PartAnswer, Uint8Array), StorageError> {
    let part = file.part(offset as f64, length as f64);
    if let Some(failure) = part.failure() {
        return Err(match failure.as_str() {
            "cancelled" => StorageError::Cancelled,
            "redirect" => RemoteError::Redirect.into(),
            "silent" => RemoteError::Silent.into(),
            "broken_off" => RemoteError::BrokenOff.into(),
            _ => RemoteError::NoAnswer.into(),
        });
    }
    let bytes = part.bytes();
    let answer = PartAnswer {
        status: part.status(),
        content_range: part.content_range(),
        content_length: part.content_length().map(|length| length as u64),
        content_encoding: part.content_encoding(),
        content_type: part.content_type(),
        etag: part.etag(),
        last_modified: part.last_modified(),
        body_bytes: u64::from(bytes.length()),
        begins: bytes.subarray(0, LOOKED_AT).to_vec(),
    };
    Ok((answer, bytes))
}
