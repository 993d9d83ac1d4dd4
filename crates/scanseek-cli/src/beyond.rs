//! What can be asked about a plan beyond itself: other sizes of the data, another plan, another index.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use scanseek_wire as wire;
use scanseek_workbench as domain;

use crate::args::{About, Format};
use crate::commands::{changes, failed, open, parameter, read, switches};
use crate::output::{counters_line, grouped, print};

/// What all of these need: a database, one statement and its values.
struct Asked {
    workbench: domain::Workbench,
    sql: String,
    parameters: Vec<(String, domain::Value)>,
    options: domain::RunOptions,
}

impl Asked {
    fn new(about: &About) -> Result<Self> {
        let sql = about.sql.read()?;
        let workbench = open(&about.database)?;
        match workbench.statements(&sql).len() {
            1 => {}
            0 => bail!("there is no SQL statement here"),
            n => bail!("give one statement; here are {n}"),
        }
        let parameters =
            about.parameters.iter().map(|text| parameter(text)).collect::<Result<_>>()?;
        let deadline_ns = u64::from(about.timeout) * 1_000_000_000;
        let options = domain::RunOptions { row_cap: 0, deadline_ns };
        Ok(Self { workbench, sql, parameters, options })
    }
}

/// Plans at other sizes; with `run` also the work on parts of the data.
pub(crate) fn growth(format: Format, about: &About) -> Result<()> {
    let asked = Asked::new(about)?;
    let scaled = asked
        .workbench
        .scaled(&asked.sql, &asked.parameters)
        .map_err(|error| failed(&error, &asked.sql))?;
    let growth = match about.run {
        true => Some(
            asked
                .workbench
                .growth(&asked.sql, &asked.parameters, &asked.options)
                .map_err(|error| failed(&error, &asked.sql))?,
        ),
        false => None,
    };
    let answer = Growth {
        scaled: wire::Scaled::from(&scaled),
        growth: growth.as_ref().map(wire::Growth::from),
    };
    print(format, &answer, |out, style| {
        let Growth { scaled, growth } = &answer;
        if let Some(now) = scaled.sizes.iter().find(|size| size.factor == 1.0) {
            style.heading(out, "As it is");
            style.code(out, &now.plan_text);
            let _ = writeln!(out, "Rows: {}\n", rows(&now.tables));
        }
        for flip in &scaled.flips {
            let times = factor(flip.factor);
            style.heading(out, &format!("From {times} on: {}", rows(&flip.tables)));
            style.code(out, &flip.above_text);
        }
        if scaled.flips.is_empty() {
            let _ = writeln!(out, "The plan is the same from ÷100 to ×1,000 of the data.\n");
        }
        for sentence in &scaled.assumptions {
            let _ = writeln!(out, "note: {sentence}");
        }
        let Some(growth) = growth else { return };
        let _ = writeln!(out, "\n{}\n", growth.sentence);
        for point in &growth.points {
            let _ = match &point.counters {
                Some(counters) => {
                    writeln!(out, "- {}: {}", rows(&point.tables), counters_line(counters))
                }
                None => writeln!(out, "- {}: not in time", rows(&point.tables)),
            };
        }
        for sentence in &growth.notes {
            let _ = writeln!(out, "note: {sentence}");
        }
    })
}

#[derive(serde::Serialize)]
struct Growth {
    scaled: wire::Scaled,
    growth: Option<wire::Growth>,
}

fn rows(tables: &[wire::TableRows]) -> String {
    let words: Vec<String> =
        tables.iter().map(|table| format!("{} {}", table.name, grouped(table.rows))).collect();
    if words.is_empty() { "no table with statistics".to_owned() } else { words.join(", ") }
}

fn factor(factor: f64) -> String {
    if factor < 1.0 { format!("÷{:.3}", 1.0 / factor) } else { format!("×{factor:.3}") }
}

/// Two plans side by side.
pub(crate) fn compare(
    format: Format,
    about: &About,
    with: Option<&std::path::Path>,
    given: &crate::args::Switches,
    other: Option<&str>,
) -> Result<()> {
    let asked = Asked::new(about)?;
    let before = domain::Side { sql: asked.sql.clone(), ..domain::Side::default() };
    let after = domain::Side {
        sql: other.map_or_else(|| asked.sql.clone(), str::to_owned),
        changes: match with {
            Some(path) => changes(&asked.workbench, path)?,
            None => Vec::new(),
        },
        switches: switches(given)?,
    };
    if before == after {
        bail!("both sides are the same: give --with, --other, or a switch such as --statistics");
    }
    let options = about.run.then_some(&asked.options);
    let found = asked
        .workbench
        .compare(&before, &after, &asked.parameters, options)
        .map_err(|error| failed(&error, &after.sql))?;
    let answer = wire::Comparison::new(&found, &before.sql, &after.sql);
    print(format, &answer, |out, style| {
        for (title, side) in [("Before", &answer.before), ("After", &answer.after)] {
            style.heading(out, title);
            style.code(out, &side.plan_text);
            if let Some(counters) = &side.counters {
                let _ = writeln!(out, "{}\n", counters_line(counters));
            }
        }
        let _ = writeln!(out, "{}\n", answer.sentence);
        for pair in answer.pairs.iter().filter(|pair| !pair.sentence.is_empty()) {
            let _ = writeln!(out, "- {}", pair.sentence);
        }
    })
}

/// Why a statement does not use an index.
pub(crate) fn why_not(format: Format, about: &About, index: &str) -> Result<()> {
    let asked = Asked::new(about)?;
    // A file keeps a long CREATE INDEX readable.
    let index = match std::path::Path::new(index) {
        path if path.extension().is_some_and(|end| end == "sql") => read(path)?,
        _ => index.to_owned(),
    };
    let options = about.run.then_some(&asked.options);
    let found = asked
        .workbench
        .why_not(&asked.sql, &asked.parameters, index.trim().trim_end_matches(';'), options)
        .map_err(|error| failed(&error, &asked.sql))?;
    let answer = wire::WhyNot::from(&found);
    print(format, &answer, |out, style| {
        style.heading(out, "As SQLite chose");
        style.code(out, &answer.chosen.plan_text);
        for forced in &answer.forced {
            if let Some(with) = &forced.with {
                let title = format!("Made to use {} for {}", answer.index, forced.label);
                style.heading(out, &title);
                style.code(out, &with.plan_text);
            }
        }
        for sentence in &answer.sentences {
            let _ = writeln!(out, "{sentence}");
        }
        if !answer.switch_labels.is_empty() {
            let labels = answer.switch_labels.join(", ");
            let _ = writeln!(out, "SQLite itself chooses it under: {labels}.");
        }
    })
}
