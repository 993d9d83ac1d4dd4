//! A file on a web server, read in ranges. Only the page for addresses may open one: its content
//! policy is its own.

use std::cell::RefCell;
use std::sync::Arc;

use js_sys::Uint8Array;
use scanseek_workbench::{ExtentSource, Extents, RandomRead, StorageError};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use web_sys::{XmlHttpRequest, XmlHttpRequestResponseType};

use crate::files::{KeptExtents, copy, failed};

/// Bytes of a remote file that are kept in the browser's memory.
const CACHE_BYTES: u64 = 128 << 20;

/// Length of the first request: the header and, mostly, the schema.
const FIRST_BYTES: u64 = 64 << 10;

/// Opens a file by its address.
pub(crate) fn remote(
    url: &str,
    kept: Option<KeptExtents>,
) -> Result<Arc<dyn RandomRead>, StorageError> {
    let first = request(url, 0, FIRST_BYTES, None)?;
    let source = RemoteFile {
        url: url.to_owned(),
        length: first.length,
        version: first.version,
        first: SendWrapper::new(RefCell::new(Some(first.bytes))),
        kept,
    };
    Ok(Arc::new(Extents::new(source, CACHE_BYTES)))
}

struct RemoteFile {
    url: String,
    length: u64,
    /// The server's mark of this version: pages of two versions must not be mixed.
    version: Option<String>,
    /// What the first request brought, until it is asked for.
    first: SendWrapper<RefCell<Option<Uint8Array>>>,
    kept: Option<KeptExtents>,
}

impl ExtentSource for RemoteFile {
    type Extent = SendWrapper<Uint8Array>;

    fn length(&self) -> u64 {
        self.length
    }

    fn load(&self, offset: u64, length: u64) -> Result<Self::Extent, StorageError> {
        if offset == 0
            && let Some(first) = RefCell::take(&self.first)
            && u64::from(first.length()) == length
        {
            return Ok(SendWrapper::new(first));
        }
        let part = request(&self.url, offset, length, self.version.as_deref())?;
        if part.length != self.length || part.version != self.version {
            return Err(changed());
        }
        if u64::from(part.bytes.length()) != length {
            return Err(StorageError::failed("the server sent fewer bytes than it said"));
        }
        Ok(SendWrapper::new(part.bytes))
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

struct Part {
    bytes: Uint8Array,
    /// Length of the whole file.
    length: u64,
    version: Option<String>,
}

/// Asks for a range. A length from a HEAD request would not do: servers answer it as compressed.
fn request(
    url: &str,
    offset: u64,
    length: u64,
    version: Option<&str>,
) -> Result<Part, StorageError> {
    let js = |cause: JsValue| failed(&cause);
    let request = XmlHttpRequest::new().map_err(js)?;
    request.open_with_async("GET", url, false).map_err(js)?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    request
        .set_request_header("Range", &format!("bytes={offset}-{}", offset + length - 1))
        .map_err(js)?;
    request.send().map_err(|_| {
        StorageError::failed(
            "the server did not answer, or does not let other sites read it (CORS headers)",
        )
    })?;
    match request.status().map_err(js)? {
        206 => {}
        200 => {
            return Err(StorageError::failed(
                "the server sends the whole file instead of the part asked for; download it and \
                 open it as a file",
            ));
        }
        412 | 416 => return Err(changed()),
        status => return Err(StorageError::failed(format!("the server answered {status}"))),
    }
    let header = |name: &str| request.get_response_header(name).ok().flatten();
    let length = header("Content-Range")
        .and_then(|range| range.rsplit_once('/').and_then(|(_, length)| length.parse().ok()))
        .ok_or_else(|| {
            StorageError::failed(
                "the server does not say how long the file is; it must expose Content-Range",
            )
        })?;
    // A weak mark says nothing of bytes.
    let mark = header("ETag").filter(|mark| !mark.starts_with("W/"));
    let found = mark.or_else(|| header("Last-Modified"));
    if version.is_some() && found.as_deref() != version {
        return Err(changed());
    }
    let bytes = Uint8Array::new(&request.response().map_err(js)?);
    Ok(Part { bytes, length, version: found })
}

fn changed() -> StorageError {
    StorageError::failed("it was changed on the server after it was opened; open it again")
}
