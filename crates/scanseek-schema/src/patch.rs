//! The script that a person takes home: `up` creates the indexes, `down` drops them.

use crate::quote_name;

/// The two scripts. Each is one transaction and may be run twice without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Creates the indexes.
    pub up: String,
    /// Drops them again, last first.
    pub down: String,
}

/// One proven statement of a patch with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchNote {
    /// The index's name.
    pub name: String,
    /// `CREATE INDEX …` without a final semicolon.
    pub ddl: String,
    /// Comment lines: why it is there and what was measured.
    pub notes: Vec<String>,
}

impl Patch {
    /// Writes both scripts. `header` goes on top as comment lines; with `analyze`, the statistics
    /// are gathered at the end of `up`.
    pub fn new(header: &[String], indexes: &[PatchNote], analyze: bool) -> Self {
        let mut up = comments(header);
        up.push_str("BEGIN;\n");
        for index in indexes {
            up.push('\n');
            up.push_str(&comments(&index.notes));
            up.push_str(&if_not_exists(&index.ddl));
            up.push_str(";\n");
        }
        if analyze {
            up.push_str("\n-- The plans above were measured with these statistics.\nANALYZE;\n");
        }
        up.push_str("\nCOMMIT;\n");

        let mut down = comments(header);
        down.push_str("-- Takes the patch back.\nBEGIN;\n\n");
        for index in indexes.iter().rev() {
            down.push_str(&format!("DROP INDEX IF EXISTS {};\n", quote_name(&index.name)));
        }
        down.push_str("\nCOMMIT;\n");
        Self { up, down }
    }
}

fn comments(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|text| text.lines().chain(text.is_empty().then_some("")))
        .map(|line| format!("-- {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// `CREATE INDEX x` as `CREATE INDEX IF NOT EXISTS x`; other statements stay as they are. Between
/// the keywords of a statement that was accepted there is white space only.
fn if_not_exists(ddl: &str) -> String {
    let ddl = ddl.trim();
    let mut rest = ddl;
    for keyword in ["CREATE", "UNIQUE", "INDEX"] {
        match after_word(rest, keyword) {
            Some(after) => rest = after,
            None if keyword == "UNIQUE" => {}
            None => return ddl.to_owned(),
        }
    }
    if after_word(rest, "IF").is_some_and(|after| after_word(after, "NOT").is_some()) {
        return ddl.to_owned();
    }
    let head = ddl[..ddl.len() - rest.len()].trim_end();
    format!("{head} IF NOT EXISTS {rest}")
}

/// What follows a keyword and the white space behind it.
fn after_word<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let head = text.get(..keyword.len())?;
    let rest = &text[keyword.len()..];
    (head.eq_ignore_ascii_case(keyword) && rest.starts_with(char::is_whitespace))
        .then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scripts() {
        let patch = Patch::new(
            &["Made by hand".into()],
            &[
                PatchNote {
                    name: "a".into(),
                    ddl: "create\n index  a on t(x)".into(),
                    notes: vec![],
                },
                PatchNote {
                    name: "b c".into(),
                    ddl: "CREATE INDEX \"b c\" ON t(y)".into(),
                    notes: vec!["why\nDROP TABLE t".into()],
                },
            ],
            true,
        );
        assert_eq!(
            patch.up,
            "-- Made by hand\nBEGIN;\n\ncreate\n index IF NOT EXISTS a on t(x);\n\n-- why\n-- DROP TABLE t\n\
             CREATE INDEX IF NOT EXISTS \"b c\" ON t(y);\n\n\
             -- The plans above were measured with these statistics.\nANALYZE;\n\nCOMMIT;\n"
        );
        assert_eq!(
            patch.down,
            "-- Made by hand\n-- Takes the patch back.\nBEGIN;\n\nDROP INDEX IF EXISTS \"b c\";\n\
             DROP INDEX IF EXISTS a;\n\nCOMMIT;\n"
        );
    }
}
