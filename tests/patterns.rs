//! The pattern gallery: each query shows what it promises, and each rule of the planner has a query.

use std::collections::BTreeSet;

use scanseek_plan::{PLANNER_RULES, Plan, planner_rule};
use scanseek_workbench::{RunOptions, StatementKind, Workbench, patterns, workload};

use crate::host::TestHost;

/// What `-- shows:` and `-- hides:` before each query promise of its plan.
fn promises(text: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    text.split("-- name:")
        .skip(1)
        .map(|query| {
            let of = |key: &str| query.lines().filter_map(|line| line.strip_prefix(key)).collect();
            (of("-- shows: "), of("-- hides: "))
        })
        .collect()
}

fn check(plan: &Plan, shows: &[&str], hides: &[&str]) -> Result<(), String> {
    let has = |part: &&&str| plan.details().any(|detail| detail.contains(**part));
    match (shows.iter().find(|part| !has(part)), hides.iter().find(has)) {
        _ if shows.is_empty() => Err("it promises nothing".to_owned()),
        (Some(missing), _) => Err(format!("does not show {missing}:\n{}", plan.to_text())),
        (_, Some(there)) => Err(format!("shows {there}:\n{}", plan.to_text())),
        (None, None) => Ok(()),
    }
}

#[test]
fn each_pattern_shows_what_it_promises() {
    let mut workbench = Workbench::new(TestHost::patient());
    let opened = workbench.open_sample("patterns", 1.0).unwrap();
    let promises = promises(workload("patterns").unwrap());
    assert_eq!(opened.patterns.len(), promises.len());
    let options = RunOptions { row_cap: 1, deadline_ns: 60_000_000_000 };
    let mut failures = Vec::new();
    for (pattern, (shows, hides)) in opened.patterns.iter().zip(&promises) {
        let mut fail = |why: String| failures.push(format!("{}: {why}", pattern.name));
        let explained = workbench.explain(&pattern.text).unwrap();
        let [planned] = &explained.statements[..] else { panic!("{}", pattern.text) };
        if let Some(error) = &planned.error {
            fail(error.message.clone());
            continue;
        }
        if let Err(why) = check(&planned.plan, shows, hides) {
            fail(why);
        }
        if planned.statement.kind != StatementKind::Read {
            continue;
        }
        match workbench.run(&pattern.text, &[], &options) {
            Ok(ran) if ran.rows.is_empty() => fail("returns no row".to_owned()),
            // Counting a table is one opcode, of which nothing is measured.
            Ok(ran) if !ran.statement.plan.nodes.is_empty() => {
                if let Err(why) = check(&ran.statement.plan, shows, hides) {
                    fail(format!("run, {why}"));
                }
            }
            Ok(_) => {}
            Err(error) => fail(error.message),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn patterns_cover_the_steps_and_the_rules() {
    let text = workload("patterns").unwrap();
    let all = patterns(text);
    let mut names: Vec<&str> = all.iter().map(|pattern| pattern.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "two patterns have one name");
    for pattern in &all {
        assert!(pattern.see.ends_with('.') && pattern.see.len() < 160, "{}", pattern.see);
        let kept = [format!("-- name: {}", pattern.name), format!("-- see: {}", pattern.see)];
        assert!(kept.iter().all(|line| pattern.text.contains(line)), "{}", pattern.text);
        assert!(!pattern.text.contains("-- shows:"), "{}", pattern.text);
    }
    let groups: BTreeSet<&str> = all.iter().map(|pattern| pattern.group.as_str()).collect();
    let mut changes = all.windows(2).filter(|pair| pair[0].group != pair[1].group);
    assert_eq!(changes.by_ref().count() + 1, groups.len(), "a group stands in two places");

    let shown: BTreeSet<&str> = all.iter().filter_map(|pattern| pattern.rule.as_deref()).collect();
    let unknown: Vec<&&str> = shown.iter().filter(|rule| planner_rule(rule).is_none()).collect();
    let missing: Vec<&str> =
        PLANNER_RULES.iter().map(|rule| rule.id).filter(|id| !shown.contains(id)).collect();
    assert!(unknown.is_empty() && missing.is_empty(), "unknown {unknown:?}, missing {missing:?}");

    let mut workbench = Workbench::new(TestHost::patient());
    workbench.open_sample("patterns", 1.0).unwrap();
    let explained = workbench.explain(text).unwrap();
    let ops: BTreeSet<&str> = explained
        .statements
        .iter()
        .flat_map(|statement| &statement.plan.nodes)
        .map(|node| node.op.id())
        .collect();
    let missing: Vec<&str> = [
        "scan",
        "search",
        "constant_rows",
        "temp_b_tree",
        "multi_index_or",
        "multi_index_branch",
        "bloom_filter",
        "create_bloom_filter",
        "co_routine",
        "materialize",
        "scalar_subquery",
        "list_subquery",
        "in_operator",
        "compound_query",
        "left_most_subquery",
        "compound_part",
        "merge",
        "merge_left",
        "merge_right",
        "setup",
        "recursive_step",
        "right_join",
    ]
    .into_iter()
    .filter(|op| !ops.contains(op))
    .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
