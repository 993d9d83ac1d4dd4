//! Errors as they cross the boundary.

use scanseek_workbench as domain;

use crate::{Span, Utf16};

wire! {
    pub struct WireError {
        pub code: ErrorCode,
        pub message: String,
        pub span: Option<Span>,
        pub hint: Option<String>,
    }

    /// The closed list of codes.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum ErrorCode {
        EmptyFile,
        NotADatabase,
        EncryptedFile,
        TruncatedFile,
        CorruptFile,
        UnsupportedFile,
        NotAttached,
        SqlSyntax,
        UnknownName,
        NotRunnable,
        Writes,
        NoStatement,
        SqlError,
        Cancelled,
        Deadline,
        OutOfMemory,
        BadLink,
        UnknownSample,
        NoDatabase,
        BadIndex,
        RemoteUnreachable,
        RemoteRefused,
        RemoteRedirect,
        RemoteNoRanges,
        RemoteChanged,
        BadPlan,
    BadLog,
        Internal,
    }
}

impl WireError {
    /// `text` is the text the error's span is in.
    pub fn new(error: &domain::WorkbenchError, text: &Utf16<'_>) -> Self {
        Self {
            code: error.code.into(),
            message: error.message.clone(),
            span: error.span.map(|span| text.span(span)),
            hint: error.hint.clone(),
        }
    }
}

impl From<domain::ErrorCode> for ErrorCode {
    fn from(code: domain::ErrorCode) -> Self {
        use domain::ErrorCode as From;
        match code {
            From::EmptyFile => Self::EmptyFile,
            From::NotADatabase => Self::NotADatabase,
            From::EncryptedFile => Self::EncryptedFile,
            From::TruncatedFile => Self::TruncatedFile,
            From::CorruptFile => Self::CorruptFile,
            From::UnsupportedFile => Self::UnsupportedFile,
            From::NotAttached => Self::NotAttached,
            From::SqlSyntax => Self::SqlSyntax,
            From::UnknownName => Self::UnknownName,
            From::NotRunnable => Self::NotRunnable,
            From::Writes => Self::Writes,
            From::NoStatement => Self::NoStatement,
            From::SqlError => Self::SqlError,
            From::Cancelled => Self::Cancelled,
            From::Deadline => Self::Deadline,
            From::OutOfMemory => Self::OutOfMemory,
            From::BadLink => Self::BadLink,
            From::UnknownSample => Self::UnknownSample,
            From::NoDatabase => Self::NoDatabase,
            From::BadIndex => Self::BadIndex,
            From::RemoteUnreachable => Self::RemoteUnreachable,
            From::RemoteRefused => Self::RemoteRefused,
            From::RemoteRedirect => Self::RemoteRedirect,
            From::RemoteNoRanges => Self::RemoteNoRanges,
            From::RemoteChanged => Self::RemoteChanged,
            From::BadPlan => Self::BadPlan,
            From::BadLog => Self::BadLog,
            From::Internal => Self::Internal,
        }
    }
}
