//! The command as a person or a script uses it: files in, text or JSON out, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scanseek-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scanseek(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scanseek")).args(args).output().unwrap()
}

/// Runs with `--format json`, expects this exit code and returns what was printed.
fn json(code: i32, args: &[&str]) -> Value {
    let output = scanseek(&[args, &["--format", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}"))
}

fn has_keys(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "{key} is missing in {value}");
    }
}

const COUNTERS: [&str; 7] = [
    "vm_steps",
    "page_requests",
    "page_reads",
    "rows_returned",
    "fullscan_steps",
    "sorts",
    "autoindex_rows",
];

#[test]
fn sample_explain_suggest_trial() {
    let folder = Folder::new("job");
    let out = folder.path("");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &out]);
    let (database, workload) = (folder.path("store.db"), folder.path("workload.sql"));
    let bytes = std::fs::read(&database).unwrap();
    assert!(Path::new(&folder.path("plan.md")).is_file());

    let explained = json(0, &["explain", &database, "-w", &workload, "--run"]);
    let statement = &explained["statements"][0];
    has_keys(statement, &["name", "sql", "plan", "counters", "findings"]);
    has_keys(&statement["counters"], &COUNTERS);
    has_keys(&statement["plan"][0], &["id", "parent", "detail", "op", "loops"]);
    has_keys(
        &statement["plan"][0]["loops"],
        &["loops", "rows_visited", "rows_out", "rows_estimated", "vm_steps", "page_requests"],
    );
    assert_eq!(statement["plan"][0]["op"]["type"], "scan");

    has_keys(
        &statement["findings"][0],
        &["rule", "severity", "node", "span", "message", "proof", "advice", "cost", "rewrite"],
    );
    let paging = "SELECT invoice_id FROM invoices ORDER BY invoice_id LIMIT 5 OFFSET 3000";
    for format in ["text", "markdown"] {
        let output = scanseek(&["explain", &database, "-q", paging, "--run", "--format", format]);
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.contains("! OFFSET paging (medium, 99 % of the work)"), "{output}");
        assert!(
            output.contains("WHERE invoice_id > 3000 ORDER BY invoice_id LIMIT 5;"),
            "{output}"
        );
    }

    let patch = folder.path("patch.sql");
    let suggested = json(0, &["suggest", &database, "-w", &workload, "-o", &patch]);
    has_keys(
        &suggested,
        &[
            "create",
            "analyze",
            "baseline",
            "advised",
            "queries",
            "not_advised",
            "not_analysed",
            "patch",
        ],
    );
    has_keys(&suggested["create"][0], &["name", "table", "ddl", "bytes", "reasons", "helps"]);
    has_keys(
        &suggested["queries"][0],
        &["name", "weight", "before", "after", "same_result", "verdict"],
    );
    assert_eq!(
        std::fs::read_to_string(&patch).unwrap(),
        suggested["patch"]["up"].as_str().unwrap()
    );
    assert!(Path::new(&folder.path("patch.down.sql")).is_file());
    for query in suggested["queries"].as_array().unwrap() {
        assert_eq!(query["same_result"], true, "{query}");
        assert_ne!(query["verdict"], "slower", "{query}");
    }

    let one = "SELECT * FROM invoices WHERE customer_id = 41";
    let trial = json(0, &["trial", &database, "-q", one, "--with", &patch, "--budget", "1"]);
    assert_eq!(trial["arms"].as_array().unwrap().len(), 2);
    let query = &trial["queries"][0];
    has_keys(
        &query["arms"][0],
        &["arm", "median_ns", "p95_ns", "samples", "counters", "same_result"],
    );
    has_keys(&query["effects"][0], &["arm", "ratio", "low", "high", "verdict"]);

    // Random numbers begin anew for each run, so both arms get the same ones.
    let random = "SELECT random(), invoice_id FROM invoices ORDER BY random() LIMIT 5";
    let trial = json(0, &["trial", &database, "-q", random, "--budget", "1"]);
    assert_eq!(trial["queries"][0]["arms"][1]["same_result"], true);

    // Text and Markdown say it, too.
    for format in ["text", "markdown"] {
        let output = scanseek(&["suggest", &database, "-q", one, "--format", format]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("CREATE INDEX"));
    }
    assert!(bytes == std::fs::read(&database).unwrap(), "the database file was changed");
}

#[test]
fn parameters_from_comments_and_arguments() {
    let folder = Folder::new("parameters");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let rows = |sql: &str, more: &[&str]| {
        let args = [&["explain", &database, "-q", sql, "--run"], more].concat();
        json(0, &args)["statements"][0]["counters"]["rows_returned"].as_u64().unwrap()
    };
    let sql = "SELECT 1 FROM invoices WHERE customer_id = :c";
    let all = rows("SELECT 1 FROM invoices WHERE customer_id = 41", &[]);
    assert!(all > 0);
    let unbound = json(1, &["explain", &database, "-q", sql, "--run"]);
    assert_eq!(unbound["statements"][0]["error"]["code"], "not_runnable");
    let misspelt = ["explain", &database, "-q", sql, "--run", "--param", ":d=41"];
    assert_eq!(scanseek(&misspelt).status.code(), Some(2));
    assert_eq!(rows(sql, &["--param", ":c=41"]), all);
    assert_eq!(rows(&format!("-- param: :c = 41\n{sql}"), &[]), all);
}

/// Runs, expects this exit code, and returns what went to stdout and stderr.
fn text(code: i32, args: &[&str]) -> (String, String) {
    let output = scanseek(args);
    let [out, errors] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{errors}");
    (out, errors)
}

#[test]
fn suggest_says_what_it_could_not_do() {
    let folder = Folder::new("suggest");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let suggest = |code, sql: &str, more: &[&str]| {
        text(code, &[&["suggest", &database, "-q", sql], more].concat())
    };
    let (out, _) = suggest(0, "SELECT 1;\nSELECT *\nFROM nosuch; SELECT nofunc(1)", &[]);
    assert!(out.contains("(line 3, column 6)"), "{out}");
    assert!(!out.contains("None of the statements"), "{out}");
    let (out, _) = suggest(1, "SELECT *\nFROM nosuch -- gone\nWHERE 1", &[]);
    assert!(out.contains("None of the statements could be analysed."), "{out}");
    assert!(out.contains("FROM nosuch /* gone */ WHERE 1"), "{out}");
    let (out, _) = suggest(1, "SELECT nofunc(1)", &[]);
    assert!(out.contains("Your application may have it") && !out.contains("schema"), "{out}");

    let patch = folder.path("none.sql");
    let (_, errors) = suggest(0, "SELECT * FROM invoices WHERE invoice_id = 3", &["-o", &patch]);
    assert!(errors.contains("none was written") && !Path::new(&patch).exists(), "{errors}");

    let wide = "-- weight: much\nSELECT customer_id, count(*) FROM invoices WHERE status = 'open' GROUP BY 1";
    let (out, errors) = suggest(0, wide, &["--timeout", "20"]);
    assert!(errors.contains("“much”"), "{errors}");
    assert!(out.contains("Left out\n--------"), "{out}");
    text(2, &["suggest", &database, "-q", "SELECT 1", "--max-indexes", "0"]);
    text(2, &["trial", &database, "-q", "SELECT 1", "--budget", "0"]);
}

#[test]
fn suggest_says_which_indexes_may_go() {
    let folder = Folder::new("drops");
    json(0, &["sample", "patterns", "-o", &folder.path("")]);
    let (database, patch) = (folder.path("patterns.db"), folder.path("patch.sql"));
    let query = "SELECT book_id, max(lent_on) FROM loans GROUP BY book_id";
    let suggested = json(0, &["suggest", &database, "-q", query, "-o", &patch]);
    let drops = suggested["drop"].as_array().unwrap();
    let names: Vec<&str> = drops.iter().map(|one| one["name"].as_str().unwrap()).collect();
    // Those that foreign keys need are not among them.
    assert_eq!(names, ["loans_book", "loans_branch_fine", "loans_out"]);
    let [prefix, unused] = [&drops[0], &drops[1]];
    has_keys(prefix, &["table", "label", "help", "because", "proof", "bytes", "steps_per_delete"]);
    let new = &suggested["create"][0];
    assert_eq!(
        (&prefix["kind"], &prefix["covered_by"], &prefix["needs"][0], &prefix["taken"]),
        (&"prefix".into(), &new["name"], &new["ddl"], &true.into())
    );
    assert_eq!((&unused["kind"], &unused["taken"]), (&"unused".into(), &false.into()));
    let kept = suggested["not_advised"].as_array().unwrap();
    assert!(kept.iter().any(|one| one["ddl"] == "DROP INDEX loans_member"), "{kept:?}");

    let [up, down] = ["patch.sql", "patch.down.sql"]
        .map(|name| std::fs::read_to_string(folder.path(name)).unwrap());
    let at = |text: &str| up.find(text).unwrap_or_else(|| panic!("{text:?} in {up}"));
    assert!(at("CREATE INDEX IF NOT EXISTS") < at("DROP INDEX IF EXISTS loans_book;"), "{up}");
    assert_eq!(up.matches("DROP INDEX").count(), 1, "{up}");
    assert!(down.contains("CREATE INDEX IF NOT EXISTS loans_book ON loans(book_id);"), "{down}");

    for format in ["text", "markdown"] {
        let (out, _) = text(0, &["suggest", &database, "-q", query, "--format", format]);
        for line in [
            "Start of another: loans_book\n",
            "DROP INDEX loans_book;\n",
            "begin with these, over the same rows.\n",
            "- Only once idx_loans_book_id_lent_on is there.\n- Frees ",
            "so it is your choice. Not in the patch:\n- DROP INDEX loans_branch_fine: The statement does not use it",
        ] {
            assert!(out.contains(line), "{line:?} in {out}");
        }
    }
    // Nothing to add, but to drop.
    let (out, _) = text(0, &["suggest", &database, "-q", "SELECT * FROM loans WHERE id = 4"]);
    assert!(out.contains("there is none. But there are some that may go.\n"), "{out}");
}

#[test]
fn trial_names_what_it_could_not_try() {
    let folder = Folder::new("trial");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let sql = "-- name: gone\nSELECT * FROM nosuch;\n-- name: writes\nDELETE FROM invoices";
    let (out, _) = text(1, &["trial", &database, "-q", sql, "--budget", "1"]);
    assert!(out.contains("- gone: No such table: nosuch. (line 2, column 15)"), "{out}");
    assert!(out.contains("- writes: This statement writes"), "{out}");
    let trial = json(1, &["trial", &database, "-q", sql, "--budget", "1"]);
    has_keys(&trial["not_tried"][0], &["name", "because"]);
    let empty = folder.path("empty.sql");
    std::fs::write(&empty, "BEGIN;\nCOMMIT;\n").unwrap();
    let (_, errors) = text(2, &["trial", &database, "-q", "SELECT 1", "--with", &empty]);
    assert!(errors.contains("holds no CREATE INDEX, DROP INDEX or ANALYZE"), "{errors}");
}

#[test]
fn a_plan_from_elsewhere_is_explained_without_a_database() {
    let folder = Folder::new("pasted");
    let path = folder.path("plan.txt");
    std::fs::write(&path, "id|parent|notused|detail\n3|0|0|SCAN t\n17|0|0|SEARCH u USING AUTOMATIC COVERING INDEX (k=?)\n").unwrap();
    let pasted = json(0, &["explain", "--plan", &path]);
    has_keys(&pasted, &["plan", "plan_text", "findings"]);
    assert_eq!(pasted["plan"][1]["op"]["index"]["automatic"], true);
    let (out, _) = text(0, &["explain", "--plan", &path]);
    for line in [
        "QUERY PLAN\n|--SCAN t\n`--SEARCH u USING AUTOMATIC COVERING INDEX (k=?)\n",
        "- Reads every row of t.\n",
        "! SQLite builds an index on u (k) in every run and throws it away.\n",
    ] {
        assert!(out.contains(line), "{line:?} in {out}");
    }
    for args in [vec!["explain"], vec!["explain", &path, "--plan", &path], vec!["explain", &path]] {
        assert_eq!(scanseek(&args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn bad_input_ends_with_2_and_one_clear_line() {
    let folder = Folder::new("bad");
    let (text, empty, missing) =
        (folder.path("a.txt"), folder.path("empty.db"), folder.path("no.db"));
    std::fs::write(&text, "hello").unwrap();
    std::fs::write(&empty, "").unwrap();
    for (args, says) in [
        (vec!["explain", &text, "-q", "select 1"], "not a SQLite database"),
        (vec!["explain", &empty, "-q", "select 1"], "empty"),
        (vec!["explain", &missing, "-q", "select 1"], "cannot be opened"),
        (vec!["explain", "--plan", &text], "no plan that SQLite prints"),
        (vec!["explain", "--plan", &empty], "no text"),
        (vec!["sample", "nosuch"], "no sample called"),
        (vec!["suggest", &text, "-w", &missing], "cannot be read"),
    ] {
        let output = scanseek(&args);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {errors}");
        assert!(errors.contains(says), "{args:?}: {errors}");
        assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
        assert!(output.stdout.is_empty());
    }
    // A statement that SQLite refuses is a check that did not hold.
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let store = folder.path("store.db");
    let bytes = std::fs::read(&store).unwrap();
    let over =
        ["suggest", &store, "-q", "SELECT * FROM invoices WHERE customer_id = 41", "-o", &store];
    assert_eq!(scanseek(&over).status.code(), Some(2));
    assert!(bytes == std::fs::read(&store).unwrap(), "the database was written over");
    let explained = json(1, &["explain", &folder.path("store.db"), "-q", "SELECT * FROM nosuch"]);
    assert_eq!(explained["statements"][0]["error"]["code"], "unknown_name");
}

#[test]
fn explain_under_switches_with_parameters_and_the_program() {
    let folder = Folder::new("switches");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let sql = "EXPLAIN QUERY PLAN SELECT count(*) FROM invoices i
               WHERE EXISTS (SELECT 1 FROM invoices j WHERE j.customer_id = i.customer_id + :step)
                 AND i.customer_id <> 9";
    let explain = |more: &[&str]| json(0, &[&["explain", &database, "-q", sql], more].concat());

    let plain = explain(&[]);
    let statement = &plain["statements"][0];
    assert!(statement["sql"].as_str().unwrap().starts_with("SELECT count(*)"), "{statement}");
    assert_eq!(statement["statement"]["span"]["start"], "EXPLAIN QUERY PLAN ".len());
    assert_eq!(statement["statement"]["parameters"][0], ":step");
    let codes: Vec<_> =
        statement["notices"].as_array().unwrap().iter().map(|n| &n["code"]).collect();
    assert_eq!(codes, ["explain_left_out", "parameter_without_value"]);

    // Without the optimisation EXISTS is a subquery again.
    let value = ["--param", "step=1"];
    let with = |more: &[&str]| explain(&[&value, more].concat());
    assert!(with(&[])["statements"][0]["plan_text"].as_str().unwrap().contains("EXISTS"));
    let without = with(&["--without", "exists_to_join", "--run"]);
    let statement = &without["statements"][0];
    assert!(statement["plan_text"].as_str().unwrap().contains("SUBQUERY"), "{statement}");
    // The work of all nodes and the rest is that of the statement.
    let run = with(&["--run"]);
    let statement = &run["statements"][0];
    for counter in ["vm_steps", "page_requests", "page_reads"] {
        let nodes: u64 = statement["plan"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["work"][counter].as_u64().unwrap())
            .sum();
        let rest = statement["rest"][counter].as_u64().unwrap();
        assert_eq!(nodes + rest, statement["counters"][counter].as_u64().unwrap(), "{counter}");
    }
    let why = with(&["--why", "--run"]);
    let changes = why[0]["changes"].as_array().unwrap();
    let exists = changes.iter().find(|change| change["switch"] == "without_exists_to_join");
    assert!(exists.unwrap()["counters"]["vm_steps"].as_u64().unwrap() > 0);
    let program = with(&["--bytecode", "--run"]);
    let opcodes = program[0]["opcodes"].as_array().unwrap();
    let steps: u64 = opcodes
        .iter()
        .filter(|op| op["opcode"] != "Explain" || op["p4"].as_str().unwrap().starts_with("BLOOM"))
        .map(|op| op["executions"].as_u64().unwrap())
        .sum();
    assert_eq!(steps, statement["counters"]["vm_steps"].as_u64().unwrap());
    assert!(!program[0]["predicates"].as_array().unwrap().is_empty());
}

#[test]
fn a_sample_of_several_databases_is_a_file_for_each() {
    let folder = Folder::new("labs");
    json(0, &["sample", "jobs", "--scale", "0.2", "-o", &folder.path("")]);
    for file in ["jobs.db", "customers.db", "audit.db", "workload.sql", "plan.md"] {
        assert!(Path::new(&folder.path(file)).is_file(), "{file}");
    }
    let attach = |name: &str| format!("{name}={}", folder.path(&format!("{name}.db")));
    let (jobs, workload) = (folder.path("jobs.db"), folder.path("workload.sql"));
    let (customers, audit) = (attach("customers"), attach("audit"));
    let explained =
        json(0, &["explain", &jobs, "--attach", &customers, "--attach", &audit, "-w", &workload]);
    let statements = explained["statements"].as_array().unwrap();
    assert!(statements.len() >= 12);
    assert!(statements.iter().all(|one| one["error"].is_null()), "{statements:?}");
}

#[test]
fn databases_are_attached_under_names() {
    let folder = Folder::new("attach");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let store = folder.path("store.db");
    let other = folder.path("a=b.db");
    std::fs::copy(&store, &other).unwrap();
    let attach = format!("old={other}");

    let sql =
        "SELECT count(*) FROM customers c JOIN old.invoices o ON o.customer_id = c.customer_id";
    let explained = json(0, &["explain", &store, "--attach", &attach, "-q", sql, "--run"]);
    assert_eq!(explained["statements"][0]["counters"]["rows_returned"], 1);
    let unknown = json(1, &["explain", &store, "-q", sql]);
    assert_eq!(unknown["statements"][0]["error"]["code"], "unknown_name");

    let query = "SELECT * FROM old.invoices WHERE customer_id = 41";
    let patch = folder.path("patch.sql");
    let suggested = json(0, &["suggest", &store, "--attach", &attach, "-q", query, "-o", &patch]);
    let ddl = "CREATE INDEX old.idx_invoices_customer_id ON invoices(customer_id)";
    assert_eq!(suggested["create"][0]["ddl"], ddl);
    assert_eq!(suggested["create"][0]["table"], "old.invoices");
    assert!(std::fs::read_to_string(&patch).unwrap().contains("attached: a=b.db as old."));
    let trial = json(
        0,
        &["trial", &store, "-q", query, "--with", &patch, "--budget", "1", "--attach", &attach],
    );
    assert_eq!(trial["queries"][0]["arms"][1]["same_result"], true);

    for (attach, says) in [
        ("old", "is not NAME=FILE"),
        ("=x.db", "cannot be opened"),
        (&format!("main={other}"), "one of SQLite's own names"),
        (&format!("={other}"), "needs a name"),
    ] {
        let output = scanseek(&["explain", &store, "-q", sql, "--attach", attach]);
        assert_eq!(output.status.code(), Some(2), "{attach}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(says), "{attach}: {errors}");
    }
}

#[test]
fn growth_comparison_and_why_not() {
    let folder = Folder::new("beyond");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let sql = "SELECT max(total_cents) FROM invoices WHERE customer_id = 42";
    let growth = json(0, &["growth", &database, "-q", sql, "--run"]);
    assert_eq!(growth["scaled"]["sizes"].as_array().unwrap().len(), 21);
    // A scan of all rows.
    let exponent = growth["growth"]["exponents"]["vm_steps"].as_f64().unwrap();
    assert!((0.9..1.1).contains(&exponent), "{exponent}");

    let ddl = "CREATE INDEX of_customer ON invoices(customer_id)";
    let patch = folder.path("patch.sql");
    std::fs::write(&patch, format!("{ddl};")).unwrap();
    let compared = json(0, &["compare", &database, "-q", sql, "--with", &patch, "--run"]);
    assert_eq!(compared["pairs"][0]["kind"], "changed");
    let steps = |side: &str| compared[side]["counters"]["vm_steps"].as_u64().unwrap();
    assert!(steps("after") * 10 < steps("before"), "{compared}");

    let why_not = json(0, &["why-not", &database, "-q", sql, "-i", ddl]);
    assert_eq!(why_not["sentences"][0], "SQLite does use of_customer.");

    for arguments in [
        &["compare", &database, "-q", sql][..],
        &["growth", &database, "-q", "SELECT 1; SELECT 2"],
        &["why-not", &database, "-q", sql, "-i", "no_such_index"],
    ] {
        assert_eq!(scanseek(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn pages_before_and_after_an_index() {
    let folder = Folder::new("pages");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let (database, patch) = (folder.path("store.db"), folder.path("patch.sql"));
    std::fs::write(&patch, "CREATE INDEX of_customer ON invoices(customer_id);").unwrap();
    let sql = "-- name: one customer\nSELECT max(total_cents) FROM invoices WHERE customer_id = 42";
    let pages = json(0, &["pages", &database, "-q", sql, "--with", &patch]);
    assert_eq!(pages[0]["name"], "one customer");
    for arm in ["before", "after"] {
        let summary = &pages[0][arm];
        has_keys(&summary["counters"], &COUNTERS);
        let trees = summary["trees"].as_array().unwrap();
        let sum = |key: &str| trees.iter().map(|tree| tree[key].as_u64().unwrap()).sum::<u64>();
        assert_eq!(sum("pages"), summary["page_count"].as_u64().unwrap());
        assert_eq!(sum("requests"), summary["counters"]["page_requests"].as_u64().unwrap());
        assert_eq!(sum("reads"), summary["counters"]["page_reads"].as_u64().unwrap());
        let has_index = trees.iter().any(|tree| tree["name"] == "of_customer");
        assert_eq!(has_index, arm == "after");
    }
    let text = scanseek(&["pages", &database, "-q", sql, "--with", &patch]);
    let text = String::from_utf8(text.stdout).unwrap();
    for words in ["one customer", "as is: ", "with changes: ", "index on invoices", "touched"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let alone = json(0, &["pages", &database]);
    assert!(alone[0]["before"]["counters"].is_null() && alone[0]["after"].is_null(), "{alone}");
    assert_eq!(
        scanseek(&["pages", &database, "-q", "DELETE FROM invoices"]).status.code(),
        Some(2)
    );
}

#[test]
fn explain_in_markdown_and_mermaid() {
    let folder = Folder::new("export");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let query =
        "-- name: late <b>\nSELECT notes AS \"a]b\" FROM invoices ORDER BY due_date LIMIT 3";
    let (planned, _) = text(0, &["explain", &database, "-q", query, "--format", "markdown"]);
    assert!(planned.starts_with("## late \\<b\\>\n\n```sql\nSELECT notes AS"), "{planned}");
    assert!(planned.contains("```text\nQUERY PLAN\n|--SCAN invoices\n"), "{planned}");
    assert!(planned.contains("\n- Reads every row of invoices"), "{planned}");
    assert!(!planned.contains("| step |"), "{planned}");

    let run = ["explain", &database, "-q", query, "--run", "--format"];
    let (markdown, _) = text(0, &[&run[..], &["markdown"]].concat());
    let (mermaid, _) = text(0, &[&run[..], &["mermaid"]].concat());
    let object = json(0, &run[..run.len() - 1]);
    let counters = &object["statements"][0]["counters"];
    assert_eq!(counters["rows_returned"], 3);
    let digits = |text: &str| text.replace(',', "");
    let whole = digits(markdown.lines().find(|line| line.contains("The whole")).unwrap());
    let cells: Vec<&str> = whole.split('|').map(str::trim).collect();
    for (cell, counter) in
        [(4, "rows_returned"), (5, "vm_steps"), (6, "page_requests"), (7, "page_reads")]
    {
        assert_eq!(cells[cell], counters[counter].to_string(), "{counter} in {whole}");
    }
    assert!(mermaid.starts_with("flowchart TD\n  q([\"QUERY PLAN<br/>3 rows, "), "{mermaid}");
    assert!(
        digits(&mermaid).contains(&format!("{} VM steps\"", counters["vm_steps"])),
        "{mermaid}"
    );
    assert!(mermaid.contains("n0[\"SCAN invoices<br/>"), "{mermaid}");

    let plan = folder.path("plan.txt");
    std::fs::write(&plan, "QUERY PLAN\n`--SCAN a\"b\n").unwrap();
    let pasted = |format| text(0, &["explain", "--plan", &plan, "--format", format]).0;
    assert!(pasted("svg").contains(">a&quot;b</text>"));
    assert_eq!(
        pasted("mermaid"),
        "flowchart TD\n  q([\"QUERY PLAN\"])\n  n0[\"SCAN a#34;b\"]\n  q --- n0\n"
    );
    assert!(pasted("markdown").contains("```text\nQUERY PLAN\n`--SCAN a\"b\n```\n"));

    let (out, errors) = text(2, &["explain", &database, "-q", query, "--format", "yaml"]);
    assert!(out.is_empty() && errors.contains("'yaml'") && errors.contains("mermaid"), "{errors}");
}

#[test]
fn explain_draws_one_plan() {
    let folder = Folder::new("svg");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &folder.path("")]);
    let database = folder.path("store.db");
    let query = "SELECT * FROM invoices WHERE notes LIKE '%<b>%' ORDER BY due_date";
    let draw = ["explain", &database, "-q", query, "--format", "svg"];
    let (planned, _) = text(0, &draw);
    assert!(planned.starts_with("<svg ") && planned.ends_with("</svg>\n"), "{planned}");
    assert!(planned.contains(">invoices</text>") && !planned.contains("VM step"), "{planned}");
    let (ran, _) = text(0, &[&draw[..], &["--run"]].concat());
    assert!(ran.contains(" VM steps</text>"), "{ran}");
    let (ran, _) = text(0, &[&draw[..], &["--run", "--metric", "page_reads"]].concat());
    assert!(ran.contains(" page reads</text>") && !ran.contains("VM step"), "{ran}");
    for refused in [
        &["explain", &database, "-q", "SELECT 1; SELECT 2", "--format", "svg"][..],
        &["explain", &database, "-q", "SELECT nothing", "--format", "svg"],
        &["explain", &database, "-q", query, "--why", "--format", "svg"],
        &["about", "--format", "svg"],
        &["growth", &database, "-q", query, "--format", "mermaid"],
        &["explain", &database, "-q", "SELECT 1; SELECT 2", "--format", "mermaid"],
    ] {
        let (out, errors) = text(2, refused);
        assert!(out.is_empty() && errors.starts_with("scanseek: "), "{refused:?}: {errors}");
    }
}

#[test]
fn logs_become_workloads() {
    let folder = Folder::new("log");
    let out = folder.path("");
    json(0, &["sample", "store", "--scale", "0.1", "-o", &out]);
    let database = folder.path("store.db");
    let (log, workload) = (folder.path("app.log"), folder.path("app.sql"));
    let mut text =
        "Started GET \"/\"\n  Invoice Load (1.5ms)  SELECT invoice_id FROM invoices\n".to_owned();
    for id in 1..=20 {
        text.push_str(&format!(
            "  Customer Load (0.2ms)  SELECT name FROM customers WHERE customer_id = ? LIMIT ?  \
             [[\"customer_id\", {id}], [\"LIMIT\", 1]]\n"
        ));
    }
    for id in 1..=9 {
        text.push_str(&format!(
            "  Invoice Load (9.0ms)  SELECT total_cents FROM invoices WHERE customer_id > ? AND status = ?  \
             [[\"customer_id\", {id}], [\"status\", \"open\"]]\n"
        ));
    }
    std::fs::write(&log, text).unwrap();

    let read = json(0, &["workload", &log, "-d", &database, "-o", &workload]);
    has_keys(&read, &["format", "queries", "loops", "left_out", "other_lines", "proofs"]);
    assert_eq!(read["format"], "rails");
    assert_eq!(read["statements"], 30);
    assert_eq!(read["queries"][0]["calls"], 9);
    assert_eq!(read["queries"][0]["times"]["total_ns"], 81_000_000);
    assert_eq!(read["loops"][0]["calls"], 20);
    let rewrite = &read["proofs"][0]["finding"]["rewrite"];
    let sql = rewrite["sql"].as_str().unwrap();
    assert!(
        sql.starts_with("SELECT customer_id, name FROM customers WHERE customer_id IN (1, 2, 3,")
    );
    assert!(
        rewrite["after"]["page_requests"].as_u64() < rewrite["before"]["page_requests"].as_u64()
    );

    // The same queries, from the workload that was written and from the log itself.
    let suggest = |file: &str| json(0, &["suggest", &database, "-w", file]);
    let (from_workload, from_log) = (suggest(&workload), suggest(&log));
    assert_eq!(from_workload, from_log);
    assert_eq!(from_log["queries"].as_array().unwrap().len(), 3);
    assert_eq!(from_log["not_analysed"].as_array().unwrap().len(), 0);

    let text = scanseek(&["workload", &log, "--format", "markdown"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("Read as a log of Rails: 30 statements in 31 lines"), "{text}");
    assert!(
        text.contains("## Loop (N+1)") && text.contains("not proven without a database"),
        "{text}"
    );

    // What is no log, and what must not be written over.
    let refused = scanseek(&["workload", &database]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("This is a SQLite database, and no log."), "{said}");
    assert_eq!(scanseek(&["workload", &log, "-o", &log]).status.code(), Some(2));
    assert_eq!(scanseek(&["workload", &log, "-o", &database]).status.code(), Some(2));
}
