//! The corpus of details and plans, and properties that hold for any input.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use scanseek_plan::{
    Access, ChangeKind, Comparison, Constraint, IndexUse, LoopStats, OPTIMIZATIONS, Op,
    PLANNER_RULES, Plan, ReadPlanError, Rule, Severity, TempBTreeUse, Tone, changes, findings,
    parse_detail, planner_rule, read_plan, sentence, statistics_label, switch_label, tone,
};

fn corpus(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn details() {
    let text = corpus("details.md");
    let mut lines = text.lines().filter(|line| line.trim_start().starts_with("- "));
    let mut count = 0;
    while let Some(line) = lines.next() {
        let detail = line.strip_prefix("- `").and_then(|rest| rest.strip_suffix('`'));
        let detail = detail.unwrap_or_else(|| panic!("not a detail: {line}"));
        let mut below = || lines.next().and_then(|line| line.strip_prefix("  - ")).unwrap();
        check_detail(detail, below(), below());
        count += 1;
    }
    assert!(count > 80, "only {count} details were read");
}

fn check_detail(detail: &str, fields: &str, words: &str) {
    let op = parse_detail(detail);
    assert_eq!(op_in_words(&op), fields, "{detail}");
    let plan = Plan::from_rows([(1, 0, detail.to_owned())]);
    assert_eq!(sentence(&plan, &plan.nodes[0]), words, "{detail}");
    let table = op.words();
    assert!(!table.badge.is_empty());
    assert!(table.help_url.starts_with("https://www.sqlite.org/") && table.help_url.contains('#'));
    assert!(table.help.ends_with('.') && !table.help.contains('!'));
    assert_eq!(table.help.matches(". ").count(), 1, "two sentences: {}", table.help);
}

fn op_in_words(op: &Op) -> String {
    let mut words = vec![op.id().to_owned()];
    match op {
        Op::Scan(access) | Op::Search(access) => access_in_words(access, &mut words),
        Op::ConstantRows { rows } => words.push(format!("rows={rows}")),
        Op::TempBTree { purpose } => words.push(match purpose {
            TempBTreeUse::GroupBy => "GROUP BY".to_owned(),
            TempBTreeUse::OrderBy => "ORDER BY".to_owned(),
            TempBTreeUse::Distinct => "DISTINCT".to_owned(),
            TempBTreeUse::OrderByLastTerms { terms: None } => "last terms=?".to_owned(),
            TempBTreeUse::OrderByLastTerms { terms: Some(n) } => format!("last terms={n}"),
            TempBTreeUse::AggregateDistinct { function } => format!("{function} DISTINCT"),
            TempBTreeUse::AggregateOrderBy { function } => format!("{function} ORDER BY"),
            TempBTreeUse::Other(usage) => format!("other={usage}"),
        }),
        Op::MultiIndexBranch { number } => words.push(format!("number={number}")),
        Op::BloomFilter { source, constraints } => {
            words.push(format!("source={}", source.name));
            words.extend(constraints.iter().map(constraint_in_words));
        }
        Op::CreateAutomaticIndex { table, columns, partial } => {
            words.push(format!("table={table} columns={columns}"));
            words.extend(partial.then(|| "partial".to_owned()));
        }
        Op::CoRoutine { name } | Op::Materialize { name } => words.push(format!("name={name}")),
        Op::ScalarSubquery { number, correlated } | Op::ListSubquery { number, correlated } => {
            words.extend(number.map(|number| format!("number={number}")));
            words.extend(correlated.then(|| "correlated".to_owned()));
        }
        Op::ReuseSubquery { number, list } => {
            words.push(format!("number={number}"));
            words.extend(list.then(|| "list".to_owned()));
        }
        Op::InOperator { index, table } => {
            index_in_words(index, &mut words);
            words.extend(table.as_ref().map(|table| format!("table={table}")));
        }
        Op::CompoundPart { operator, temp_b_tree } => {
            words.push(operator.keyword().to_owned());
            words.extend(temp_b_tree.then(|| "temp-b-tree".to_owned()));
        }
        Op::CompoundSubqueries { parts: [left, right], operator, temp_b_tree } => {
            words.push(format!("parts={left},{right} {}", operator.keyword()));
            words.extend(temp_b_tree.then(|| "temp-b-tree".to_owned()));
        }
        Op::Merge { operator } => words.push(operator.keyword().to_owned()),
        Op::RightJoin { table } => words.push(format!("table={table}")),
        Op::MultiIndexOr
        | Op::CreateBloomFilter
        | Op::CompoundQuery
        | Op::LeftMostSubquery
        | Op::MergeLeft
        | Op::MergeRight
        | Op::Setup
        | Op::RecursiveStep
        | Op::Other => {}
    }
    words.join(" ")
}

fn access_in_words(access: &Access, words: &mut Vec<String>) {
    words.push(format!("source={}", access.source.name));
    words.extend(access.source.alias.as_ref().map(|alias| format!("alias={alias}")));
    words.extend(access.source.subquery.then(|| "subquery".to_owned()));
    if let Some(index) = &access.index {
        index_in_words(index, words);
    }
    words.extend(access.constraints.iter().map(constraint_in_words));
    words.extend(access.virtual_index.as_ref().map(|v| format!("virtual={}:{}", v.number, v.text)));
    words.extend(access.left_join.then(|| "left-join".to_owned()));
    words.extend(access.exists.then(|| "exists".to_owned()));
}

fn index_in_words(index: &IndexUse, words: &mut Vec<String>) {
    let IndexUse { name, covering, automatic, partial, primary_key } = index;
    words.extend(automatic.then(|| "automatic".to_owned()));
    words.extend(partial.then(|| "partial".to_owned()));
    words.extend(covering.then(|| "covering".to_owned()));
    words.push(match (name, primary_key) {
        (Some(name), false) => format!("index={name}"),
        (None, true) => "primary-key".to_owned(),
        (None, false) => "index".to_owned(),
        (Some(name), true) => panic!("a primary key named {name}"),
    });
}

fn constraint_in_words(constraint: &Constraint) -> String {
    let columns = constraint.columns.join(",");
    match constraint.comparison {
        Comparison::Equal => format!("{columns}="),
        Comparison::Greater => format!("{columns}>"),
        Comparison::Less => format!("{columns}<"),
        Comparison::Any => format!("ANY({columns})"),
    }
}

#[test]
fn plans() {
    for (file, at_least) in [("plans.md", 15), ("real.md", 50)] {
        let text = corpus(file);
        let sections: Vec<&str> = text.split("\n## ").skip(1).collect();
        assert!(sections.len() >= at_least, "{file}: only {} plans", sections.len());
        for section in sections {
            let (title, body) = section.split_once('\n').unwrap();
            check_plan(title, &blocks(body));
        }
    }
}

/// The fenced blocks of a section: name and text.
fn blocks(body: &str) -> Vec<(&str, &str)> {
    let mut blocks = Vec::new();
    let mut parts = body.split("```");
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        blocks.push(block.split_once('\n').unwrap());
    }
    blocks
}

#[test]
fn pasted_plans() {
    let text = corpus("pasted.md");
    let (mut read, mut refused) = (0, 0);
    for section in text.split("\n## ").skip(1) {
        let (title, body) = section.split_once('\n').unwrap();
        let (mut tree, mut pasted) = ("", "");
        for (name, block) in blocks(body) {
            match name {
                "tree" => tree = block,
                "text" => {
                    pasted = block;
                    if !tree.is_empty() {
                        let plan = read_plan(block).map(|plan| plan.to_text());
                        assert_eq!(plan, Ok(tree.to_owned()), "{title}:\n{block}");
                        read += 1;
                    }
                }
                "error" => {
                    let error = read_plan(pasted).map(|plan| plan.to_text()).unwrap_err();
                    assert_eq!(error.to_string(), block.trim_end(), "{pasted}");
                    refused += 1;
                }
                other => panic!("{title}: unknown block {other}"),
            }
        }
    }
    assert!(read >= 40 && refused >= 8, "{read} read, {refused} refused");
}

#[test]
fn counts_behind_the_steps_are_read() {
    let text = "QUERY PLAN\n`--SCAN t (cycles=1 [100%] loops=2 rows=30 rpl=15.0 est=10.0)\n";
    let plan = read_plan(text).unwrap();
    let loops = LoopStats { loops: 2, rows_visited: 30, rows_out: None, rows_estimated: 10.0 };
    assert_eq!(plan.nodes[0].loops, Some(loops));
    assert_eq!(plan.nodes[0].detail, "SCAN t");
}

#[test]
fn long_texts_are_refused() {
    let steps = "`--SCAN t\n".repeat(1_001);
    assert_eq!(read_plan(&steps), Err(ReadPlanError::TooLong));
    assert_eq!(read_plan(&" ".repeat(2 << 20)), Err(ReadPlanError::TooLong));
}

fn check_plan(title: &str, blocks: &[(&str, &str)]) {
    let mut plan = Plan::default();
    let mut after = Plan::default();
    for (name, text) in blocks {
        match *name {
            "plan" | "after" => {
                let drawn = plan_of_drawing(text);
                assert_eq!(drawn.to_text(), *text, "{title}");
                for node in &drawn.nodes {
                    assert_ne!(node.op, Op::Other, "{title}: {}", node.detail);
                }
                *(if *name == "plan" { &mut plan } else { &mut after }) = drawn;
            }
            "loops" => text.lines().for_each(|line| set_loops(&mut plan, line)),
            "sentences" => {
                let all: String =
                    plan.nodes.iter().map(|node| sentence(&plan, node) + "\n").collect();
                assert_eq!(all, *text, "{title}");
            }
            "tones" => {
                let all: Vec<&str> = plan
                    .nodes
                    .iter()
                    .map(|node| match tone(&plan, node) {
                        Tone::Bad => "bad",
                        Tone::Warn => "warn",
                        Tone::Good => "good",
                        Tone::Neutral => "neutral",
                    })
                    .collect();
                assert_eq!(all.join(" "), text.trim_end(), "{title}");
            }
            "indexes" => {
                let expected: Vec<&str> = text.lines().collect();
                assert_eq!(plan.index_names(), expected, "{title}");
            }
            "findings" => assert_eq!(findings_in_words(&plan), *text, "{title}"),
            "changes" => assert_eq!(changes_in_words(&plan, &after), *text, "{title}"),
            other => panic!("{title}: unknown block {other}"),
        }
    }
}

/// Reads the shell's drawing. Ids are ten times the place, so that places are not ids by chance.
fn plan_of_drawing(text: &str) -> Plan {
    let mut path: Vec<i64> = Vec::new();
    let mut rows = Vec::new();
    for (place, line) in text.lines().skip(1).enumerate() {
        let start = line.find("--").unwrap() + 2;
        let depth = start / 3 - 1;
        path.truncate(depth);
        let id = (place as i64 + 1) * 10;
        rows.push((id, path.last().copied().unwrap_or(0), line[start..].to_owned()));
        path.push(id);
    }
    let depths: Vec<usize> =
        text.lines().skip(1).map(|line| line.find("--").unwrap() / 3).collect();
    let plan = Plan::from_rows(rows);
    for ((node, found), depth) in plan.nodes.iter().zip(plan.depths()).zip(depths) {
        assert_eq!(found, depth, "{}", node.detail);
    }
    plan
}

fn set_loops(plan: &mut Plan, line: &str) {
    let (place, numbers) = line.split_once(": ").unwrap();
    let place: usize = place.parse().unwrap();
    let numbers: Vec<&str> = numbers.split(' ').collect();
    let [loops, visited, out, estimated] = numbers[..] else { panic!("four numbers: {line}") };
    plan.nodes[place - 1].loops = Some(LoopStats {
        loops: loops.parse().unwrap(),
        rows_visited: visited.parse().unwrap(),
        rows_out: (out != "?").then(|| out.parse().unwrap()),
        rows_estimated: estimated.parse().unwrap(),
    });
}

fn findings_in_words(plan: &Plan) -> String {
    findings(plan)
        .iter()
        .map(|finding| {
            let severity = match finding.severity {
                Severity::High => "high",
                Severity::Medium => "medium",
                Severity::Low => "low",
            };
            let place = finding.node.unwrap() / 10;
            format!("{severity} {} {place}: {}\n", finding.rule.id(), finding.message)
        })
        .collect()
}

fn changes_in_words(before: &Plan, after: &Plan) -> String {
    changes(before, after)
        .iter()
        .map(|change| match (change.kind, change.before, change.after) {
            (ChangeKind::Changed, Some(old), Some(new)) => {
                format!("{}>{} {}\n", old / 10, new / 10, change.text)
            }
            (ChangeKind::Removed, Some(_), None) => format!("- {}\n", change.text),
            (ChangeKind::Added, None, Some(_)) => format!("+ {}\n", change.text),
            _ => panic!("{change:?}"),
        })
        .collect()
}

#[test]
fn rules_have_one_id_each() {
    let mut ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().all(|rule| rule.help().ends_with('.')));
}

#[test]
fn planner_rules_are_sentences_with_a_page_each() {
    let mut ids = Vec::new();
    for rule in PLANNER_RULES {
        assert!(
            rule.fact.ends_with('.') && !rule.fact.contains(". "),
            "one sentence: {}",
            rule.fact
        );
        assert!(!rule.title.ends_with('.') && rule.title.len() < 40, "{}", rule.title);
        assert!(rule.help_url.starts_with("https://www.sqlite.org/"), "{}", rule.help_url);
        assert!(rule.help_url.contains(".html#"), "{}", rule.help_url);
        assert_eq!(planner_rule(rule.id), Some(rule));
        ids.push(rule.id);
    }
    ids.extend(OPTIMIZATIONS.iter().map(|words| words.label));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    for finding in Rule::ALL {
        assert!(planner_rule(finding.planner_rule()).is_some(), "{finding:?}");
    }
}

#[test]
fn switches_in_words() {
    for (switch, words) in [
        ("without_query_flattener", "Without Query flattener"),
        ("without_stat9", "Without stat9"),
        ("statistics_none", "No statistics"),
        ("statistics_optimize", "Statistics by PRAGMA optimize"),
        ("case_sensitive_like", "LIKE tells upper from lower case"),
    ] {
        assert_eq!(switch_label(switch), words);
    }
    assert_eq!(statistics_label("as_found"), "As found");
    assert_eq!(statistics_label("optimize"), "PRAGMA optimize");
}

#[test]
fn odd_trees() {
    let check = |rows: &[(i64, i64)], expected: &str| {
        let rows = rows.iter().map(|(id, parent)| (*id, *parent, format!("s{id}")));
        assert_eq!(Plan::from_rows(rows).to_text(), expected);
    };
    check(&[], "");
    // The first step names a later one, the third itself, the fourth nothing.
    check(&[(1, 2), (2, 1), (3, 3), (4, 99)], "QUERY PLAN\n|--s1\n|  `--s2\n|--s3\n`--s4\n");
    check(&[(2, 0), (3, 2)], "QUERY PLAN\n`--s2\n   `--s3\n");
    check(&[(0, 0), (5, 0)], "QUERY PLAN\n|--s0\n`--s5\n");
    check(&[(7, 0), (7, 0), (8, 7)], "QUERY PLAN\n|--s7\n|  `--s8\n`--s7\n");
}

#[test]
fn a_deep_plan_does_not_overflow_the_stack() {
    let plan = Plan::from_rows((1..=3_000).map(|id| (id, id - 1, "SETUP".to_owned())));
    assert_eq!(plan.depths()[2_999], 2_999);
    assert_eq!(plan.to_text().lines().count(), 3_001);
}

/// Text that is made of the pieces details are made of, in any order.
fn any_detail() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "SCAN ",
        "SEARCH ",
        "TABLE ",
        "SUBQUERY ",
        "t",
        " AS ",
        " USING ",
        "INDEX ",
        "COVERING ",
        "AUTOMATIC ",
        "PARTIAL ",
        "INTEGER PRIMARY KEY",
        " (",
        "a=?",
        " AND ",
        "ANY(",
        ")",
        "=(?",
        ",?)",
        " LEFT-JOIN",
        " EXISTS",
        " VIRTUAL TABLE INDEX ",
        "0:",
        "(~",
        " rows)",
        "1",
        "BLOOM FILTER ON ",
        "USE TEMP B-TREE FOR ",
        "LAST ",
        " TERMS OF ORDER BY",
        "MERGE (",
        "UNION",
        "CREATE AUTOMATIC INDEX ON ",
        " FOR IN-OPERATOR",
        "é",
        " ",
        "ROWID SEARCH ON TABLE ",
        "99999999999999999999",
        "CO-ROUTINE ",
        "MATERIALIZE ",
        "CORRELATED ",
        "SCALAR SUBQUERY ",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
    ]
}

fn any_loops() -> impl Strategy<Value = Option<LoopStats>> {
    let loops = (any::<[u64; 2]>(), any::<Option<u64>>(), any::<f64>());
    prop::option::of(loops.prop_map(|([loops, rows_visited], rows_out, rows_estimated)| {
        LoopStats { loops, rows_visited, rows_out, rows_estimated }
    }))
}

/// Details as SQLite prints them: they begin with a capital and have no line feed.
fn any_printed_detail() -> impl Strategy<Value = String> {
    any_detail().prop_map(|text| {
        let one_line = text.replace(|c: char| c.is_control() || c.is_whitespace(), " ");
        format!("S{}", one_line.trim_end())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_is_answered(
        rows in prop::collection::vec((-2_i64..9, -2_i64..9, any_detail(), any_loops()), 0..12),
        keep_parents in any::<bool>(),
    ) {
        let details = rows.iter().map(|(id, parent, detail, _)| (*id, *parent, detail.clone()));
        let mut plan = Plan::from_rows(details);
        for (node, (_, parent, detail, loops)) in plan.nodes.iter_mut().zip(&rows) {
            prop_assert_eq!(&node.detail, detail);
            node.loops = *loops;
            // The fields are public, so a plan may be made by hand with parents that lead nowhere.
            if keep_parents {
                node.parent = *parent;
            }
        }
        // Every step is drawn once, however odd the parents.
        let ends = plan.to_text().matches('\n').count();
        let inside: usize = plan.details().map(|detail| detail.matches('\n').count()).sum();
        let expected = if rows.is_empty() { 0 } else { rows.len() + 1 + inside };
        prop_assert_eq!(ends, expected);
        prop_assert!(plan.depths().iter().all(|depth| *depth < plan.nodes.len()));
        for node in &plan.nodes {
            prop_assert!(!sentence(&plan, node).is_empty());
            let _ = tone(&plan, node);
        }
        let severities: Vec<Severity> = findings(&plan).iter().map(|f| f.severity).collect();
        prop_assert!(severities.is_sorted());
        prop_assert!(changes(&plan, &plan).is_empty());
    }

    #[test]
    fn a_drawn_plan_is_read_and_drawn_the_same(
        rows in prop::collection::vec((any::<prop::sample::Index>(), any_printed_detail()), 1..20),
    ) {
        // A step stands below one of those on the way from the root to the step before it.
        let mut path: Vec<i64> = vec![0];
        let mut tree = Vec::new();
        for (id, (parent, detail)) in (1..).zip(&rows) {
            path.truncate(parent.index(path.len()) + 1);
            tree.push((id, *path.last().unwrap(), detail.clone()));
            path.push(id);
        }
        let plan = Plan::from_rows(tree);
        let drawn = plan.to_text();
        prop_assert_eq!(read_plan(&drawn).map(|read| read.to_text()), Ok(drawn.clone()));
        let read = read_plan(&drawn.replace('\n', " \r\n")).unwrap();
        prop_assert_eq!(read, plan.clone());
        let rows: String = plan
            .nodes
            .iter()
            .map(|node| format!("{}|{}|0|{}\n", node.id, node.parent, node.detail))
            .collect();
        prop_assert_eq!(read_plan(&rows).map(|read| read.to_text()), Ok(drawn));
    }

    #[test]
    fn any_text_is_read_or_refused(lines in prop::collection::vec(any_detail(), 0..8)) {
        if let Ok(plan) = read_plan(&lines.join("\n")) {
            prop_assert!(!plan.nodes.is_empty());
        }
    }
}
