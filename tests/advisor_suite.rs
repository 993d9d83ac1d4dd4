//! The adviser over the pattern suite: what it advises does about as well as what an expert makes, is
//! partial where that is much smaller, and is nothing where nothing helps.

use scanseek_workbench::{StatementKind, SuggestOptions, SuggestedVerdict};

use crate::advisor_cases::{Case, advisor_cases};
use crate::host::workbench;

/// More work than the ideal's, as a share, and in steps that nobody feels.
const AS_GOOD: (f64, f64) = (0.05, 500.0);
/// A page request takes about as long as ten steps: docs/decisions/0003.
const STEPS_PER_PAGE: f64 = 10.0;

#[test]
fn advice_is_as_good_as_an_experts() {
    let cases = advisor_cases();
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(failure) = check(case) {
            failures.push(format!("- {} ({}): {failure}", case.title, case.rule));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn check(case: &Case) -> Result<(), String> {
    let mut workbench = workbench(&case.schema);
    let suggested = workbench
        .suggest(&case.workload, &SuggestOptions::default())
        .map_err(|error| error.to_string())?;
    let advised: Vec<String> = suggested.create.iter().map(|index| index.ddl.clone()).collect();
    let short: Vec<&str> = advised.iter().filter_map(|ddl| ddl.split(" ON ").nth(1)).collect();
    if !suggested.not_analysed.is_empty() {
        return Err(format!("not analysed: {:?}", suggested.not_analysed));
    }
    for query in &suggested.queries {
        let writes = query.statement.kind == StatementKind::Write;
        if query.verdict == SuggestedVerdict::Slower && !writes {
            return Err(format!("{} is slower with {short:?}", query.statement.name));
        }
    }
    let total = |(steps, pages): (f64, f64)| steps + STEPS_PER_PAGE * pages;
    if case.ideal.is_empty() {
        let [plain, analyzed] = [false, true].map(|analyze| case.work(&[], analyze).map(total));
        let (plain, analyzed) = (plain?, analyzed?);
        let same = (plain - analyzed).abs() <= analyzed * AS_GOOD.0 + AS_GOOD.1;
        return match (short.is_empty(), same || suggested.analyze == case.analyze) {
            (true, true) => Ok(()),
            (true, false) => Err(format!("ANALYZE: {}", suggested.analyze)),
            (false, _) => Err(format!("nothing helps, advised {short:?}")),
        };
    }
    let ideal = [true, false]
        .into_iter()
        .map(|analyze| case.work(&case.ideal, analyze).map(total))
        .collect::<Result<Vec<f64>, String>>()?
        .into_iter()
        .fold(f64::INFINITY, f64::min);
    let found = total(case.work(&advised, suggested.analyze)?);
    if found > ideal * (1.0 + AS_GOOD.0) + AS_GOOD.1 {
        let ideal_keys: Vec<&str> =
            case.ideal.iter().filter_map(|ddl| ddl.split(" ON ").nth(1)).collect();
        let none = total(case.work(&[], false)?);
        let reason = |ddl: &str| {
            let is_it = |(other, _): &&(String, String)| other.ends_with(&format!(" ON {ddl}"));
            suggested.not_advised.iter().find(is_it).map(|(_, because)| because.clone())
        };
        let why: Vec<Option<String>> = ideal_keys.iter().map(|ddl| reason(ddl)).collect();
        return Err(format!(
            "{short:?} takes {found} of {none}, the ideal {ideal_keys:?} {ideal}: {why:?}"
        ));
    }
    if case.partial && !advised.iter().any(|ddl| ddl.contains(" WHERE ")) {
        return Err(format!("{short:?} is not partial, the ideal is {:?}", case.ideal));
    }
    Ok(())
}
