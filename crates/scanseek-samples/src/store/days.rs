//! The three years of the store: how busy each day is.

use crate::calendar::Day;

/// First day of trade; a Sunday.
pub(super) const FIRST: Day = Day::new(2023, 1, 1);
/// Last day of trade, the “today” of the sample.
pub(super) const LAST: Day = Day::new(2025, 12, 31);

/// Trade by year, month and weekday, each in percent of an ordinary one: building sites rest in
/// winter and on Sundays, and Mondays are the busiest.
const YEAR: [u64; 3] = [92, 100, 109];
const MONTH: [u64; 12] = [62, 71, 96, 110, 121, 124, 117, 103, 113, 109, 88, 61];
const WEEKDAY: [u64; 7] = [0, 121, 114, 109, 106, 103, 41];

/// List prices, in percent, by half-year.
const PRICE: [i64; 6] = [104, 101, 97, 95, 98, 102];

fn busyness(day: Day) -> u64 {
    let (year, month, day_of_month) = day.date();
    if matches!((month, day_of_month), (1, 1) | (5, 1) | (12, 25 | 26)) {
        return 0;
    }
    YEAR[(year - 2023) as usize] * MONTH[(month - 1) as usize] * WEEKDAY[day.weekday()]
}

/// Each day of trade with its number of invoices; these add up to `invoices`.
pub(super) fn invoices_by_day(invoices: i64) -> impl Iterator<Item = (Day, i64)> {
    let days = || (FIRST.0..=LAST.0).map(Day);
    let total: u64 = days().map(busyness).sum();
    let mut past = 0_u64;
    days().scan(0_i64, move |written, day| {
        past += busyness(day);
        let due = (i128::from(invoices) * i128::from(past) / i128::from(total)) as i64;
        let today = due - *written;
        *written = due;
        Some((day, today))
    })
}

/// The price level on `day`, in percent of the list price.
pub(super) fn price_percent(day: Day) -> i64 {
    let (year, month, _) = day.date();
    PRICE[((year - 2023) * 2 + (month - 1) / 6) as usize]
}
