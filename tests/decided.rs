//! What a person decides of advice: indexes that have to be in it, others that may not, how long the search
//! takes; and what is told while it goes on.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use scanseek_workbench::{AdviceSoFar, Host, SuggestOptions, Suggested, Workbench};

use crate::host::files;

const ORDERS: &str = "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INT, day TEXT, total INT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
    INSERT INTO orders SELECT i, i % 200, date('2024-01-01', (i * 7 % 366) || ' days'), i % 997 FROM n;";
const QUERIES: &str = "-- name: customer
    SELECT * FROM orders WHERE customer_id = 7;
    -- name: day
    SELECT * FROM orders WHERE day = '2024-05-05';
    -- name: both
    SELECT total FROM orders WHERE customer_id = 7 AND day > '2024-05-05' ORDER BY day;";

/// Keeps what it is told; says that it is enough once it was told so many times.
#[derive(Default)]
struct Listener {
    told: RefCell<Vec<AdviceSoFar>>,
    enough_after: Cell<Option<usize>>,
    stages: RefCell<Vec<String>>,
}

struct Listening(Rc<Listener>, Instant);

impl Host for Listening {
    fn now_ns(&self) -> u64 {
        self.1.elapsed().as_nanos() as u64
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn progress(&self, stage: &str, _done: u64, _total: Option<u64>) {
        let mut stages = self.0.stages.borrow_mut();
        if stages.last().is_none_or(|last| last != stage) {
            stages.push(stage.to_owned());
        }
    }
    fn advice_so_far(&self, so_far: AdviceSoFar) {
        self.0.told.borrow_mut().push(so_far);
    }
    fn enough(&self) -> bool {
        self.0.enough_after.get().is_some_and(|after| self.0.told.borrow().len() >= after)
    }
}

fn suggest(options: &SuggestOptions, listener: &Rc<Listener>) -> Suggested {
    let host = Listening(Rc::clone(listener), Instant::now());
    let mut workbench = Workbench::new(Rc::new(host));
    workbench.open_file("test.db", files(ORDERS)).unwrap();
    workbench.suggest(QUERIES, options).unwrap()
}

fn statements(suggested: &Suggested) -> Vec<&str> {
    suggested.create.iter().map(|index| index.ddl.as_str()).collect()
}

#[test]
fn the_best_is_told_while_the_search_goes_on() {
    let listener = Rc::new(Listener::default());
    let suggested = suggest(&SuggestOptions::default(), &listener);
    let told = listener.told.borrow();
    let first = told.first().expect("something is told");
    assert!(first.work.is_none() && first.bytes.is_none(), "nothing was measured yet: {first:?}");
    assert!(!first.changes.is_empty());
    let last = told.last().unwrap();
    assert!(last.work.is_some_and(|work| work < 0.2), "{last:?}");
    let shares: Vec<f64> = told.iter().filter_map(|one| one.work).collect();
    assert!(!shares.is_empty());
    // What is told last is what is advised.
    let mut advised = statements(&suggested);
    advised.sort_unstable();
    let mut said: Vec<&str> = last.changes.iter().map(String::as_str).collect();
    said.retain(|change| *change != "ANALYZE");
    said.sort_unstable();
    assert_eq!(said, advised);
    // The first guess comes before anything is run.
    let stages = listener.stages.borrow();
    let at = |stage: &str| stages.iter().position(|one| one == stage);
    assert!(at("Asking the planner") < at("Measuring as it is"), "{stages:?}");
}

#[test]
fn a_search_that_is_cut_short_is_proven_all_the_same() {
    // At the first guess, and once something was measured.
    for after in [1, 2] {
        let listener = Rc::new(Listener::default());
        listener.enough_after.set(Some(after));
        let suggested = suggest(&SuggestOptions::default(), &listener);
        assert_eq!(suggested.queries.len(), 3, "each query was measured");
        for query in &suggested.queries {
            assert!(query.after.same_result);
            assert!(query.after.counters.vm_steps <= query.before.counters.vm_steps);
        }
        assert!(!suggested.create.is_empty(), "what was told is proven");
    }
}

#[test]
fn a_pinned_index_is_in_the_advice_and_counted_once() {
    let pin = "CREATE INDEX mine ON orders(customer_id, total)";
    let options = SuggestOptions { pinned: vec![pin.to_owned()], ..SuggestOptions::default() };
    let suggested = suggest(&options, &Rc::default());
    assert_eq!(statements(&suggested).iter().filter(|ddl| **ddl == pin).count(), 1);
    let mine = suggested.create.iter().find(|index| index.name == "mine").unwrap();
    assert!(mine.pinned && mine.bytes > 0 && mine.table == "orders");
    assert!(suggested.drop.iter().all(|one| one.name != "mine"), "it is not advised away");
    let patch = &suggested.patch;
    assert!(patch.up.contains("mine") && patch.down.contains("mine"), "{patch:?}");
    // What is advised besides: `day` has no other help.
    assert!(
        suggested.create.iter().any(|index| index.ddl.contains("(day")),
        "{:?}",
        statements(&suggested)
    );
    // Before is the database as it is, without the pinned index.
    let customer =
        suggested.queries.iter().find(|query| query.statement.name == "customer").unwrap();
    assert!(customer.before.plan.to_text().contains("SCAN"), "{}", customer.before.plan.to_text());
    for point in &suggested.curve {
        assert!(point.changes.iter().any(|change| change == pin), "{point:?}");
    }

    let bad = SuggestOptions { pinned: vec!["CREATE INDEX oops ON nowhere(x)".into()], ..options };
    let mut workbench = Workbench::new(Rc::new(Listening(Rc::default(), Instant::now())));
    workbench.open_file("test.db", files(ORDERS)).unwrap();
    let error = workbench.suggest(QUERIES, &bad).unwrap_err();
    assert!(error.message.contains("nowhere"), "{error:?}");
}

#[test]
fn a_forbidden_index_is_not_advised_whatever_its_name() {
    let all = suggest(&SuggestOptions::default(), &Rc::default());
    let unwanted = all.create[0].ddl.clone();
    let (_, of) = unwanted.split_once(" ON ").unwrap();
    for text in [unwanted.clone(), format!("CREATE INDEX another_name ON {of};\n")] {
        let options = SuggestOptions { forbidden: vec![text], ..SuggestOptions::default() };
        let without = suggest(&options, &Rc::default());
        let is_it = |ddl: &&str| ddl.split_once(" ON ").is_some_and(|(_, own)| own == of);
        assert!(!statements(&without).iter().any(is_it), "{:?}", statements(&without));
        for point in &without.curve {
            assert!(!point.changes.iter().any(|change| is_it(&change.as_str())), "{point:?}");
        }
    }
    // An index that only ends alike is another one.
    let options = SuggestOptions {
        forbidden: vec![format!("CREATE INDEX i ON other_{of}")],
        ..SuggestOptions::default()
    };
    assert_eq!(statements(&suggest(&options, &Rc::default())), statements(&all));
}

#[test]
fn advice_is_checked_with_three_kinds_of_statistics() {
    let suggested = suggest(&SuggestOptions::default(), &Rc::default());
    assert_eq!(suggested.holds.len(), 3);
    for holds in &suggested.holds {
        assert!(holds.slower.is_empty(), "{holds:?}");
        assert!(holds.sentence().starts_with("With "), "{}", holds.sentence());
    }
}
