//! Days as numbers and as `YYYY-MM-DD` text, in the Gregorian calendar.

use std::fmt;

/// A day, counted from 1970-01-01 as day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    /// Day of a date whose month is 1–12. Source: Howard Hinnant, “chrono-compatible low-level date
    /// algorithms”, `days_from_civil`.
    pub(crate) const fn new(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month 1–12, day 1–31. Source: as [`Day::new`], `civil_from_days`.
    pub(crate) const fn date(self) -> (i32, i32, i32) {
        let day = self.0 + 719_468;
        let era = day.div_euclid(146_097);
        let day_of_era = day.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
        (year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1)
    }

    /// 0 for Sunday to 6 for Saturday.
    pub(crate) const fn weekday(self) -> usize {
        (self.0 + 4).rem_euclid(7) as usize
    }

    /// The day `days` later.
    pub(crate) const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (text, number, weekday, day) in [
            ("1970-01-01", 0, 4, Day::new(1970, 1, 1)),
            ("2000-02-29", 11_016, 2, Day::new(2000, 2, 29)),
            ("2023-01-01", 19_358, 0, Day::new(2023, 1, 1)),
            ("2025-12-31", 20_453, 3, Day::new(2025, 12, 31)),
        ] {
            assert_eq!((day.to_string().as_str(), day.0, day.weekday()), (text, number, weekday));
        }
    }

    #[test]
    fn every_day_reads_back() {
        for number in -40_000..40_000 {
            let (year, month, day) = Day(number).date();
            assert_eq!(Day::new(year, month, day), Day(number));
        }
    }
}
