//! The pattern gallery: the queries of a workload that say what they are there to show.

use scanseek_sql::split;

/// A query of a gallery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The subject it belongs to.
    pub group: String,
    /// A few words.
    pub name: String,
    /// One or two sentences: what there is to see in its plan.
    pub see: String,
    /// The id of the planner's rule that it shows, if it shows one.
    pub rule: Option<String>,
    /// The query for the editor, with the comments that concern a reader.
    pub text: String,
}

/// Comments that stay with the query in the editor.
const FOR_READERS: [&str; 3] = ["-- name:", "-- see:", "-- param:"];

/// The queries of a workload that have a group and say what there is to see, in order.
pub fn patterns(workload: &str) -> Vec<Pattern> {
    let mut behind = 0;
    let mut patterns = Vec::new();
    for (index, statement) in split(workload).into_iter().enumerate() {
        let before = &workload[behind..statement.start];
        behind = statement.end;
        let (Some(group), Some(see)) = (statement.facts.group, statement.facts.see) else {
            continue;
        };
        let mut text = String::new();
        let comments = before.lines().map(str::trim);
        for line in comments.filter(|line| FOR_READERS.iter().any(|key| line.starts_with(key))) {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&statement.sql);
        text.push_str(";\n");
        let name = statement.facts.name.unwrap_or_else(|| format!("query {}", index + 1));
        patterns.push(Pattern { group, name, see, rule: statement.facts.rule, text });
    }
    patterns
}
