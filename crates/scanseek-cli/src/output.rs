//! Results as text, JSON or Markdown. Text and Markdown say the same; JSON is the wire object.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use scanseek_wire as wire;
use scanseek_workbench as domain;
use serde::Serialize;

use crate::args::{Format, Metric};

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
            if let Some(error) = &domain.error {
                style.heading(out, &statement.name);
                let _ = writeln!(out, "{}\n", error.line(text));
                continue;
            }
            if style.markdown {
                out.push_str(&statement.export(wire::ExportFormat::Markdown));
            } else {
                style.heading(out, &statement.name);
                steps(out, style, statement);
            }
            if let Some(counters) = &statement.counters {
                let _ = writeln!(out, "\n{}", counters_line(counters));
            }
            findings(out, style, statement);
            for notice in &statement.notices {
                let _ = writeln!(out, "note: {}", notice.message);
            }
            out.push('\n');
        }
    })
}

fn steps(out: &mut String, style: &Style, statement: &wire::StatementPlan) {
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
}

fn findings(out: &mut String, style: &Style, statement: &wire::StatementPlan) {
    if !statement.findings.is_empty() {
        out.push('\n');
    }
    for finding in &statement.findings {
        let severity = match finding.severity {
            wire::Severity::High => "high",
            wire::Severity::Medium => "medium",
            wire::Severity::Low => "low",
        };
        let cost = finding
            .cost
            .map(|cost| format!(", {:.0} % of the work", cost.share * 100.0))
            .unwrap_or_default();
        let _ = writeln!(out, "! {} ({severity}{cost})", finding.title);
        for line in [&finding.message, &finding.proof, &finding.advice] {
            let _ = writeln!(out, "  {}", one_line(line));
        }
        if let Some(rewrite) = &finding.rewrite {
            let _ = writeln!(
                out,
                "  Rewritten, with the same rows: {} → {} VM steps, {} → {} page requests. {}",
                grouped(rewrite.before.vm_steps),
                grouped(rewrite.after.vm_steps),
                grouped(rewrite.before.page_requests),
                grouped(rewrite.after.page_requests),
                one_line(&rewrite.why)
            );
            out.push('\n');
            style.code(out, &format!("{};\n", rewrite.sql));
        }
    }
    for sentence in &statement.not_looked_at {
        let _ = writeln!(out, "not looked at: {}", one_line(sentence));
    }
}

pub(crate) fn drawn(format: Format, statement: &wire::StatementPlan, metric: Metric) -> Result<()> {
    if format == Format::Mermaid {
        return out(&statement.export(wire::ExportFormat::Mermaid));
    }
    let measured = statement.plan.iter().any(|node| !node.measures.is_empty());
    let request = wire::GraphRequest {
        metric: measured.then_some(match metric {
            Metric::RowsVisited => wire::Metric::RowsVisited,
            Metric::RowsOut => wire::Metric::RowsOut,
            Metric::VmSteps => wire::Metric::VmSteps,
            Metric::PageRequests => wire::Metric::PageRequests,
            Metric::PageReads => wire::Metric::PageReads,
        }),
        rows_returned: statement.counters.map(|counters| counters.rows_returned),
        rest_measures: statement.rest_measures.clone(),
        ..sheet(&statement.plan)
    };
    out(&request.svg(&statement.name, wire::Theme::Auto))
}

/// All of a plan on a sheet in landscape.
fn sheet(nodes: &[wire::PlanNode]) -> wire::GraphRequest {
    wire::GraphRequest {
        nodes: nodes.iter().map(wire::GraphNode::from).collect(),
        metric: None,
        rows_returned: None,
        rest_measures: Vec::new(),
        direction: None,
        room_width: 1400.0,
        room_height: 1000.0,
        collapsed: Vec::new(),
        below: 0.0,
        shown: Vec::new(),
    }
}

const PASTED: &str = "Pasted, not run here";

pub(crate) fn pasted(format: Format, pasted: &wire::PastedPlan) -> Result<()> {
    match format {
        Format::Mermaid => return out(&pasted.export(wire::ExportFormat::Mermaid)),
        Format::Svg => return out(&sheet(&pasted.plan).svg(PASTED, wire::Theme::Auto)),
        Format::Text | Format::Json | Format::Markdown => {}
    }
    print(format, pasted, |out, style| {
        style.heading(out, PASTED);
        if style.markdown {
            out.push_str(&pasted.export(wire::ExportFormat::Markdown));
        } else {
            style.code(out, &pasted.plan_text);
            for node in &pasted.plan {
                let _ = writeln!(out, "- {}", node.sentence);
            }
        }
        for finding in &pasted.findings {
            let _ = writeln!(out, "! {}", finding.message);
        }
    })
}

pub(crate) fn why(format: Format, whys: &[wire::Why]) -> Result<()> {
    print(format, &whys, |out, style| {
        for why in whys {
            style.heading(out, &why.base.name);
            style.code(out, &why.base.plan_text);
            if let Some(counters) = &why.base.counters {
                let _ = writeln!(out, "{}\n", counters_line(counters));
            }
            if why.changes.is_empty() {
                let _ = writeln!(out, "None of {} switches changes this plan.\n", why.tried);
            }
            for change in &why.changes {
                style.heading(out, &change.label);
                style.code(out, &change.plan_text);
                if let Some(counters) = &change.counters {
                    let _ = writeln!(out, "{}\n", counters_line(counters));
                }
            }
        }
    })
}

pub(crate) fn bytecode(format: Format, programs: &[wire::Bytecode]) -> Result<()> {
    print(format, &programs, |out, style| {
        for program in programs {
            let mut table =
                String::from("addr  opcode           p1    p2    p3  p5  step  executed  p4\n");
            for op in &program.opcodes {
                let step = op.node.map_or_else(|| "-".to_owned(), |node| node.to_string());
                let _ = write!(
                    table,
                    "{:>4}  {:<14} {:>5} {:>5} {:>5} {:>3} {step:>5} {:>9}  {}",
                    op.address,
                    op.opcode,
                    op.p1,
                    op.p2,
                    op.p3,
                    op.p5,
                    grouped(op.executions),
                    one_line(&op.p4)
                );
                if let Some(test) = program.predicates.iter().find(|p| p.address == op.address)
                    && let Some(passed) = test.passed
                {
                    let _ = write!(table, "  passed {}", grouped(passed));
                }
                table.push('\n');
            }
            style.code(out, &table);
        }
    })
}

pub(crate) fn pages(format: Format, pages: &[wire::Pages]) -> Result<()> {
    print(format, &pages, |out, style| {
        for one in pages {
            if let Some(name) = &one.name {
                style.heading(out, &one_line(name));
            }
            let arms =
                [Some((&one.before, "as is")), one.after.as_ref().map(|a| (a, "with changes"))];
            for (summary, arm) in arms.into_iter().flatten() {
                let _ = writeln!(out, "{}", crate::pages::heading(summary, arm));
                style.code(out, &crate::pages::table(summary));
                for note in crate::pages::notes(summary) {
                    let _ = writeln!(out, "{note}");
                }
                out.push('\n');
            }
        }
    })
}

/// `12 %`, `0.8 %`
fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 10.0 { format!("{percent:.0} %") } else { format!("{percent:.2} %") }
}

/// `1.3` or `840`
fn fold(factor: f64) -> String {
    if factor >= 10.0 { format!("{factor:.0}") } else { format!("{factor:.2}") }
}

pub(crate) fn suggested(format: Format, suggested: &wire::Suggested) -> Result<()> {
    print(format, suggested, |out, style| {
        if suggested.queries.is_empty() {
            let _ = writeln!(out, "None of the statements could be analysed.\n");
        } else if suggested.create.is_empty() {
            let _ = writeln!(
                out,
                "No index was found that these queries do less work with. That is no proof that \
                 there is none.{}\n",
                if suggested.drop.is_empty() { "" } else { " But there are some that may go." }
            );
        }
        for index in &suggested.create {
            style.heading(out, &one_line(&index.name));
            style.code(out, &format!("{};\n", index.ddl));
            for reason in &index.reasons {
                let _ = writeln!(out, "- {}", one_line(&reason.text));
            }
            if !index.helps.is_empty() {
                let _ = writeln!(out, "- Helps: {}.", one_line(&index.helps.join(", ")));
            }
            let _ = writeln!(
                out,
                "- Takes {} bytes, {:.1} % of the file.",
                grouped(index.bytes),
                index.share_of_file * 100.0
            );
            if let Some(steps) = index.steps_per_insert {
                let _ = writeln!(out, "- Each inserted row takes {steps} VM steps more.");
            }
            if suggested.create.len() > 1 {
                let _ = writeln!(
                    out,
                    "- Without it, the queries together take {} times the work.",
                    fold(index.without)
                );
            }
            if let Some(warning) = &index.warning {
                let _ = writeln!(out, "! {}", one_line(warning));
            }
            out.push('\n');
        }
        drops(out, style, &suggested.drop);
        if suggested.analyze {
            let alone =
                if suggested.create.is_empty() { "ANALYZE helps" } else { "ANALYZE helps on top" };
            let _ = writeln!(out, "{alone}, and is in the patch.");
            for because in &suggested.analyze_because {
                let _ = writeln!(out, "- {}", one_line(because));
            }
            out.push('\n');
        }
        if !suggested.queries.is_empty() || !suggested.not_analysed.is_empty() {
            style.heading(out, "Each query");
        }
        for query in &suggested.queries {
            let _ = writeln!(
                out,
                "- {}: {} → {} VM steps, {} → {} page requests{}{}",
                one_line(&query.name),
                grouped(query.before.vm_steps),
                grouped(query.after.vm_steps),
                grouped(query.before.page_requests),
                grouped(query.after.page_requests),
                if query.same_result { ", same rows" } else { ", ROWS DIFFER" },
                query.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default()
            );
        }
        for holds in &suggested.holds {
            let mark = if holds.slower.is_empty() { '-' } else { '!' };
            let _ = writeln!(out, "{mark} {}", one_line(&holds.text));
        }
        for item in &suggested.not_analysed {
            let _ = writeln!(
                out,
                "- not analysed: {}: {} — {}",
                one_line(&item.name),
                one_line(&item.sql),
                one_line(&item.because)
            );
        }
        out.push('\n');
        if suggested.curve.len() > 2 {
            style.heading(out, "Fewer bytes, or more");
            for point in &suggested.curve {
                let _ = writeln!(
                    out,
                    "- {} bytes: {} of the work{}",
                    grouped(point.bytes),
                    share(point.work),
                    if point.advised { ", as suggested" } else { "" }
                );
            }
            out.push('\n');
        }
        if !suggested.create.is_empty() {
            let bound = &suggested.bound;
            let _ = writeln!(
                out,
                "The work of the queries that read is {} of before (geometric mean); with the best plan measured for \
                 each it would be {}.\n{} indexes were built, {} plans asked for and {} runs measured.\n",
                share(bound.achieved),
                share(bound.best_seen),
                grouped(bound.built),
                grouped(bound.plans),
                grouped(bound.runs)
            );
        }
        if !suggested.not_advised.is_empty() {
            style.heading(out, "Left out");
            for item in &suggested.not_advised {
                let _ = writeln!(out, "- {}: {}", one_line(&item.ddl), one_line(&item.because));
            }
            out.push('\n');
        }
    })
}

/// Indexes that exist and may go: what is in the patch one by one, then what is a choice by its kind.
fn drops(out: &mut String, style: &Style, drops: &[wire::AdvisedDrop]) {
    let frees = |one: &wire::AdvisedDrop| {
        let steps = [
            (one.steps_per_insert, "inserted"),
            (one.steps_per_update, "updated"),
            (one.steps_per_delete, "deleted"),
        ];
        let steps: Vec<String> = steps
            .iter()
            .filter_map(|(steps, done)| Some(format!("{} for each row {done}", (*steps)?)))
            .collect();
        let frees = format!("Frees {} bytes.", grouped(one.bytes));
        if steps.is_empty() {
            return frees;
        }
        format!("{frees} Saves VM steps: {}.", steps.join(", "))
    };
    for one in drops.iter().filter(|one| one.taken) {
        style.heading(out, &format!("{}: {}", one.label, one_line(&one.name)));
        style.code(out, &format!("{};\n", one.ddl));
        for line in std::iter::once(&one.because).chain(&one.proof) {
            let _ = writeln!(out, "- {}", one_line(line));
        }
        let _ = writeln!(out, "- {}\n", frees(one));
    }
    let choices: Vec<&wire::AdvisedDrop> = drops.iter().filter(|one| !one.taken).collect();
    for alike in choices.chunk_by(|a, b| a.kind == b.kind) {
        style.heading(out, &alike[0].label);
        let _ = writeln!(out, "{} Not in the patch:", alike[0].help);
        for one in alike {
            let _ = writeln!(out, "- {}: {}", one_line(&one.ddl), one_line(&one.because));
            for line in &one.proof {
                let _ = writeln!(out, "  {}", one_line(line));
            }
            let _ = writeln!(out, "  {}", frees(one));
        }
        out.push('\n');
    }
}

#[derive(Serialize)]
struct PricedRows<'a> {
    #[serde(flatten)]
    billed: &'a wire::Billed,
    prices: wire::RowPrices,
    bill: wire::Bill,
}

pub(crate) fn billed(format: Format, billed: &wire::Billed, prices: wire::RowPrices) -> Result<()> {
    let bill = billed.clone().bill(prices);
    print(format, &PricedRows { billed, prices, bill }, |out, style| {
        style.heading(out, "Rows of one run");
        for query in &billed.queries {
            let _ = writeln!(
                out,
                "- {}: {} → {} rows read, {} → {} rows written",
                one_line(&query.name),
                grouped(query.before.read),
                grouped(query.after.read),
                grouped(query.before.written),
                grouped(query.after.written)
            );
        }
        for item in &billed.not_analysed {
            let _ =
                writeln!(out, "- not run: {}: {}", one_line(&item.name), one_line(&item.because));
        }
        let _ = writeln!(
            out,
            "\n{:.2} before, {:.2} after, for {} runs of a statement of weight 1, at {} for a million rows read \
             and {} for a million written.\nTriggers do not run here, so what they read and write is not in it.",
            bill.before,
            bill.after,
            grouped(prices.runs as u64),
            prices.read,
            prices.written
        );
    })
}

pub(crate) fn trial(format: Format, trial: &wire::Trial) -> Result<()> {
    print(format, trial, |out, style| {
        for query in &trial.queries {
            style.heading(out, &one_line(&query.name));
            for effect in &query.effects {
                let _ = writeln!(out, "{}", effect.sentence);
            }
            for arm in &query.arms {
                let times = match arm.samples {
                    0 => "not timed".to_owned(),
                    _ => {
                        format!("median {}, p95 {}", duration(arm.median_ns), duration(arm.p95_ns))
                    }
                };
                let _ = writeln!(
                    out,
                    "- {}: {times}, {}{}",
                    arm.arm,
                    counters_line(&arm.counters),
                    if arm.same_result { "" } else { ", ROWS DIFFER" }
                );
            }
            if let Some(note) = &query.note {
                let _ = writeln!(out, "- {}", one_line(note));
            }
            out.push('\n');
        }
        if !trial.not_tried.is_empty() {
            style.heading(out, "Not tried");
            for item in &trial.not_tried {
                let _ = writeln!(out, "- {}: {}", one_line(&item.name), one_line(&item.because));
            }
            out.push('\n');
        }
    })
}

/// The little that differs between text and Markdown.
pub(crate) struct Style {
    markdown: bool,
}

impl Style {
    pub(crate) fn heading(&self, out: &mut String, text: &str) {
        if self.markdown {
            let _ = writeln!(out, "## {text}\n");
        } else {
            let _ = writeln!(out, "{text}\n{}", "-".repeat(text.chars().count()));
        }
    }

    pub(crate) fn code(&self, out: &mut String, text: &str) {
        if self.markdown {
            let _ = writeln!(out, "```\n{}\n```\n", text.trim_end());
        } else {
            let _ = writeln!(out, "{text}");
        }
    }
}

pub(crate) fn print<T: Serialize>(
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
        Format::Text | Format::Svg | Format::Mermaid => write(&mut out, &Style { markdown: false }),
        Format::Markdown => write(&mut out, &Style { markdown: true }),
    }
    self::out(&out)
}

fn out(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

pub(crate) fn counters_line(counters: &wire::Counters) -> String {
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
    let counted = |count: u64, what: &str| {
        format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
    };
    let mut words = counted(work.vm_steps, "VM step");
    for (count, what) in [(work.page_requests, "page request"), (work.page_reads, "page read")] {
        if count > 0 {
            let _ = write!(words, ", {}", counted(count, what));
        }
    }
    words
}

pub(crate) fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{:.1} µs", ns as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", ns as f64 / 1e6),
        _ => format!("{:.2} s", ns as f64 / 1e9),
    }
}

pub(crate) fn grouped(count: u64) -> String {
    domain::grouped(count)
}

/// A statement or a name on one line. A comment to the end of a line would swallow what comes behind
/// it, so it becomes one in stars.
pub(crate) fn one_line(text: &str) -> String {
    domain::one_line(text)
}
