//! Links survive the round trip, refuse what is broken, and open for ever.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use scanseek_notebook::{
    Arm, Attached, Claim, Counters, Database, LinkError, MAX_COUNT, MAX_FRAGMENT_BYTES, Notebook,
    decode_link, encode_link,
};
use serde_json::{Value, json};

fn link_of_json(json: &str) -> String {
    format!("#v1.{}", URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), 9)))
}

fn example() -> Notebook {
    Notebook {
        title: Some("Unpaid invoices".to_owned()),
        database: Database::Sample { id: "shop".to_owned(), scale: 3.0, version: 1 },
        attached: vec![],
        sql: "SELECT * FROM invoices WHERE paid_on IS NULL;".to_owned(),
        indexes: vec!["CREATE INDEX invoices_unpaid ON invoices(paid_on)".to_owned()],
        claims: vec![Claim {
            query: "unpaid".to_owned(),
            arm: Arm::WithIndexes,
            counters: Counters { vm_steps: 812, page_requests: 40, ..Counters::default() },
        }],
        sqlite_version: "3.54.1".to_owned(),
    }
}

fn check(fragment: &str, expected: Result<Notebook, LinkError>) {
    assert_eq!(decode_link(fragment), expected, "{}", &fragment[..fragment.len().min(80)]);
}

#[test]
fn a_link_is_read_with_and_without_the_hash_sign() {
    let link = encode_link(&example()).unwrap();
    check(&link, Ok(example()));
    check(&link[1..], Ok(example()));
    check(&format!(" {link}\n"), Ok(example()));
}

#[test]
fn what_is_no_link_says_why() {
    for text in ["", "#", "plan", "#v1", "#v.abc", "#vx.abc", "#V1.abc", "é"] {
        check(text, Err(LinkError::NotALink));
    }
    for text in ["#v2.abc", "v99.", "#v0.abc", "#v01.abc"] {
        check(text, Err(LinkError::UnknownVersion));
    }
    for text in ["#v1.", "#v1.a", "#v1.####", "#v1.AAAA", "#v1.é"] {
        check(text, Err(LinkError::Damaged));
    }
    // Well-packed, but no document.
    for json in [
        "",
        "null",
        "3",
        "\"\"",
        "{\"sql\":3}",
        "{\"db\":{\"t\":\"cloud\"}}",
        "{}x",
        "{\"sql\":\"\\ud800\"}",
    ] {
        check(&link_of_json(json), Err(LinkError::Damaged));
    }
    // Counts beyond what every reader can hold exactly.
    check(
        &link_of_json(r#"{"claims":[{"q":"a","arm":"as_is","n":{"vm":9007199254740992}}]}"#),
        Err(LinkError::Damaged),
    );
    check(&link_of_json(r#"{"db":{"t":"file","size":9007199254740992}}"#), Err(LinkError::Damaged));
}

#[test]
fn unknown_fields_are_ignored_and_missing_ones_restored() {
    check(&link_of_json("{}"), Ok(Notebook::default()));
    // However deep the unknown part is.
    let deep = format!("{{\"later\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    check(&link_of_json(&deep), Ok(Notebook::default()));
    check(
        &link_of_json(
            r#"{"sql":"SELECT 1","later":{"a":[1]},"db":{"t":"sample","id":"shop","new":true},
                "claims":[{"q":"one","arm":"as_is","n":{"vm":7,"later":1}}]}"#,
        ),
        Ok(Notebook {
            sql: "SELECT 1".to_owned(),
            database: Database::Sample { id: "shop".to_owned(), scale: 0.0, version: 0 },
            claims: vec![Claim {
                query: "one".to_owned(),
                arm: Arm::AsIs,
                counters: Counters { vm_steps: 7, ..Counters::default() },
            }],
            ..Notebook::default()
        }),
    );
}

#[test]
fn too_much_is_refused_both_ways() {
    let bomb = link_of_json(&format!("{{\"sql\":\"{}\"}}", " ".repeat(50_000_000)));
    assert!(bomb.len() < MAX_FRAGMENT_BYTES, "the bomb must be small enough to be unpacked");
    check(&bomb, Err(LinkError::TooLarge));
    check(&format!("#v1.{}", "A".repeat(MAX_FRAGMENT_BYTES)), Err(LinkError::TooLarge));

    let database = Database::File {
        name: String::new(),
        fingerprint: String::new(),
        size_bytes: MAX_COUNT + 1,
    };
    let attached = vec![Attached { name: "a".to_owned(), database: database.clone() }];
    let attached = Notebook { attached, ..Notebook::default() };
    assert_eq!(encode_link(&attached), Err(LinkError::TooLarge));
    let huge = Notebook { database, ..Notebook::default() };
    assert_eq!(encode_link(&huge), Err(LinkError::TooLarge));
    let long = Notebook { sql: " ".repeat(1_100_000), ..Notebook::default() };
    assert_eq!(encode_link(&long), Err(LinkError::TooLarge));
    // Text that hardly packs: 32 pseudo-random bits at a time, as hexadecimal digits.
    let mut state = 7_u32;
    let mut noise = String::new();
    while noise.len() < 700_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push_str(&format!("{:x}", state >> 8));
    }
    let noisy = Notebook { sql: noise, ..Notebook::default() };
    assert_eq!(encode_link(&noisy), Err(LinkError::TooLarge));
}

/// The document under names of its own, so that a renamed field in the links is noticed.
fn spelled_out(notebook: &Notebook) -> Value {
    let claim = |claim: &Claim| {
        let arm = match claim.arm {
            Arm::AsIs => "as is",
            Arm::WithIndexes => "with indexes",
        };
        let n = &claim.counters;
        json!({
            "query": claim.query,
            "arm": arm,
            "vm_steps": n.vm_steps,
            "page_requests": n.page_requests,
            "page_reads": n.page_reads,
            "rows_returned": n.rows_returned,
            "fullscan_steps": n.fullscan_steps,
            "sorts": n.sorts,
            "autoindex_rows": n.autoindex_rows,
        })
    };
    let spelled = |database: &Database| match database {
        Database::Sample { id, scale, version } => {
            json!({ "sample": id, "scale": scale, "version": version })
        }
        Database::File { name, fingerprint, size_bytes } => {
            json!({ "file": name, "fingerprint": fingerprint, "size_bytes": size_bytes })
        }
    };
    let attached = |one: &Attached| json!({ "as": one.name, "database": spelled(&one.database) });
    let mut spelled_out = json!({
        "title": notebook.title,
        "database": spelled(&notebook.database),
        "sql": notebook.sql,
        "indexes": notebook.indexes,
        "claims": notebook.claims.iter().map(claim).collect::<Vec<_>>(),
        "sqlite_version": notebook.sqlite_version,
    });
    if !notebook.attached.is_empty() {
        spelled_out["attached"] = notebook.attached.iter().map(attached).collect();
    }
    spelled_out
}

#[test]
fn old_links_open_for_ever() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/links");
    let mut links = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let json = fs::read_to_string(path.with_extension("json")).unwrap();
        let expected: Vec<Value> = serde_json::from_str(&json).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        assert_eq!(lines.len(), expected.len(), "{}: one document per line", path.display());
        for (line, notebook) in lines.into_iter().zip(expected) {
            let decoded = decode_link(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(spelled_out(&decoded), notebook, "{line}");
            links += 1;
        }
    }
    assert!(links > 0, "no links in {}", folder.display());
}

#[test]
fn cut_or_altered_links_never_panic() {
    let link = encode_link(&example()).unwrap();
    for end in 0..link.len() {
        assert!(decode_link(&link[..end]).is_err(), "cut at {end}");
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(&link[4..]).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            // A flipped bit inside a text may still be a document; only a panic is wrong.
            let _ = decode_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(&bytes)));
            bytes[at] ^= 1 << bit;
        }
    }
}

fn any_database() -> impl Strategy<Value = Database> {
    prop_oneof![
        (any::<String>(), any::<u32>(), any::<u32>()).prop_map(|(id, scale, version)| {
            Database::Sample { id, scale: f64::from(scale) / 8.0, version }
        }),
        (any::<String>(), any::<String>(), 0..=MAX_COUNT).prop_map(
            |(name, fingerprint, size_bytes)| Database::File { name, fingerprint, size_bytes }
        ),
    ]
}

fn any_claim() -> impl Strategy<Value = Claim> {
    let arm = prop_oneof![Just(Arm::AsIs), Just(Arm::WithIndexes)];
    (any::<String>(), arm, prop::array::uniform7(0..=MAX_COUNT)).prop_map(|(query, arm, n)| {
        let [
            vm_steps,
            page_requests,
            page_reads,
            rows_returned,
            fullscan_steps,
            sorts,
            autoindex_rows,
        ] = n;
        let counters = Counters {
            vm_steps,
            page_requests,
            page_reads,
            rows_returned,
            fullscan_steps,
            sorts,
            autoindex_rows,
        };
        Claim { query, arm, counters }
    })
}

fn any_notebook() -> impl Strategy<Value = Notebook> {
    (
        any::<Option<String>>(),
        any_database(),
        prop::collection::vec((any::<String>(), any_database()), 0..3),
        any::<String>(),
        prop::collection::vec(any::<String>(), 0..4),
        prop::collection::vec(any_claim(), 0..4),
        any::<String>(),
    )
        .prop_map(|(title, database, attached, sql, indexes, claims, sqlite_version)| {
            Notebook {
                title,
                database,
                attached: attached
                    .into_iter()
                    .map(|(name, database)| Attached { name, database })
                    .collect(),
                sql,
                indexes,
                claims,
                sqlite_version,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_round_trip_changes_nothing(notebook in any_notebook()) {
        let link = encode_link(&notebook).unwrap();
        prop_assert!(link[1..].bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
        prop_assert_eq!(decode_link(&link), Ok(notebook));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let _ = decode_link(&text);
        let _ = decode_link(&format!("#v1.{text}"));
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(&bytes)));
        let _ = decode_link(&format!("#v1.{}", URL_SAFE_NO_PAD.encode(compress_to_vec(&bytes, 6))));
    }
}
