//! Links: a [`Notebook`] as the fragment of an address, and back. What comes in is not trusted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use crate::document::{Counters, Database, Notebook};

/// The longest fragment that is read, in bytes.
pub const MAX_FRAGMENT_BYTES: usize = 256 * 1024;
/// The longest JSON inside a link, in bytes.
pub const MAX_JSON_BYTES: usize = 1024 * 1024;
/// The largest count in a document: what a JavaScript number holds exactly, 2^53 - 1.
pub const MAX_COUNT: u64 = (1 << 53) - 1;

const V1: &str = "v1.";
const COMPRESSION_LEVEL: u8 = 9;

/// Why a link cannot be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The text does not begin like a link.
    #[error("This is not a ScanSeek link.")]
    NotALink,
    /// The link was made by a newer version.
    #[error("This link was made by a newer version of ScanSeek. Reload the page and try again.")]
    UnknownVersion,
    /// The link is incomplete or altered.
    #[error("This link is damaged. Part of it may have been cut off when it was copied.")]
    Damaged,
    /// The document does not fit in a link.
    #[error("This is too much for a link.")]
    TooLarge,
}

/// The fragment for `notebook`, beginning with `#v1.`.
///
/// Fails with [`LinkError::TooLarge`] when [`decode_link`] would refuse the result.
pub fn encode_link(notebook: &Notebook) -> Result<String, LinkError> {
    if !counts_fit(notebook) {
        return Err(LinkError::TooLarge);
    }
    // Nothing in these types can fail to serialise: no maps, no floats.
    let json = serde_json::to_vec(notebook).map_err(|_| LinkError::Damaged)?;
    if json.len() > MAX_JSON_BYTES {
        return Err(LinkError::TooLarge);
    }
    let packed = compress_to_vec(&json, COMPRESSION_LEVEL);
    let fragment = format!("#{V1}{}", URL_SAFE_NO_PAD.encode(packed));
    if fragment.len() > MAX_FRAGMENT_BYTES {
        return Err(LinkError::TooLarge);
    }
    Ok(fragment)
}

/// The notebook in `fragment`, with or without the leading `#`.
///
/// Unknown fields are ignored and missing ones take their defaults.
pub fn decode_link(fragment: &str) -> Result<Notebook, LinkError> {
    if fragment.len() > MAX_FRAGMENT_BYTES {
        return Err(LinkError::TooLarge);
    }
    let fragment = fragment.trim();
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let Some(payload) = fragment.strip_prefix(V1) else {
        return Err(match version(fragment) {
            Some(_) => LinkError::UnknownVersion,
            None => LinkError::NotALink,
        });
    };
    let packed = URL_SAFE_NO_PAD.decode(payload).map_err(|_| LinkError::Damaged)?;
    let json =
        decompress_to_vec_with_limit(&packed, MAX_JSON_BYTES).map_err(|error| {
            match error.status {
                TINFLStatus::HasMoreOutput => LinkError::TooLarge,
                _ => LinkError::Damaged,
            }
        })?;
    let notebook = serde_json::from_slice(&json).map_err(|_| LinkError::Damaged)?;
    if counts_fit(&notebook) { Ok(notebook) } else { Err(LinkError::Damaged) }
}

/// Whether all counts are at most [`MAX_COUNT`].
fn counts_fit(notebook: &Notebook) -> bool {
    let size_fits = |database: &Database| match database {
        Database::File { size_bytes, .. } => *size_bytes <= MAX_COUNT,
        Database::Sample { .. } => true,
    };
    let fit = |counters: &Counters| {
        let Counters {
            vm_steps,
            page_requests,
            page_reads,
            rows_returned,
            fullscan_steps,
            sorts,
            autoindex_rows,
        } = *counters;
        [vm_steps, page_requests, page_reads, rows_returned, fullscan_steps, sorts, autoindex_rows]
            .into_iter()
            .all(|count| count <= MAX_COUNT)
    };
    size_fits(&notebook.database)
        && notebook.attached.iter().all(|attached| size_fits(&attached.database))
        && notebook.claims.iter().all(|claim| fit(&claim.counters))
}

/// The digits of `v<digits>.…`.
fn version(fragment: &str) -> Option<&str> {
    let (version, _) = fragment.strip_prefix('v')?.split_once('.')?;
    (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())).then_some(version)
}
