//! A plan for other places: text for a terminal, Markdown for a pull request, Mermaid for a diagram. What was
//! measured stands in each.

use crate::bytecode::Work;
use crate::counters::Counters;
use crate::number::{counted, grouped};
use crate::plan::{Plan, PlanNode};
use crate::sentence::sentence;

/// A plan with what is told about it.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// What the statement is called.
    pub title: &'a str,
    /// The statement; empty if only its plan is known.
    pub sql: &'a str,
    /// The plan, with what its steps did if the statement ran.
    pub plan: &'a Plan,
    /// Work of no step.
    pub rest: Option<Work>,
    /// Of the whole statement, if it ran.
    pub counters: Option<Counters>,
}

const COLUMNS: [&str; 6] =
    ["loops", "rows visited", "rows out", "VM steps", "page requests", "page reads"];
const REST: &str = "Expressions and control";
const WHOLE: &str = "The whole statement";

type Figures = [Option<u64>; COLUMNS.len()];

impl Export<'_> {
    /// The plan as SQLite prints it; if the statement ran, with figures behind each line.
    pub fn text(&self) -> String {
        if !self.is_measured() {
            return self.plan.to_text();
        }
        let mut rows = vec![("QUERY PLAN".to_owned(), COLUMNS.map(str::to_owned))];
        for (at, guides) in self.plan.lines() {
            let node = &self.plan.nodes[at];
            rows.push((guides + &on_one_line(&node.detail), words(step_figures(node))));
        }
        rows.extend(self.sums().map(|(name, figures)| (name.to_owned(), words(figures))));
        let length = |text: &str| text.chars().count();
        let first = rows.iter().map(|(line, _)| length(line)).max().unwrap_or(0);
        let widths: [usize; COLUMNS.len()] = std::array::from_fn(|column| {
            rows.iter().map(|(_, cells)| length(&cells[column])).max().unwrap_or(0)
        });
        let mut out = String::new();
        for (line, cells) in &rows {
            out.push_str(&format!("{line:first$}"));
            for (cell, width) in cells.iter().zip(widths) {
                out.push_str(&format!("  {cell:>width$}"));
            }
            out.push('\n');
        }
        out
    }

    /// The statement and its plan, a list of sentences, and a table of what was measured.
    pub fn markdown(&self) -> String {
        let plan = self.plan;
        let mut text = String::new();
        if !self.title.is_empty() {
            text.push_str(&format!("## {}\n\n", escaped(self.title)));
        }
        if !self.sql.is_empty() {
            text.push_str(&fenced("sql", &format!("{}\n", self.sql.trim_end())));
        }
        if plan.nodes.is_empty() {
            return text;
        }
        text.push_str(&fenced("text", &plan.to_text()));
        let depths = plan.depths();
        for at in plan.tree_order() {
            let words = escaped(&sentence(plan, &plan.nodes[at]));
            text.push_str(&format!("{}- {words}\n", "  ".repeat(depths[at])));
        }
        if self.is_measured() {
            text.push_str(&format!(
                "\n| step | {} |\n| ---{} |\n",
                COLUMNS.join(" | "),
                " | ---:".repeat(COLUMNS.len())
            ));
            for at in plan.tree_order() {
                text.push_str(&row(&plan.nodes[at].detail, step_figures(&plan.nodes[at])));
            }
            for (name, figures) in self.sums() {
                text.push_str(&row(name, figures));
            }
        }
        text
    }

    /// A Mermaid flowchart. Lines carry the rows that were handed on, cards the work.
    /// Source: <https://mermaid.js.org/syntax/flowchart.html>.
    pub fn mermaid(&self) -> String {
        let rows = |count: u64| counted(count, "row");
        let whole = self.counters.map(|counters| {
            format!("{}, {}", rows(counters.rows_returned), counted(counters.vm_steps, "VM step"))
        });
        let mut text = format!("flowchart TD\n  q([\"QUERY PLAN{}\"])\n", second_line(whole));
        let parents = self.plan.parent_positions();
        for (at, (node, parent)) in self.plan.nodes.iter().zip(parents).enumerate() {
            let visited = node.loops.map(|loops| format!("{} visited", rows(loops.rows_visited)));
            let steps = node.work.map(|work| counted(work.vm_steps, "VM step"));
            let figures: Vec<String> = visited.into_iter().chain(steps).collect();
            let figures = (!figures.is_empty()).then(|| figures.join(", "));
            text.push_str(&format!(
                "  n{at}[\"{}{}\"]\n",
                quoted(&node.detail),
                second_line(figures)
            ));
            let parent = parent.map_or_else(|| "q".to_owned(), |parent| format!("n{parent}"));
            let out = node.loops.and_then(|loops| loops.rows_out);
            let label = out.map_or_else(String::new, |count| format!("|{}|", rows(count)));
            text.push_str(&format!("  {parent} ---{label} n{at}\n"));
        }
        text
    }

    fn is_measured(&self) -> bool {
        self.plan.nodes.iter().any(|node| node.work.is_some())
    }

    /// What belongs to no step, and the whole.
    fn sums(&self) -> impl Iterator<Item = (&'static str, Figures)> {
        let rest = self.rest.map(|work| (REST, work_figures(work)));
        let whole = self.counters.map(|counters| {
            let Counters { vm_steps, page_requests, page_reads, rows_returned, .. } = counters;
            let figures = work_figures(Work { vm_steps, page_requests, page_reads });
            (WHOLE, [None, None, Some(rows_returned), figures[3], figures[4], figures[5]])
        });
        rest.into_iter().chain(whole)
    }
}

fn step_figures(node: &PlanNode) -> Figures {
    let loops = node.loops;
    let work = node.work.map_or([None; COLUMNS.len()], work_figures);
    [
        loops.map(|loops| loops.loops),
        loops.map(|loops| loops.rows_visited),
        loops.and_then(|loops| loops.rows_out),
        work[3],
        work[4],
        work[5],
    ]
}

fn work_figures(work: Work) -> Figures {
    let Work { vm_steps, page_requests, page_reads } = work;
    [None, None, None, Some(vm_steps), Some(page_requests), Some(page_reads)]
}

fn words(figures: Figures) -> [String; COLUMNS.len()] {
    figures.map(|figure| figure.map_or_else(|| "–".to_owned(), grouped))
}

fn row(name: &str, figures: Figures) -> String {
    format!("| {} | {} |\n", escaped(name), words(figures).join(" | "))
}

/// In a fence of more backticks than stand together in the text.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{text}{fence}\n\n")
}

/// Names come from the database: none of their signs may become Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in on_one_line(text).chars() {
        if "\\`*_[]<>|#&~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A name may hold a line feed.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn second_line(text: Option<String>) -> String {
    text.map_or_else(String::new, |text| format!("<br/>{text}"))
}

/// Text inside quotes: whatever might end it, or be read as Markdown, is an entity as Mermaid knows them.
fn quoted(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_plain = |at: Option<&char>| at.is_some_and(char::is_ascii_alphanumeric);
    let mut quoted = String::new();
    for (at, c) in signs.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| signs.get(at));
        let inside = is_plain(before) && is_plain(signs.get(at + 1));
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '=' | '?' | '(' | ')' | ',' => quoted.push(c),
            '_' | '-' | '.' if inside => quoted.push(c),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push_str(&format!("#{};", u32::from(c))),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LoopStats;

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

    fn planned(plan: &Plan) -> Export<'_> {
        Export { title: "", sql: "", plan, rest: None, counters: None }
    }

    fn ran(plan: &Plan) -> Export<'_> {
        Export {
            title: "late <b>",
            sql: "SELECT '```' FROM o;",
            rest: Some(Work { vm_steps: 5, page_requests: 0, page_reads: 0 }),
            counters: Some(Counters {
                vm_steps: 6005,
                page_requests: 31,
                page_reads: 30,
                rows_returned: 12,
                ..Counters::default()
            }),
            ..planned(plan)
        }
    }

    #[test]
    fn text_is_that_of_sqlite_with_figures_once_it_ran() {
        let unmeasured = Plan::from_rows([(1, 0, "SCAN t".to_owned())]);
        assert_eq!(planned(&unmeasured).text(), "QUERY PLAN\n`--SCAN t\n");
        assert_eq!(planned(&Plan::default()).text(), "");
        let mut broken = plan();
        broken.nodes[1].detail = "SCAN a\nb".to_owned();
        assert_eq!(ran(&broken).text().lines().count(), 6);
        assert_eq!(
            ran(&plan()).text(),
            "\
QUERY PLAN                            loops  rows visited  rows out  VM steps  page requests  page reads
|--SCAN o`r|d\"ers                         1         1,200        12     6,000             31          30
`--LIST SUBQUERY 1                        –             –         –         –              –           –
   `--SEARCH u USING INDEX a_b (x=?)      –             –         –         –              –           –
Expressions and control                   –             –         –         5              0           0
The whole statement                       –             –        12     6,005             31          30
"
        );
    }

    #[test]
    fn markdown_keeps_hostile_names_as_text() {
        let text = ran(&plan()).markdown();
        let head = "## late \\<b\\>\n\n````sql\nSELECT '```' FROM o;\n````\n\n```text\nQUERY PLAN\n|--SCAN o`r|d\"ers\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("o\\`r\\|d\"ers"), "{text}");
        assert!(text.contains("| 1 | 1,200 | 12 | 6,000 | 31 | 30 |\n"), "{text}");
        assert!(
            text.ends_with("| The whole statement | – | – | 12 | 6,005 | 31 | 30 |\n"),
            "{text}"
        );
        assert!(text.contains("a\\_b"), "{text}");
        for row in text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-")) {
            let bars = row.replace("\\|", "").matches('|').count();
            assert_eq!(bars, COLUMNS.len() + 2, "{row}");
        }
        let ticks = Plan::from_rows([(1, 0, "SCAN ```x".to_owned())]);
        assert!(planned(&ticks).markdown().starts_with("````text\n"));
        assert_eq!(planned(&Plan::default()).markdown(), "");
    }

    #[test]
    fn mermaid_draws_each_step_once() {
        assert_eq!(
            planned(&plan()).mermaid(),
            "flowchart TD\n  q([\"QUERY PLAN\"])\n  \
             n0[\"SCAN o#96;r#124;d#34;ers<br/>1,200 rows visited, 6,000 VM steps\"]\n  q ---|12 rows| n0\n  \
             n1[\"LIST SUBQUERY 1\"]\n  q --- n1\n  n2[\"SEARCH u USING INDEX a_b (x=?)\"]\n  n1 --- n2\n"
        );
        assert!(ran(&plan()).mermaid().contains("q([\"QUERY PLAN<br/>12 rows, 6,005 VM steps\"])"),);
    }

    /// Every line is one of the four that are written, and no sign of a name is outside of its quotes or
    /// means anything inside of them.
    #[test]
    fn no_name_breaks_out_of_mermaid() {
        for name in [
            "end",
            "a\"]; click n0 href \"javascript:alert(1)\"",
            "x\nend\nsubgraph y",
            "\r\n%% comment",
            "a[b](c){d}>e|f|",
            "`**bold** _it_ ~s~`",
            "1. one",
            "- item",
            "<script>&lt;#quot;#35;",
            "style n0 fill:#f00;",
            "\u{2028}\u{1F600}\u{0}",
        ] {
            let plan = Plan::from_rows([
                (1, 0, format!("SCAN {name}")),
                (2, 1, name.to_owned()),
                (3, 7, "end".to_owned()),
            ]);
            let text = planned(&plan).mermaid();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 2 + 2 * 3, "{text}");
            assert_eq!((lines[0], lines[1]), ("flowchart TD", "  q([\"QUERY PLAN\"])"));
            for (at, pair) in lines[2..].chunks(2).enumerate() {
                let inside = pair[0]
                    .strip_prefix(&format!("  n{at}[\""))
                    .and_then(|line| line.strip_suffix("\"]"))
                    .unwrap_or_else(|| panic!("{text}"));
                let mut rest = inside;
                while let Some(start) = rest.find('#') {
                    let end = start + rest[start..].find(';').unwrap_or_else(|| panic!("{text}"));
                    assert!(rest[start + 1..end].parse::<u32>().is_ok(), "{text}");
                    rest = &rest[end + 1..];
                }
                let bare = inside
                    .split('#')
                    .map(|part| part.split_once(';').map_or(part, |(_, rest)| rest));
                for part in bare {
                    assert!(
                        part.chars().all(|c| c.is_ascii_alphanumeric() || " =?(),_-.".contains(c)),
                        "{text}"
                    );
                }
                let parent = ["q", "n0", "q"][at];
                assert_eq!(pair[1], format!("  {parent} --- n{at}"));
            }
        }
        assert_eq!(quoted("1. one"), "1#46; one");
        assert_eq!(quoted("- a_b _c_ B-TREE 1.5"), "#45; a_b #95;c#95; B-TREE 1.5");
        assert_eq!(quoted("x\ny"), "x y");
    }
}
