//! Rows of `pg_stat_statements` as CSV: one row a query, with how often it ran and how long that took
//! in milliseconds.
//! Source: <https://www.postgresql.org/docs/current/pgstatstatements.html> and RFC 4180.

use super::super::begin::{begins_statement, scaled};
use super::{Execution, LONGEST_STATEMENT_BYTES, Pending, ReadLog, Sink, Times};

#[derive(Default)]
pub(in super::super) struct Reader {
    head: Option<Head>,
    /// A row that goes on: a text in quotes may hold line breaks.
    row: String,
    first_line: u64,
    quotes: usize,
}

struct Head {
    delimiter: char,
    columns: usize,
    query: usize,
    calls: usize,
    total: Option<usize>,
    mean: Option<usize>,
    max: Option<usize>,
}

pub(in super::super) fn is_head(line: &str) -> bool {
    head(line).is_some()
}

fn head(line: &str) -> Option<Head> {
    [',', ';', '\t', '|'].into_iter().find_map(|delimiter| {
        let names: Vec<String> = cells(line, delimiter)
            .iter()
            .map(|name| name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase())
            .collect();
        let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        Some(Head {
            delimiter,
            columns: names.len(),
            query: at(&["query"])?,
            calls: at(&["calls"])?,
            total: at(&["total_exec_time", "total_time"]),
            mean: at(&["mean_exec_time", "mean_time"]),
            max: at(&["max_exec_time", "max_time"]),
        })
    })
}

/// The cells of a row, quotes taken off.
fn cells(row: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        let cell_is_empty = cells.last().is_some_and(String::is_empty);
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut cells, '"');
            }
            '"' if quoted => quoted = false,
            '"' if cell_is_empty => quoted = true,
            c if c == delimiter && !quoted => cells.push(String::new()),
            c => push(&mut cells, c),
        }
    }
    cells
}

fn push(cells: &mut [String], c: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(c);
    }
}

impl Reader {
    fn row(&mut self, to: &mut dyn Sink) {
        let row = std::mem::take(&mut self.row);
        self.quotes = 0;
        let Some(head) = &self.head else {
            match head(&row) {
                Some(head) => {
                    self.head = Some(head);
                    to.understood();
                }
                None => to.other(self.first_line, &row),
            }
            return;
        };
        let cells = cells(&row, head.delimiter);
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let calls = cell(head.calls).parse::<u64>().ok().filter(|calls| *calls > 0);
        let sql = cell(head.query).trim_end_matches(';');
        let (Some(calls), true) = (calls, cells.len() == head.columns) else {
            to.other(self.first_line, &row);
            return;
        };
        if !begins_statement(sql) {
            to.other(self.first_line, &row);
            return;
        }
        let ms = |at: Option<usize>| at.and_then(|at| scaled(cell(at), 1e6));
        let total = ms(head.total).or_else(|| ms(head.mean)?.checked_mul(calls));
        let rest = Execution {
            calls,
            times: total.map(|total_ns| Times { total_ns, max_ns: ms(head.max) }),
            ..Execution::default()
        };
        Pending::new(self.first_line, sql).hand_over(rest, to);
    }
}

impl ReadLog for Reader {
    fn line(&mut self, number: u64, line: &str, to: &mut dyn Sink) {
        if self.row.is_empty() {
            if line.trim().is_empty() {
                to.understood();
                return;
            }
            self.first_line = number;
        } else {
            self.row.push('\n');
            to.understood();
        }
        self.row.push_str(line);
        self.quotes += line.matches('"').count();
        if self.quotes.is_multiple_of(2) {
            self.row(to);
        } else if self.row.len() > LONGEST_STATEMENT_BYTES {
            to.cut(self.first_line, &self.row);
            self.row.clear();
            self.quotes = 0;
        }
    }

    fn end(&mut self, to: &mut dyn Sink) {
        if !self.row.is_empty() {
            to.cut(self.first_line, &self.row);
            self.row.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_row() {
        assert_eq!(cells(r#"1,"a, ""b""",,x"y"#, ','), ["1", "a, \"b\"", "", "x\"y"]);
        assert!(is_head("\u{feff}queryid;\"query\";calls;total_exec_time"));
        assert!(is_head("calls\tquery"));
        assert!(!is_head("query,count"));
    }
}
