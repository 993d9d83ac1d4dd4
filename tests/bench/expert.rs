//! SQLite's own adviser: `.expert` of the `sqlite3` shell, asked about one query at a time, as a person does.
//! Source: <https://sqlite.org/cli.html#index_recommendations_sqlite_expert_>.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::suites::Query;

pub(crate) const HOW_TO_INSTALL: &str = "There is no sqlite3 shell with .expert here, so that adviser is left out: \
    install one (Debian: apt install sqlite3) or name one in SCANSEEK_SQLITE3.";

/// Time for one query.
const PATIENCE: Duration = Duration::from_secs(300);

/// What it said of a workload.
pub(crate) struct Advice {
    /// `CREATE INDEX` statements, no two alike.
    pub(crate) ddl: Vec<String>,
    /// Queries it said nothing of, and why.
    pub(crate) notes: Vec<String>,
    pub(crate) elapsed: Duration,
}

/// The shell: `SCANSEEK_SQLITE3`, or `sqlite3` in the path.
pub(crate) fn find_shell() -> Option<PathBuf> {
    let named = std::env::var_os("SCANSEEK_SQLITE3").map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from("sqlite3"));
    version(&program).is_some().then_some(program)
}

/// The version of a shell that knows `.expert`.
pub(crate) fn version(program: &Path) -> Option<String> {
    let answer = |arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let knows = answer(&["-batch", ":memory:", ".help expert"])?.contains(".expert");
    knows
        .then(|| answer(&["--version"]))?
        .and_then(|text| text.split_whitespace().next().map(str::to_owned))
}

/// Asks about each query and takes all it says together. `sample` is the share of the rows, in percent, that it
/// takes its statistics from; of itself it looks at none.
pub(crate) fn advise(
    program: &Path,
    file: &Path,
    queries: &[Query],
    sample: u32,
) -> Result<Advice> {
    let start = Instant::now();
    let mut advice = Advice { ddl: Vec::new(), notes: Vec::new(), elapsed: Duration::ZERO };
    let mut not_understood: Vec<&str> = Vec::new();
    for query in queries {
        match ask(program, file, &query.sql, sample)? {
            Ok(output) => {
                let lines = output.lines().map(|line| line.trim().trim_end_matches(';'));
                for ddl in lines.filter(|line| line.starts_with("CREATE INDEX ")) {
                    if !advice.ddl.iter().any(|known| known == ddl) {
                        advice.ddl.push(ddl.to_owned());
                    }
                }
            }
            Err(_) => not_understood.push(&query.name),
        }
    }
    if !not_understood.is_empty() {
        advice.notes.push(format!(
            ".expert cannot say anything of {} of {} statements: {}",
            not_understood.len(),
            queries.len(),
            not_understood.join(", ")
        ));
    }
    advice.elapsed = start.elapsed();
    Ok(advice)
}

/// What the shell writes about one query, or why it does not.
fn ask(
    program: &Path,
    file: &Path,
    sql: &str,
    sample: u32,
) -> Result<std::result::Result<String, String>> {
    let mut child = Command::new(program)
        .args(["-batch", "-readonly", "-bail"])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        let command = match sample {
            0 => ".expert".to_owned(),
            sample => format!(".expert --sample {sample}"),
        };
        input.write_all(format!("{command}\n{sql};\n").as_bytes())?;
    }
    // Its answer is shorter than what a pipe holds, so it need not be read while it comes.
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(Err(format!("it took more than {} s", PATIENCE.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let (mut output, mut error) = (String::new(), String::new());
    if let (Some(mut out), Some(mut err)) = (child.stdout.take(), child.stderr.take()) {
        out.read_to_string(&mut output)?;
        err.read_to_string(&mut error)?;
    }
    Ok(if status.success() { Ok(output) } else { Err(error) })
}
