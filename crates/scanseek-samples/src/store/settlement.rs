//! How an invoice gets paid: at once, on time, late, in parts, or not.

use crate::calendar::Day;
use crate::random::{Rng, Weighted};

use super::people::Kind;

/// How money came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Cash,
    Card,
    Cheque,
    Transfer,
    CreditNote,
}

impl Method {
    /// As written in `payments.method`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Cheque => "cheque",
            Self::Transfer => "transfer",
            Self::CreditNote => "credit note",
        }
    }
}

/// One payment of an invoice, which may lie after the last day of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payment {
    pub(super) day: Day,
    pub(super) cents: i64,
    pub(super) method: Method,
}

/// What will become of an invoice.
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    /// In order of day; together never more than the total.
    pub(super) payments: Vec<Payment>,
    /// The goods come back, and one credit note over the total settles it.
    pub(super) is_cancelled: bool,
    pub(super) is_disputed: bool,
}

/// Plans the payments of an invoice of `total` cents, written on `day`.
pub(super) fn settlement(
    rng: &mut Rng,
    kind: Kind,
    pays_late: bool,
    day: Day,
    total: i64,
) -> Settlement {
    let fate = rng.below(1000);
    let method = draw_method(rng, kind);
    let (is_cancelled, is_disputed, is_unpaid) = (fate < 4, fate == 4, (5..17).contains(&fate));
    let first = if is_cancelled {
        day.plus(rng.between(1, 10) as i32)
    } else {
        first_day(rng, kind, pays_late, day)
    };
    let parts = if is_cancelled || kind == Kind::Retail {
        1
    } else {
        Weighted::new([81, 15, 4]).draw(rng) as i64 + 1
    };
    // Half of the bad debts paid something; a disputed invoice waits for its outcome.
    let part_cents = total / parts;
    let kept = match (is_disputed, is_unpaid) {
        (true, _) => 0,
        (_, true) if parts == 1 || rng.chance(500) => 0,
        (_, true) => parts - 1,
        _ => parts,
    };
    let payments = (0..kept)
        .map(|part| Payment {
            day: working_day(first.plus(part as i32 * 12)),
            cents: if part + 1 == parts { total - part_cents * part } else { part_cents },
            method: if is_cancelled { Method::CreditNote } else { method },
        })
        .filter(|payment| payment.cents > 0)
        .collect();
    Settlement { payments, is_cancelled, is_disputed }
}

fn draw_method(rng: &mut Rng, kind: Kind) -> Method {
    let (cash, card, cheque) = match kind {
        Kind::Retail => (52, 93, 94),
        Kind::Trade => (22, 36, 46),
        Kind::Builder => (6, 9, 26),
        Kind::Public => (0, 0, 4),
    };
    let point = rng.below(100);
    if point < cash {
        Method::Cash
    } else if point < card {
        Method::Card
    } else if point < cheque {
        Method::Cheque
    } else {
        Method::Transfer
    }
}

fn first_day(rng: &mut Rng, kind: Kind, pays_late: bool, day: Day) -> Day {
    let terms = i64::from(kind.terms_days());
    let days = match kind {
        Kind::Retail if rng.chance(900) => 0,
        Kind::Retail => rng.between(1, 14),
        // Tradesmen pay many small purchases at the counter.
        Kind::Trade if rng.chance(250) => 0,
        _ if pays_late => rng.between(terms, terms + 60),
        _ => rng.between(terms / 2, terms + 4),
    };
    day.plus(days as i32)
}

fn working_day(day: Day) -> Day {
    if day.weekday() == 0 { day.plus(1) } else { day }
}
