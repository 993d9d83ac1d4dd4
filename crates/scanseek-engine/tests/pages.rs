//! The map of pages against SQLite's own `dbstat` and pointer maps on the same files, and recorded
//! page requests against the published counters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use proptest::prelude::*;
use rusqlite::{Connection, ffi};
use scanseek_engine::{
    Database, DatabaseFiles, Extent, NoControl, PageKind, PageMap, PageTrace, RowsRequest, TreeKind,
};

/// Rows long enough for inner levels and for chains of overflow pages, in tables and in indexes.
const TABLES: &str = "
    CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT);
    CREATE TABLE w(k TEXT, n INT, PRIMARY KEY(k, n)) WITHOUT ROWID;
    CREATE TABLE \"odd name\"(long BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO t SELECT i, i % 13, 'text ' || i FROM n;
    INSERT INTO w SELECT printf('%0*d', 10 + 500 * (a = 7 AND id < 99), id), a FROM t;
    INSERT INTO \"odd name\" SELECT zeroblob(200000) FROM t LIMIT 3;
    CREATE INDEX by_a ON t(a, b);
    CREATE INDEX long_keys ON t(printf('%0900d', id)) WHERE id % 50 = 0;
    CREATE TABLE gone AS SELECT * FROM t;
    DROP TABLE gone;";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scanseek-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn connect(path: &Path, reserved: i32) -> Connection {
    // The cache that counts has to be there before SQLite is first used.
    scanseek_engine::build_info();
    let conn = Connection::open(path).unwrap();
    let mut reserved = reserved;
    #[allow(unsafe_code)]
    // SAFETY: the handle is live, and this code takes an int.
    unsafe {
        ffi::sqlite3_file_control(
            conn.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_RESERVE_BYTES,
            (&raw mut reserved).cast(),
        );
    }
    conn
}

fn open(path: &Path) -> Database {
    let read = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let bytes = std::fs::read(name).ok().filter(|bytes| !bytes.is_empty())?;
        Some(Arc::new(bytes) as Arc<dyn scanseek_engine::RandomRead>)
    };
    let files = DatabaseFiles { base: read("").unwrap(), wal: read("-wal"), journal: None };
    Database::open(files, Rc::new(NoControl)).unwrap().database
}

/// A database made by SQLite's own VFS, which may still be open there.
fn made(folder: &Folder, reserved: i32, before: &str, after: &str) -> (PathBuf, Connection) {
    let path = folder.0.join("pages.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.0.join(format!("pages.db{suffix}")));
    }
    let conn = connect(&path, reserved);
    conn.execute_batch(&format!("{before}; {TABLES} {after}")).unwrap();
    (path, conn)
}

fn tree_name(map: &PageMap, page: u32) -> &str {
    &map.trees[map.page(page).unwrap().tree as usize].name
}

/// The whole map says what `dbstat` says; the map of inner pages says the same of all it knows.
fn check_map(what: &str, conn: &Connection, db: &Database) {
    let map = db.page_map(u64::MAX).unwrap();
    assert_eq!((map.extent, map.damaged), (Extent::Whole, false), "{what}");
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(map.page_count(), number("PRAGMA page_count"), "{what}");

    let mut rows =
        conn.prepare("SELECT name, path, pageno, pagetype, unused, pgsize FROM dbstat").unwrap();
    let mut rows = rows.query([]).unwrap();
    let mut by_tree: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    let mut of_trees = 0;
    let mut overflow = 0;
    while let Some(row) = rows.next().unwrap() {
        let (name, path, page): (String, String, u32) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        let facts = map.page(page).unwrap();
        let what = format!("{what}: page {page} of {name} at {path}");
        let kind = match row.get::<_, String>(3).unwrap().as_str() {
            "internal" => PageKind::Inner,
            "leaf" => PageKind::Leaf,
            "overflow" => PageKind::Overflow,
            other => panic!("{what}: {other}"),
        };
        assert_eq!(tree_name(&map, page), name, "{what}");
        assert_eq!(facts.kind, kind, "{what}");
        let slashes = path.matches('/').count();
        let level = if kind == PageKind::Overflow { slashes } else { slashes - 1 };
        assert_eq!(usize::from(facts.level), level, "{what}");
        let number = |at| u64::from(row.get::<_, u32>(at).unwrap());
        let (unused, size) = (number(4), number(5));
        assert_eq!(facts.fill_percent.map(u64::from), Some(100 - unused * 100 / size), "{what}");
        let sums = by_tree.entry(name).or_default();
        sums.0 += 1;
        sums.1 += unused;
        of_trees += 1;
        overflow += u32::from(kind == PageKind::Overflow);
    }
    for tree in map.trees.iter().filter(|tree| !tree.name.is_empty()) {
        assert_eq!(by_tree[&tree.name], (tree.pages, tree.unused_bytes), "{what}: {}", tree.name);
        assert_eq!(tree.pages, tree.inner + tree.leaves + tree.overflow, "{what}: {}", tree.name);
    }
    let pages_of = |kind| map.trees.iter().filter(|t| t.kind == kind).map(|t| t.pages).sum::<u32>();
    assert_eq!(pages_of(TreeKind::Freelist), number("PRAGMA freelist_count"), "{what}");
    assert_eq!(pages_of(TreeKind::NotReached), 0, "{what}");
    assert_eq!(
        of_trees + pages_of(TreeKind::Freelist) + pages_of(TreeKind::PointerMap),
        map.page_count(),
        "{what}: every page is somewhere"
    );
    check_levels(what, &map);

    let inner = db.page_map(0).unwrap();
    assert_eq!((inner.extent, inner.damaged), (Extent::InnerPages, false), "{what}");
    let mut unknown = 0;
    for page in 1..=map.page_count() {
        let (known, all) = (inner.page(page).unwrap(), map.page(page).unwrap());
        let what = format!("{what}: page {page}");
        if all.kind == PageKind::Overflow {
            assert_eq!(known.kind, PageKind::NotReached, "{what}");
            unknown += 1;
            continue;
        }
        assert_eq!(tree_name(&inner, page), tree_name(&map, page), "{what}");
        assert_eq!(
            (known.kind, known.level, known.parent),
            (all.kind, all.level, all.parent),
            "{what}"
        );
    }
    assert_eq!(unknown, overflow, "{what}");
    for (index, tree) in map.trees.iter().enumerate() {
        let other = inner.trees.iter().position(|t| t.name == tree.name && t.kind == tree.kind);
        let mut levels = map.levels(index);
        levels.retain(|level| level.kind != PageKind::Overflow);
        assert_eq!(inner.levels(other.unwrap()), levels, "{what}: {}", tree.name);
    }
}

/// Levels hold each page once, and children stand in the order of their parents.
fn check_levels(what: &str, map: &PageMap) {
    for (index, tree) in map.trees.iter().enumerate() {
        let levels = map.levels(index);
        if !matches!(tree.kind, TreeKind::Table | TreeKind::Index) {
            assert!(levels.is_empty(), "{what}");
            continue;
        }
        let what = format!("{what}: {}", tree.name);
        assert_eq!(levels[0].pages, [tree.root], "{what}");
        let pages: usize = levels.iter().map(|level| level.pages.len()).sum();
        assert_eq!(pages, tree.pages as usize, "{what}");
        for pair in levels.windows(2) {
            let (above, level) = (&pair[0], &pair[1]);
            if level.kind == PageKind::Overflow {
                continue;
            }
            let places =
                level.parents.iter().map(|parent| above.pages.iter().position(|p| p == parent));
            assert!(places.clone().all(|place| place.is_some()), "{what}");
            assert!(places.is_sorted(), "{what}");
            assert!(above.pages.iter().all(|page| level.parents.contains(page)), "{what}");
        }
    }
}

/// Pointer maps of SQLite itself name the same parents.
fn check_pointer_maps(conn: &Connection, db: &Database, usable_bytes: u32) {
    let map = db.page_map(u64::MAX).unwrap();
    let maps: Vec<u32> = (1..=map.page_count())
        .filter(|p| map.page(*p).unwrap().kind == PageKind::PointerMap)
        .collect();
    assert!(maps.len() > 1, "{maps:?}");
    let mut compared = 0;
    for at in maps {
        let bytes: Vec<u8> = conn
            .query_row("SELECT data FROM sqlite_dbpage WHERE pgno = ?1", [at], |row| row.get(0))
            .unwrap();
        for entry in 0..usable_bytes / 5 {
            let page = at + 1 + entry;
            let Some(facts) = map.page(page) else { break };
            let bytes = &bytes[5 * entry as usize..][..5];
            let parent = u32::from_be_bytes(bytes[1..].try_into().unwrap());
            let expected = match bytes[0] {
                1 => (facts.level == 0, 0),
                2 => (
                    facts.kind == PageKind::FreelistLeaf || facts.kind == PageKind::FreelistTrunk,
                    0,
                ),
                3 => (facts.kind == PageKind::Overflow, parent),
                // The page before it in the chain; the map names the page of the row.
                4 => (facts.kind == PageKind::Overflow, facts.parent),
                5 => (facts.level > 0, parent),
                other => panic!("page {page}: {other}"),
            };
            assert!(expected.0, "page {page}: {facts:?}");
            if bytes[0] != 2 {
                assert_eq!(facts.parent, expected.1, "page {page}");
            }
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn every_page_belongs_to_what_sqlite_says() {
    let folder = Folder::new("map");
    for page_size in [512, 1024, 4096, 32_768, 65_536] {
        let set = format!("PRAGMA page_size = {page_size}");
        let (path, conn) = made(&folder, 0, &set, "");
        check_map(&format!("pages of {page_size}"), &conn, &open(&path));
    }
    let (path, conn) =
        made(&folder, 12, "PRAGMA page_size = 512", "DELETE FROM t WHERE id % 3 > 0;");
    check_map("reserved bytes", &conn, &open(&path));
    let vacuum = "PRAGMA page_size = 512; PRAGMA auto_vacuum = INCREMENTAL";
    let (path, conn) = made(&folder, 0, vacuum, "");
    check_map("auto-vacuum", &conn, &open(&path));
    check_pointer_maps(&conn, &open(&path), 512);
    let wal = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0";
    let (path, conn) = made(&folder, 0, wal, "");
    let db = open(&path);
    assert!(std::fs::metadata(&path).unwrap().len() < 100_000, "all is in the log");
    check_map("write-ahead log", &conn, &db);
}

#[test]
fn an_index_on_a_copy_is_on_its_map() {
    let folder = Folder::new("map-copy");
    let (path, _conn) = made(&folder, 0, "", "");
    let db = open(&path);
    let before = db.page_map(u64::MAX).unwrap();
    let mut tuned = db.fork().unwrap();
    tuned.create_index("CREATE INDEX by_b ON t(b)").unwrap();
    let after = tuned.page_map(u64::MAX).unwrap();
    assert_eq!(before, db.page_map(u64::MAX).unwrap(), "the file stays as it is");
    let index = after.trees.iter().find(|tree| tree.name == "by_b").unwrap();
    assert_eq!((index.kind, index.table.as_str()), (TreeKind::Index, "t"));
    assert!(index.leaves > 5 && index.depth == 2, "{index:?}");
    assert!(index.fill_percent(after.page_size).unwrap() > 80.0, "{index:?}");
}

#[test]
fn a_damaged_file_is_mapped_as_far_as_it_goes() {
    let folder = Folder::new("map-damaged");
    let (path, conn) = made(&folder, 0, "PRAGMA page_size = 512", "");
    let map = open(&path).page_map(u64::MAX).unwrap();
    let tree = map.trees.iter().find(|tree| tree.name == "by_a").unwrap().clone();
    drop(conn);
    let bytes = std::fs::read(&path).unwrap();
    let at = (tree.root as usize - 1) * 512;
    // The right-most child of the root becomes the root itself, then a page of no kind.
    for (name, change) in [("a circle", tree.root), ("beyond the end", 9_999_999)] {
        let mut bytes = bytes.clone();
        bytes[at + 8..at + 12].copy_from_slice(&change.to_be_bytes());
        let files = DatabaseFiles::alone(Arc::new(bytes));
        let db = Database::open(files, Rc::new(NoControl)).unwrap().database;
        let known = |map: &PageMap| {
            assert!(map.damaged, "{name}");
            assert_eq!(map.page_count() as usize, map.trees.iter().map(|t| t.pages as usize).sum());
        };
        known(&db.page_map(0).unwrap());
        known(&db.page_map(u64::MAX).unwrap());
    }
}

/// The requests of the trace add up to its counters, and its order to its counts.
fn check_trace(what: &str, trace: &PageTrace) {
    let requests: u64 = trace.pages.iter().map(|page| page.requests).sum();
    let reads: u64 = trace.pages.iter().map(|page| u64::from(page.reads)).sum();
    let (beside, beside_reads) =
        trace.attached.iter().fold((0, 0), |sum, one| (sum.0 + one.requests, sum.1 + one.reads));
    let all = requests + beside + trace.temporary_requests;
    assert_eq!(all, trace.counters.page_requests, "{what}");
    assert_eq!(reads + beside_reads, trace.counters.page_reads, "{what}");
    assert!(trace.pages.windows(2).all(|pair| pair[0].page < pair[1].page), "{what}");
    let ordered: u64 = trace.order.iter().map(|run| u64::from(run.requests)).sum();
    assert_eq!(ordered, trace.requests_in_order, "{what}");
    let mut counts: BTreeMap<u32, (u64, u32)> = BTreeMap::new();
    for run in &trace.order {
        let count = counts.entry(run.page).or_default();
        count.0 += u64::from(run.requests);
        count.1 += u32::from(run.read);
    }
    if trace.has_whole_order() {
        let pages = trace.pages.iter().map(|page| (page.page, (page.requests, page.reads)));
        assert_eq!(counts, pages.collect(), "{what}");
    }
}

fn trace(db: &Database, sql: &str) -> PageTrace {
    db.prepare(sql).unwrap().trace_pages(None).unwrap()
}

#[test]
fn a_search_goes_from_the_root_to_a_leaf() {
    let folder = Folder::new("path");
    let (path, _conn) = made(&folder, 0, "PRAGMA page_size = 512", "");
    let db = open(&path);
    let map = db.page_map(u64::MAX).unwrap();
    let found = trace(&db, "SELECT b FROM t WHERE id = 1234");
    check_trace("search", &found);
    let pages: Vec<u32> = found.order.iter().map(|run| run.page).collect();
    let t = map.trees.iter().find(|tree| tree.name == "t").unwrap();
    assert_eq!(pages[..2], [1, t.root], "the first page, for the schema's version, and the root");
    assert!(t.depth >= 3, "{t:?}");
    assert_eq!(pages.len() as u32, 1 + t.depth);
    for pair in pages[1..].windows(2) {
        assert_eq!(map.page(pair[1]).unwrap().parent, pair[0]);
    }
    assert_eq!(map.page(*pages.last().unwrap()).unwrap().kind, PageKind::Leaf);

    // A full scan reads each page once; what overflows is read for the column alone.
    let all = trace(&db, "SELECT count(b) FROM t");
    check_trace("scan", &all);
    let of_t = |page: &u32| tree_name(&map, *page) == "t";
    let mut touched: Vec<u32> = all.pages.iter().map(|page| page.page).filter(of_t).collect();
    let mut every: Vec<u32> = (1..=map.page_count()).filter(of_t).collect();
    touched.sort_unstable();
    every.sort_unstable();
    assert_eq!(touched, every);
    let long = trace(&db, "SELECT hex(long) FROM \"odd name\"");
    check_trace("overflow", &long);
    let overflow =
        long.pages.iter().filter(|page| map.page(page.page).unwrap().kind == PageKind::Overflow);
    assert!(overflow.count() > 3 * 200_000 / 512);
}

#[test]
fn temporary_b_trees_are_told_apart() {
    let folder = Folder::new("temporary");
    let (path, _conn) = made(&folder, 0, "", "");
    let db = open(&path);
    let found = trace(&db, "SELECT count(DISTINCT b) FROM t");
    check_trace("distinct", &found);
    assert!(
        found.temporary_requests > 1000,
        "a look and an entry for most of 3000 rows: {found:?}"
    );
    let map = db.page_map(u64::MAX).unwrap();
    assert!(found.pages.iter().all(|page| page.page == 1 || tree_name(&map, page.page) == "t"));
}

#[test]
fn the_order_is_bounded_and_the_counts_are_not() {
    let folder = Folder::new("order");
    let (path, _conn) = made(&folder, 0, "PRAGMA page_size = 512", "");
    let db = open(&path);
    let sql = "SELECT count(*) FROM t AS x CROSS JOIN (SELECT id FROM t LIMIT 20) AS n
               CROSS JOIN t AS y ON y.id = (x.id * 7919 + n.id * 1009) % 3000 + 1";
    let found = trace(&db, sql);
    check_trace("joins", &found);
    assert_eq!(found.order.len(), 100_000);
    assert!(
        !found.has_whole_order() && found.counters.page_requests > 100_000,
        "{:?}",
        found.counters
    );
}

const RUNS: RowsRequest = RowsRequest { row_cap: usize::MAX, time_ns: None };

fn query() -> impl Strategy<Value = String> {
    let table = prop::sample::select(vec!["t", "\"odd name\"", "w"]);
    let shape = prop::sample::select(vec![
        "SELECT * FROM t WHERE id BETWEEN {x} AND {y}",
        "SELECT b FROM t WHERE a = {x} % 13 ORDER BY b DESC LIMIT {y} % 50 + 1",
        "SELECT a, count(*), max(b) FROM t WHERE id > {x} GROUP BY a ORDER BY 2",
        "SELECT k FROM w WHERE k > '{x}' AND n = {y} % 13",
        "SELECT x.b FROM t x JOIN w ON w.k = printf('%010d', x.id) WHERE x.a = {y} % 13",
        "SELECT DISTINCT substr(b, 1, {x} % 7) FROM t",
        "SELECT x.id FROM t x JOIN (SELECT b FROM t WHERE id < {x} % 300) y ON y.b = x.b || ''",
        "SELECT length(long) FROM \"odd name\" UNION SELECT id FROM t WHERE id IN ({x}, {y})",
        "SELECT count(*) FROM {t}",
        "SELECT * FROM {t} LIMIT 20 OFFSET {x} % 100",
    ]);
    (shape, table, 1..3000u32, 1..3000u32).prop_map(|(shape, table, x, y)| {
        shape.replace("{t}", table).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
    })
}

#[test]
fn recording_changes_neither_counters_nor_rows() {
    let folder = Folder::new("recording");
    let (path, _conn) = made(&folder, 0, "PRAGMA page_size = 1024", "");
    let db = open(&path);
    proptest!(ProptestConfig::with_cases(120), |(sql in query())| {
        let measure = || db.prepare(&sql).unwrap().measure(None, None).unwrap();
        let rows = || db.prepare(&sql).unwrap().rows(&RUNS).unwrap();
        let (before, rows_before) = (measure(), rows());
        let recorded = trace(&db, &sql);
        check_trace(&sql, &recorded);
        prop_assert_eq!((recorded.counters, recorded.result), (before.counters, before.result), "{}", &sql);
        prop_assert_eq!(recorded.stopped, None);
        prop_assert_eq!(measure(), before, "{}", &sql);
        let rows_after = rows();
        prop_assert_eq!(rows_after.rows, rows_before.rows, "{}", &sql);
        prop_assert_eq!(rows_after.counters, rows_before.counters, "{}", &sql);
    });
}

#[test]
fn tables_of_modules_are_traced_alike() {
    let db = Database::create(Rc::new(NoControl)).unwrap();
    db.execute_script(
        "CREATE VIRTUAL TABLE words USING fts5(body);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO words SELECT 'word' || i % 50 || ' other' || i FROM n;",
    )
    .unwrap();
    let bytes = db.to_bytes().unwrap();
    let db = Database::open(DatabaseFiles::alone(Arc::new(bytes)), Rc::new(NoControl)).unwrap();
    let sql = "SELECT count(*) FROM words WHERE words MATCH 'word7'";
    let measured = db.database.prepare(sql).unwrap().measure(None, None).unwrap();
    let found = trace(&db.database, sql);
    check_trace("fts5", &found);
    assert_eq!(found.counters, measured.counters);
}

#[test]
fn making_a_map_is_cancelled() {
    struct After(std::cell::Cell<u32>);
    impl scanseek_engine::Control for After {
        fn now_ns(&self) -> u64 {
            0
        }
        fn cancelled(&self) -> bool {
            let left = self.0.get().saturating_sub(1);
            self.0.set(left);
            left == 0
        }
    }
    let folder = Folder::new("map-cancel");
    let (path, conn) = made(&folder, 0, "PRAGMA page_size = 512", "");
    drop(conn);
    let base = Arc::new(std::fs::read(&path).unwrap());
    for (whole_bytes, looks) in [(u64::MAX, 1), (u64::MAX, 12), (0, 1)] {
        let control = Rc::new(After(u32::MAX.into()));
        let files = DatabaseFiles::alone(base.clone());
        let db = Database::open(files, control.clone()).unwrap().database;
        control.0.set(looks);
        let map = db.page_map(whole_bytes);
        assert_eq!(
            map.err(),
            Some(scanseek_engine::EngineError::Cancelled),
            "{whole_bytes} {looks}"
        );
        control.0.set(u32::MAX);
        assert!(db.page_map(whole_bytes).is_ok());
    }
}

#[test]
fn attached_databases_are_told_apart() {
    let folder = Folder::new("pages-attached");
    let (path, _conn) = made(&folder, 0, "PRAGMA page_size = 1024", "");
    let mut db = open(&path);
    let alone = db.page_map(u64::MAX).unwrap();
    let other = open(&path);
    db.attach("odd \"one", &other).unwrap();
    db.attach("second", &other).unwrap();
    assert_eq!(db.page_map(u64::MAX).unwrap(), alone, "the map is that of the main database");
    let found = trace(
        &db,
        "SELECT count(y.b) FROM t x CROSS JOIN second.t y ON y.id = x.id * 7919 % 3000 + 1",
    );
    check_trace("two files", &found);
    let names: Vec<&str> = found.attached.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["odd \"one", "second"]);
    let t = alone.trees.iter().find(|tree| tree.name == "t").unwrap();
    assert_eq!((found.attached[0].requests, found.attached[0].reads), (0, 0));
    assert_eq!(found.attached[1].reads, u64::from(t.pages) + 1, "its table and its first page");
    assert!(found.attached[1].requests > 2000, "most searches end on another leaf: {found:?}");
    assert_eq!(found.pages.len() as u32, t.pages + 1);
    assert!(found.has_whole_order());
    assert_eq!(trace(&db, "SELECT 1 FROM second.w").pages, []);
}
