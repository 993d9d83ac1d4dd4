//! The commands: read the input, call the use-case, hand the result to the output.

use std::io::Read;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use scanseek_wire as wire;
use scanseek_workbench as domain;

use crate::args::{Args, Command, Databases, ExplainSql, Format, Sql, Statistics, Switches};
use crate::beyond;
use crate::host::Terminal;
use crate::logs;
use crate::output;

/// True if everything asked for holds.
pub(crate) fn run(args: &Args) -> Result<bool> {
    let draws = matches!(args.format, Format::Svg | Format::Mermaid);
    if draws && !matches!(args.command, Command::Explain { why: false, bytecode: false, .. }) {
        bail!(
            "--format svg and --format mermaid draw a plan: they go with explain, without --why and --bytecode"
        );
    }
    match &args.command {
        Command::About => {
            output::about(args.format, &wire::About::new())?;
            Ok(true)
        }
        Command::Sample { name: None, .. } => {
            let samples: Vec<wire::SampleInfo> =
                domain::samples().iter().map(wire::SampleInfo::from).collect();
            output::samples(args.format, &samples)?;
            Ok(true)
        }
        Command::Sample { name: Some(name), output, scale } => {
            sample(args, name, output, *scale)?;
            Ok(true)
        }
        Command::Explain { sql: ExplainSql { plan: Some(path), .. }, .. } => {
            let text = if path == Path::new("-") { read_input()? } else { read(path)? };
            let pasted = domain::read_plan(&text).map_err(|error| failed(&error, &text))?;
            output::pasted(args.format, &wire::PastedPlan::from(&pasted))?;
            Ok(true)
        }
        Command::Explain { database: None, .. } => bail!("give a database, or a plan with --plan"),
        Command::Explain {
            database: Some(path),
            attach,
            sql,
            run,
            parameters,
            timeout,
            switches: given,
            why,
            bytecode,
            metric,
        } => {
            let text = sql.read()?;
            let switches = switches(given)?;
            let database = Databases { path: path.clone(), attach: attach.clone() };
            let workbench = open(&database)?;
            let parameters: Vec<_> =
                parameters.iter().map(|text| parameter(text)).collect::<Result<_>>()?;
            let options =
                domain::RunOptions { row_cap: 0, deadline_ns: u64::from(*timeout) * 1_000_000_000 };
            let mut explained = workbench
                .explain_under(&text, &parameters, &switches)
                .map_err(|error| failed(&error, &text))?;
            check(&explained, &parameters)?;
            let options = run.then_some(&options);
            if *why || *bytecode {
                if switches != domain::Switches::default() {
                    bail!("--why and --bytecode take no other switch");
                }
                for statement in &explained.statements {
                    if let Some(error) = &statement.error {
                        return Err(failed(error, &text));
                    }
                }
                let statements: Vec<_> =
                    explained.statements.iter().map(|one| &one.statement).collect();
                if *why {
                    output::why(args.format, &whys(&workbench, &statements, options)?)?;
                } else {
                    output::bytecode(args.format, &programs(&workbench, &statements, options)?)?;
                }
                return Ok(true);
            }
            if let Some(options) = options {
                run_all(&workbench, &mut explained, &switches, options, &text);
            }
            if draws {
                output::drawn(args.format, &drawable(&explained, &text)?, *metric)?;
                return Ok(true);
            }
            output::explained(args.format, &explained, &text)?;
            Ok(explained.statements.iter().all(|statement| statement.error.is_none()))
        }
        Command::Growth { about } => beyond::growth(args.format, about).map(|()| true),
        Command::Compare { about, with, switches, other } => {
            beyond::compare(args.format, about, with.as_deref(), switches, other.as_deref())
                .map(|()| true)
        }
        Command::WhyNot { about, index } => {
            beyond::why_not(args.format, about, index).map(|()| true)
        }
        Command::Suggest {
            database,
            sql,
            max_indexes,
            budget,
            timeout,
            within,
            pin,
            forbid,
            output,
        } => {
            let text = sql.read()?;
            if let Some(path) = output {
                for target in [path.clone(), path.with_extension("down.sql")] {
                    refuse_input(&target, &database.path, sql.workload.as_deref())?;
                }
            }
            let mut workbench = open_within(database, *within)?;
            for warning in domain::ignored_facts(&text) {
                eprintln!("note: {warning}");
            }
            let options = domain::SuggestOptions {
                max_indexes: max_indexes.map(|max| max as usize),
                budget_bytes: *budget,
                timeout_ns: u64::from(*timeout) * 1_000_000_000,
                pinned: pin.clone(),
                forbidden: forbid.clone(),
            };
            let suggested = workbench.suggest(&text, &options).map_err(|e| failed(&e, &text))?;
            let suggested = wire::Suggested::from(suggested);
            let drops = suggested.drop.iter().any(|one| one.taken);
            let advises = !suggested.create.is_empty() || drops || suggested.analyze;
            if let Some(path) = output.as_ref().filter(|_| advises) {
                write(path, suggested.patch.up.as_bytes())?;
                write(&path.with_extension("down.sql"), suggested.patch.down.as_bytes())?;
            }
            output::suggested(args.format, &suggested)?;
            if output.is_some() && !advises {
                eprintln!("note: There is nothing to put into a patch, so none was written.");
            }
            if suggested.queries.is_empty() {
                return Ok(false);
            }
            Ok(suggested
                .queries
                .iter()
                .all(|query| query.same_result && query.verdict != wire::QueryVerdict::Slower))
        }
        Command::Workload { log, output, database, top, timeout } => {
            if let Some(target) = output {
                refuse_input(target, log, database.as_deref())?;
            }
            let options =
                domain::RunOptions { row_cap: 0, deadline_ns: u64::from(*timeout) * 1_000_000_000 };
            logs::workload(args.format, log, output.as_deref(), database.as_deref(), *top, &options)
                .map(|()| true)
        }
        Command::Trial { database, sql, with, budget, timeout } => {
            let text = sql.read()?;
            let mut workbench = open(database)?;
            let changes = match with {
                Some(path) => changes(&workbench, path)?,
                None => Vec::new(),
            };
            let options = domain::TrialOptions {
                budget_ns: u64::from(*budget) * 1_000_000_000,
                timeout_ns: u64::from(*timeout) * 1_000_000_000,
            };
            let trial =
                workbench.trial(&text, &changes, &options).map_err(|e| failed(&e, &text))?;
            let trial = wire::Trial::from(trial);
            output::trial(args.format, &trial)?;
            let same =
                trial.queries.iter().flat_map(|query| &query.arms).all(|arm| arm.same_result);
            Ok(same && !trial.queries.is_empty())
        }
        Command::Bill { database, sql, with, read_price, write_price, runs } => {
            let text = sql.read()?;
            let mut workbench = open(database)?;
            let changes = match with {
                Some(path) => changes(&workbench, path)?,
                None => Vec::new(),
            };
            let billed = workbench.billed(&text, &changes).map_err(|e| failed(&e, &text))?;
            let prices = wire::RowPrices { read: *read_price, written: *write_price, runs: *runs };
            output::billed(args.format, &billed.into(), prices)?;
            Ok(true)
        }
        Command::Pages { database, query, workload, with, timeout } => {
            let text = match (query, workload) {
                (Some(query), _) => query.clone(),
                (None, Some(path)) => logs::statements(path)?,
                (None, None) => String::new(),
            };
            let mut workbench = open(database)?;
            let changes = match with {
                Some(path) => changes(&workbench, path)?,
                None => Vec::new(),
            };
            let options =
                domain::RunOptions { row_cap: 0, deadline_ns: u64::from(*timeout) * 1_000_000_000 };
            let pages = pages(&mut workbench, &text, &changes, &options)?;
            output::pages(args.format, &pages)?;
            let summaries = pages.iter().flat_map(|one| [Some(&one.before), one.after.as_ref()]);
            Ok(summaries
                .flatten()
                .all(|one| matches!(one.stopped, None | Some(wire::Stopped::End))))
        }
        Command::Time { database, sql, rounds } => {
            let text = sql.read()?;
            let workbench = open(database)?;
            let mut times = Vec::new();
            for statement in workbench.statements(&text) {
                let once = |_| workbench.time(&statement.sql, 1).map_err(|e| failed(&e, &text));
                let runs = (0..=*rounds).map(once).collect::<Result<Vec<u64>>>()?;
                times.push((statement.name.clone(), runs[1..].to_vec()));
            }
            output::times(&times)?;
            Ok(true)
        }
    }
}

fn sample(args: &Args, name: &str, folder: &Path, scale: Option<f64>) -> Result<()> {
    let info = domain::samples().iter().find(|info| info.id == name);
    let scale = scale.or(info.map(|info| info.default_scale)).unwrap_or(1.0);
    let bytes = domain::build_sample(name, scale, Rc::new(Terminal::new(None)))
        .map_err(|error| failed(&error, ""))?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mut written = vec![folder.join(format!("{name}.db"))];
    write(&written[0], &bytes)?;
    for attached in info.map_or(&[][..], |info| info.attached) {
        let host = Rc::new(Terminal::new(None));
        let bytes = domain::build_attached_sample(name, attached, scale, host)
            .map_err(|error| failed(&error, ""))?;
        written.push(folder.join(format!("{attached}.db")));
        write(&written[written.len() - 1], &bytes)?;
    }
    for (text, file) in
        [(domain::workload(name), "workload.sql"), (domain::plan_document(name), "plan.md")]
    {
        if let Some(text) = text {
            let path = folder.join(file);
            write(&path, text.as_bytes())?;
            written.push(path);
        }
    }
    output::written(args.format, &written)
}

/// There is a statement, and each value is for some statement's parameter.
fn check(explained: &domain::Explained, parameters: &[(String, domain::Value)]) -> Result<()> {
    if explained.statements.is_empty() {
        bail!("there is no SQL statement here");
    }
    for (name, _) in parameters {
        let mut known = explained.statements.iter().flat_map(|s| &s.statement.parameters);
        if !known.any(|k| domain::bare(k) == domain::bare(name)) {
            bail!("no statement has a parameter {name}");
        }
    }
    Ok(())
}

/// The one statement that is to be drawn.
fn drawable(explained: &domain::Explained, text: &str) -> Result<wire::StatementPlan> {
    let [statement] = &explained.statements[..] else {
        bail!("a drawing is of one statement, and here are {}", explained.statements.len());
    };
    match &statement.error {
        Some(error) => Err(failed(error, text)),
        None => Ok(wire::StatementPlan::new(statement, &wire::Utf16::new(text))),
    }
}

fn run_all(
    workbench: &domain::Workbench,
    explained: &mut domain::Explained,
    switches: &domain::Switches,
    options: &domain::RunOptions,
    text: &str,
) {
    for statement in &mut explained.statements {
        if statement.error.is_some() {
            continue;
        }
        let (sql, values) = (&statement.statement.sql, &statement.statement.values);
        let ran = if *switches == domain::Switches::default() {
            workbench.run(sql, values, options)
        } else {
            workbench.run_under(sql, values, switches, options)
        };
        match ran {
            Ok(ran) => {
                statement.plan = ran.statement.plan;
                statement.places = ran.statement.places;
                statement.findings = ran.statement.findings;
                statement.not_looked_at = ran.statement.not_looked_at;
                statement.counters = ran.statement.counters;
                statement.rest = ran.statement.rest;
                statement.notices.extend(ran.statement.notices);
                if ran.stopped.is_some() {
                    let seconds = options.deadline_ns / 1_000_000_000;
                    statement.error = Some(domain::WorkbenchError {
                        code: domain::ErrorCode::Deadline,
                        message: format!("Stopped after {seconds} s."),
                        span: None,
                        hint: Some("--timeout allows more.".to_owned()),
                    });
                }
            }
            Err(error) => statement.error = Some(error),
        }
        if statement.error.is_none() && *switches == domain::Switches::default() {
            let (index, values) = (statement.statement.index, &statement.statement.values);
            match workbench.findings(text, index, values, options) {
                Ok(found) => {
                    statement.findings = found.findings;
                    statement.not_looked_at = found.not_looked_at;
                }
                Err(error) => statement.not_looked_at.push(error.message),
            }
        }
    }
}

fn whys(
    workbench: &domain::Workbench,
    statements: &[&domain::StatementInfo],
    options: Option<&domain::RunOptions>,
) -> Result<Vec<wire::Why>> {
    statements
        .iter()
        .map(|one| {
            let why = workbench.why(&one.sql, &one.values, options);
            why.map(|why| wire::Why::new(&why, &one.sql)).map_err(|e| failed(&e, &one.sql))
        })
        .collect()
}

fn programs(
    workbench: &domain::Workbench,
    statements: &[&domain::StatementInfo],
    options: Option<&domain::RunOptions>,
) -> Result<Vec<wire::Bytecode>> {
    statements
        .iter()
        .map(|one| {
            let program = workbench.bytecode(&one.sql, &one.values, options);
            program.map(|p| wire::Bytecode::from(&p)).map_err(|e| failed(&e, &one.sql))
        })
        .collect()
}

/// One entry a statement; without a statement one of the file alone.
fn pages(
    workbench: &mut domain::Workbench,
    text: &str,
    changes: &[String],
    options: &domain::RunOptions,
) -> Result<Vec<wire::Pages>> {
    let statements = workbench.statements(text);
    if statements.is_empty() {
        let xray = workbench.xray("", &[], changes, options).map_err(|e| failed(&e, text))?;
        return Ok(vec![wire::Pages::from(&xray)]);
    }
    statements
        .iter()
        .map(|one| {
            let xray = workbench
                .xray(&one.sql, &one.values, changes, options)
                .map_err(|e| failed(&e, &one.sql))?;
            Ok(wire::Pages { name: Some(one.name.clone()), ..wire::Pages::from(&xray) })
        })
        .collect()
}

pub(crate) fn switches(given: &Switches) -> Result<domain::Switches> {
    let wire = wire::Switches {
        statistics: match given.statistics {
            Statistics::AsFound => wire::Statistics::AsFound,
            Statistics::None => wire::Statistics::None,
            Statistics::Analyze => wire::Statistics::Analyze,
            Statistics::Optimize => wire::Statistics::Optimize,
        },
        without: given.without.clone(),
        case_sensitive_like: given.case_sensitive_like,
    };
    wire.to_domain().map_err(|unknown| {
        let known: Vec<&str> = domain::Optimization::ALL.iter().map(|one| one.id()).collect();
        anyhow::anyhow!("there is no optimisation {unknown}; there are: {}", known.join(", "))
    })
}

pub(crate) fn open(databases: &Databases) -> Result<domain::Workbench> {
    open_within(databases, None)
}

/// The same, for a search that ends after so many seconds.
fn open_within(databases: &Databases, seconds: Option<f64>) -> Result<domain::Workbench> {
    // A file without a name, which goes with the process. Without it, what is written to copies has to
    // fit into memory.
    match tempfile::tempfile() {
        Ok(file) => domain::spill_to(Some(Arc::new(domain::TemporarySpill::new(file)))),
        Err(error) => eprintln!(
            "note: No temporary file could be made in {} ({error}); indexes are built in memory only.",
            std::env::temp_dir().display()
        ),
    }
    let mut workbench = domain::Workbench::new(Rc::new(Terminal::new(seconds)));
    let path = &databases.path;
    let (name, file) = files(path)?;
    let opened = workbench
        .open_file(&name, file)
        .map_err(|error| failed(&error, ""))
        .with_context(|| path.display().to_string())?;
    note(&opened);
    for text in &databases.attach {
        let (name, path) = text
            .split_once('=')
            .with_context(|| format!("“{text}” is not NAME=FILE, for example archive=old.db"))?;
        let path = Path::new(path);
        let (file_name, file) = files(path)?;
        let opened = workbench
            .attach(name.trim(), &file_name, file)
            .map_err(|error| failed(&error, ""))
            .with_context(|| path.display().to_string())?;
        note(&opened);
    }
    Ok(workbench)
}

fn note(opened: &domain::Opened) {
    for notice in &opened.notices {
        eprintln!("note: {}", notice.message);
    }
}

/// The file's name without its folder, the file and what lies beside it.
fn files(path: &Path) -> Result<(String, domain::DatabaseFiles)> {
    let base = domain::FileBase::open(path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    let files = domain::DatabaseFiles {
        base: Arc::new(base),
        wal: beside(path, "-wal")?,
        journal: beside(path, "-journal")?,
    };
    let name = path.file_name().map_or("database".into(), |name| name.to_string_lossy());
    Ok((name.into_owned(), files))
}

/// The file of that name with a suffix, if it is there.
fn beside(path: &Path, suffix: &str) -> Result<Option<Arc<dyn domain::RandomRead>>> {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    match domain::FileBase::open(Path::new(&path)) {
        Ok(file) => Ok(Some(Arc::new(file))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("{} cannot be read", path.to_string_lossy()))
        }
    }
}

/// The statements of a patch that are tried: its indexes and `ANALYZE`.
pub(crate) fn changes(workbench: &domain::Workbench, path: &Path) -> Result<Vec<String>> {
    let text = read(path)?;
    let changes: Vec<String> = workbench
        .statements(&text)
        .into_iter()
        .filter(|statement| statement.kind != domain::StatementKind::Transaction)
        .map(|statement| statement.sql)
        .collect();
    if changes.is_empty() {
        bail!("{} holds no CREATE INDEX, DROP INDEX or ANALYZE", path.display());
    }
    Ok(changes)
}

impl Sql {
    pub(crate) fn read(&self) -> Result<String> {
        statements(self.query.as_ref(), self.workload.as_deref())
    }
}

impl ExplainSql {
    fn read(&self) -> Result<String> {
        statements(self.query.as_ref(), self.workload.as_deref())
    }
}

fn statements(query: Option<&String>, workload: Option<&Path>) -> Result<String> {
    match (query, workload) {
        (Some(query), _) => Ok(query.clone()),
        (None, Some(path)) => logs::statements(path),
        (None, None) => bail!("give the statements with -q or -w"),
    }
}

pub(crate) fn parameter(text: &str) -> Result<(String, domain::Value)> {
    let (name, value) = text
        .split_once('=')
        .with_context(|| format!("“{text}” is not NAME=VALUE, for example :customer=42"))?;
    Ok((name.trim().to_owned(), domain::parse_value(value)))
}

/// Refuses to write over a file that is read, under whatever name, or over any database.
fn refuse_input(target: &Path, one: &Path, other: Option<&Path>) -> Result<()> {
    let Ok(real) = target.canonicalize() else { return Ok(()) };
    let is_input = [Some(one), other]
        .into_iter()
        .flatten()
        .any(|input| input.canonicalize().is_ok_and(|input| input == real));
    let mut head = [0; 15];
    let is_database = std::fs::File::open(&real)
        .and_then(|mut file| file.read_exact(&mut head))
        .is_ok_and(|()| &head == b"SQLite format 3");
    if is_input || is_database {
        bail!("{} is an input or a database and is not written over", target.display());
    }
    Ok(())
}

pub(crate) fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", path.display()))
}

fn read_input() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(text)
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// An error of a use-case as one line: sentence, place, hint.
pub(crate) fn failed(error: &domain::WorkbenchError, text: &str) -> anyhow::Error {
    anyhow::anyhow!(domain::one_line(&error.line(text)))
}
