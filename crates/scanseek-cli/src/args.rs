//! Arguments of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use scanseek_workbench::RowPrices;

/// Sees why a SQLite query is slow and proves the index that mends it. Database files are opened
/// read-only and never changed.
#[derive(Debug, Parser)]
#[command(name = "scanseek", version)]
pub(crate) struct Args {
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Markdown,
    /// A drawing of one plan; for explain.
    Svg,
    /// The same as a Mermaid flowchart, as forges show in Markdown; for explain.
    Mermaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Metric {
    RowsVisited,
    RowsOut,
    VmSteps,
    PageRequests,
    PageReads,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say which SQLite this is and how it was compiled.
    About,
    /// Write a sample database with its workload and, if it has one, its tuning plan. Files to
    /// attach are named as they are to be attached.
    Sample {
        /// Which sample, for example store; leave it out for a list.
        name: Option<String>,
        /// The folder to write into; it is made if it is not there.
        #[arg(short, long, default_value = ".")]
        output: PathBuf,
        /// How large; each sample has its own default.
        #[arg(long)]
        scale: Option<f64>,
    },
    /// Show the plan of each statement; with --run also its counters and the work of each node. Or
    /// explain a plan that was printed elsewhere, without a database.
    Explain {
        /// The database file.
        #[arg(required_unless_present = "plan")]
        database: Option<PathBuf>,
        /// Another database file, attached under a name, as in ATTACH. May be repeated.
        #[arg(long, value_name = "NAME=FILE", requires = "database")]
        attach: Vec<String>,
        #[command(flatten)]
        sql: ExplainSql,
        /// Run the statements (they may only read).
        #[arg(long)]
        run: bool,
        /// A parameter's value, for example :customer=42. May be repeated.
        #[arg(long = "param", value_name = "NAME=VALUE")]
        parameters: Vec<String>,
        /// Seconds after which a run is stopped.
        #[arg(long, default_value_t = 60)]
        timeout: u32,
        #[command(flatten)]
        switches: Switches,
        /// Try each switch of the planner alone and show those that change the plan; with --run
        /// also what the statement then costs.
        #[arg(long)]
        why: bool,
        /// Show the program SQLite runs, each instruction with its plan step; with --run also how
        /// often it was executed and how many rows pass each condition.
        #[arg(long, conflicts_with = "why")]
        bytecode: bool,
        /// The figure on the cards of a drawing, if the statement is run.
        #[arg(long, value_enum, default_value_t = Metric::VmSteps)]
        metric: Metric,
    },
    /// Suggest indexes, each proven by running the queries with and without it.
    Suggest {
        #[command(flatten)]
        database: Databases,
        #[command(flatten)]
        sql: Sql,
        /// At most this many indexes.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        max_indexes: Option<u32>,
        /// All indexes together take at most this many bytes; what fits in is taken if it helps at all.
        #[arg(long, value_name = "BYTES")]
        budget: Option<u64>,
        /// Seconds after which a query is given up.
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
        timeout: u32,
        /// Search for about so many seconds, then prove the best that was found.
        #[arg(long, value_name = "SECONDS", value_parser = not_negative)]
        within: Option<f64>,
        /// An index that belongs to the advice in any case, as CREATE INDEX; may be repeated.
        #[arg(long, value_name = "CREATE INDEX")]
        pin: Vec<String>,
        /// A suggested index that is not wanted, as CREATE INDEX; may be repeated.
        #[arg(long, value_name = "CREATE INDEX")]
        forbid: Vec<String>,
        /// Write the patch to this file, and what takes it back beside it: patch.sql, patch.down.sql.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Make a workload out of a log: its queries counted, with real values, and its loops (N+1).
    /// Understood are files of SQL, traces of the sqlite3 shell, debug logs of Django, Rails and
    /// SQLAlchemy, pg_stat_statements as CSV, and one statement a line.
    Workload {
        /// The log; - reads standard input.
        log: PathBuf,
        /// Write the workload to this file.
        #[arg(short, long, value_name = "WORKLOAD.sql")]
        output: Option<PathBuf>,
        /// Prove on this database that one statement can take the place of each loop.
        #[arg(short, long, value_name = "DATABASE")]
        database: Option<PathBuf>,
        /// Queries that are printed; the workload has them all.
        #[arg(long, default_value_t = 30)]
        top: usize,
        /// Seconds after which a run is stopped.
        #[arg(long, default_value_t = 60)]
        timeout: u32,
    },
    /// Time each query with and without the indexes of a patch, in turns.
    Trial {
        #[command(flatten)]
        database: Databases,
        #[command(flatten)]
        sql: Sql,
        /// A file of CREATE INDEX statements, for example one that suggest wrote. Without it both
        /// arms are the same, which shows how noisy the machine is.
        #[arg(long, value_name = "PATCH.sql")]
        with: Option<PathBuf>,
        /// Seconds for all queries together.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
        budget: u32,
        /// Seconds after which a query is given up.
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
        timeout: u32,
    },
    /// Count the rows that each query reads and writes, and what that costs where rows are charged for.
    Bill {
        #[command(flatten)]
        database: Databases,
        #[command(flatten)]
        sql: Sql,
        /// A file of CREATE INDEX statements, for example one that suggest wrote: before and after.
        #[arg(long, value_name = "PATCH.sql")]
        with: Option<PathBuf>,
        /// Price of a million rows read.
        #[arg(long, default_value_t = RowPrices::default().read, value_parser = not_negative)]
        read_price: f64,
        /// Price of a million rows written.
        #[arg(long, default_value_t = RowPrices::default().written, value_parser = not_negative)]
        write_price: f64,
        /// Runs of a statement of weight 1.
        #[arg(long, default_value_t = RowPrices::default().runs, value_parser = not_negative)]
        runs: f64,
    },
    /// Show what the pages of the file are for, and with statements which of them each asks for.
    Pages {
        #[command(flatten)]
        database: Databases,
        /// The statements themselves.
        #[arg(
            short,
            long,
            value_name = "SQL",
            allow_hyphen_values = true,
            conflicts_with = "workload"
        )]
        query: Option<String>,
        /// A file of statements.
        #[arg(short, long, value_name = "FILE.sql")]
        workload: Option<PathBuf>,
        /// A file of CREATE INDEX statements: show the pages with those indexes, too.
        #[arg(long, value_name = "PATCH.sql")]
        with: Option<PathBuf>,
        /// Seconds after which a run is stopped.
        #[arg(long, default_value_t = 60)]
        timeout: u32,
    },
    /// Show the plan of a statement at a hundredth to a thousand times the rows, and where it changes;
    /// with --run also how its work grows, measured on parts of the data.
    Growth {
        #[command(flatten)]
        about: About,
    },
    /// Show two plans of a statement side by side: as it is, and with what the options say.
    Compare {
        #[command(flatten)]
        about: About,
        /// A file of CREATE INDEX, DROP INDEX and ANALYZE statements.
        #[arg(long, value_name = "PATCH.sql")]
        with: Option<PathBuf>,
        #[command(flatten)]
        switches: Switches,
        /// Another statement to compare with.
        #[arg(long, value_name = "SQL")]
        other: Option<String>,
    },
    /// Ask why a statement does not use an index: SQLite is made to use it.
    WhyNot {
        #[command(flatten)]
        about: About,
        /// The name of an index, a CREATE INDEX statement, or a file.sql with one.
        #[arg(short, long)]
        index: String,
    },
    /// Run each statement several times and print the nanoseconds of each run, as JSON.
    #[command(hide = true)]
    Time {
        #[command(flatten)]
        database: Databases,
        #[command(flatten)]
        sql: Sql,
        /// Runs of each statement, after one that is not counted.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
    },
}

/// One statement and the database it is about.
#[derive(Debug, clap::Args)]
pub(crate) struct About {
    #[command(flatten)]
    pub(crate) database: Databases,
    #[command(flatten)]
    pub(crate) sql: Sql,
    /// Run the statement (it may only read).
    #[arg(long)]
    pub(crate) run: bool,
    /// A parameter's value, for example :customer=42. May be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// Seconds after which a run is stopped.
    #[arg(long, default_value_t = 60)]
    pub(crate) timeout: u32,
}

/// Switches of SQLite's planner. They hold for this call only, on a copy.
#[derive(Debug, clap::Args)]
pub(crate) struct Switches {
    /// Plan without an optimisation, for example query_flattener. May be repeated.
    #[arg(long, value_name = "OPTIMISATION")]
    pub(crate) without: Vec<String>,
    /// Which statistics the planner has.
    #[arg(long, value_enum, default_value_t = Statistics::AsFound)]
    pub(crate) statistics: Statistics,
    /// LIKE tells upper from lower case.
    #[arg(long)]
    pub(crate) case_sensitive_like: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Statistics {
    AsFound,
    None,
    Analyze,
    Optimize,
}

/// What is looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct Databases {
    /// The database file.
    #[arg(value_name = "DATABASE")]
    pub(crate) path: PathBuf,
    /// Another database file, attached under a name, as in ATTACH. May be repeated.
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) attach: Vec<String>,
}

/// What is explained: statements, or a plan.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainSql {
    /// The statements themselves.
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true)]
    #[arg(conflicts_with = "workload", required_unless_present_any = ["workload", "plan"])]
    pub(crate) query: Option<String>,
    /// A file of statements; comments such as "-- name: open invoices" set their facts. Or a log.
    #[arg(short, long, value_name = "FILE.sql")]
    pub(crate) workload: Option<PathBuf>,
    /// A file with what EXPLAIN QUERY PLAN printed, as a tree or as rows; - reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["database", "query", "workload"])]
    #[arg(conflicts_with_all = ["run", "why", "bytecode", "parameters"])]
    pub(crate) plan: Option<PathBuf>,
}

/// Where the statements come from.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Sql {
    /// The statements themselves.
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true)]
    pub(crate) query: Option<String>,
    /// A file of statements; comments such as "-- name: open invoices" set their facts. Or a log.
    #[arg(short, long, value_name = "FILE.sql")]
    pub(crate) workload: Option<PathBuf>,
}

/// A number that can be counted with.
fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("write a number that is not negative, such as 20 or 0.5".to_owned()),
    }
}
