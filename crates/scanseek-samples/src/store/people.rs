//! Who buys at the store: names, addresses and habits of its customers, and who serves them.

use crate::calendar::Day;
use crate::random::Rng;

use super::days::{FIRST, LAST};

/// What a customer is, which decides prices, terms and how it pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Retail,
    Trade,
    Builder,
    Public,
}

impl Kind {
    /// As written in `customers.kind`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Retail => "retail",
            Self::Trade => "trade",
            Self::Builder => "builder",
            Self::Public => "public",
        }
    }

    /// Days until an invoice is due.
    pub(super) fn terms_days(self) -> i32 {
        match self {
            Self::Retail => 0,
            Self::Trade => 30,
            Self::Builder => 45,
            Self::Public => 60,
        }
    }
}

/// One customer, as its row shows it, except for its balance.
#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) city: &'static str,
    pub(super) credit_limit_cents: i64,
    pub(super) is_active: bool,
    /// Off the list price.
    pub(super) discount_percent: i64,
    /// Pays days or weeks after the invoice is due.
    pub(super) pays_late: bool,
}

const GIVEN: [&str; 48] = [
    "Ada", "Alan", "Amira", "Anton", "Bela", "Bruno", "Carla", "Cedric", "Dalia", "Daniel",
    "Edith", "Emil", "Fatima", "Felix", "Greta", "Hanna", "Hugo", "Ida", "Ines", "Ivan", "Jana",
    "Jonas", "Kamal", "Karin", "Lars", "Lena", "Luis", "Maja", "Marek", "Mina", "Nadia", "Nils",
    "Olga", "Omar", "Paula", "Pavel", "Rosa", "Samir", "Selma", "Stefan", "Tamar", "Tomas", "Ulla",
    "Vera", "Viktor", "Wanda", "Yusuf", "Zora",
];

const FAMILY: [&str; 64] = [
    "Abel", "Adler", "Almasi", "Baker", "Barros", "Becker", "Benali", "Berger", "Blum", "Brandt",
    "Brennan", "Castro", "Cerny", "Costa", "Dalton", "Demir", "Dubois", "Ebert", "Ekman", "Farkas",
    "Ferrer", "Fischer", "Gallo", "Garner", "Haddad", "Hansen", "Horvat", "Ibsen", "Jansen",
    "Jovic", "Kaplan", "Keller", "Kovac", "Lang", "Larsen", "Lopez", "Madsen", "Mansour", "Marino",
    "Marsh", "Martin", "Mason", "Meyer", "Nagy", "Novak", "Olsen", "Orban", "Palmer", "Petrov",
    "Quinn", "Rahimi", "Reyes", "Rossi", "Sadler", "Saleh", "Schmid", "Silva", "Stein", "Tanner",
    "Toth", "Urban", "Vargas", "Weber", "Zeman",
];

const BUSINESS: [(&str, Kind); 20] = [
    ("Metalwork", Kind::Trade),
    ("Welding", Kind::Trade),
    ("Locksmiths", Kind::Trade),
    ("Gates and Fences", Kind::Trade),
    ("Trailers", Kind::Trade),
    ("Joinery", Kind::Trade),
    ("Stairs", Kind::Trade),
    ("Garage Doors", Kind::Trade),
    ("Farm Machinery", Kind::Trade),
    ("Plumbing", Kind::Trade),
    ("Hardware", Kind::Trade),
    ("Construction", Kind::Builder),
    ("Builders", Kind::Builder),
    ("Concrete", Kind::Builder),
    ("Roofing", Kind::Builder),
    ("Halls", Kind::Builder),
    ("Bridges", Kind::Builder),
    ("Scaffolding", Kind::Builder),
    ("Renovation", Kind::Builder),
    ("Housing", Kind::Builder),
];

const FORM: [&str; 6] = ["Ltd", "& Sons", "Group", "& Co", "Partners", "Works"];

const OFFICE: [&str; 8] = [
    "Water Works",
    "Road Office",
    "School Board",
    "Hospital Trust",
    "Harbour Office",
    "Parks Office",
    "Fire Service",
    "Tram Depot",
];

const CITY: [&str; 24] = [
    "Ashford",
    "Birkdale",
    "Carrow",
    "Dunmore",
    "Eastwell",
    "Fairhaven",
    "Glenbrook",
    "Harrow Hill",
    "Ironbridge",
    "Juniper",
    "Kingsmead",
    "Longfield",
    "Millbank",
    "Northgate",
    "Oakham",
    "Portside",
    "Quarry Bank",
    "Riverton",
    "Stonebridge",
    "Thornbury",
    "Underhill",
    "Vale",
    "Westbrook",
    "Yarrow",
];

const STAFF: [&str; 9] =
    ["Agnes", "Bertil", "Chiara", "Dimitri", "Elif", "Frida", "Goran", "Hedda", "Imre"];

const STREAM: u64 = 0xc057;

/// Customers before trade began, of all: the ids up to here.
fn founding(count: usize) -> usize {
    count * 62 / 100
}

/// The day the customer at `position` (id − 1) of `count` was entered; it never falls with position.
pub(super) fn created_on(position: usize, count: usize) -> Day {
    let founding = founding(count);
    let spread = |from: Day, days: i32, index: usize, of: usize| {
        from.plus((i64::from(days) * index as i64 / of.max(1) as i64) as i32)
    };
    if position < founding {
        spread(Day::new(2014, 3, 3), FIRST.0 - Day::new(2014, 3, 3).0, position, founding)
    } else {
        spread(FIRST, LAST.0 - FIRST.0, position - founding, count - founding)
    }
}

/// The customer with this id, the same whatever the number of customers.
pub(super) fn customer(id: u64) -> Customer {
    let mut rng = Rng::new(STREAM, id);
    // Some people were entered twice, a few rows later and typed in another way.
    let twin = (id > 20 && rng.chance(12)).then(|| id - 1 - rng.below(12));
    let mut customer = original(twin.unwrap_or(id));
    if twin.is_some() {
        customer.name = customer.name.to_uppercase();
        customer.email = customer.email.map(|email| email.to_uppercase());
        customer.phone = None;
    }
    customer
}

fn original(id: u64) -> Customer {
    let mut rng = Rng::new(STREAM + 1, id);
    let family = *rng.pick(&FAMILY);
    let city = *rng.pick(&CITY);
    let (name, local, domain, kind) = match rng.below(100) {
        0..42 => {
            let given = *rng.pick(&GIVEN);
            let name = if rng.chance(250) {
                format!("{family}, {given}")
            } else {
                format!("{given} {family}")
            };
            (name, format!("{given}.{family}{id}"), "mail.example".to_owned(), Kind::Retail)
        }
        42..97 => {
            let (business, kind) = *rng.pick(&BUSINESS);
            let form = *rng.pick(&FORM);
            let local = *rng.pick(&["office", "orders", "Accounts", "Info"]);
            let domain = format!("{family}-{id}.example");
            (format!("{family} {business} {form}"), local.to_owned(), domain, kind)
        }
        _ => {
            let office = *rng.pick(&OFFICE);
            let domain = format!("{}-{id}.example", city.replace(' ', "-"));
            (format!("{city} {office}"), "purchasing".to_owned(), domain, Kind::Public)
        }
    };
    let name = match rng.below(100) {
        0..12 => name.to_uppercase(),
        12..20 => name.to_lowercase(),
        _ => name,
    };
    let email = format!("{local}@{}", domain.to_lowercase());
    let email = match rng.below(100) {
        0..9 => None,
        9..60 => Some(email.to_lowercase()),
        60..65 => Some(email.to_uppercase()),
        _ => Some(email),
    };
    let credit_limit_cents = match kind {
        Kind::Retail => 0,
        Kind::Trade => 500_000 * rng.between(1, 10),
        Kind::Builder => 1_000_000 * rng.between(2, 25),
        Kind::Public => 5_000_000,
    };
    Customer {
        name,
        kind,
        email,
        phone: (!rng.chance(60)).then(|| format!("555-{:07}", rng.below(10_000_000))),
        city,
        credit_limit_cents,
        is_active: !rng.chance(70),
        discount_percent: match kind {
            Kind::Retail => 0,
            Kind::Trade => rng.between(3, 9),
            Kind::Builder => rng.between(6, 15),
            Kind::Public => 5,
        },
        pays_late: rng.chance(240),
    }
}

/// Who wrote an invoice; the first names serve the most.
pub(super) fn seller(rng: &mut Rng) -> &'static str {
    let last = rng.below(STAFF.len() as u64);
    STAFF[rng.below(last + 1) as usize]
}

/// What somebody typed into the notes of an invoice; mostly nothing.
pub(super) fn note(rng: &mut Rng) -> Option<&'static str> {
    const NOTES: [&str; 10] = [
        "Deliver before noon",
        "Call before delivery",
        "Cut to length, see drawing",
        "Customer collects",
        "Crane needed at the site",
        "Certificate 3.1 wanted",
        "Leave at the back gate",
        "Bundle in lots of 10",
        "Price agreed by phone",
        "Part of a larger order",
    ];
    rng.chance(140).then(|| *rng.pick(&NOTES))
}
