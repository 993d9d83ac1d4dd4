//! A plan as text for other places: Markdown for a pull request, Mermaid for a diagram.

use crate::number::grouped;
use crate::plan::{Plan, PlanNode};
use crate::sentence::sentence;

/// The plan as a Markdown list of sentences under its drawing, with a table of what was measured.
pub fn to_markdown(plan: &Plan) -> String {
    if plan.nodes.is_empty() {
        return String::new();
    }
    let fence = fence(plan.details());
    let mut text = format!("{fence}text\n{}{fence}\n\n", plan.to_text());
    for node in &plan.nodes {
        let depth = plan.depth(node.id);
        text.push_str(&format!("{}- {}\n", "  ".repeat(depth), escaped(&sentence(plan, node))));
    }
    if plan.nodes.iter().any(|node| node.work.is_some()) {
        text.push_str(
            "\n| step | rows visited | rows out | VM steps | page requests | page reads |\n\
             | --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        plan.nodes.iter().for_each(|node| text.push_str(&row(node)));
    }
    text
}

fn row(node: &PlanNode) -> String {
    let number = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), grouped);
    let (loops, work) = (node.loops, node.work);
    format!(
        "| {} | {} | {} | {} | {} | {} |\n",
        escaped(&node.detail),
        number(loops.map(|loops| loops.rows_visited)),
        number(loops.and_then(|loops| loops.rows_out)),
        number(work.map(|work| work.vm_steps)),
        number(work.map(|work| work.page_requests)),
        number(work.map(|work| work.page_reads))
    )
}

/// More backticks than stand together in any of the texts.
fn fence<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let longest = texts.flat_map(|text| text.split(|c| c != '`').map(str::len)).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Names come from the database: none of their signs may become Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if "\\`*_[]<>|#".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

/// The plan as a Mermaid flowchart. Edges carry the rows that were measured.
/// Source: <https://mermaid.js.org/syntax/flowchart.html>.
pub fn to_mermaid(plan: &Plan) -> String {
    let mut text = String::from("flowchart TD\n  q([QUERY PLAN])\n");
    let place = |id: i64| plan.nodes.iter().position(|node| node.id == id);
    for (at, node) in plan.nodes.iter().enumerate() {
        text.push_str(&format!("  n{at}[\"{}\"]\n", quoted(&node.detail)));
        // A step that names no earlier one stands at the top.
        let parent = place(node.parent).filter(|parent| *parent < at);
        let parent = parent.map_or_else(|| "q".to_owned(), |parent| format!("n{parent}"));
        let rows = node.loops.and_then(|loops| loops.rows_out);
        let label = rows.map_or_else(String::new, |rows| format!("|{} rows|", grouped(rows)));
        text.push_str(&format!("  {parent} ---{label} n{at}\n"));
    }
    text
}

/// Entities as Mermaid knows them, so that no sign of a name ends its text.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            'a'..='z'
            | 'A'..='Z'
            | '0'..='9'
            | ' '
            | '_'
            | '='
            | '?'
            | '('
            | ')'
            | ','
            | '.'
            | '-' => {
                quoted.push(c);
            }
            c if c.is_control() => quoted.push(' '),
            c => quoted.push_str(&format!("#{};", c as u32)),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LoopStats, Work};

    fn plan() -> Plan {
        let rows = [
            (2, 0, "SCAN o`r|d\"ers"),
            (9, 0, "LIST SUBQUERY 1"),
            (11, 9, "SEARCH u USING INDEX a_b (x=?)"),
        ];
        let mut plan =
            Plan::from_rows(rows.map(|(id, parent, text)| (id, parent, text.to_owned())));
        plan.nodes[0].loops = Some(LoopStats {
            loops: 1,
            rows_visited: 1200,
            rows_out: Some(12),
            rows_estimated: 1.0,
        });
        plan.nodes[0].work = Some(Work { vm_steps: 6000, page_requests: 31, page_reads: 30 });
        plan
    }

    #[test]
    fn markdown_keeps_hostile_names_as_text() {
        let text = to_markdown(&plan());
        assert!(text.starts_with("```text\nQUERY PLAN\n|--SCAN o`r|d\"ers\n"), "{text}");
        assert!(text.contains("o\\`r\\|d\"ers"), "{text}");
        assert!(text.contains("| 1,200 | 12 | 6,000 | 31 | 30 |\n"), "{text}");
        assert!(text.contains("a\\_b"), "{text}");
        let ticks = Plan::from_rows([(1, 0, "SCAN ```x".to_owned())]);
        assert!(to_markdown(&ticks).starts_with("````text\n"));
        assert_eq!(to_markdown(&Plan::default()), "");
    }

    #[test]
    fn mermaid_draws_each_step_once() {
        assert_eq!(
            to_mermaid(&plan()),
            "flowchart TD\n  q([QUERY PLAN])\n  n0[\"SCAN o#96;r#124;d#34;ers\"]\n  q ---|12 rows| n0\n  \
             n1[\"LIST SUBQUERY 1\"]\n  q --- n1\n  n2[\"SEARCH u USING INDEX a_b (x=?)\"]\n  n1 --- n2\n"
        );
    }
}
