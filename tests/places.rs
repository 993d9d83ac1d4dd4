//! Where the steps of a plan stand in their statement: corpus `corpus/places.md`.

use std::fmt::Write as _;

use scanseek_workbench::{Place, Role, Workbench};

use crate::host::workbench;

#[test]
fn steps_are_found_in_the_text() {
    let text = include_str!("corpus/places.md");
    let schema = text.split("```sql schema\n").nth(1).unwrap().split("```").next().unwrap();
    let workbench = workbench(schema);
    let mut count = 0;
    for case in text.split("```sql query\n").skip(1) {
        let (sql, rest) = case.split_once("```").unwrap();
        let expected = rest.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(written(&workbench, sql), expected, "{sql}");
        count += 1;
    }
    assert!(count > 40, "only {count} cases were read");
}

/// A line a step: its detail, the pieces of the text, the note.
fn written(workbench: &Workbench, sql: &str) -> String {
    let explained = workbench.explain(sql).unwrap();
    let [planned] = explained.statements.as_slice() else { panic!("one statement: {sql}") };
    assert_eq!(planned.error, None, "{sql}");
    let mut lines = String::new();
    let steps = planned.plan.nodes.iter().zip(&planned.places);
    for ((node, place), depth) in steps.zip(planned.plan.depths()) {
        let depth = depth * 2;
        let _ = writeln!(
            lines,
            "{:depth$}{}{}",
            "",
            node.detail,
            pieces(place, &planned.statement.sql)
        );
    }
    lines
}

fn pieces(place: &Place, sql: &str) -> String {
    let mut text = String::new();
    for piece in &place.pieces {
        let role = match piece.role {
            Role::Source => "source",
            Role::Key => "key",
            Role::Filter => "filter",
            Role::Clause => "clause",
            Role::Subquery => "subquery",
        };
        let words: Vec<&str> = sql[piece.span.clone()].split_whitespace().collect();
        let _ = write!(text, " | {role} {}", words.join(" "));
    }
    if let Some(note) = &place.note {
        let _ = write!(text, " | {note}");
    }
    text
}
