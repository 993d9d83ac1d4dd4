//! Conditions that keep SQLite from searching by a column: what is computed from it, patterns that
//! begin anywhere, other collations, numbers against text.

use scanseek_plan::{PlanNode, grouped};
use scanseek_schema::{Column, quote_name, quote_text};
use scanseek_sql::{Comparison, Expression};

use super::inquiry::{FEW_ROWS, Inquiry, Reading, Words, search_by};
use super::plain::search_through;
use super::text::{
    Around, Side, around, collation_in, has_word, shown, sides, upper_words, without_collate,
};
use super::{Finding, Rule, rewrites};

pub(super) fn find(asked: &Inquiry<'_>, found: &mut Vec<Finding>) {
    for reading in &asked.readings {
        if reading.is_small() {
            continue;
        }
        found.extend(affinity(asked, reading));
        if reading.keeps_most() || !reads_many(reading) {
            continue;
        }
        for expression in &reading.filters {
            let Some(comparison) = &expression.comparison else { continue };
            let term = Term { asked, reading, expression, comparison };
            found.extend(term.computed().or_else(|| term.pattern()).or_else(|| term.collation()));
        }
    }
}

/// Searches that find a few rows a round need no other key.
fn reads_many(reading: &Reading<'_>) -> bool {
    reading.is_scan()
        || reading
            .node
            .loops
            .is_some_and(|loops| loops.rows_visited >= FEW_ROWS * loops.loops.max(1))
}

/// One condition that is checked for each row of a table.
struct Term<'t, 'a> {
    asked: &'t Inquiry<'a>,
    reading: &'t Reading<'a>,
    expression: &'a Expression,
    comparison: &'a Comparison,
}

const SEARCHED: [&str; 9] = ["=", "==", "IS", "<", "<=", ">", ">=", "IN", "BETWEEN"];

impl<'a> Term<'_, 'a> {
    fn sql(&self) -> &'a str {
        self.asked.sql()
    }

    fn operator(&self) -> &'a str {
        &self.comparison.operator
    }

    /// The side with the only column of this table, which the other side does not name.
    fn side(&self) -> Option<(Side<'a>, Side<'a>, &'a Column)> {
        let both = sides(self.expression, self.comparison);
        let left_only = matches!(self.operator(), "IN" | "BETWEEN" | "LIKE" | "GLOB");
        let count = if left_only { 1 } else { 2 };
        both.into_iter().take(count).find_map(|(side, other)| {
            let [name] = side.columns.as_slice() else { return None };
            let column = self.reading.column(name)?;
            let is_free = other.columns.iter().all(|name| self.reading.column(name).is_none());
            is_free.then_some((side, other, column))
        })
    }

    /// How SQLite would search the table by this column if the statement were another.
    fn searched(&self, variant: &str, column: &Column) -> Option<String> {
        let plan = self.asked.explain(variant)?;
        self.search(&plan, column).map(|node| node.detail.clone())
    }

    fn searched_with(&self, ddl: &str, variant: &str, column: &Column) -> Option<String> {
        let plan = self.asked.explain_with(ddl, variant)?;
        self.search(&plan, column).map(|node| node.detail.clone())
    }

    fn search<'p>(&self, plan: &'p scanseek_plan::Plan, column: &Column) -> Option<&'p PlanNode> {
        search_by(plan, self.reading.label(), self.reading.table, &column.name)
    }

    fn finding(&self, rule: Rule, words: Words) -> Finding {
        self.asked.finding(rule, self.reading.node, &self.expression.span, words)
    }

    /// `each of 300,000 rows`, or `each row`.
    fn each(&self) -> String {
        self.reading.node.loops.map_or_else(
            || "each row".to_owned(),
            |loops| format!("each of {} rows", grouped(loops.rows_visited)),
        )
    }

    // ---- computed

    fn computed(&self) -> Option<Finding> {
        if !SEARCHED.contains(&self.operator()) {
            return None;
        }
        let (side, other, column) = self.side()?;
        let [name] = side.columns.as_slice() else { return None };
        if !matches!(around(self.sql(), &side.span, name), Around::Computed) {
            return None;
        }
        let text = &self.sql()[side.span.clone()];
        if has_word(text, &["CASE", "SELECT", "AND", "OR", "NOT"]) {
            return None;
        }
        let words = upper_words(text);
        let bare = &self.sql()[name.span.clone()];
        let is_switched_off = words.first().is_some_and(|word| word == "+") && words.len() <= 4;
        let variant = self.asked.edited(&[(side.span.clone(), bare)]);
        let existing = self.searched(&variant, column);
        let plain = self.asked.index_on(self.reading.table, &[quote_name(&column.name)]);
        let proof = match &existing {
            Some(detail) => format!(
                "With {} alone in its place SQLite plans “{detail}”, and not “{}”.",
                shown(bare),
                self.reading.node.detail
            ),
            None => {
                let detail = self.searched_with(&plain.ddl, &variant, column)?;
                if self.searched_with(&plain.ddl, self.sql(), column).is_some() {
                    return None;
                }
                format!(
                    "Even with an index on {} SQLite would not search it; with {} alone in its place it plans “{detail}”.",
                    column.name,
                    shown(bare)
                )
            }
        };
        let advice = if is_switched_off {
            format!(
                "Leave out the + before {bare}, if it is not there to keep SQLite from the index."
            )
        } else {
            let compare = format!("Compare {} itself", column.name);
            match self.on_expression(&side, &quote_name(&column.name)) {
                Some(on_expression) => {
                    format!("{compare}, or index the expression: {on_expression}")
                }
                None => format!("{compare}: put the other side of the condition into its form."),
            }
        };
        let message = format!(
            "{} is computed for {} before it can be compared, so no index on {} is searched.",
            shown(text),
            self.each(),
            column.name
        );
        let mut finding = self.finding(Rule::FunctionOnColumn, Words { message, proof, advice });
        let (asked, comparison) = (self.asked, self.comparison);
        finding.rewrite = rewrites::dates::rewrite(
            asked,
            self.reading,
            self.expression,
            comparison,
            &side,
            &other,
        );
        Some(finding)
    }

    /// An index on the expression, if SQLite would use it.
    fn on_expression(&self, side: &Side<'a>, column: &str) -> Option<String> {
        let text = &self.sql()[side.span.clone()];
        // SQLite refuses these once there are rows, and the clone has none.
        let of_the_moment = ["now", "localtime", "utc"];
        let words = scanseek_sql::words(text);
        if words.iter().any(|word| of_the_moment.iter().any(|one| word.eq_ignore_ascii_case(one))) {
            return None;
        }
        let mut expression = text.to_owned();
        for name in side.columns.iter().rev() {
            let (start, end) = (name.span.start - side.span.start, name.span.end - side.span.start);
            expression.replace_range(start..end, column);
        }
        let index = self.asked.index_on(self.reading.table, &[expression]);
        let plan = self.asked.explain_with(&index.ddl, self.sql())?;
        let node = search_through(&plan, &index)?;
        Some(format!("with {} SQLite would plan “{}”.", index.ddl, node.detail))
    }

    // ---- patterns

    fn pattern(&self) -> Option<Finding> {
        let is_glob = self.operator() == "GLOB";
        if !is_glob && self.operator() != "LIKE" {
            return None;
        }
        let (side, _, column) = self.side()?;
        let [name] = side.columns.as_slice() else { return None };
        if !matches!(around(self.sql(), &side.span, name), Around::Nothing) {
            return None;
        }
        let pattern = self.asked.text(&self.comparison.right)?;
        let wild: &[char] = if is_glob { &['*', '?', '['] } else { &['%', '_'] };
        if pattern.starts_with(wild) {
            self.open_beginning(column, &pattern, wild)
        } else if is_glob {
            None
        } else {
            self.like(column)
        }
    }

    fn open_beginning(&self, column: &Column, pattern: &str, wild: &[char]) -> Option<Finding> {
        let rest = pattern.trim_start_matches(wild);
        // A pattern of nothing but wildcards leaves nothing to search for.
        if rest.trim_end_matches(wild).is_empty() {
            return None;
        }
        let begins = format!("{}{}", rest.trim_end_matches(wild), wild[0]);
        let literal = quote_text(&begins);
        let spaced = format!(" {literal}");
        let variant = self.asked.edited(&[(self.comparison.right.clone(), spaced.trim_start())]);
        let collated = if self.operator() == "GLOB" { "BINARY" } else { "NOCASE" };
        let key = format!("{} COLLATE {collated}", quote_name(&column.name));
        let index = self.asked.index_on(self.reading.table, &[key]);
        let (detail, with) = match self.searched(&variant, column) {
            Some(detail) => (detail, String::new()),
            None => {
                let detail = self.searched_with(&index.ddl, &variant, column)?;
                (detail, format!(" (with an index on {} COLLATE {collated})", column.name))
            }
        };
        let ends = pattern.ends_with(wild);
        let advice = if ends {
            format!(
                "Full-text search finds what stands in the middle: a table USING fts5({}, tokenize='trigram') answers LIKE and GLOB of three characters and more.",
                column.name
            )
        } else {
            format!(
                "Keep {} backwards in a column of its own, with an index, and look for its beginning; or use full-text search (fts5, tokenize='trigram').",
                column.name
            )
        };
        Some(self.finding(
            Rule::LeadingWildcard,
            Words {
                message: format!(
                    "The pattern {} leaves open how {} begins, so {} is compared with it.",
                    shown(&quote_text(pattern)),
                    column.name,
                    self.each()
                ),
                proof: format!(
                    "For {} SQLite plans “{detail}”{with}; for this pattern it plans “{}”.",
                    shown(&literal),
                    self.reading.node.detail
                ),
                advice,
            },
        ))
    }

    fn like(&self, column: &Column) -> Option<Finding> {
        let key = format!("{} COLLATE NOCASE", quote_name(&column.name));
        let index = self.asked.index_on(self.reading.table, &[key]);
        let detail = self.searched_with(&index.ddl, self.sql(), column)?;
        let plain = self.asked.index_on(self.reading.table, &[quote_name(&column.name)]);
        if self.searched_with(&plain.ddl, self.sql(), column).is_some() {
            return None;
        }
        let existing = self.indexes_on(column).next();
        let has = match existing {
            Some(index) => format!("The index {} tells a from A.", index.name),
            None => format!("With an ordinary index on {} it would, too.", column.name),
        };
        Some(self.finding(
            Rule::LikeWithoutNocase,
            Words {
                message: format!(
                    "LIKE takes upper and lower case for the same, so an ordinary index on {} does not serve it: {} is compared.",
                    column.name,
                    self.each()
                ),
                proof: format!(
                    "SQLite plans “{}”. {has} With one on {} COLLATE NOCASE it plans “{detail}”.",
                    self.reading.node.detail, column.name
                ),
                advice: format!(
                    "Run {}; or write GLOB, where case is to count.",
                    index.ddl
                ),
            },
        ))
    }

    fn indexes_on(&self, column: &Column) -> impl Iterator<Item = &'a scanseek_schema::Index> {
        let name = column.name.clone();
        self.reading.table.indexes.iter().filter(move |index| {
            index
                .columns
                .first()
                .and_then(|first| first.name.as_deref())
                .is_some_and(|first| first.eq_ignore_ascii_case(&name))
        })
    }

    // ---- collations

    fn collation(&self) -> Option<Finding> {
        if !SEARCHED.contains(&self.operator()) {
            return None;
        }
        let (side, _, column) = self.side()?;
        let [name] = side.columns.as_slice() else { return None };
        if matches!(around(self.sql(), &side.span, name), Around::Computed) {
            return None;
        }
        let left = self.asked.piece(&self.comparison.left);
        let right = self.asked.piece(&self.comparison.right);
        let (index, detail) = self.indexes_on(column).find_map(|index| {
            let collation = &index.columns.first()?.collation;
            let condition = format!(
                "{} COLLATE {} {} {}",
                without_collate(&left).trim(),
                quote_name(collation),
                self.operator(),
                without_collate(&right).trim()
            );
            let variant = self.asked.edited(&[(self.expression.span.clone(), &condition)]);
            Some((index, self.searched(&variant, column)?))
        })?;
        let by = &index.columns.first()?.collation;
        let of_left = || {
            // The column on the left decides, where none is named.
            let both = sides(self.expression, self.comparison);
            let name = *both[0].0.columns.first()?;
            let of = |reading: &Reading<'_>| Some(reading.column(name)?.collation.clone());
            of(self.reading).or_else(|| self.asked.readings.iter().find_map(of))
        };
        let effective = collation_in(&left)
            .or_else(|| collation_in(&right))
            .or_else(of_left)
            .unwrap_or_else(|| column.collation.clone());
        let key = format!("{} COLLATE {}", quote_name(&column.name), quote_name(&effective));
        let wanted = self.asked.index_on(self.reading.table, &[key]);
        let advice = match self.searched_with(&wanted.ddl, self.sql(), column) {
            Some(detail) => format!(
                "With {} SQLite would plan “{detail}”; or compare by {by}, if that is meant.",
                wanted.ddl
            ),
            None => format!("Compare by {by}, if that is meant."),
        };
        Some(self.finding(
            Rule::CollationMismatch,
            Words {
                message: format!(
                    "{} is compared by {effective}, and the index {} is sorted by {by}: {} is read.",
                    column.name,
                    index.name,
                    self.each()
                ),
                proof: format!(
                    "With COLLATE {by} SQLite plans “{detail}”, and not “{}”.",
                    self.reading.node.detail
                ),
                advice,
            },
        ))
    }
}

// ---- affinity

/// A text column of this table compared with a numeric one of another.
fn affinity(asked: &Inquiry<'_>, reading: &Reading<'_>) -> Option<Finding> {
    let is_automatic =
        |reading: &Reading<'_>| reading.access.index.as_ref().is_some_and(|index| index.automatic);
    reading.part.conditions.iter().find_map(|condition| {
        let expression = &condition.expression;
        let is_filter = reading.filters.iter().any(|filter| filter.span == expression.span);
        let comparison = expression.comparison.as_ref()?;
        sides(expression, comparison).into_iter().find_map(|(side, other)| {
            let ([text], [number]) = (side.columns.as_slice(), other.columns.as_slice()) else {
                return None;
            };
            let column = reading.column(text)?;
            let others = asked.readings.iter().filter(|r| !std::ptr::eq(r.item, reading.item));
            let (partner, other_column) =
                others.filter_map(|r| Some((r, r.column(number)?))).next()?;
            // The rows that a lookup would find are read one by one, or put into an index for it.
            let at = if is_automatic(partner) { partner } else { reading };
            if !is_filter && !is_automatic(at) {
                return None;
            }
            let is_bare = |side: &Side<'_>| {
                matches!(around(asked.sql(), &side.span, side.columns[0]), Around::Nothing)
            };
            let mixed = is_text(&column.declared_type) && is_number(&other_column.declared_type);
            if !mixed || !is_bare(&side) || !is_bare(&other) {
                return None;
            }
            let number = &asked.sql()[number.span.clone()];
            let cast = format!("CAST({number} AS TEXT)");
            let variant = asked.edited(&[(other.span.clone(), &cast)]);
            let search = |plan: &scanseek_plan::Plan| {
                let node = search_by(plan, reading.label(), reading.table, &column.name)?;
                Some(node.detail.clone())
            };
            let index = asked.index_on(reading.table, &[quote_name(&column.name)]);
            let (detail, with) = match asked.explain(&variant).as_ref().and_then(search) {
                Some(detail) => (detail, String::new()),
                None => {
                    let with = asked.explain_with(&index.ddl, &variant);
                    let detail = with.as_ref().and_then(search)?;
                    let now = asked.explain_with(&index.ddl, asked.sql());
                    if now.as_ref().and_then(search).is_some() {
                        return None;
                    }
                    (detail, format!(" (with an index on {})", column.name))
                }
            };
            Some(asked.finding(
                Rule::AffinityMismatch,
                at.node,
                &expression.span,
                Words {
                    message: format!(
                        "{} is {} and {number} is {}, so they are compared as numbers, and an index on {} cannot be searched.",
                        column.name,
                        column.declared_type,
                        other_column.declared_type,
                        column.name
                    ),
                    proof: format!(
                        "With {cast} SQLite plans “{detail}”{with}, and not “{}”.",
                        at.node.detail
                    ),
                    advice: format!(
                        "Give both columns one type. Until then write {cast}, if {} holds its numbers as SQLite writes them.",
                        column.name
                    ),
                },
            ))
        })
    })
}

/// Source: <https://sqlite.org/datatype3.html#determination_of_column_affinity>.
fn is_text(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    !declared.contains("INT") && ["CHAR", "CLOB", "TEXT"].iter().any(|one| declared.contains(one))
}

fn is_number(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    let is_other = is_text(&declared) || declared.contains("BLOB") || declared.is_empty();
    declared.contains("INT") || !is_other
}
