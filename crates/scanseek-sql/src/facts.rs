//! The facts that comment lines before a statement set: `-- name: open invoices`,
//! `-- weight: 120`, `-- param: :customer = 42`, `-- target: 50ms`; and what a query is there to show:
//! `-- group: Joins`, `-- see: the right side is kept`, `-- rule: left_prefix`.

/// What the comments before a statement say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// `-- name: …`
    pub name: Option<String>,
    /// `-- weight: …`: how often the statement runs, compared with the others. 1 unless said.
    pub weight: f64,
    /// A weight that is no number above 0, as written; 1 is taken for it.
    pub bad_weight: Option<String>,
    /// `-- param: :name = value`, in order.
    pub parameters: Vec<(String, ParameterValue)>,
    /// `-- target: 50ms`, in nanoseconds.
    pub target_ns: Option<u64>,
    /// `-- group: …`: the subject it belongs to.
    pub group: Option<String>,
    /// `-- see: …`: what there is to see in its plan.
    pub see: Option<String>,
    /// `-- rule: …`: the rule of the planner that it shows.
    pub rule: Option<String>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            name: None,
            weight: 1.0,
            bad_weight: None,
            parameters: Vec::new(),
            target_ns: None,
            group: None,
            see: None,
            rule: None,
        }
    }
}

/// The value of a parameter, as written.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// `null`
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent.
    Real(f64),
    /// `'text'` or anything else.
    Text(String),
    /// `x'00ff'`
    Blob(Vec<u8>),
}

impl ParameterValue {
    /// Reads a value as a person writes it: `42`, `1.5`, `null`, `'42'`, `x'00ff'` or plain text.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.eq_ignore_ascii_case("null") {
            return Self::Null;
        }
        if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Self::Text(inner.replace("''", "'"));
        }
        if let Some(bytes) = blob(text) {
            return Self::Blob(bytes);
        }
        if let Ok(integer) = text.parse::<i64>() {
            return Self::Integer(integer);
        }
        let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        match text.parse::<f64>() {
            Ok(real) if numeric && real.is_finite() => Self::Real(real),
            _ => Self::Text(text.to_owned()),
        }
    }
}

impl Facts {
    pub(crate) fn from_comments(comments: &str) -> Self {
        let mut facts = Self::default();
        for line in comments.lines() {
            let line = line.trim().trim_start_matches(['-', '/', '*']).trim_end_matches("*/");
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "name" if !value.is_empty() => facts.name = Some(value.to_owned()),
                "group" if !value.is_empty() => facts.group = Some(value.to_owned()),
                "see" if !value.is_empty() => facts.see = Some(value.to_owned()),
                "rule" if !value.is_empty() => facts.rule = Some(value.to_owned()),
                "weight" => match value.parse().ok().filter(|w: &f64| w.is_finite() && *w > 0.0) {
                    Some(weight) => facts.weight = weight,
                    None => facts.bad_weight = Some(value.to_owned()),
                },
                "param" => {
                    if let Some((name, value)) = value.split_once('=') {
                        let value = ParameterValue::parse(value);
                        facts.parameters.push((name.trim().to_owned(), value));
                    }
                }
                "target" => facts.target_ns = duration_ns(value),
                _ => {}
            }
        }
        facts
    }
}

/// The bytes of `x'00ff'`.
fn blob(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(['x', 'X'])?.strip_prefix('\'')?.strip_suffix('\'')?;
    let digits = digits.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| digits.chunks(2).map(byte).collect())?
}

/// `50ms`, `1.5 s` or `200us` in nanoseconds.
fn duration_ns(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ')?;
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    let value = number.trim().parse::<f64>().ok().filter(|value| *value >= 0.0 && *value < 1e6)?;
    Some((value * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split;

    #[test]
    fn facts_are_read_from_comments() {
        let statements = split(
            "-- name: open invoices\n-- weight: 120\n-- param: :customer = 42\n\
             -- param: @from = '2024-01-01'\n-- target: 50ms\nselect 1;\n\
             /* name: second */ select 2; -- weight: -1\n-- weight: x\nselect 3",
        );
        let facts = &statements[0].facts;
        assert_eq!(facts.name.as_deref(), Some("open invoices"));
        assert_eq!(facts.weight, 120.0);
        assert_eq!(facts.target_ns, Some(50_000_000));
        assert_eq!(
            facts.parameters,
            [
                (":customer".to_owned(), ParameterValue::Integer(42)),
                ("@from".to_owned(), ParameterValue::Text("2024-01-01".into())),
            ]
        );
        assert_eq!(statements[1].facts.name.as_deref(), Some("second"));
        assert_eq!(statements[2].facts, Facts { bad_weight: Some("x".into()), ..Facts::default() });
    }

    #[test]
    fn values() {
        for (text, expected) in [
            (" 42 ", ParameterValue::Integer(42)),
            ("-1.5e3", ParameterValue::Real(-1500.0)),
            ("NULL", ParameterValue::Null),
            ("'42'", ParameterValue::Text("42".into())),
            ("x'00fF'", ParameterValue::Blob(vec![0, 255])),
            ("X''", ParameterValue::Blob(vec![])),
            ("x'0'", ParameterValue::Text("x'0'".into())),
            ("'it''s'", ParameterValue::Text("it's".into())),
            ("inf", ParameterValue::Text("inf".into())),
            ("9223372036854775808", ParameterValue::Real(9_223_372_036_854_775_808.0)),
        ] {
            assert_eq!(ParameterValue::parse(text), expected);
        }
    }
}
