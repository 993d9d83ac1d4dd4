//! The table of b-trees as text.

use std::fmt::Write as _;

use scanseek_wire as wire;

use crate::output::{counters_line, grouped, one_line};

/// Which database this is, how large it is, and what the statement cost there.
pub(crate) fn heading(summary: &wire::PagesSummary, arm: &str) -> String {
    let mut line = format!(
        "{arm}: {} pages of {} bytes",
        grouped(summary.page_count.into()),
        grouped(summary.page_size.into())
    );
    if let Some(counters) = &summary.counters {
        let _ = write!(line, "; {}", counters_line(counters));
    }
    line
}

/// One line a tree.
pub(crate) fn table(summary: &wire::PagesSummary) -> String {
    let ran = summary.counters.is_some();
    let mut rows: Vec<Vec<String>> = vec![
        ["b-tree", "kind", "pages", "inner", "leaves", "overflow", "levels", "fill"]
            .map(str::to_owned)
            .to_vec(),
    ];
    if ran {
        rows[0].extend(["touched", "requests", "reads", "share"].map(str::to_owned));
    }
    for tree in &summary.trees {
        let kind = match tree.kind {
            wire::TreeKind::Table => "table".to_owned(),
            wire::TreeKind::Index => format!("index on {}", one_line(&tree.table)),
            _ => "-".to_owned(),
        };
        let percent = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.0} %"));
        let counts = [tree.pages, tree.inner, tree.leaves, tree.overflow, tree.depth];
        let mut row = vec![one_line(&tree.name), kind];
        row.extend(counts.map(|count| grouped(count.into())));
        row.push(percent(tree.fill_percent));
        if ran {
            row.extend([tree.touched, tree.requests, tree.reads].map(grouped));
            row.push(percent(tree.share.map(|share| share * 100.0)));
        }
        rows.push(row);
    }
    align(&rows)
}

/// What the table does not say.
pub(crate) fn notes(summary: &wire::PagesSummary) -> Vec<String> {
    let mut notes = Vec::new();
    for one in summary.attached.iter().filter(|one| one.requests > 0) {
        notes.push(format!(
            "{} requests, {} of them reads, were for the attached database {}.",
            grouped(one.requests),
            grouped(one.reads),
            one_line(&one.name)
        ));
    }
    if summary.temporary_requests > 0 {
        notes.push(format!(
            "{} requests were for temporary b-trees, which are no pages of the file.",
            grouped(summary.temporary_requests)
        ));
    }
    if summary.extent == wire::MapExtent::InnerPages {
        notes.push(
            "note: Only inner pages were read, because the file is large or damaged: how full leaves \
             are is not known, and overflow pages are among those not reached."
                .to_owned(),
        );
    }
    if summary.damaged {
        notes.push("note: The file is damaged: not every page is where it should be.".to_owned());
    }
    if matches!(summary.stopped, Some(wire::Stopped::Deadline | wire::Stopped::Cancelled)) {
        notes.push(
            "note: The run was stopped; these are the requests so far. --timeout allows more."
                .to_owned(),
        );
    }
    notes
}

/// Names to the left, numbers to the right.
fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            let _ = match column {
                0 => write!(line, "{cell:<width$}"),
                1 => write!(line, "  {cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
