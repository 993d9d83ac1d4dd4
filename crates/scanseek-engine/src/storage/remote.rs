//! A file on a server, asked for in parts: whether an answer brings the part that was asked for, of
//! the version that was opened. No request is made here.
//!
//! Versions are compared afterwards. `If-Match` and `If-Range` would have the server do it, but a
//! browser asks the server's leave before it sends them to another site, and most do not give it.

/// Length in bytes of the largest file that is read from a server: what is known of each part of it
/// is kept in memory, and a server may claim any length.
const LONGEST_BYTES: u64 = 1 << 38;

/// Length in bytes of the largest file that is offered to be downloaded whole.
const DOWNLOAD_BYTES: u64 = 512 << 20;

/// Why a file on a server could not be read. Its text is a whole sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum RemoteError {
    #[error("The server did not answer, or it does not let other sites read this file.")]
    NoAnswer,
    #[error("The server stopped sending and was silent for too long.")]
    Silent,
    #[error("The connection broke off before all bytes had come.")]
    BrokenOff,
    #[error("The server cannot answer at the moment (status {status}).")]
    Busy { status: u16 },
    #[error("There is no file at this address (status {status}).")]
    NotFound { status: u16 },
    #[error("The server does not give this file to everyone (status {status}).")]
    Forbidden { status: u16 },
    #[error("The server gave an answer that is not understood (status {status}).")]
    Status { status: u16 },
    #[error("The server sends the reader on to another address.")]
    Redirect,
    #[error("The server sends this file only as a whole{}.", of_length(*.length))]
    NoRanges { length: Option<u64> },
    #[error("The server hides which part of the file it sent.")]
    NoContentRange,
    #[error("The server compresses the file on the way{}, so its parts cannot be told.", by(.coding.as_deref()))]
    Encoded { coding: Option<String> },
    #[error("The server sent another part of the file than it was asked for.")]
    WrongPart,
    #[error("The server sent {} bytes than the {asked_bytes} it was asked for.", if *.more { "more" } else { "fewer" })]
    WrongSize { more: bool, asked_bytes: u64 },
    #[error(
        "The server says that the file has {length} bytes, which is more than is read from a server."
    )]
    TooLong { length: u64 },
    #[error("This address leads to a web page, not to a database file.")]
    WebPage,
    #[error("The file was changed on the server after it was opened, so it is read no further.")]
    Changed,
}

impl RemoteError {
    /// True if the same request may well succeed a moment later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::NoAnswer | Self::BrokenOff | Self::Busy { .. })
    }

    /// True if the file can be had by reading all of it.
    pub fn can_be_downloaded(&self) -> bool {
        matches!(self, Self::NoRanges { length: Some(length) } if *length <= DOWNLOAD_BYTES)
    }
}

fn of_length(length: Option<u64>) -> String {
    match length {
        Some(length) => format!(", {} bytes", scanseek_plan::grouped(length)),
        None => " and does not say how long it is".to_owned(),
    }
}

fn by(coding: Option<&str>) -> String {
    coding.map(|coding| format!(" ({coding})")).unwrap_or_default()
}

/// What a server answered to a request for a part. A header is `None` if it was not sent, or if the
/// server does not show it to other sites.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct PartAnswer {
    pub status: u16,
    pub content_range: Option<String>,
    pub content_length: Option<u64>,
    pub content_encoding: Option<String>,
    pub content_type: Option<String>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// Bytes of the body that came; reading ends one byte after what was asked for.
    pub body_bytes: u64,
    /// The first bytes of the body.
    pub begins: Vec<u8>,
}

/// Which version of a file is being read: the same marks and the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteVersion {
    length: u64,
    /// An `ETag` that stands for the very bytes; else what there is.
    marks: Option<String>,
}

impl RemoteVersion {
    /// From the answer to the first request, for the bytes before `asked_bytes`.
    ///
    /// # Errors
    /// If the file cannot be read in parts.
    pub fn of(answer: &PartAnswer, asked_bytes: u64) -> Result<Self, RemoteError> {
        if answer.status == 416 && length_of_unsatisfied(answer) == Some(0) {
            return Ok(Self { length: 0, marks: marks(answer) });
        }
        if answer.status == 200 && is_called_page(answer) {
            return Err(RemoteError::WebPage);
        }
        let length = check_part(answer, 0, asked_bytes)?;
        if length > LONGEST_BYTES {
            return Err(RemoteError::TooLong { length });
        }
        if is_web_page(answer) {
            return Err(RemoteError::WebPage);
        }
        Ok(Self { length, marks: marks(answer) })
    }

    /// Checks the answer to a later request.
    ///
    /// # Errors
    /// If it does not bring these bytes of this version.
    pub fn check(
        &self,
        answer: &PartAnswer,
        offset: u64,
        asked_bytes: u64,
    ) -> Result<(), RemoteError> {
        if matches!(answer.status, 404 | 410 | 412 | 416) {
            return Err(RemoteError::Changed);
        }
        let length = check_part(answer, offset, asked_bytes);
        // A shorter file may end amid the part: that it is another one is the better thing to say.
        let found = content_range(answer).map(|(_, _, length)| length);
        if answer.status == 206
            && (found.is_some_and(|l| l != self.length) || marks(answer) != self.marks)
        {
            return Err(RemoteError::Changed);
        }
        length.map(|_| ())
    }

    /// Length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// False if only a change of the length would be noticed.
    pub fn is_marked(&self) -> bool {
        self.marks.is_some()
    }

    /// The version as text, equal for equal versions only.
    pub fn text(&self) -> String {
        format!("{} {}", self.length, self.marks.as_deref().unwrap_or_default())
    }
}

/// The length of the whole file, if the answer brings just the part that was asked for.
fn check_part(answer: &PartAnswer, offset: u64, asked_bytes: u64) -> Result<u64, RemoteError> {
    let status = answer.status;
    match status {
        206 => {}
        200 => return Err(RemoteError::NoRanges { length: answer.content_length }),
        404 | 410 => return Err(RemoteError::NotFound { status }),
        401 | 403 | 407 | 451 => return Err(RemoteError::Forbidden { status }),
        408 | 425 | 429 | 500.. => return Err(RemoteError::Busy { status }),
        _ => return Err(RemoteError::Status { status }),
    }
    let coding = answer.content_encoding.as_deref().map(str::trim);
    if let Some(coding) = coding.filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(RemoteError::Encoded { coding: Some(coding.to_owned()) });
    }
    let (first, end, length) = content_range(answer).ok_or(RemoteError::NoContentRange)?;
    let asked_end = (offset + asked_bytes).min(length);
    if first != offset || end != asked_end {
        return Err(RemoteError::WrongPart);
    }
    let part = end - first;
    if answer.body_bytes != part {
        // The browser has unpacked what was counted packed.
        if answer.content_length == Some(part) {
            return Err(RemoteError::Encoded { coding: None });
        }
        let more = answer.body_bytes > part;
        return Err(RemoteError::WrongSize { more, asked_bytes: part });
    }
    Ok(length)
}

/// First byte, end and length of the whole, as in `bytes 0-99/5000`.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-14.4>.
fn content_range(answer: &PartAnswer) -> Option<(u64, u64, u64)> {
    let text = answer.content_range.as_deref()?.trim();
    let (unit, text) = text.split_once(' ')?;
    let (part, length) = text.split_once('/')?;
    let (first, last) = part.split_once('-')?;
    let (first, last, length) = (number(first)?, number(last)?, number(length)?);
    (unit.eq_ignore_ascii_case("bytes") && first <= last && last < length).then_some((
        first,
        last + 1,
        length,
    ))
}

/// The length in `bytes */5000`, which comes with status 416.
fn length_of_unsatisfied(answer: &PartAnswer) -> Option<u64> {
    number(answer.content_range.as_deref()?.trim().strip_prefix("bytes */")?)
}

fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// A weak `ETag` may stay the same though bytes change, so the time of the change counts with it.
fn marks(answer: &PartAnswer) -> Option<String> {
    match (answer.etag.as_deref(), answer.last_modified.as_deref()) {
        (Some(strong), _) if !strong.starts_with("W/") => Some(strong.to_owned()),
        (None, None) => None,
        (weak, modified) => {
            Some(format!("{} {}", weak.unwrap_or_default(), modified.unwrap_or_default()))
        }
    }
}

fn is_called_page(answer: &PartAnswer) -> bool {
    answer.content_type.as_deref().is_some_and(|kind| kind.trim_start().starts_with("text/html"))
}

/// A database that a server calls HTML is still a database.
fn is_web_page(answer: &PartAnswer) -> bool {
    if answer.begins.starts_with(b"SQLite format 3\0") {
        return false;
    }
    let begins = String::from_utf8_lossy(&answer.begins).trim_start().to_ascii_lowercase();
    is_called_page(answer) || begins.starts_with("<!doctype html") || begins.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use RemoteError as E;

    const LENGTH: u64 = 5000;

    /// A good answer to a request for `asked` bytes from `offset` on.
    fn part(offset: u64, asked: u64) -> PartAnswer {
        let end = (offset + asked).min(LENGTH);
        PartAnswer {
            status: 206,
            content_range: Some(format!("bytes {offset}-{}/{LENGTH}", end - 1)),
            content_length: Some(end - offset),
            etag: Some("\"a\"".into()),
            last_modified: Some("Mon, 01 Jan 2024 00:00:00 GMT".into()),
            body_bytes: end - offset,
            begins: b"SQLite format 3\0".to_vec(),
            ..PartAnswer::default()
        }
    }

    fn with(change: impl FnOnce(&mut PartAnswer)) -> PartAnswer {
        let mut answer = part(0, 1000);
        change(&mut answer);
        answer
    }

    #[test]
    fn the_first_answer_tells_the_length_or_what_is_wrong() {
        let check = |answer: PartAnswer| RemoteVersion::of(&answer, 1000).map(|v| v.length());
        assert_eq!(check(part(0, 1000)), Ok(LENGTH));
        let range = |text: &str| with(|a| a.content_range = Some(text.to_owned()));
        for text in [
            "bytes 0-999",
            "bytes 0-999/*",
            "bytes 999-0/5000",
            "items 0-999/5000",
            "bytes 0-999/999",
            "bytes +0-999/5000",
            "",
            "bytes 0-999/99999999999999999999",
        ] {
            assert_eq!(check(range(text)), Err(E::NoContentRange), "{text}");
        }
        assert_eq!(check(with(|a| a.content_range = None)), Err(E::NoContentRange));
        for text in ["bytes 1-1000/5000", "bytes 0-1999/5000", "bytes 0-99/5000"] {
            assert_eq!(check(range(text)), Err(E::WrongPart), "{text}");
        }
        let longest = format!("bytes 0-999/{}", u64::MAX);
        assert_eq!(check(range(&longest)), Err(E::TooLong { length: u64::MAX }));
        // A file shorter than the part asked for.
        let short = with(|a| {
            a.content_range = Some("bytes 0-511/512".into());
            (a.body_bytes, a.content_length) = (512, Some(512));
        });
        assert_eq!(check(short), Ok(512));
    }

    #[test]
    fn each_status_has_its_words() {
        let check = |status| RemoteVersion::of(&with(|a| a.status = status), 1000).unwrap_err();
        assert_eq!(check(200), E::NoRanges { length: Some(1000) });
        for status in [404, 410] {
            assert_eq!(check(status), E::NotFound { status });
        }
        for status in [401, 403] {
            assert_eq!(check(status), E::Forbidden { status });
        }
        for status in [429, 500, 503] {
            assert_eq!(check(status), E::Busy { status });
            assert!(check(status).may_pass());
        }
        for status in [204, 304, 400, 416] {
            assert_eq!(check(status), E::Status { status });
            assert!(!check(status).may_pass());
        }
    }

    #[test]
    fn an_empty_file_has_no_parts() {
        let answer = PartAnswer {
            status: 416,
            content_range: Some("bytes */0".into()),
            ..PartAnswer::default()
        };
        assert_eq!(RemoteVersion::of(&answer, 1000).map(|v| v.length()), Ok(0));
    }

    #[test]
    fn a_whole_file_is_offered_if_its_length_is_known_and_fair() {
        let check = |length| E::NoRanges { length }.can_be_downloaded();
        assert!(check(Some(1 << 20)));
        assert!(!check(Some(1 << 40)));
        assert!(!check(None));
        assert_eq!(
            E::NoRanges { length: Some(12345) }.to_string(),
            "The server sends this file only as a whole, 12,345 bytes."
        );
    }

    #[test]
    fn bytes_must_be_as_many_as_were_asked_for_and_not_compressed() {
        let check = |change: fn(&mut PartAnswer)| RemoteVersion::of(&with(change), 1000).err();
        let fewer = E::WrongSize { more: false, asked_bytes: 1000 };
        assert_eq!(check(|a| (a.body_bytes, a.content_length) = (999, Some(999))), Some(fewer));
        let more = E::WrongSize { more: true, asked_bytes: 1000 };
        assert_eq!(check(|a| (a.body_bytes, a.content_length) = (1001, None)), Some(more));
        assert_eq!(check(|a| a.content_encoding = Some("identity".into())), None);
        let gzip = E::Encoded { coding: Some("gzip".into()) };
        assert_eq!(check(|a| a.content_encoding = Some("gzip".into())), Some(gzip));
        // The header is hidden, but so many bytes were sent, and others came out of them.
        assert_eq!(check(|a| a.body_bytes = 1001), Some(E::Encoded { coding: None }));
    }

    #[test]
    fn a_web_page_is_told_from_a_database() {
        let check = |kind: &str, begins: &[u8]| {
            let answer = with(|a| {
                a.content_type = Some(kind.to_owned());
                a.begins = begins.to_vec();
            });
            RemoteVersion::of(&answer, 1000).err()
        };
        assert_eq!(check("text/html; charset=utf-8", b"\n<p>"), Some(E::WebPage));
        assert_eq!(check("application/octet-stream", b" <!DOCTYPE html>"), Some(E::WebPage));
        assert_eq!(check("text/html", b"SQLite format 3\0"), None);
        assert_eq!(check("text/plain", b"hello"), None);
        let whole = with(|a| (a.status, a.content_type) = (200, Some("text/html".into())));
        assert_eq!(RemoteVersion::of(&whole, 1000), Err(E::WebPage));
    }

    #[test]
    fn a_later_answer_must_be_of_the_same_version() {
        let opened = RemoteVersion::of(&part(0, 1000), 1000).unwrap();
        assert!(opened.is_marked());
        let check = |change: fn(&mut PartAnswer)| {
            let mut answer = part(4096, 4096);
            change(&mut answer);
            opened.check(&answer, 4096, LENGTH - 4096).err()
        };
        assert_eq!(check(|_| {}), None);
        assert_eq!(check(|a| a.etag = Some("\"b\"".into())), Some(E::Changed));
        assert_eq!(check(|a| a.etag = None), Some(E::Changed));
        // The very bytes are the same, whenever they were written.
        assert_eq!(check(|a| a.last_modified = None), None);
        assert_eq!(
            check(|a| a.content_range = Some("bytes 4096-4999/6000".into())),
            Some(E::Changed)
        );
        assert_eq!(
            check(|a| a.content_range = Some("bytes 4096-4499/4500".into())),
            Some(E::Changed)
        );
        for status in [404, 412, 416] {
            let mut answer = part(4096, 4096);
            answer.status = status;
            assert_eq!(opened.check(&answer, 4096, 904), Err(E::Changed), "{status}");
        }
        assert_eq!(check(|a| a.status = 503), Some(E::Busy { status: 503 }));
        assert_eq!(check(|a| a.status = 200), Some(E::NoRanges { length: Some(904) }));
        assert_eq!(check(|a| a.body_bytes = 1), Some(E::Encoded { coding: None }));
    }

    #[test]
    fn weak_marks_and_times_count_together() {
        let check = |etag: Option<&str>, modified: Option<&str>| {
            let answer = with(|a| {
                a.etag = etag.map(str::to_owned);
                a.last_modified = modified.map(str::to_owned);
            });
            RemoteVersion::of(&answer, 1000).unwrap()
        };
        assert_eq!(check(Some("\"a\""), Some("1")), check(Some("\"a\""), Some("2")));
        assert_ne!(check(Some("W/\"a\""), Some("1")), check(Some("W/\"a\""), Some("2")));
        assert_ne!(check(Some("W/\"a\""), Some("1")), check(Some("W/\"b\""), Some("1")));
        assert_ne!(check(None, Some("1")).text(), check(None, Some("2")).text());
        assert!(!check(None, None).is_marked());
    }
}
