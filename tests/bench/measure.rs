//! Sets of indexes built on copies of a database, and what queries take with them.

use std::collections::BTreeMap;
use std::time::Instant;

use scanseek_engine::{Control, Database, EngineError, Prepared, Statistics, Switches};

use crate::suites::Query;
use crate::{Options, Result};

/// Time allowed for one run on the database as it is.
const BASE_NS: u64 = 120_000_000_000;
/// A run may take so many times what it takes without the set's indexes.
const CUT_OFF_TIMES: u64 = 5;
/// One sample of the clock lasts so long at least.
const SAMPLE_NS: u64 = 2_000_000;
/// What takes longer is timed once.
const LONG_NS: u64 = 2_000_000_000;
/// More work than this is a loss, if it is felt.
const LOSS: f64 = 1.05;
const MILLISECOND_NS: u64 = 1_000_000;
/// About a millisecond of work, and what a page request counts in steps: docs/decisions/0003.
const MILLISECOND_STEPS: u64 = 90_000;
const STEPS_PER_PAGE: u64 = 10;

const REGIMES: [Statistics; 3] = [Statistics::None, Statistics::Analyze, Statistics::Optimize];

/// The system's clock.
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Control for Clock {
    fn now_ns(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }

    fn cancelled(&self) -> bool {
        false
    }
}

/// Indexes to compare with others.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    /// `CREATE INDEX` statements, then `DROP INDEX` for those of the file that are not wanted.
    pub(crate) ddl: Vec<String>,
    /// Statistics are gathered once they are built.
    pub(crate) analyze: bool,
    /// What finding them took.
    pub(crate) advised_ns: Option<u64>,
    pub(crate) notes: Vec<String>,
}

/// A set on a copy of the database.
pub(crate) struct Built {
    pub(crate) set: Set,
    pub(crate) database: Database,
    pub(crate) indexes: usize,
    pub(crate) bytes: u64,
}

impl Built {
    /// Builds what SQLite takes of the set, until it takes more than so many bytes.
    pub(crate) fn of(base: &Database, mut set: Set, most_bytes: u64) -> Result<Self> {
        let mut database = base.fork()?;
        let (mut indexes, mut bytes) = (0, 0);
        for ddl in &set.ddl {
            if bytes > most_bytes {
                set.notes.push(format!(
                    "{} of its {} indexes were not built: those before take more than {} MB",
                    set.ddl.len() - indexes,
                    set.ddl.len(),
                    most_bytes >> 20
                ));
                break;
            }
            if ddl.starts_with("DROP INDEX") {
                database.execute(ddl)?;
                set.notes.push(format!("{}: {ddl}", set.name));
                continue;
            }
            match database.create_index(ddl) {
                Ok(name) => {
                    indexes += 1;
                    bytes += database.index_bytes(&name)?;
                }
                Err(error) => set.notes.push(format!("SQLite refuses {ddl}: {error}")),
            }
        }
        if set.analyze {
            database.execute("ANALYZE")?;
        }
        Ok(Self { set, database, indexes, bytes })
    }
}

/// What one query takes with one set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) steps: u64,
    pub(crate) pages: u64,
    pub(crate) rows: u64,
    /// Median.
    pub(crate) elapsed_ns: u64,
    /// It was stopped; the numbers are what it had taken until then, at least.
    pub(crate) cut_off: bool,
}

impl Run {
    fn work(self) -> u64 {
        self.steps + STEPS_PER_PAGE * self.pages
    }
}

/// What a set does for every query.
pub(crate) struct Outcome {
    pub(crate) runs: Vec<Run>,
    /// The least work of each query with any statistics.
    pub(crate) least_steps: Vec<u64>,
    /// Queries that take longer by a twentieth and by a millisecond, and do more work.
    pub(crate) slower: Vec<usize>,
    /// Queries that do more work by a twentieth and by a millisecond than without the set's indexes and with
    /// the same statistics: none, those of `ANALYZE` and those of `PRAGMA optimize`.
    pub(crate) slower_with_some: Vec<usize>,
    /// Queries that give another number of rows.
    pub(crate) other_rows: Vec<usize>,
}

/// Runs of one query by plan; equal plans are equal work.
type Known = BTreeMap<(usize, String), Run>;

fn prepare<'db>(database: &'db Database, query: &Query) -> Result<Prepared<'db>> {
    let prepared = database.prepare(&query.sql)?;
    prepared.bind(&query.values)?;
    Ok(prepared)
}

/// Runs a query once, unless the same plan was run already.
fn run(
    database: &Database,
    (at, query): (usize, &Query),
    limit_ns: u64,
    before: Option<Run>,
    known: &mut Known,
) -> Result<Run> {
    let prepared = prepare(database, query)?;
    let length = prepared.program_length()?;
    let key = (at, format!("{}{length}", prepare(database, query)?.plan()?.to_text()));
    if let Some(run) = known.get(&key) {
        return Ok(*run);
    }
    let start = Instant::now();
    let measured = if query.writes {
        // As the adviser does: with foreign keys enforced where the rows allow that.
        database.execute("PRAGMA foreign_keys = ON")?;
        let strict = prepared.measure_write(Some(limit_ns), None);
        database.execute("PRAGMA foreign_keys = OFF")?;
        match strict {
            Err(EngineError::Sql(_)) => prepared.measure_write(Some(limit_ns), None),
            measured => measured,
        }
    } else {
        prepared.measure(Some(limit_ns), None)
    };
    let elapsed_ns = start.elapsed().as_nanos() as u64;
    let run = match (measured, before) {
        (Ok(measured), _) => Run {
            steps: measured.counters.vm_steps,
            pages: measured.counters.page_requests,
            rows: measured.result.rows,
            elapsed_ns,
            cut_off: false,
        },
        (Err(EngineError::Deadline), Some(before)) => {
            let times = elapsed_ns as f64 / before.elapsed_ns.max(1) as f64;
            let steps = (before.steps as f64 * times) as u64;
            Run { steps, elapsed_ns, cut_off: true, ..before }
        }
        (Err(error), _) => return Err(format!("{}: {error}", query.name).into()),
    };
    known.insert(key, run);
    Ok(run)
}

/// Measures every query with every set; the first set is the database as it is.
pub(crate) fn measure(
    built: &[Built],
    queries: &[Query],
    options: &Options,
) -> Result<Vec<Outcome>> {
    let mut known: Vec<Known> = vec![Known::new(); built.len()];
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); built.len()];
    let limit = |before: Run| options.cut_off_ns.max(before.elapsed_ns * CUT_OFF_TIMES);
    let mut random = 20_240_229;
    for query in queries.iter().enumerate() {
        let before = run(&built[0].database, query, BASE_NS, None, &mut known[0])?;
        for (at, one) in built.iter().enumerate() {
            let run = match at {
                0 => before,
                _ => run(&one.database, query, limit(before), Some(before), &mut known[at])?,
            };
            runs[at].push(run);
        }
        time(built, query, &mut runs, options.rounds, &mut random)?;
    }
    let base = with_statistics(&built[0], queries, &mut known[0], |_| BASE_NS, None)?;
    let mut outcomes = Vec::new();
    for (at, one) in built.iter().enumerate() {
        let limit = |query: usize| limit(runs[0][query]);
        let mine = match at {
            0 => base.clone(),
            _ => with_statistics(one, queries, &mut known[at], limit, Some(&base))?,
        };
        outcomes.push(outcome(queries, &runs[0], &runs[at], &base, &mine));
    }
    Ok(outcomes)
}

/// All queries with each kind of statistics.
fn with_statistics(
    built: &Built,
    queries: &[Query],
    known: &mut Known,
    limit_ns: impl Fn(usize) -> u64,
    base: Option<&[Vec<Run>]>,
) -> Result<Vec<Vec<Run>>> {
    let mut all = Vec::new();
    for (regime, statistics) in REGIMES.into_iter().enumerate() {
        let other;
        let database = if statistics == Statistics::Analyze && built.set.analyze {
            &built.database
        } else {
            other = built.database.switched(&Switches { statistics, ..Switches::default() })?;
            &other
        };
        let runs = queries.iter().enumerate().map(|(at, query)| {
            let before = base.map(|base| base[regime][at]);
            run(database, (at, query), limit_ns(at), before, known)
        });
        all.push(runs.collect::<Result<Vec<_>>>()?);
    }
    Ok(all)
}

fn outcome(
    queries: &[Query],
    before: &[Run],
    after: &[Run],
    base: &[Vec<Run>],
    mine: &[Vec<Run>],
) -> Outcome {
    let is_more = |was: Run, is: Run| is.work() as f64 > was.work() as f64 * LOSS;
    let reads = || (0..queries.len()).filter(|at| !queries[*at].writes);
    let slower = reads().filter(|at| {
        let (was, is) = (before[*at], after[*at]);
        let longer = is.elapsed_ns as f64 > was.elapsed_ns as f64 * LOSS
            && is.elapsed_ns > was.elapsed_ns + MILLISECOND_NS;
        is.cut_off || longer && is_more(was, is)
    });
    let slower_with_some = reads().filter(|at| {
        base.iter().zip(mine).any(|(base, mine)| {
            let (was, is) = (base[*at], mine[*at]);
            is.cut_off || is_more(was, is) && is.work() > was.work() + MILLISECOND_STEPS
        })
    });
    let least_steps = (0..queries.len()).map(|at| {
        mine.iter().map(|runs| runs[at].steps).chain([after[at].steps]).min().unwrap_or_default()
    });
    let other_rows =
        (0..queries.len()).filter(|at| !after[*at].cut_off && after[*at].rows != before[*at].rows);
    Outcome {
        runs: after.to_vec(),
        least_steps: least_steps.collect(),
        slower: slower.collect(),
        slower_with_some: slower_with_some.collect(),
        other_rows: other_rows.collect(),
    }
}

/// Times one query with all sets in turn, in another order each round; keeps the medians.
fn time(
    built: &[Built],
    (at, query): (usize, &Query),
    runs: &mut [Vec<Run>],
    rounds: usize,
    random: &mut u64,
) -> Result<()> {
    if query.writes {
        return Ok(());
    }
    let mut prepared = Vec::new();
    for (set, one) in built.iter().enumerate() {
        let run = runs[set][at];
        if !run.cut_off {
            let times = (SAMPLE_NS / run.elapsed_ns.max(1)).clamp(1, 200) as u32;
            let rounds = if run.elapsed_ns > LONG_NS { 1 } else { rounds };
            prepared.push((set, prepare(&one.database, query)?, times, rounds, Vec::new()));
        }
    }
    for round in 0..rounds {
        for last in (1..prepared.len()).rev() {
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            prepared.swap(last, (*random % (last as u64 + 1)) as usize);
        }
        for (_, statement, times, rounds, elapsed) in &mut prepared {
            if round < *rounds {
                let start = Instant::now();
                statement.drain(*times)?;
                elapsed.push(start.elapsed().as_nanos() as u64 / u64::from(*times));
            }
        }
    }
    for (set, .., mut elapsed) in prepared {
        elapsed.sort_unstable();
        runs[set][at].elapsed_ns = elapsed[elapsed.len() / 2];
    }
    Ok(())
}

/// Geometric mean of the steps left as a share of before, of the queries that read, with a set that is only
/// counted.
pub(crate) fn steps_left(
    built: &Built,
    queries: &[Query],
    before: &[Run],
    options: &Options,
) -> Result<f64> {
    let mut known = Known::new();
    let mut logarithms = Vec::new();
    for (at, query) in queries.iter().enumerate().filter(|(_, query)| !query.writes) {
        let limit = options.cut_off_ns.max(before[at].elapsed_ns * CUT_OFF_TIMES);
        let run = run(&built.database, (at, query), limit, Some(before[at]), &mut known)?;
        logarithms.push(share(before[at].steps, run.steps).ln());
    }
    Ok((logarithms.iter().sum::<f64>() / logarithms.len().max(1) as f64).exp())
}

/// What is left, as a share of before.
pub(crate) fn share(before: u64, after: u64) -> f64 {
    (after + 1) as f64 / (before + 1) as f64
}
