//! The rows of SQLite before 3.24: `selectid|order|from|detail`. Source:
//! <https://www.sqlite.org/eqp.html> of that time. Rows with one selectid belong to one SELECT, 0 is
//! the outermost, and another row names each of the others: `EXECUTE SCALAR SUBQUERY 1`,
//! `SCAN SUBQUERY 1`, `COMPOUND SUBQUERIES 1 AND 2 (UNION)`.

use super::rows::Row;
use crate::detail::parse_detail;
use crate::op::Op;
use crate::plan::Plan;

/// The tree: the rows of a SELECT stand below the row that names it.
pub(super) fn plan(rows: &[Row]) -> Plan {
    let members = |select: i64| (0..rows.len()).filter(move |row| rows[*row].0 == select);
    let mut placed = vec![false; rows.len()];
    let mut steps = Vec::new();
    // The outermost SELECT comes first; then whatever no row names, so that no step is lost.
    for root in members(0).chain(0..rows.len()) {
        // Rows that wait, each with the id of its parent; the next one is at the end.
        let mut open = vec![(root, 0)];
        while let Some((row, parent)) = open.pop() {
            if std::mem::replace(&mut placed[row], true) {
                continue;
            }
            let detail = &rows[row].2;
            let id = steps.len() as i64 + 1;
            steps.push((id, parent, detail.clone()));
            let below: Vec<usize> =
                named(detail).into_iter().filter(|one| *one != 0).flat_map(&members).collect();
            open.extend(below.into_iter().rev().map(|row| (row, id)));
        }
    }
    Plan::from_rows(steps)
}

/// The numbers of the SELECTs that a detail names.
fn named(detail: &str) -> Vec<i64> {
    let number = |number: u64| i64::try_from(number).unwrap_or_default();
    match parse_detail(detail) {
        Op::ScalarSubquery { number: Some(one), .. }
        | Op::ListSubquery { number: Some(one), .. } => {
            vec![number(one)]
        }
        Op::CompoundSubqueries { parts: [left, right], .. } => vec![number(left), number(right)],
        Op::Scan(access) | Op::Search(access) if access.source.subquery => {
            access.source.name.parse().ok().into_iter().collect()
        }
        _ => Vec::new(),
    }
}
