//! What every sample promises: the rows it says, that agree with each other, the same on every run.

use std::collections::BTreeMap;
use std::convert::Infallible;

use scanseek_samples::{
    RowSink, SampleError, SampleInfo, Value, generate, generate_attached, info, plan_document,
    samples, workload,
};

/// An owned copy of a [`Value`].
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl Cell {
    fn integer(&self) -> i64 {
        match self {
            Self::Integer(number) => *number,
            other => panic!("{other:?} is not an integer"),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is not text"),
        }
    }
}

impl From<Value<'_>> for Cell {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

/// The main database of a sample, then those attached to it.
fn databases(sample: &SampleInfo) -> impl Iterator<Item = Option<&'static str>> {
    std::iter::once(None).chain(sample.attached.iter().copied().map(Some))
}

fn write<S: RowSink<Error = Infallible>>(
    id: &str,
    database: Option<&str>,
    scale: f64,
    sink: &mut S,
) {
    match database {
        None => generate(id, scale, sink),
        Some(name) => generate_attached(id, name, scale, sink),
    }
    .expect("a sample");
}

/// Keeps everything: statements in order, rows by table with columns found by name.
#[derive(Default)]
struct Collected {
    statements: Vec<String>,
    columns: BTreeMap<String, Vec<String>>,
    rows: BTreeMap<String, Vec<Vec<Cell>>>,
}

impl RowSink for Collected {
    type Error = Infallible;

    fn execute(&mut self, sql: &str) -> Result<(), Infallible> {
        if let Some(rest) = sql.strip_prefix("CREATE TABLE ") {
            let mut lines = rest.lines();
            let table = lines.next().and_then(|line| line.split(' ').next()).unwrap_or_default();
            let columns = lines
                .filter_map(|line| line.trim().split(' ').next())
                .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
                .map(str::to_owned)
                .collect();
            self.columns.insert(table.to_owned(), columns);
            self.rows.insert(table.to_owned(), Vec::new());
        }
        self.statements.push(sql.to_owned());
        Ok(())
    }

    fn insert(&mut self, table: &str, row: &[Value<'_>]) -> Result<(), Infallible> {
        assert_eq!(self.columns[table].len(), row.len(), "columns of {table}");
        let cells = row.iter().map(|&value| Cell::from(value)).collect();
        self.rows.get_mut(table).expect("a created table").push(cells);
        Ok(())
    }
}

impl Collected {
    fn new(id: &str, scale: f64) -> Self {
        Self::of(id, None, scale)
    }

    fn of(id: &str, database: Option<&str>, scale: f64) -> Self {
        let mut sink = Self::default();
        write(id, database, scale, &mut sink);
        sink
    }

    fn column(&self, table: &str, column: &str) -> impl Iterator<Item = &Cell> {
        let position = self.columns[table].iter().position(|name| name == column).expect(column);
        self.rows[table].iter().map(move |row| &row[position])
    }

    fn integers(&self, table: &str, column: &str) -> Vec<i64> {
        self.column(table, column).map(Cell::integer).collect()
    }

    fn counts(&self) -> Vec<(&str, usize)> {
        self.rows.iter().map(|(table, rows)| (table.as_str(), rows.len())).collect()
    }

    /// The sum of `value` by `key`, without rows whose key is NULL or that `keep` leaves out.
    fn sums(
        &self,
        table: &str,
        key: &str,
        value: impl Fn(usize) -> i64,
        keep: impl Fn(usize) -> bool,
    ) -> BTreeMap<i64, i64> {
        let mut sums = BTreeMap::new();
        for (row, key) in self.column(table, key).enumerate() {
            if *key != Cell::Null && keep(row) {
                *sums.entry(key.integer()).or_default() += value(row);
            }
        }
        sums
    }

    /// Every value of `child` that is not NULL is among those of `parent`, and ids run from 1.
    fn check_reference(&self, child: (&str, &str), parent: (&str, &str)) {
        let known: Vec<i64> = self.integers(parent.0, parent.1);
        assert!(known.is_sorted(), "{parent:?}");
        for cell in self.column(child.0, child.1) {
            if *cell != Cell::Null {
                let found = known.binary_search(&cell.integer());
                assert!(found.is_ok(), "{child:?} {cell:?} is not in {parent:?}");
            }
        }
    }
}

/// FNV-1a over all statements and rows, as they come.
struct Hash(u64);

impl Hash {
    /// Of all databases of a sample, one after another.
    fn of(id: &str, scale: f64) -> u64 {
        let mut sink = Self(0xcbf2_9ce4_8422_2325);
        for database in databases(info(id).expect("a sample")) {
            write(id, database, scale, &mut sink);
        }
        sink.0
    }

    fn write(&mut self, kind: u8, bytes: &[u8]) {
        for byte in [kind].iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl RowSink for Hash {
    type Error = Infallible;

    fn execute(&mut self, sql: &str) -> Result<(), Infallible> {
        self.write(b'S', sql.as_bytes());
        Ok(())
    }

    fn insert(&mut self, table: &str, row: &[Value<'_>]) -> Result<(), Infallible> {
        self.write(b'R', table.as_bytes());
        for value in row {
            match value {
                Value::Null => self.write(b'N', &[]),
                Value::Integer(number) => self.write(b'I', &number.to_le_bytes()),
                Value::Real(number) => self.write(b'F', &number.to_bits().to_le_bytes()),
                Value::Text(text) => self.write(b'T', text.as_bytes()),
            }
        }
        Ok(())
    }
}

/// Fails at the first row.
struct Full;

impl RowSink for Full {
    type Error = &'static str;

    fn execute(&mut self, _sql: &str) -> Result<(), Self::Error> {
        Ok(())
    }

    fn insert(&mut self, _table: &str, _row: &[Value<'_>]) -> Result<(), Self::Error> {
        Err("disk full")
    }
}

#[test]
fn each_sample_has_the_rows_it_promises() {
    for sample in samples() {
        assert!(sample.scales.contains(&sample.default_scale), "{}", sample.id);
        assert!(sample.scales.is_sorted(), "{}", sample.id);
        let mut rows = 0;
        for database in databases(sample) {
            let all = Collected::of(sample.id, database, sample.default_scale);
            rows += all.rows.values().map(Vec::len).sum::<usize>() as u64;
            assert!(all.rows.values().all(|rows| !rows.is_empty()), "{}", sample.id);
            let count = |word: &str| all.statements.iter().filter(|sql| *sql == word).count();
            assert_eq!((count("BEGIN"), count("COMMIT")), (1, 1), "{}", sample.id);
            // The gallery is there to show what indexes do; the others leave that to the reader.
            let has_indexes = all.statements.iter().any(|sql| sql.contains("CREATE INDEX"));
            assert_eq!(has_indexes, sample.id == "patterns", "{}", sample.id);
        }
        assert_eq!(rows, sample.rows_at_default, "{}", sample.id);
    }
}

#[test]
fn row_counts_follow_the_scale() {
    fn check(id: &str, scale: f64, expected: &[(&str, usize)]) {
        assert_eq!(Collected::new(id, scale).counts(), expected, "{id} at {scale}");
    }
    // The counts that TPC-H gives for these scale factors.
    check(
        "tpch",
        0.01,
        &[
            ("customer", 1500),
            ("lineitem", 60_175),
            ("nation", 25),
            ("orders", 15_000),
            ("part", 2000),
            ("partsupp", 8000),
            ("region", 5),
            ("supplier", 100),
        ],
    );
    for (scale, customers, products, invoices, all) in
        [(0.1, 400, 120, 4220, 30_000), (1.0, 4000, 1200, 42_200, 300_000)]
    {
        let store = Collected::new("store", scale);
        let count = |table: &str| store.rows[table].len();
        assert_eq!(
            (count("customers"), count("products"), count("invoices")),
            (customers, products, invoices)
        );
        assert_eq!(count("ledger_entries"), invoices + count("payments"));
        assert_eq!(store.counts().iter().map(|(_, rows)| rows).sum::<usize>(), all);
        assert_eq!(store.rows.len(), 6);
    }
}

#[test]
fn the_stream_is_the_same_on_every_run_and_machine() {
    // Bump `SampleInfo::version` whenever one of these changes.
    for (id, scale, expected) in [
        ("store", 0.1, 0x67cd_709b_c2f8_550f),
        ("store", 1.0, 0x4d10_e1aa_a34a_9e1a),
        ("patterns", 1.0, 0x916c_7dfb_8e0d_105e),
        ("production", 0.1, 0xf012_88eb_8ca5_c80c),
        ("production", 1.0, 0xbe0e_46b9_cc50_8922),
        ("deposition", 1.0, 0x7c09_4fbb_359e_f12a),
        ("autopsy", 0.25, 0xc108_aae5_d039_e693),
        ("jobs", 1.0, 0x9452_357e_cc9c_8113),
        ("jobs", 16.0, 0xc27c_8138_75e1_c3e4),
        ("tpch", 0.01, 0xd94a_9e4a_82a1_c4fb),
        ("tpch", 0.02, 0x7718_322b_fa2c_9c7c),
        #[cfg(feature = "tpcds")]
        ("tpcds", 0.01, 0x4370_b3b4_1969_ba45),
    ] {
        let hash = Hash::of(id, scale);
        assert_eq!(hash, Hash::of(id, scale), "{id} at {scale} changes from run to run");
        assert_eq!(hash, expected, "{id} at {scale} is {hash:#018x}");
    }
}

#[test]
fn references_lead_to_rows() {
    let store = Collected::new("store", 0.1);
    for (child, parent) in [
        (("invoices", "customer_id"), ("customers", "customer_id")),
        (("payments", "invoice_id"), ("invoices", "invoice_id")),
        (("payments", "customer_id"), ("customers", "customer_id")),
        (("stock_movements", "product_id"), ("products", "product_id")),
        (("stock_movements", "invoice_id"), ("invoices", "invoice_id")),
        (("ledger_entries", "customer_id"), ("customers", "customer_id")),
        (("ledger_entries", "invoice_id"), ("invoices", "invoice_id")),
        (("ledger_entries", "payment_id"), ("payments", "payment_id")),
    ] {
        store.check_reference(child, parent);
    }
    let control = Collected::new("deposition", 0.1);
    for (child, parent) in [
        (("component_parameters", "component_id"), ("machine_components", "id")),
        (("process_data_points", "process_id"), ("processes", "id")),
        (("process_data_points", "parameter_id"), ("component_parameters", "id")),
    ] {
        control.check_reference(child, parent);
    }
    let library = Collected::new("patterns", 1.0);
    for (child, parent) in [
        (("books", "author_id"), ("authors", "id")),
        (("loans", "member_id"), ("members", "id")),
        (("loans", "book_id"), ("books", "id")),
        (("holds", "book_id"), ("books", "id")),
        (("holds", "member_id"), ("members", "id")),
        (("visits", "member_id"), ("members", "id")),
        (("staff", "boss_id"), ("staff", "id")),
    ] {
        library.check_reference(child, parent);
    }
    let tpch = Collected::new("tpch", 0.01);
    for (child, parent) in [
        (("nation", "n_regionkey"), ("region", "r_regionkey")),
        (("supplier", "s_nationkey"), ("nation", "n_nationkey")),
        (("customer", "c_nationkey"), ("nation", "n_nationkey")),
        (("partsupp", "ps_partkey"), ("part", "p_partkey")),
        (("partsupp", "ps_suppkey"), ("supplier", "s_suppkey")),
        (("orders", "o_custkey"), ("customer", "c_custkey")),
        (("lineitem", "l_orderkey"), ("orders", "o_orderkey")),
        (("lineitem", "l_partkey"), ("part", "p_partkey")),
        (("lineitem", "l_suppkey"), ("supplier", "s_suppkey")),
    ] {
        tpch.check_reference(child, parent);
    }
    let pairs = |table: &str, part: &str, supplier: &str| -> Vec<(i64, i64)> {
        tpch.integers(table, part).into_iter().zip(tpch.integers(table, supplier)).collect()
    };
    let mut known = pairs("partsupp", "ps_partkey", "ps_suppkey");
    known.sort_unstable();
    for pair in pairs("lineitem", "l_partkey", "l_suppkey") {
        assert!(known.binary_search(&pair).is_ok(), "{pair:?}");
    }
}

#[cfg(feature = "tpcds")]
#[test]
fn references_of_tpcds_lead_to_rows() {
    let tpcds = Collected::new("tpcds", 0.01);
    for (child, parent) in [
        (("store_sales", "ss_sold_date_sk"), ("date_dim", "d_date_sk")),
        (("store_sales", "ss_item_sk"), ("item", "i_item_sk")),
        (("store_sales", "ss_customer_sk"), ("customer", "c_customer_sk")),
        (("store_sales", "ss_cdemo_sk"), ("customer_demographics", "cd_demo_sk")),
        (("store_sales", "ss_hdemo_sk"), ("household_demographics", "hd_demo_sk")),
        (("store_sales", "ss_store_sk"), ("store", "s_store_sk")),
        (("store_returns", "sr_returned_date_sk"), ("date_dim", "d_date_sk")),
        (("store_returns", "sr_reason_sk"), ("reason", "r_reason_sk")),
        (("catalog_sales", "cs_ship_date_sk"), ("date_dim", "d_date_sk")),
        (("catalog_sales", "cs_bill_cdemo_sk"), ("customer_demographics", "cd_demo_sk")),
        (("catalog_sales", "cs_call_center_sk"), ("call_center", "cc_call_center_sk")),
        (("catalog_returns", "cr_returning_cdemo_sk"), ("customer_demographics", "cd_demo_sk")),
        (("web_sales", "ws_ship_date_sk"), ("date_dim", "d_date_sk")),
        (("web_sales", "ws_sold_time_sk"), ("time_dim", "t_time_sk")),
        (("web_returns", "wr_refunded_addr_sk"), ("customer_address", "ca_address_sk")),
        (("inventory", "inv_date_sk"), ("date_dim", "d_date_sk")),
        (("customer", "c_current_cdemo_sk"), ("customer_demographics", "cd_demo_sk")),
        (("customer", "c_last_review_date_sk"), ("date_dim", "d_date_sk")),
    ] {
        tpcds.check_reference(child, parent);
    }
    assert_eq!(tpcds.rows.len(), 24);
}

#[test]
fn the_books_of_the_store_agree() {
    for scale in [0.1, 1.0] {
        let store = Collected::new("store", scale);
        let totals = store.integers("invoices", "total_cents");
        let paid = store.integers("invoices", "paid_cents");
        let balances = store.integers("invoices", "balance_cents");
        let statuses: Vec<&str> = store.column("invoices", "status").map(Cell::text).collect();

        let amounts = store.integers("payments", "amount_cents");
        let by_payments = store.sums("payments", "invoice_id", |row| amounts[row], |_| true);
        let quantities = store.integers("stock_movements", "quantity");
        let prices = store.integers("stock_movements", "unit_price_cents");
        let kinds: Vec<&str> = store.column("stock_movements", "kind").map(Cell::text).collect();
        let worth = |row: usize| quantities[row] * prices[row];
        let by_sales = store.sums(
            "stock_movements",
            "invoice_id",
            |row| -worth(row),
            |row| kinds[row] == "sale",
        );
        let by_returns =
            store.sums("stock_movements", "invoice_id", worth, |row| kinds[row] == "return");

        for (row, id) in store.integers("invoices", "invoice_id").into_iter().enumerate() {
            assert_eq!(id, row as i64 + 1);
            assert!(totals[row] > 0, "invoice {id}");
            assert_eq!(by_sales[&id], totals[row], "lines of invoice {id}");
            assert_eq!(by_payments.get(&id).copied().unwrap_or(0), paid[row], "invoice {id}");
            assert_eq!(balances[row], totals[row] - paid[row], "invoice {id}");
            let status = statuses[row];
            let expected = match (balances[row], paid[row]) {
                (0, _) if status == "cancelled" => "cancelled",
                (0, _) => "paid",
                (_, 0) if status == "disputed" => "disputed",
                (_, 0) => "open",
                _ => "partly paid",
            };
            assert_eq!(status, expected, "invoice {id}");
            let returned = if status == "cancelled" { Some(&totals[row]) } else { None };
            assert_eq!(by_returns.get(&id), returned, "goods of invoice {id}");
        }

        let stock = store.integers("products", "stock_quantity");
        let by_movements =
            store.sums("stock_movements", "product_id", |row| quantities[row], |_| true);
        for (row, on_hand) in stock.into_iter().enumerate() {
            assert_eq!(by_movements[&(row as i64 + 1)], on_hand, "product {}", row + 1);
            assert!(on_hand >= 0);
        }

        let buyers = store.integers("invoices", "customer_id");
        let by_invoices = store.sums("invoices", "customer_id", |row| balances[row], |_| true);
        let debits = store.integers("ledger_entries", "debit_cents");
        let credits = store.integers("ledger_entries", "credit_cents");
        let after = store.integers("ledger_entries", "balance_after_cents");
        let invoices = store.integers("ledger_entries", "invoice_id");
        let mut running = BTreeMap::<i64, i64>::new();
        for (row, customer) in
            store.integers("ledger_entries", "customer_id").into_iter().enumerate()
        {
            let balance = running.entry(customer).or_default();
            *balance += debits[row] - credits[row];
            assert_eq!(*balance, after[row], "ledger entry {}", row + 1);
            assert_eq!(buyers[invoices[row] as usize - 1], customer, "ledger entry {}", row + 1);
        }
        for (row, balance) in store.integers("customers", "balance_cents").into_iter().enumerate() {
            let id = row as i64 + 1;
            assert_eq!(running.get(&id).copied().unwrap_or(0), balance, "customer {id}");
            assert_eq!(by_invoices.get(&id).copied().unwrap_or(0), balance, "customer {id}");
        }
    }
}

#[test]
fn the_store_is_as_uneven_as_a_real_one() {
    let store = Collected::new("store", 1.0);
    let share = |table: &str, column: &str, holds: &dyn Fn(&Cell) -> bool| {
        let rows = store.rows[table].len();
        store.column(table, column).filter(|cell| holds(cell)).count() * 1000 / rows
    };
    let unpaid = share("invoices", "balance_cents", &|cell| cell.integer() != 0);
    assert!((30..=50).contains(&unpaid), "{unpaid} ‰ of the invoices are unpaid");
    let billed = share("invoices", "bill_number", &|cell| *cell != Cell::Null);
    assert!((200..=260).contains(&billed), "{billed} ‰ of the invoices have a bill");
    let named = share("payments", "reference", &|cell| *cell != Cell::Null);
    assert!((300..=800).contains(&named), "{named} ‰ of the payments have a reference");

    for (table, key) in [("invoices", "customer_id"), ("stock_movements", "product_id")] {
        let mut counts: Vec<i64> = store.sums(table, key, |_| 1, |_| true).into_values().collect();
        counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let top: i64 = counts.iter().take(counts.len() / 10).sum();
        let all: i64 = counts.iter().sum();
        assert!(top * 100 > all * 30, "the busiest tenth of {key} has {top} of {all}");
    }

    for (table, column) in [
        ("invoices", "invoice_date"),
        ("payments", "payment_date"),
        ("stock_movements", "movement_date"),
        ("ledger_entries", "entry_date"),
    ] {
        let dates: Vec<&str> = store.column(table, column).map(Cell::text).collect();
        assert!(dates.is_sorted(), "{column}");
        assert!(dates.iter().all(|date| ("2023-01-01"..="2025-12-31").contains(date)), "{column}");
    }
    let sold_in = |month: &str| {
        store.column("invoices", "invoice_date").filter(|d| d.text().starts_with(month)).count()
    };
    assert!(sold_in("2024-06") * 2 > sold_in("2024-12") * 3);
}

#[test]
fn workloads_are_named_statements() {
    for sample in samples() {
        let sql = workload(sample.id).expect(sample.id);
        let mut names = Vec::new();
        for statement in sql.split_inclusive(";\n") {
            let name = statement.lines().find_map(|line| line.strip_prefix("-- name: "));
            let weight = statement.lines().find_map(|line| line.strip_prefix("-- weight: "));
            let name = name.unwrap_or_else(|| panic!("no name: {statement}"));
            // A gallery is no work of an app: its queries have no weight, and one of them deletes.
            let is_gallery = sample.id == "patterns";
            let has_weight = weight.is_some_and(|w| w.parse::<u32>().is_ok_and(|w| w > 0));
            assert_eq!(has_weight, !is_gallery, "{name}");
            let body: Vec<&str> = statement
                .lines()
                .filter(|line| !line.starts_with("--") && !line.is_empty())
                .collect();
            // A lab's application writes, too.
            let kinds = ["SELECT", "WITH", "INSERT", "UPDATE"];
            assert!(kinds.iter().any(|kind| body[0].starts_with(kind)) || is_gallery, "{name}");
            assert!(body.last().is_some_and(|line| line.ends_with(';')), "{name}");
            assert!(!names.contains(&name), "two statements are called {name}");
            names.push(name);
        }
        assert!(names.len() >= 12, "{}: {names:?}", sample.id);
    }
    assert_eq!(workload("nothing"), None);
}

/// What a plan is there to be audited for.
#[test]
fn plans_say_what_is_to_be_judged() {
    for (id, indexes, says) in [
        ("store", 15, &["40× faster", "cache_size = 10000", "DESC", "optimize"][..]),
        ("production", 6, &["< 50 ms", "< 200 ms", "-64000", "mmap_size", "VACUUM", "5000"]),
        ("deposition", 6, &["CONCURRENTLY", "INCLUDE (", "= true", "140–189 ms", "> 95 %"]),
        ("autopsy", 9, &["2–5 s", "< 100 ms", "json_extract", "38,000"]),
        ("jobs", 0, &["cache_size = -500;", "500 MB cache", "3–4× faster", "16×", "60 MB"]),
    ] {
        let plan = plan_document(id).expect(id);
        for part in says {
            assert!(plan.contains(part), "the plan of {id} does not say {part}");
        }
        let found = plan.lines().filter(|line| {
            line.starts_with("CREATE INDEX ") || line.starts_with("CREATE UNIQUE INDEX ")
        });
        assert_eq!(found.count(), indexes, "{id}");
    }
    assert_eq!(plan_document("tpch"), None);
}

#[test]
fn the_plan_of_the_store_names_its_columns() {
    let plan = plan_document("store").expect("a plan");
    let store = Collected::new("store", 0.1);
    let indexes: Vec<&str> =
        plan.lines().filter_map(|line| line.strip_prefix("CREATE INDEX ")).collect();
    assert_eq!(indexes.len(), 15);
    for index in indexes {
        let (_, target) = index.split_once(" ON ").expect(index);
        let (table, rest) = target.split_once(" (").expect(index);
        let (columns, _) = rest.split_once(')').expect(index);
        for column in columns.split(", ").map(|term| term.trim_end_matches(" DESC")) {
            assert!(store.columns[table].iter().any(|name| name == column), "{index}");
        }
    }
}

#[test]
fn what_cannot_be_made_is_refused() {
    fn check(id: &str, scale: f64, expected: &SampleError<&'static str>) {
        let error = generate(id, scale, &mut Full).expect_err("a refusal");
        // Debug text, because NaN differs from itself.
        assert_eq!(format!("{error:?}"), format!("{expected:?}"));
    }
    check("steel", 1.0, &SampleError::UnknownSample("steel".to_owned()));
    for scale in [0.0, -1.0, 3.5, f64::INFINITY, f64::NAN] {
        check("store", scale, &SampleError::BadScale { scale, least: 0.1, most: 3.0 });
    }
    check("tpch", 1.0, &SampleError::BadScale { scale: 1.0, least: 0.01, most: 0.1 });
    let nowhere = generate_attached("jobs", "archive", 1.0, &mut Full).expect_err("a refusal");
    assert_eq!(nowhere, SampleError::UnknownSample("jobs.archive".to_owned()));
    check("store", 0.1, &SampleError::Sink("disk full"));
    check("tpch", 0.01, &SampleError::Sink("disk full"));
    assert!(info("steel").is_none());
}
