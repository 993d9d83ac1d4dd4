//! What a log comes to: its queries with names, values and the text of a workload, and its loops.

use super::group::{Group, Timed};
use super::loops::{Loops, Run};
use super::values::Known;
use super::{LoggedQuery, LoggedTimes, QueryLoop, SeenValue};
use crate::clauses::{Clauses, Verb, clauses};
use crate::in_list::InList;

/// The queries in order, and of each group its place among them.
pub(super) fn queries(groups: &[Group], most: usize) -> (Vec<LoggedQuery>, Vec<Option<usize>>) {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    // The sort is stable: equals stay in the order of the log.
    order.sort_by_key(|at| {
        let group = &groups[*at];
        let total_ns = group.times.map(|times| times.total_ns);
        (std::cmp::Reverse(total_ns), std::cmp::Reverse(group.calls))
    });
    order.truncate(most);
    let mut taken = Vec::new();
    let mut places = vec![None; groups.len()];
    let mut queries = Vec::new();
    for at in order {
        places[at] = Some(queries.len());
        queries.push(query(&groups[at], &mut taken));
    }
    (queries, places)
}

fn query(group: &Group, taken: &mut Vec<String>) -> LoggedQuery {
    let own = Vec::new();
    let frequent = group.seen.frequent().map_or(&own, |seen| &seen.values);
    let literal = literal_sql(group, frequent).0;
    let name = group.name.clone().unwrap_or_else(|| name(&literal, group.verb));
    let name = unique(&name, taken, |number| format!("{name} ({number})"));
    let (sql, parameters) = bound_sql(group, frequent);
    let times = group.times.map(times);
    let mut text = format!("-- name: {name}\n-- weight: {}\n", group.calls);
    text.push_str(&format!("-- log: {}\n", said(group)));
    for parameter in &parameters {
        if let Some(seen) = seen_line(parameter, group) {
            text.push_str(&seen);
        }
    }
    for parameter in &parameters {
        if let Some(value) = &parameter.value {
            text.push_str(&format!("-- param: {} = {value}\n", parameter.name));
        }
    }
    text.push_str(&sql);
    text.push_str(";\n");
    LoggedQuery {
        name,
        writes: group.verb != Verb::Select,
        calls: group.calls,
        times,
        first_line: group.first_line,
        several_rows: group.normal.several_rows,
        sql,
        values: parameters,
        text,
    }
}

fn times(times: Timed) -> LoggedTimes {
    LoggedTimes {
        calls: times.calls,
        total_ns: times.total_ns,
        mean_ns: times.total_ns / times.calls.max(1),
        max_ns: times.max_ns,
    }
}

fn said(group: &Group) -> String {
    let mut said = match group.calls {
        1 => "once".to_owned(),
        calls => format!("{calls} times"),
    };
    if let Some(times) = group.times {
        said.push_str(&format!(", {} in all", duration(times.total_ns)));
        if let Some(max) = times.max_ns {
            said.push_str(&format!(", {} at most", duration(max)));
        }
    }
    said.push_str(&format!(", first on line {}", group.first_line));
    if group.normal.several_rows {
        said.push_str("; each inserts several rows, here is one");
    }
    said
}

fn seen_line(parameter: &SeenValue, group: &Group) -> Option<String> {
    let (value, rare) = (parameter.value.as_ref()?, parameter.rare.as_ref()?);
    let (most, least) = (group.seen.frequent()?.at_least(), group.seen.rare()?.at_least());
    Some(match most > least {
        true => format!("-- seen: {} = {value} most often, {rare} seldom\n", parameter.name),
        false => format!("-- seen: {} = {value} and {rare}\n", parameter.name),
    })
}

/// A duration for people.
fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{:.1} µs", ns as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", ns as f64 / 1e6),
        _ => format!("{:.2} s", ns as f64 / 1e9),
    }
}

/// The statement with these values in it, and where each of them stands.
fn literal_sql(group: &Group, values: &[Known]) -> (String, Vec<std::ops::Range<usize>>) {
    let mut sql = group.normal.pieces.first().cloned().unwrap_or_default();
    let mut spans = Vec::new();
    for (at, piece) in group.normal.pieces.iter().skip(1).enumerate() {
        let start = sql.len();
        sql.push_str(values.get(at).and_then(Option::as_deref).unwrap_or("?"));
        spans.push(start..sql.len());
        sql.push_str(piece);
    }
    (sql, spans)
}

/// The statement with a parameter wherever the value varies; a value that never does stays in the text,
/// so that an index for just that value can be thought of.
fn bound_sql(group: &Group, values: &[Known]) -> (String, Vec<SeenValue>) {
    let rare = group.seen.rare();
    let mut sql = group.normal.pieces.first().cloned().unwrap_or_default();
    let mut parameters: Vec<SeenValue> = Vec::new();
    let mut known: Vec<(&str, String)> = Vec::new();
    let mut taken = Vec::new();
    for (at, piece) in group.normal.pieces.iter().skip(1).enumerate() {
        let slot = &group.normal.slots[at];
        let value = values.get(at).cloned().flatten();
        let on_a_line = value.as_ref().is_none_or(|value| !value.contains(['\n', '\r']));
        let is_literal = value.is_some() && (slot.list || !group.is_parameter(at) || !on_a_line);
        if let (true, Some(value)) = (is_literal, &value) {
            sql.push_str(value);
            sql.push_str(piece);
            continue;
        }
        // One that is written with a name or a number is the same wherever it stands.
        let written = slot.parameter.as_deref().filter(|text| *text != "?" && *text != "%s");
        let name = match known.iter().find(|(text, _)| Some(*text) == written) {
            Some((_, name)) => name.clone(),
            None => {
                let name = parameter_name(slot.parameter.as_deref(), slot.about.as_deref());
                let name = unique_parameter(&name, &mut taken);
                let seldom = rare.and_then(|seen| seen.values.get(at).cloned().flatten());
                parameters.push(SeenValue {
                    name: name.clone(),
                    rare: seldom.filter(|rare| {
                        Some(rare) != value.as_ref() && !rare.contains(['\n', '\r'])
                    }),
                    value,
                });
                if let Some(text) = written {
                    known.push((text, name.clone()));
                }
                name
            }
        };
        sql.push_str(&name);
        sql.push_str(piece);
    }
    (sql, parameters)
}

/// The name in `:name` or `%(name)s`, else that of the column.
fn parameter_name(written: Option<&str>, about: Option<&str>) -> String {
    let bare = written.unwrap_or("").trim_start_matches([':', '@', '$', '?', '%', '(']);
    let bare = bare.strip_suffix(")s").unwrap_or(bare);
    let is_name =
        |text: &&str| text.starts_with(|c: char| c.is_alphabetic() || c == '_') && *text != "s";
    let name = Some(bare).filter(is_name).or(about).unwrap_or("value");
    let plain: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    match plain.starts_with(|c: char| c.is_numeric()) {
        true => format!(":p{plain}"),
        false => format!(":{plain}"),
    }
}

fn unique_parameter(name: &str, taken: &mut Vec<String>) -> String {
    unique(name, taken, |number| format!("{name}_{number}"))
}

/// The name, or the first numbered one that is not taken.
fn unique(name: &str, taken: &mut Vec<String>, numbered: impl Fn(usize) -> String) -> String {
    let is_free = |name: &str| !taken.iter().any(|other| other.eq_ignore_ascii_case(name));
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !is_free(&candidate) {
        candidate = numbered(number);
        number += 1;
    }
    taken.push(candidate.clone());
    candidate
}

/// Names that are listed at most.
const LISTED: usize = 3;

/// `select orders by customer_id, state`, from the tables and the columns of conditions.
fn name(sql: &str, verb: Verb) -> String {
    let clauses = clauses(sql);
    let verb = match verb {
        Verb::Select if counts(sql, clauses.as_ref()) => "count",
        Verb::Select => "select",
        Verb::Insert => "insert",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Create => "create",
    };
    let Some(clauses) = clauses else { return verb.to_owned() };
    let mut tables: Vec<&str> = Vec::new();
    let mut columns: Vec<&str> = Vec::new();
    if let Some(target) = &clauses.target {
        tables.extend(target.name.as_deref());
    } else {
        for item in clauses.query.all().iter().flat_map(|query| &query.parts).flat_map(|p| &p.from)
        {
            tables.extend(item.name.as_deref().filter(|name| !tables.contains(name)));
        }
    }
    for condition in clauses.query.parts.iter().flat_map(|part| &part.conditions) {
        // A condition that joins two columns says nothing of what is asked for.
        if let [column] = condition.expression.columns.as_slice() {
            columns.extend(Some(column.name.as_str()).filter(|name| !columns.contains(name)));
        }
    }
    let listed = |names: &[&str]| {
        let more = if names.len() > LISTED { ", …" } else { "" };
        format!("{}{more}", names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", "))
    };
    let mut name = verb.to_owned();
    if !tables.is_empty() {
        name.push_str(&format!(" {}", listed(&tables)));
    }
    if !columns.is_empty() {
        name.push_str(&format!(" by {}", listed(&columns)));
    }
    // A name stands on one line of a comment.
    name.replace("*/", "* /").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn counts(sql: &str, clauses: Option<&Clauses>) -> bool {
    let columns = clauses.and_then(|clauses| clauses.query.parts.first()).map(|part| &part.columns);
    columns.is_some_and(|columns| {
        matches!(&columns[..], [one]
            if sql[one.span.clone()].get(..6).is_some_and(|text| text.eq_ignore_ascii_case("count(")))
    })
}

/// The loops, those with the most calls first; of one query and column they are one.
pub(super) fn loops(loops: &Loops, groups: &[Group], places: &[Option<usize>]) -> Vec<QueryLoop> {
    let mut all: Vec<Vec<&Run>> = Vec::new();
    for run in &loops.found {
        let is_same = |runs: &&mut Vec<&Run>| {
            runs.iter().any(|other| (other.group, other.slot()) == (run.group, run.slot()))
        };
        match all.iter_mut().find(is_same) {
            Some(runs) => runs.push(run),
            None => all.push(vec![run]),
        }
    }
    let mut found: Vec<QueryLoop> = Vec::new();
    let looped = all.iter().filter_map(|runs| {
        let longest = runs.iter().rev().max_by_key(|run| run.keys.len())?;
        let group = &groups[longest.group];
        let query = places[longest.group]?;
        let (sql, spans) = literal_sql(group, &longest.values);
        let span = spans.get(longest.slot())?.clone();
        let clauses = clauses(&sql)?;
        let keys: Vec<&str> = longest.keys.iter().map(String::as_str).collect();
        let list = InList::new(&sql, &clauses, &span);
        let statements = keys
            .iter()
            .map(|key| format!("{}{key}{}", &sql[..span.start], &sql[span.end..]))
            .collect();
        let parent = loops.parent(longest).filter(|at| groups[*at].verb == Verb::Select);
        let total_ns = runs.iter().map(|run| run.total_ns).sum::<Option<u64>>();
        Some(QueryLoop {
            query,
            column: group.normal.slots[longest.slot()].about.clone().unwrap_or_default(),
            calls: runs.iter().map(|run| run.calls).sum(),
            runs: runs.len() as u64,
            longest_calls: longest.calls,
            first_line: longest.first_line,
            last_line: longest.last_line,
            total_ns,
            parent: parent.and_then(|at| places[at]),
            replacement: list.as_ref().map(|list| list.with(&keys)),
            leaves_limit_out: list.as_ref().is_some_and(InList::leaves_limit_out),
            is_grouped: list.as_ref().is_some_and(InList::is_grouped),
            statements,
        })
    });
    for one in looped {
        let at = found.partition_point(|other| other.calls >= one.calls);
        found.insert(at, one);
    }
    found
}
