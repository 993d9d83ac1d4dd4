//! Logs as workloads: read, printed, written, and taken where a file of statements is.

use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use scanseek_wire as wire;
use scanseek_workbench as domain;

use crate::args::{Databases, Format};
use crate::commands::{failed, open, write};
use crate::output::{counters_line, duration, grouped, one_line, print};

/// What a log comes to, and what was proven of its loops.
#[derive(serde::Serialize)]
struct Report {
    #[serde(flatten)]
    log: wire::Log,
    /// One for each loop, if a database was given.
    proofs: Vec<wire::LoopProof>,
}

pub(crate) fn workload(
    format: Format,
    path: &Path,
    output: Option<&Path>,
    database: Option<&Path>,
    top: usize,
    options: &domain::RunOptions,
) -> Result<()> {
    let log = read_log(&bytes(path)?)?;
    if let Some(output) = output {
        write(output, log.workload().as_bytes())?;
    }
    let mut proofs = Vec::new();
    if let Some(path) = database {
        let database = Databases { path: path.to_owned(), attach: Vec::new() };
        let workbench = open(&database)?;
        for one in &log.loops {
            let first = one.statements.first().map_or("", String::as_str);
            // A log of another version of the program may ask for what this database has not.
            proofs.push(match workbench.prove_loop(&one.statements, options) {
                Ok(proof) => wire::LoopProof::new(&proof, first),
                Err(error) => wire::LoopProof {
                    finding: None,
                    not_looked_at: vec![failed(&error, first).to_string()],
                },
            });
        }
    }
    let report = Report { log: wire::Log::from(log), proofs };
    print(format, &report, |out, style| {
        let Report { log, proofs } = &report;
        let _ = writeln!(
            out,
            "Read as {}: {} in {}, {} different.\n",
            log.title,
            counted(log.statements, "statement"),
            counted(log.lines, "line"),
            grouped(log.queries.len() as u64)
        );
        let mut table = String::new();
        let timed = log.queries.iter().any(|query| query.times.is_some());
        if timed {
            table.push_str("   calls       total        mean         max  query\n");
        } else {
            table.push_str("   calls  query\n");
        }
        for query in log.queries.iter().take(top) {
            let _ = write!(table, "{:>8}", grouped(query.calls));
            if timed {
                let times = query
                    .times
                    .map(|times| (Some(times.total_ns), Some(times.mean_ns), times.max_ns));
                let (total, mean, max) = times.unwrap_or_default();
                for ns in [total, mean, max] {
                    let _ = write!(table, "  {:>10}", ns.map_or_else(|| "-".to_owned(), duration));
                }
            }
            let _ = writeln!(table, "  {}: {}", one_line(&query.name), one_line(&query.sql));
        }
        style.code(out, &table);
        if log.queries.len() > top {
            let more = grouped((log.queries.len() - top) as u64);
            let _ = writeln!(out, "{more} more queries; --top shows more.\n");
        }
        for (at, one) in log.loops.iter().enumerate() {
            looped(out, style, log, one, proofs.get(at));
        }
        left_out(out, style, log);
    })?;
    if let Some(output) = output {
        eprintln!("note: The workload is in {}.", output.display());
    }
    Ok(())
}

fn looped(
    out: &mut String,
    style: &crate::output::Style,
    log: &wire::Log,
    one: &wire::QueryLoop,
    proof: Option<&wire::LoopProof>,
) {
    let name = |at: u32| log.queries.get(at as usize).map_or("", |query| query.name.as_str());
    style.heading(out, &format!("Loop (N+1): {}", one_line(name(one.query))));
    let runs = match one.runs {
        1 => "in one loop".to_owned(),
        runs => format!("in {} loops", grouped(runs)),
    };
    let parent = one.parent.map(|at| format!(", for the rows of “{}”", one_line(name(at))));
    let time = one.total_ns.map(|ns| format!(", {}", duration(ns)));
    let _ = writeln!(
        out,
        "It ran {} times {runs}{}{}, each time for another {} (the longest on lines {} to {}).\n",
        grouped(one.calls),
        parent.unwrap_or_default(),
        time.unwrap_or_default(),
        one_line(&one.column),
        one.first_line,
        one.last_line
    );
    let rewrite = proof.and_then(|proof| proof.finding.as_ref()?.rewrite.as_ref());
    match (rewrite, &one.replacement) {
        (Some(rewrite), _) => {
            let _ = writeln!(
                out,
                "One statement gives the same rows on this database: {} → {}.\n",
                counters_line(&rewrite.before),
                counters_line(&rewrite.after)
            );
            style.code(out, &format!("{};\n", rewrite.sql));
        }
        (None, Some(sql)) => {
            let said = match proof {
                Some(_) => {
                    "On this database it could not be shown to give the same rows for less work:"
                }
                None => "One statement for all of them, not proven without a database:",
            };
            let limit = if one.leaves_limit_out {
                " (It has no LIMIT: it is right if none of them had more rows.)"
            } else {
                ""
            };
            let group = if one.is_grouped {
                " (It has no row for a key without rows, where each of them gives 0 or NULL.)"
            } else {
                ""
            };
            let _ = writeln!(out, "{said}{limit}{group}\n");
            style.code(out, &format!("{sql};\n"));
        }
        (None, None) => {
            let _ = writeln!(out, "It has no form with IN; a join may do.\n");
        }
    }
    for sentence in proof.iter().flat_map(|proof| &proof.not_looked_at) {
        let _ = writeln!(out, "note: {}\n", one_line(sentence));
    }
}

fn left_out(out: &mut String, style: &crate::output::Style, log: &wire::Log) {
    if log.left_out.is_empty() && log.other_lines == 0 {
        return;
    }
    style.heading(out, "Left out");
    for left in &log.left_out {
        let _ = writeln!(
            out,
            "- {}: {} (line {}: {})",
            counted(left.count, "statement"),
            left.title,
            left.first_line,
            one_line(&left.first)
        );
    }
    if log.other_lines > 0 {
        let _ = writeln!(out, "- {} without a statement:", counted(log.other_lines, "line"));
        for line in &log.first_other_lines {
            let _ = writeln!(out, "  - line {}: {}", line.line, one_line(&line.text));
        }
    }
    out.push('\n');
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// The statements of a file; of a log, its workload.
pub(crate) fn statements(path: &Path) -> Result<String> {
    let bytes = bytes(path)?;
    let text = String::from_utf8(bytes);
    let lossy = match &text {
        Ok(text) => std::borrow::Cow::Borrowed(text.as_str()),
        Err(error) => String::from_utf8_lossy(error.as_bytes()),
    };
    if domain::log_format(&lossy).is_some() {
        let log = read_log(lossy.as_bytes())?;
        eprintln!(
            "note: {} is read as {}: {}, {} different. scanseek workload shows them.",
            path.display(),
            log.format.title(),
            counted(log.statements, "statement"),
            grouped(log.queries.len() as u64)
        );
        return Ok(log.workload());
    }
    text.with_context(|| format!("{} is not UTF-8 text", path.display()))
}

fn read_log(bytes: &[u8]) -> Result<domain::Log> {
    let refused = |error: domain::LogError| failed(&error.into(), "");
    let mut reader = domain::LogReader::new();
    reader.push(bytes).map_err(refused)?;
    reader.finish().map_err(refused)
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    } else {
        std::fs::File::open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .with_context(|| format!("{} cannot be read", path.display()))?;
    }
    Ok(bytes)
}
