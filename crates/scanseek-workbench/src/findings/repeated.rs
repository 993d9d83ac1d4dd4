//! Statements of the text that differ in one constant: the queries of a loop (N+1), as one with IN.

use scanseek_engine::Value;
use scanseek_plan::{Counters, grouped};
use scanseek_sql::{InList, Verb, word_spans};

use super::inquiry::{Inquiry, Words};
use super::text::shown;
use super::{Finding, Rewrite, Rule, STEPS_PER_PAGE};
use crate::{StatementInfo, StatementKind};

/// Fewer statements alike are no loop.
const LEAST: usize = 3;
/// More are not run.
const MOST: usize = 200;
/// Rows that are compared.
const MOST_ROWS: usize = 20_000;

pub(super) fn find(asked: &Inquiry<'_>, statements: &[StatementInfo], found: &mut Vec<Finding>) {
    found.extend(one(asked, statements));
}

fn one(asked: &Inquiry<'_>, statements: &[StatementInfo]) -> Option<Finding> {
    if !asked.is_measured() || !asked.planned.statement.parameters.is_empty() {
        return None;
    }
    let clauses = asked.clauses.filter(|clauses| clauses.verb == Verb::Select)?;
    let group = alike(asked.planned.statement.index, statements)?;
    let constant = word_spans(asked.sql()).get(group.word)?.clone();
    let list = InList::new(asked.sql(), clauses, &constant)?;
    let rewrite = rewrite(asked, &group, statements, &list)?;
    let mut finding = asked.finding_of(
        Rule::RepeatedStatement,
        None,
        &constant,
        Words {
            message: format!(
                "{} statements of this text differ only in this constant, as those of a loop in a program do.",
                grouped(group.members.len() as u64)
            ),
            proof: format!(
                "Run one after another they take {} VM steps and {} page requests; as one statement, {} and {}.",
                grouped(rewrite.before.vm_steps),
                grouped(rewrite.before.page_requests),
                grouped(rewrite.after.vm_steps),
                grouped(rewrite.after.page_requests)
            ),
            advice: "Ask once with IN, and tell the rows apart by the column, which is given with them."
                .to_owned(),
        },
        asked.whole_cost(),
    );
    finding.rewrite = Some(rewrite);
    Some(finding)
}

/// Statements that are alike but for one word.
struct Group {
    /// Positions of the statements, and the word of each.
    members: Vec<(usize, String)>,
    /// Which word it is.
    word: usize,
}

/// The group that a statement is the first of.
fn alike(index: usize, statements: &[StatementInfo]) -> Option<Group> {
    let words = |sql: &str| -> Vec<String> {
        word_spans(sql).into_iter().map(|span| sql[span].to_owned()).collect()
    };
    let own = words(&statements[index].sql);
    let is_constant =
        |word: &str| word.starts_with('\'') || word.starts_with(|c: char| c.is_ascii_digit());
    let mut groups: Vec<Group> = Vec::new();
    for (at, other) in statements.iter().enumerate().filter(|(at, _)| *at != index) {
        let others = words(&other.sql);
        if others.len() != own.len() || other.kind != StatementKind::Read {
            continue;
        }
        let mut differing = (0..own.len()).filter(|i| own[*i] != others[*i]);
        let (Some(word), None) = (differing.next(), differing.next()) else { continue };
        if !is_constant(&own[word]) || !is_constant(&others[word]) {
            continue;
        }
        let known = groups.iter().position(|group| group.word == word);
        let known = known.unwrap_or_else(|| {
            groups.push(Group { members: vec![(index, own[word].clone())], word });
            groups.len() - 1
        });
        groups[known].members.push((at, others[word].clone()));
    }
    let group = groups.into_iter().max_by_key(|group| group.members.len())?;
    let is_first = group.members.iter().all(|(at, _)| *at >= index);
    let in_bounds = (LEAST..=MOST).contains(&group.members.len());
    (is_first && in_bounds).then_some(group)
}

fn rewrite(
    asked: &Inquiry<'_>,
    group: &Group,
    statements: &[StatementInfo],
    list: &InList<'_>,
) -> Option<Rewrite> {
    let values: Vec<&str> = group.members.iter().map(|(_, value)| value.as_str()).collect();
    let sql = list.with(&values);

    let mut before = Counters::default();
    let mut expected: Vec<String> = Vec::new();
    for (at, value) in &group.members {
        let own = &statements[*at].sql;
        before.add(&asked.run(own, None)?.measured.counters);
        // The same statement with the key in front gives the rows to be expected; without the key
        // they have to be its own.
        let rows = asked.rows(&list.keyed(value), MOST_ROWS)?;
        let skipped = usize::from(!list.is_given);
        if written(&rows, skipped) != written(&asked.rows(own, MOST_ROWS)?, 0) {
            return None;
        }
        expected.extend(written(&rows, 0));
    }
    expected.sort();
    let mut given = written(&asked.rows(&sql, MOST_ROWS)?, 0);
    given.sort();
    if expected != given || given.len() >= MOST_ROWS {
        return None;
    }
    let run = asked.run(&sql, None)?;
    let after = run.measured.counters;
    // One statement has about as many steps as all of them: what it saves is going down to the rows
    // again and again. (What is not counted, compiling and calling each, comes on top.)
    let work = |counters: &Counters| counters.vm_steps + STEPS_PER_PAGE * counters.page_requests;
    if after.page_requests > before.page_requests || work(&after) * 10 > work(&before) * 9 {
        return None;
    }
    let order = match list.is_ordered() {
        true => " They are ordered by the column first, and then as before.",
        false => "",
    };
    let limit = match list.leaves_limit_out() {
        true => " LIMIT is left out: on these data none of them has more rows than it allows.",
        false => "",
    };
    let missing = match list.is_grouped() {
        true => {
            " A value without rows would have none here, where its own statement gives 0 or NULL."
        }
        false => "",
    };
    let why = format!(
        "It gives the rows of all {} statements, each with its {}.{order}{limit}{missing}",
        group.members.len(),
        shown(list.column)
    );
    Some(Rewrite {
        sql,
        why,
        before,
        after,
        before_plan: asked.explain(asked.sql())?,
        after_plan: run.plan,
        replaces: group.members.iter().map(|(at, _)| *at).collect(),
    })
}

/// Rows as texts, the first columns left out.
fn written(rows: &[Vec<Value>], skipped: usize) -> Vec<String> {
    rows.iter().map(|row| format!("{:?}", &row[skipped.min(row.len())..])).collect()
}
