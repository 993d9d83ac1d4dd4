//! Sample `patterns`: a lending library, small and with indexes, whose workload shows one pattern of
//! a plan or one rule of the planner with each query.
//!
//! The shapes matter more than the story: members come in three levels, so that a skip-scan pays; few
//! are blocked and few loans are still out, for the partial indexes; `old_cards` has the number of a
//! member as TEXT; `visits` has neither an index nor statistics.

use crate::calendar::Day;
use crate::random::Rng;
use crate::{RowSink, SampleInfo, Value, execute_script};

pub(crate) const INFO: SampleInfo = SampleInfo {
    id: "patterns",
    title: "Pattern gallery",
    summary: "A small library with its indexes, and a query for each step a plan can have and for \
              each rule by which SQLite plans. Each says what you will see.",
    version: 1,
    scales: &[1.0],
    default_scale: 1.0,
    rows_at_default: 44_800,
    attached: &[],
};

const AUTHORS: i64 = 400;
const BOOKS: i64 = 5_000;
const MEMBERS: i64 = 4_000;
const LOANS: i64 = 25_000;
/// Of each of the first books.
const HOLDS: i64 = 3;
const BOOKS_ON_HOLD: i64 = 1_000;
const VISITS: i64 = 5_000;
const STAFF: i64 = 200;
const OLD_CARDS: i64 = 2_200;

const FIRST_DAY: Day = Day::new(2021, 1, 1);
const DAYS: i64 = 1_825;

const COUNTRIES: [&str; 8] =
    ["Brazil", "Canada", "France", "Ghana", "India", "Japan", "Norway", "Peru"];
const SHELVES: [&str; 6] = ["art", "children", "crime", "history", "science", "travel"];
const CITIES: [&str; 10] = [
    "Aberdeen",
    "Bath",
    "Cardiff",
    "Durham",
    "Exeter",
    "Inverness",
    "Leeds",
    "Oxford",
    "Swansea",
    "York",
];
const LEVELS: [&str; 3] = ["adult", "child", "student"];
const DOORS: [&str; 4] = ["east", "garden", "main", "west"];
const GIVEN: [&str; 16] = [
    "Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Ines", "Jack", "Kate", "Liam",
    "Maria", "Noah", "Olga", "Paul",
];
const FAMILY: [&str; 16] = [
    "Allen", "Baker", "Clarke", "Davis", "Evans", "Foster", "Green", "Hughes", "Irving", "Jones",
    "Kelly", "Lewis", "Moore", "Nolan", "Owen", "Price",
];
const TITLE_FIRST: [&str; 12] = [
    "The Long",
    "A Small",
    "The Last",
    "Secret",
    "Winter",
    "The Glass",
    "Silent",
    "Summer",
    "The Other",
    "Broken",
    "Hidden",
    "The First",
];
const TITLE_SECOND: [&str; 12] = [
    "River", "Garden", "Letter", "Island", "House", "Voyage", "Window", "Market", "Mountain",
    "Station", "Harbour", "Map",
];

pub(crate) fn generate<S: RowSink>(sink: &mut S) -> Result<(), S::Error> {
    execute_script(sink, include_str!("schema.sql"))?;
    sink.execute("BEGIN")?;
    people_and_books(sink)?;
    loans(sink)?;
    the_rest(sink)?;
    sink.execute("COMMIT")?;
    execute_script(sink, include_str!("indexes.sql"))
}

fn people_and_books<S: RowSink>(sink: &mut S) -> Result<(), S::Error> {
    for id in 1..=AUTHORS {
        let mut rng = Rng::new(1, id as u64);
        let name = full_name(&mut rng);
        let country = *rng.pick(&COUNTRIES);
        sink.insert("authors", &[id.into(), Value::Text(&name), country.into()])?;
    }
    for id in 1..=BOOKS {
        let mut rng = Rng::new(2, id as u64);
        let isbn = format!("978-{:09}", id * 104_729 % 1_000_000_000);
        let title = format!("{} {} {}", rng.pick(&TITLE_FIRST), rng.pick(&TITLE_SECOND), id);
        let row = [
            id.into(),
            Value::Text(&isbn),
            Value::Text(&title),
            rng.between(1, AUTHORS).into(),
            (*rng.pick(&SHELVES)).into(),
            rng.between(1950, 2025).into(),
            (rng.between(5, 60) * 100 - 1).into(),
            if rng.chance(20) { "damaged".into() } else { Value::Null },
        ];
        sink.insert("books", &row)?;
    }
    for id in 1..=MEMBERS {
        let mut rng = Rng::new(3, id as u64);
        let name = full_name(&mut rng);
        let email = format!("{}{id}@Example.com", name.replace(' ', "."));
        let joined = day(&mut rng);
        let row = [
            id.into(),
            Value::Text(&name),
            Value::Text(&email),
            (*rng.pick(&CITIES)).into(),
            (*rng.pick(&LEVELS)).into(),
            Value::Text(&joined),
            i64::from(rng.chance(10)).into(),
        ];
        sink.insert("members", &row)?;
    }
    Ok(())
}

fn loans<S: RowSink>(sink: &mut S) -> Result<(), S::Error> {
    for id in 1..=LOANS {
        let mut rng = Rng::new(4, id as u64);
        // Half of the loans are those of a tenth of the members.
        let most = if rng.chance(500) { MEMBERS / 10 } else { MEMBERS };
        let member = rng.between(1, most);
        let book = rng.between(1, BOOKS);
        // They are written down as they happen.
        let lent = FIRST_DAY.plus((id * DAYS / LOANS) as i32);
        let returned = lent.plus(rng.between(1, 40) as i32).to_string();
        let is_out = rng.chance(8);
        let row = [
            id.into(),
            member.into(),
            book.into(),
            Value::Text(&lent.to_string()),
            if is_out { Value::Null } else { Value::Text(&returned) },
            if rng.chance(100) { (rng.between(1, 40) * 25).into() } else { 0.into() },
            rng.between(1, 5).into(),
        ];
        sink.insert("loans", &row)?;
    }
    Ok(())
}

fn the_rest<S: RowSink>(sink: &mut S) -> Result<(), S::Error> {
    for book in 1..=BOOKS_ON_HOLD {
        let mut rng = Rng::new(5, book as u64);
        for place in 1..=HOLDS {
            let member = rng.between(1, MEMBERS);
            sink.insert("holds", &[book.into(), place.into(), member.into()])?;
        }
    }
    for id in 1..=VISITS {
        let mut rng = Rng::new(6, id as u64);
        let row = [
            rng.between(1, MEMBERS).into(),
            Value::Text(&day(&mut rng)),
            rng.between(1, 240).into(),
            (*rng.pick(&DOORS)).into(),
        ];
        sink.insert("visits", &row)?;
    }
    for id in 1..=STAFF {
        let mut rng = Rng::new(7, id as u64);
        let boss = if id == 1 { Value::Null } else { rng.between(1, id - 1).into() };
        sink.insert("staff", &[id.into(), Value::Text(&full_name(&mut rng)), boss])?;
    }
    for id in 1..=OLD_CARDS {
        let mut rng = Rng::new(8, id as u64);
        let number = rng.between(1, MEMBERS).to_string();
        sink.insert("old_cards", &[Value::Text(&number), Value::Text(&day(&mut rng))])?;
    }
    Ok(())
}

fn full_name(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(&GIVEN), rng.pick(&FAMILY))
}

fn day(rng: &mut Rng) -> String {
    FIRST_DAY.plus(rng.below(DAYS as u64) as i32).to_string()
}
