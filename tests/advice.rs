//! The advice corpus: `corpus/advice.md` holds schema, query and the indexes that must be advised.
//!
//! Each expected set was worked out by hand from the rule it is named after. An empty list means
//! that no index may be advised; `ANALYZE` stands for fresh statistics.

use scanseek_workbench::{QueryAdvice, SuggestOptions, SuggestedVerdict};

use crate::host::workbench;

#[test]
fn advice_follows_the_rules() {
    let text = include_str!("corpus/advice.md");
    let mut failures = Vec::new();
    let mut cases = 0;
    for case in text.split("\n## ").skip(1) {
        let (title, body) = case.split_once('\n').unwrap();
        let blocks: Vec<&str> = body.split("```").skip(1).step_by(2).collect();
        let block = |kind: &str| {
            blocks.iter().find_map(|block| block.strip_prefix(kind)).unwrap_or_default()
        };
        if let Err(failure) = check(block("sql schema"), block("sql query"), block("text")) {
            failures.push(format!("{title}: {failure}"));
        }
        cases += 1;
    }
    assert!(cases >= 20, "{cases}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(schema: &str, query: &str, expected: &str) -> Result<(), String> {
    let mut workbench = workbench(schema);
    let suggested =
        workbench.suggest(query, &SuggestOptions::default()).map_err(|error| error.to_string())?;
    let mut found: Vec<String> = suggested
        .create
        .iter()
        .map(|index| index.ddl.split(" ON ").nth(1).unwrap_or(&index.ddl).to_owned())
        .collect();
    found.sort();
    if suggested.analyze && expected.contains("ANALYZE") {
        found.push("ANALYZE".to_owned());
        found.sort();
    }
    let mut expected: Vec<String> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    expected.sort();
    if found != expected {
        return Err(format!(
            "advised {found:?}, expected {expected:?}; left out {:#?}",
            suggested.not_advised
        ));
    }
    if !suggested.not_analysed.is_empty() {
        return Err(format!("not analysed: {:?}", suggested.not_analysed));
    }
    for query in &suggested.queries {
        if !query.after.same_result {
            return Err(format!("{} returns other rows", query.statement.name));
        }
        if query.verdict == SuggestedVerdict::Slower {
            return Err(format!("{} is slower", query.statement.name));
        }
    }
    let is_faster = |query: &QueryAdvice| query.verdict == SuggestedVerdict::Faster;
    if !found.is_empty() && !suggested.queries.iter().any(is_faster) {
        return Err("nothing is faster".to_owned());
    }
    Ok(())
}
