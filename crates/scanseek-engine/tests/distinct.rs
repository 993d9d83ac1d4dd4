//! Counts of distinct values, against SQLite's own.

use std::rc::Rc;

use scanseek_engine::{Database, DistinctRequest, NoControl, RowsRequest, Value};

#[test]
fn counts_are_those_of_sqlite() {
    let database = Database::create(Rc::new(NoControl)).unwrap();
    database
        .execute_script(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c REAL, d);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
             INSERT INTO t SELECT i, i % 7, CASE WHEN i % 2 THEN 'Name ' ELSE 'NAME ' END || (i % 1999),
               i % 300 / 2.0, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN i % 90 WHEN 2 THEN (i % 90) * 1.0
               ELSE x'00' || (i % 5) END FROM n;",
        )
        .unwrap();
    let keys = [
        ("a", "BINARY"),
        ("b", "BINARY"),
        ("b", "NOCASE"),
        ("c", "BINARY"),
        ("d", "BINARY"),
        ("id", "BINARY"),
        ("substr(b, 1, 7)", "NOCASE"),
    ];
    let sets = vec![
        vec![0],
        vec![1],
        vec![2],
        vec![3],
        vec![4],
        vec![5],
        vec![6],
        vec![0, 3],
        vec![2, 4],
        vec![0, 1, 3],
    ];
    for filter in [None, Some("a = 3".to_owned()), Some("a = 99".to_owned())] {
        let request = DistinctRequest {
            table: "t".into(),
            keys: keys.map(|(sql, collation)| (sql.into(), collation.into())).to_vec(),
            sets: sets.clone(),
            filter: filter.clone(),
        };
        let found = database.distinct(&request).unwrap();
        let condition = filter.map(|filter| format!(" WHERE {filter}")).unwrap_or_default();
        let count = |sql: &str| {
            let rows = RowsRequest { row_cap: 1, time_ns: None };
            match database.prepare(sql).unwrap().rows(&rows).unwrap().rows[0][0] {
                Value::Integer(count) => count as f64,
                _ => panic!("{sql}"),
            }
        };
        assert_eq!(found.rows as f64, count(&format!("SELECT count(*) FROM t{condition}")));
        for (set, values) in sets.iter().zip(&found.values) {
            let columns: Vec<String> =
                set.iter().map(|at| format!("{} COLLATE {}", keys[*at].0, keys[*at].1)).collect();
            let list = columns.join(", ");
            let exact = count(&format!(
                "SELECT count(*) FROM (SELECT {list} FROM t{condition} GROUP BY {list})"
            ));
            let off = (*values as f64 - exact).abs();
            // A few are counted one by one.
            let may = if exact < 2048.0 { 0.0 } else { exact * 0.03 };
            assert!(off <= may, "{set:?}: {values} for {exact}");
        }
    }
    let bad = DistinctRequest { table: "nosuch".into(), ..DistinctRequest::default() };
    assert!(database.distinct(&bad).is_err());
}
