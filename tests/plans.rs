//! The corpus of plans: `corpus/plans/*.md` holds schema, query, plan and the sentence of each node.
//!
//! A file begins with the schema that its cases share; a case may add to it. The plan of a case with a
//! query is what the SQLite that is compiled in must print. A case without one was printed by another
//! version, and the words below its title say by which and where it was found. Every plan is read back
//! from its own drawing and drawn again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use scanseek_plan::{Op, Plan, read_plan, sentence};

use crate::host::workbench;

/// Cases of this corpus alone.
const AT_LEAST: usize = 150;

struct Case {
    file: String,
    title: String,
    /// What stands before the first block.
    words: String,
    schema: String,
    query: Option<String>,
    plan: String,
    sentences: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/plans")
}

fn cases() -> Vec<Case> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let mut sections = text.split("\n## ");
        let shared = block(sections.next().unwrap(), "sql schema").unwrap_or_default();
        for section in sections {
            let (title, body) = section.split_once('\n').unwrap();
            cases.push(Case {
                file: path.file_name().unwrap().to_string_lossy().into_owned(),
                title: title.to_owned(),
                words: body.split("```").next().unwrap().trim().to_owned(),
                schema: format!("{shared}\n{}", block(body, "sql schema").unwrap_or_default()),
                query: block(body, "sql query").map(str::to_owned),
                plan: block(body, "plan").unwrap_or_default().to_owned(),
                sentences: block(body, "sentences").unwrap_or_default().to_owned(),
            });
        }
    }
    cases
}

/// The text of the fenced block of this kind.
fn block<'a>(body: &'a str, kind: &str) -> Option<&'a str> {
    body.split("```")
        .skip(1)
        .step_by(2)
        .find_map(|block| block.strip_prefix(kind)?.strip_prefix('\n'))
}

#[test]
fn plans_are_what_sqlite_prints_and_have_their_sentences() {
    let cases = cases();
    assert!(cases.len() >= AT_LEAST, "{} cases", cases.len());
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let failure = check(case).err()?;
            Some(format!("{}: {}\n{failure}", case.file, case.title))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Case) -> Result<(), String> {
    let drawn = read_plan(&case.plan).map_err(|error| error.to_string())?;
    same("drawn again", &drawn.to_text(), &case.plan)?;
    if let Some(node) = drawn.nodes.iter().find(|node| node.op == Op::Other) {
        return Err(format!("not known: {}", node.detail));
    }
    same("sentences", &sentences(&drawn), &case.sentences)?;
    let Some(query) = &case.query else {
        let named = ["SQLite", "https://"].iter().all(|word| case.words.contains(word));
        return if named { Ok(()) } else { Err("which version printed it?".to_owned()) };
    };
    let explained =
        workbench(&case.schema).explain(query).map_err(|error| error.message.clone())?;
    let [statement] = &explained.statements[..] else { return Err("one statement".to_owned()) };
    if let Some(error) = &statement.error {
        return Err(error.message.clone());
    }
    same("plan", &statement.plan.to_text(), &case.plan)?;
    same("sentences", &sentences(&statement.plan), &case.sentences)
}

fn sentences(plan: &Plan) -> String {
    plan.nodes.iter().map(|node| sentence(plan, node) + "\n").collect()
}

fn same(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}:\n{found}expected:\n{expected}")) }
}

/// Texts that SQLite writes for `sqlite3_stmt_scanstatus_v2` alone: `CREATE AUTOMATIC INDEX ON t(a)`.
const NOT_EXPLAINED: &str = "%s)%s";

/// What SQLite puts a scan, a search, a Bloom filter and the name of a source together from, as it is
/// written for printf. `details.md` of scanseek-plan has what no table that is compiled in leads to:
/// the number of a virtual table's method in hexadecimals.
const PARTS: [&str; 37] = [
    "",
    " (",
    " (~%llu rows)",
    " (~1 row)",
    " AND ",
    " EXISTS",
    " LEFT-JOIN",
    " USING ",
    " USING INTEGER PRIMARY KEY (%s",
    " VIRTUAL TABLE INDEX ",
    "%c?)",
    "%d:%s",
    "%s %S%s",
    "%s=?",
    "%u-ROW VALUES CLAUSE",
    "(",
    "(join-%u)",
    "(subquery-%u)",
    ")",
    ",",
    ".",
    "0x%x:%s",
    "<",
    ">",
    ">? AND %s",
    "?",
    "ANY(%s)",
    "AUTOMATIC COVERING INDEX",
    "AUTOMATIC PARTIAL COVERING INDEX",
    "BLOOM FILTER ON %S (",
    "COVERING INDEX %s",
    "INDEX %s",
    "PRIMARY KEY",
    "SCAN",
    "SEARCH",
    "rowid",
    "rowid=?",
];

#[test]
fn every_text_in_the_source_of_sqlite_has_a_case() {
    let source = sqlite_source();
    let details: BTreeSet<String> = cases()
        .iter()
        .filter(|case| case.query.is_some())
        .flat_map(|case| read_plan(&case.plan).unwrap().nodes)
        .map(|node| node.detail)
        .collect();
    let forms = explained(&source);
    assert!(forms.len() > 25, "{forms:#?}");
    let without_case: Vec<&str> = forms
        .into_iter()
        .filter(|form| *form != NOT_EXPLAINED && !details.iter().any(|detail| fits(detail, form)))
        .collect();
    assert!(without_case.is_empty(), "{without_case:#?}");
}

#[test]
fn a_scan_is_still_put_together_from_the_same_parts() {
    let source = sqlite_source();
    let mut found = BTreeSet::new();
    for function in [
        "static void explainAppendTerm(",
        "static void explainIndexRange(",
        "void sqlite3WhereAddExplainText(",
        "int sqlite3WhereExplainBloomFilter(",
        "case etSRCITEM: {",
    ] {
        // The last one is the definition, those before it declare the function.
        let start = source.rfind(function).unwrap();
        let body = &source[start..];
        let end = body.find("\n}\n").unwrap().min(body.find("default: {").unwrap_or(body.len()));
        found.extend(body[..end].split('"').skip(1).step_by(2));
    }
    let known = BTreeSet::from(PARTS);
    let new: Vec<&&str> = found.difference(&known).collect();
    let gone: Vec<&&str> = known.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "new: {new:#?}, gone: {gone:#?}");
}

/// sqlite3.c of the SQLite that is compiled in.
fn sqlite_source() -> String {
    let metadata = cargo_metadata::MetadataCommand::new().exec().unwrap();
    let package = metadata.packages.iter().find(|one| one.name.as_str() == "libsqlite3-sys");
    let folder = package.unwrap().manifest_path.parent().unwrap();
    fs::read_to_string(folder.join("sqlite3/sqlite3.c")).unwrap()
}

/// The text behind each call that adds a step, as it is written for printf.
fn explained(source: &str) -> BTreeSet<&str> {
    let mut forms = BTreeSet::new();
    for call in ["ExplainQueryPlan((", "ExplainQueryPlan2(", "sqlite3VdbeExplain("] {
        for (at, _) in source.match_indices(call) {
            let arguments = &source[at..(at + 200).min(source.len())];
            let end = arguments.find(");").unwrap_or(arguments.len());
            let Some((_, text)) = arguments[..end].split_once('"') else { continue };
            forms.extend(text.split_once('"').map(|(form, _)| form));
        }
    }
    forms
}

/// Whether printf could have made the detail of this form: its pieces occur in their order.
fn fits(detail: &str, form: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = form;
    while let Some((piece, behind)) = rest.split_once('%') {
        pieces.push(piece);
        rest = behind.trim_start_matches('!').get(1..).unwrap_or_default();
    }
    pieces.push(rest);
    let mut at = 0;
    detail.starts_with(pieces[0])
        && detail.ends_with(rest)
        && pieces.iter().all(|piece| match detail[at..].find(piece) {
            Some(found) => {
                at += found + piece.len();
                true
            }
            None => false,
        })
}
