//! Why an index that exists may go: the kinds, and the one table of their words.

/// Why an index may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropKind {
    /// Another index has the same keys over the same rows.
    Duplicate,
    /// The keys of another index over the same rows begin with its keys.
    Prefix,
    /// No statement of the workload uses it, and all plans stay the same.
    Unused,
    /// Statements use it, and do no more work without it.
    Replaceable,
}

/// What a kind is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropWords {
    /// Stable name for JSON.
    pub id: &'static str,
    /// A few words, as a heading.
    pub label: &'static str,
    /// What it means, and what speaks against dropping it.
    pub help: &'static str,
}

impl DropKind {
    /// All of them, the surest first.
    pub const ALL: [Self; 4] = [Self::Duplicate, Self::Prefix, Self::Unused, Self::Replaceable];

    /// True if it follows from the schema, so that statements outside the workload are served, too.
    /// Others are not taken unless a person says so.
    pub fn is_by_schema(self) -> bool {
        matches!(self, Self::Duplicate | Self::Prefix)
    }

    /// Its words.
    pub fn words(self) -> &'static DropWords {
        match self {
            Self::Duplicate => &DropWords {
                id: "duplicate",
                label: "Duplicate",
                help: "Another index holds the same rows in the same order. Each write keeps both, and a search needs one.",
            },
            Self::Prefix => &DropWords {
                id: "prefix",
                label: "Start of another",
                help: "The keys of another index begin with these, so it serves the same searches. It is wider: reading all of it takes more pages.",
            },
            Self::Unused => &DropWords {
                id: "unused",
                label: "Unused here",
                help: "No statement of this workload uses it. That says nothing of statements that are not in it, so it is your choice.",
            },
            Self::Replaceable => &DropWords {
                id: "replaceable",
                label: "Not needed here",
                help: "Statements of this workload use it, but none does more work without it. Others may, so it is your choice.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_words_of_its_own() {
        for (at, kind) in DropKind::ALL.iter().enumerate() {
            let words = kind.words();
            assert!(words.help.ends_with('.') && !words.label.ends_with('.'), "{words:?}");
            assert!(DropKind::ALL[..at].iter().all(|other| other.words().id != words.id));
        }
    }
}
