//! Results as text, JSON or Markdown. Text and Markdown say the same; JSON is the wire object.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use scanseek_wire as wire;
use scanseek_workbench as domain;
use serde::Serialize;

use crate::args::Format;

pub(crate) fn about(format: Format, about: &wire::About) -> Result<()> {
    print(format, about, |out, _| {
        let _ = writeln!(out, "ScanSeek {}", about.scanseek_version);
        let _ = writeln!(out, "SQLite {} ({})", about.sqlite_version, about.source_id);
        for option in &about.compile_options {
            let _ = writeln!(out, "- {option}");
        }
    })
}

pub(crate) fn times(times: &[(String, Vec<u64>)]) -> Result<()> {
    print(Format::Json, &times, |_, _| {})
}

pub(crate) fn samples(format: Format, samples: &[wire::SampleInfo]) -> Result<()> {
    print(format, &samples, |out, _| {
        for sample in samples {
            let scales: Vec<String> = sample.scales.iter().map(f64::to_string).collect();
            let _ = writeln!(out, "{}: {}", sample.id, sample.title);
            let _ = writeln!(out, "  {}", sample.summary);
            let _ = writeln!(
                out,
                "  {} rows at scale {}; scales {}\n",
                grouped(sample.rows_at_default),
                sample.default_scale,
                scales.join(", ")
            );
        }
    })
}

pub(crate) fn written(format: Format, paths: &[PathBuf]) -> Result<()> {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    print(format, &names, |out, _| {
        for name in &names {
            let _ = writeln!(out, "wrote {name}");
        }
    })
}

pub(crate) fn explained(format: Format, explained: &domain::Explained, text: &str) -> Result<()> {
    let wire = wire::Explained::new(explained, text);
    print(format, &wire, |out, style| {
        for (statement, domain) in wire.statements.iter().zip(&explained.statements) {
            style.heading(out, &statement.name);
            if let Some(error) = &domain.error {
                let _ = writeln!(out, "{}\n", error_line(error, text));
                continue;
            }
            style.code(out, &statement.plan_text);
            for node in &statement.plan {
                let _ = write!(out, "- {}", node.sentence);
                if let Some(work) = &node.work {
                    let _ = write!(out, " {}.", work_words(work));
                }
                out.push('\n');
            }
            if let Some(rest) = &statement.rest {
                let _ = writeln!(out, "- Expressions and control: {}.", work_words(rest));
            }
            if let Some(counters) = &statement.counters {
                let _ = writeln!(out, "\n{}", counters_line(counters));
            }
            for finding in &statement.findings {
                let _ = writeln!(out, "! {}", finding.message);
            }
            out.push('\n');
        }
    })
}

pub(crate) fn suggested(format: Format, suggested: &wire::Suggested) -> Result<()> {
    print(format, suggested, |out, style| {
        if suggested.create.is_empty() {
            let _ = writeln!(
                out,
                "No index was found that these queries do less work with. That is no proof that \
                 there is none.\n"
            );
        }
        for index in &suggested.create {
            style.heading(out, &index.name);
            style.code(out, &format!("{};\n", index.ddl));
            for reason in &index.reasons {
                let _ = writeln!(out, "- {}", reason.text);
            }
            let _ = writeln!(out, "- Helps: {}.", index.helps.join(", "));
            let _ = writeln!(out, "- Takes {} bytes.\n", grouped(index.bytes));
        }
        if suggested.analyze {
            let _ = writeln!(out, "ANALYZE helps on top, and is in the patch.\n");
        }
        style.heading(out, "Each query");
        for query in &suggested.queries {
            let _ = writeln!(
                out,
                "- {}: {} → {} VM steps, {} → {} page requests{}{}",
                query.name,
                grouped(query.before.vm_steps),
                grouped(query.after.vm_steps),
                grouped(query.before.page_requests),
                grouped(query.after.page_requests),
                if query.same_result { ", same rows" } else { ", ROWS DIFFER" },
                query.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default()
            );
        }
        for item in &suggested.not_analysed {
            let _ = writeln!(out, "- not analysed: {} — {}", one_line(&item.sql), item.because);
        }
        out.push('\n');
    })
}

pub(crate) fn trial(format: Format, trial: &wire::Trial) -> Result<()> {
    print(format, trial, |out, style| {
        for query in &trial.queries {
            style.heading(out, &query.name);
            for effect in &query.effects {
                let _ = writeln!(out, "{}", effect.sentence);
            }
            for arm in &query.arms {
                let _ = writeln!(
                    out,
                    "- {}: median {}, p95 {}, {}{}",
                    arm.arm,
                    duration(arm.median_ns),
                    duration(arm.p95_ns),
                    counters_line(&arm.counters),
                    if arm.same_result { "" } else { ", ROWS DIFFER" }
                );
            }
            if let Some(note) = &query.note {
                let _ = writeln!(out, "- {note}");
            }
            out.push('\n');
        }
    })
}

/// Sentence, place and hint in one line.
pub(crate) fn error_line(error: &domain::WorkbenchError, text: &str) -> String {
    let mut line = error.message.clone();
    if let Some((start, _)) = error.span {
        let before = text.get(..start).unwrap_or(text);
        let row = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let _ = write!(line, " (line {row}, column {column})");
    }
    if let Some(hint) = &error.hint {
        let _ = write!(line, " {hint}");
    }
    line
}

/// The little that differs between text and Markdown.
struct Style {
    markdown: bool,
}

impl Style {
    fn heading(&self, out: &mut String, text: &str) {
        if self.markdown {
            let _ = writeln!(out, "## {text}\n");
        } else {
            let _ = writeln!(out, "{text}\n{}", "-".repeat(text.chars().count()));
        }
    }

    fn code(&self, out: &mut String, text: &str) {
        if self.markdown {
            let _ = writeln!(out, "```\n{}\n```\n", text.trim_end());
        } else {
            let _ = writeln!(out, "{text}");
        }
    }
}

fn print<T: Serialize>(
    format: Format,
    value: &T,
    write: impl FnOnce(&mut String, &Style),
) -> Result<()> {
    let mut out = String::new();
    match format {
        Format::Json => {
            out = serde_json::to_string_pretty(value)?;
            out.push('\n');
        }
        Format::Text => write(&mut out, &Style { markdown: false }),
        Format::Markdown => write(&mut out, &Style { markdown: true }),
    }
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}

fn counters_line(counters: &wire::Counters) -> String {
    let mut line = format!(
        "{} VM steps, {} page requests, {} page reads, {} rows",
        grouped(counters.vm_steps),
        grouped(counters.page_requests),
        grouped(counters.page_reads),
        grouped(counters.rows_returned)
    );
    for (count, what) in [
        (counters.fullscan_steps, "full-scan steps"),
        (counters.sorts, "sorts"),
        (counters.autoindex_rows, "automatic-index rows"),
    ] {
        if count > 0 {
            let _ = write!(line, ", {} {what}", grouped(count));
        }
    }
    line
}

fn work_words(work: &wire::Work) -> String {
    let mut words = format!("{} VM steps", grouped(work.vm_steps));
    for (count, what) in [(work.page_requests, "page requests"), (work.page_reads, "page reads")] {
        if count > 0 {
            let _ = write!(words, ", {} {what}", grouped(count));
        }
    }
    words
}

fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{:.1} µs", ns as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", ns as f64 / 1e6),
        _ => format!("{:.2} s", ns as f64 / 1e9),
    }
}

fn grouped(count: u64) -> String {
    domain::grouped(count)
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
