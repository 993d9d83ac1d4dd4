//! The saved document: what a link or a saved file holds, its versions, and the link codec.
//!
//! A link is `#v1.` followed by base64url (no padding) of raw DEFLATE of compact JSON. The version
//! in front names the shape of the JSON; the present types are the current shape. A link once
//! made opens for ever: new fields get defaults, unknown fields are ignored, and an incompatible
//! change gets a new version and a conversion from the old one.

mod document;
mod link;

pub use document::{Arm, Attached, Claim, Counters, Database, Notebook};
pub use link::{
    LinkError, MAX_COUNT, MAX_FRAGMENT_BYTES, MAX_JSON_BYTES, decode_link, encode_link,
};
