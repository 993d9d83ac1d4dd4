//! Whole numbers and amounts as they are shown to people.

/// `count` with a comma between groups of three digits: 300000 is "300,000".
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 row", "2,000 rows": `count` and `noun`, with an `s` unless the count is one.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A factor of at least 1, with two significant digits: 8042.3 is "8,000".
pub(crate) fn about(factor: f64) -> String {
    if !factor.is_finite() {
        return "∞".to_owned();
    }
    let unit = 10_f64.powi(((factor.max(1.0).log10().floor() as i32) - 1).max(0));
    grouped(((factor / unit).round() * unit) as u64)
}

/// A share of 1 with two significant digits: 0.0307 is "3.1 %".
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.01 {
        return "under 0.01 %".to_owned();
    }
    let decimals = if value >= 9.95 || value == 0.0 {
        0
    } else if value >= 0.995 {
        1
    } else {
        2
    };
    let text = format!("{value:.decimals$}");
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

#[cfg(test)]
mod tests {
    use super::{about, counted, grouped, percent};

    #[test]
    fn factors_with_two_digits() {
        for (factor, text) in
            [(1.0, "1"), (9.6, "10"), (36.4, "36"), (125.0, "130"), (36_157.2, "36,000")]
        {
            assert_eq!(about(factor), text);
        }
    }

    #[test]
    fn shares_with_two_digits() {
        for (share, text) in [
            (0.0, "0 %"),
            (0.000_05, "under 0.01 %"),
            (0.000_123, "0.01 %"),
            (0.005, "0.5 %"),
            (0.0307, "3.1 %"),
            (0.099, "9.9 %"),
            (0.126, "13 %"),
            (0.9999, "100 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), text, "{share}");
        }
    }

    #[test]
    fn groups_of_three_digits() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (300_000, "300,000"),
            (12_345_678, "12,345,678"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(2_000, "row"), "2,000 rows");
    }
}
