//! Walks down a plan and a text side by side.

use std::ops::Range;

use scanseek_plan::{Access, Comparison as Compared, Constraint, Op, Plan, PlanNode, TempBTreeUse};
use scanseek_schema::{Schema, Table, TableKind};
use scanseek_sql::{Clauses, Condition, Expression, FromItem, Part, Query};

use super::scope::{Found, Names, Scope};
use super::{Piece, Place, Role, selects};

const CHOICE: &str = "It is one of these places; SQLite does not say which.";
const UNTOLD: &str = "Where in the text this comes from cannot be told.";
const NOT_IN_TEXT: &str =
    "This subquery does not stand in the text: it comes from a view, or SQLite made it.";

/// The table that a step is about.
struct Wanted<'w> {
    label: &'w str,
    constraints: &'w [Constraint],
    index: Option<&'w str>,
    /// Conditions that are checked here belong to the step.
    filters: bool,
    /// `EXISTS` stands in the step.
    exists: bool,
}

impl<'w> Wanted<'w> {
    fn keys_only(label: &'w str) -> Self {
        Self { label, constraints: &[], index: None, filters: false, exists: false }
    }
}

/// A step among those of its parent.
struct Around<'s> {
    siblings: &'s [&'s PlanNode],
    nth: usize,
}

impl<'s> Around<'s> {
    /// Subqueries with a step of their own.
    fn apart(&self) -> Vec<&'s str> {
        let name = |node: &&'s PlanNode| match &node.op {
            Op::CoRoutine { name } | Op::Materialize { name } => Some(name.as_str()),
            _ => None,
        };
        self.siblings.iter().filter_map(name).collect()
    }

    /// Tables whose loops run inside that of this step.
    fn later(&self) -> impl Iterator<Item = &'s str> {
        let behind = self.siblings[self.nth + 1..].iter();
        behind.filter_map(|node| node.op.access()).map(|access| access.source.label())
    }
}

struct Finder<'a> {
    plan: &'a Plan,
    sql: &'a str,
    names: Names<'a>,
    /// SELECTs of the text.
    selects: u64,
    places: Vec<Place>,
}

pub(super) fn places(plan: &Plan, sql: &str, found: &Clauses, schema: &Schema) -> Vec<Place> {
    let mut finder = Finder {
        plan,
        sql,
        names: Names::new(found, schema),
        selects: selects(found),
        places: vec![Place::untold(UNTOLD); plan.nodes.len()],
    };
    // A stack of its own: how deep a plan is comes from outside.
    let mut open = vec![(0, Scope::of(&found.query))];
    while let Some((parent, scope)) = open.pop() {
        let children: Vec<(usize, &PlanNode)> = plan
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.parent == parent && node.id != parent)
            .collect();
        let siblings: Vec<&PlanNode> = children.iter().map(|(_, node)| *node).collect();
        let mut branch = 0;
        for (nth, (at, node)) in children.iter().copied().enumerate() {
            if matches!(node.op, Op::LeftMostSubquery | Op::CompoundPart { .. }) {
                branch += 1;
            }
            let around = Around { siblings: &siblings, nth };
            let (place, inner) = finder.place(node, &scope, branch, &around);
            finder.places[at] = place;
            // Parents stand before their children, so this ends.
            if node.id > parent {
                open.push((node.id, inner));
            }
        }
    }
    finder.places
}

impl<'a> Finder<'a> {
    /// The place of a step, and the scope of the steps below it. `branch` counts the parts of a compound
    /// query from 1.
    fn place(
        &self,
        node: &'a PlanNode,
        scope: &Scope<'a>,
        branch: usize,
        around: &Around<'_>,
    ) -> (Place, Scope<'a>) {
        let (parts, query, window) = match scope {
            Scope::Parts { parts, query, window } => (parts.as_slice(), *query, *window),
            Scope::View(name) => {
                return (Place::untold(&format!("Inside the view {name}.")), scope.clone());
            }
            Scope::Unknown => return (Place::untold(UNTOLD), Scope::Unknown),
        };
        let same = || scope.clone();
        match &node.op {
            Op::Scan(access) | Op::Search(access) => {
                (self.access(node, access, parts, query, around), same())
            }
            Op::CoRoutine { name } | Op::Materialize { name } => {
                self.named(name, parts, query, around)
            }
            Op::ScalarSubquery { number: Some(number), .. }
            | Op::ListSubquery { number: Some(number), .. }
            | Op::ReuseSubquery { number, .. } => self.numbered(*number, parts, query),
            Op::TempBTree { .. } if window => (choice(Role::Clause, &self.windows(parts)), same()),
            Op::TempBTree { purpose } => (self.sorted(purpose, parts, query), same()),
            Op::CompoundQuery => (Place::one(Role::Subquery, &query.span), same()),
            Op::LeftMostSubquery | Op::CompoundPart { .. } => match query.parts.get(branch - 1) {
                Some(part) => {
                    let mut place = Place::one(Role::Subquery, &part.span);
                    if let Some(operator) = &part.operator {
                        place
                            .pieces
                            .insert(0, Piece { role: Role::Clause, span: operator.clone() });
                    }
                    (place, Scope::part(part, query))
                }
                None => (Place::untold(UNTOLD), Scope::Unknown),
            },
            Op::Merge { .. } => match parts.last().and_then(|part| part.operator.clone()) {
                Some(operator) => (Place::one(Role::Clause, &operator), same()),
                None => (Place::untold(UNTOLD), same()),
            },
            // The right input of a merge is the last SELECT, the left one all before it.
            Op::MergeLeft => self.side(&parts[..parts.len().saturating_sub(1)], query),
            Op::MergeRight => self.side(&parts[parts.len().saturating_sub(1)..], query),
            Op::Setup | Op::RecursiveStep => self.recursive(&node.op, parts, query),
            Op::MultiIndexOr => (self.or(node, parts), same()),
            Op::MultiIndexBranch { number } => (self.or_side(node, *number, parts), same()),
            Op::BloomFilter { source, constraints } => {
                let wanted = Wanted { constraints, ..Wanted::keys_only(source.label()) };
                (self.table(&wanted, parts, around), same())
            }
            Op::CreateAutomaticIndex { table, .. } | Op::RightJoin { table } => {
                (self.table(&Wanted::keys_only(table), parts, around), same())
            }
            Op::ConstantRows { .. } => {
                let values: Vec<Range<usize>> = parts
                    .iter()
                    .filter(|part| part.from.is_empty())
                    .map(|part| part.span.clone())
                    .collect();
                (choice(Role::Source, &values), same())
            }
            Op::InOperator { .. } => {
                let conditions = parts.iter().flat_map(|part| &part.conditions);
                let inside: Vec<Range<usize>> = conditions
                    .map(|condition| &condition.expression)
                    .filter(|one| {
                        one.comparison.as_ref().is_some_and(|c| c.operator.ends_with("IN"))
                    })
                    .map(|one| one.span.clone())
                    .collect();
                (choice(Role::Key, &inside), same())
            }
            // Steps without a number and compound ones by number are those of old versions alone.
            Op::CreateBloomFilter
            | Op::Other
            | Op::ScalarSubquery { number: None, .. }
            | Op::ListSubquery { number: None, .. }
            | Op::CompoundSubqueries { .. } => (Place::untold(UNTOLD), same()),
        }
    }

    // ---- tables

    fn access(
        &self,
        node: &PlanNode,
        access: &Access,
        parts: &[&'a Part],
        query: &'a Query,
        around: &Around<'_>,
    ) -> Place {
        let label = access.source.label();
        // `(subquery-3)`, `SUBQUERY 3`, `3-ROW VALUES CLAUSE`.
        if access.source.subquery
            && let Some(number) = number_in(label)
        {
            return self.numbered(number, parts, query).0;
        }
        // Inside MULTI-INDEX OR the keys stand in the arms, and rows without a partner are not filtered.
        let parent = self.plan.node(node.parent).map(|parent| &parent.op);
        let is_bare = matches!(parent, Some(Op::MultiIndexBranch { .. } | Op::RightJoin { .. }));
        let index = access.index.as_ref().and_then(|index| index.name.as_deref());
        let wanted = Wanted {
            label,
            constraints: &access.constraints,
            index,
            filters: !is_bare,
            exists: access.exists,
        };
        self.table(&wanted, parts, around)
    }

    /// The places of a table by the name SQLite prints, with the conditions on it.
    fn table(&self, wanted: &Wanted<'_>, parts: &[&'a Part], around: &Around<'_>) -> Place {
        let label = wanted.label;
        let mut all = self.names.tables(parts, &around.apart());
        if wanted.exists {
            // An EXISTS that became a join: its tables stand in a subquery of a condition.
            let inner: Vec<&'a Part> = parts
                .iter()
                .flat_map(|part| &part.conditions)
                .flat_map(|condition| &condition.expression.subqueries)
                .flat_map(|query| &query.parts)
                .collect();
            all = self.names.tables(&inner, &[]);
        }
        let called = |name: fn(&FromItem) -> Option<&str>| -> Vec<Found<'a>> {
            let is_it = |found: &&Found<'a>| is_called(found.item(), name(found.item()), label);
            all.iter().filter(is_it).copied().collect()
        };
        let mut named = called(FromItem::label);
        if named.is_empty() {
            // Some steps have the table's name although the statement gives an alias.
            named = called(|item| item.name.as_deref());
        }
        if named.is_empty() {
            return self.in_a_view(label, &all);
        }
        let mut pieces: Vec<Piece> = named
            .iter()
            .map(|found| Piece { role: Role::Source, span: found.item().span.clone() })
            .collect();
        for found in &named {
            pieces.extend(self.conditions(found, wanted, around));
        }
        let note = (named.len() > 1).then(|| CHOICE.to_owned());
        Place { pieces, note }
    }

    fn in_a_view(&self, label: &str, all: &[Found<'a>]) -> Place {
        let views: Vec<&Found<'a>> = all
            .iter()
            .filter(|found| {
                let view = self.names.table_of(found.item());
                view.is_some_and(|view| self.view_reads(view, label, 0))
            })
            .collect();
        let [view] = views.as_slice() else { return Place::untold(UNTOLD) };
        let name = view.item().name.as_deref().unwrap_or_default();
        let mut place = Place::one(Role::Source, &view.item().span);
        place.note = Some(format!("The table {label} is read inside the view {name}."));
        place
    }

    fn view_reads(&self, view: &Table, label: &str, depth: usize) -> bool {
        // Views of views, as deep as anyone writes them.
        if depth > 8 || view.kind != TableKind::View {
            return false;
        }
        let Some(found) = scanseek_sql::clauses(&view.sql) else { return false };
        // In a view, names mean tables of its own database.
        let own = |name: &str| self.names.schema.table_in(view.database.as_deref(), name);
        found.query.all().iter().flat_map(|query| &query.parts).flat_map(|part| &part.from).any(
            |item| {
                is_called(item, item.label(), label)
                    || item
                        .name
                        .as_deref()
                        .and_then(own)
                        .is_some_and(|inner| self.view_reads(inner, label, depth + 1))
            },
        )
    }

    /// Conditions on a table: those its index answers, then those checked for each row.
    fn conditions(
        &self,
        found: &Found<'a>,
        wanted: &Wanted<'_>,
        around: &Around<'_>,
    ) -> Vec<Piece> {
        let mut keys = Vec::new();
        let mut filters = Vec::new();
        for Condition { expression, .. } in &found.part.conditions {
            if !self.names_it(expression, found) {
                continue;
            }
            let answered = wanted
                .constraints
                .iter()
                .any(|constraint| self.answers(constraint, expression, found, wanted.index));
            let span = expression.span.clone();
            if answered {
                keys.push(Piece { role: Role::Key, span });
            } else if wanted.filters && !self.names_later(expression, found, around) {
                filters.push(Piece { role: Role::Filter, span });
            }
        }
        keys.extend(filters);
        keys
    }

    /// The expression names a column of the table.
    fn names_it(&self, expression: &Expression, found: &Found<'a>) -> bool {
        expression
            .columns
            .iter()
            .any(|column| self.belongs(column.table.as_deref(), &column.name, found))
    }

    /// The expression needs a table whose loop runs inside, so it is checked there.
    fn names_later(&self, expression: &Expression, found: &Found<'a>, around: &Around<'_>) -> bool {
        around.later().any(|label| {
            (0..found.part.from.len()).filter(|at| *at != found.at).any(|at| {
                let other = Found { part: found.part, at };
                is_called(other.item(), other.item().label(), label)
                    && self.names_it(expression, &other)
            })
        })
    }

    fn belongs(&self, table: Option<&str>, column: &str, found: &Found<'a>) -> bool {
        let item = found.item();
        match table {
            Some(table) => item.label().is_some_and(|name| name.eq_ignore_ascii_case(table)),
            None => {
                let has = |item: &scanseek_sql::FromItem| {
                    let known = self.names.table_of(item);
                    known.is_some_and(|table| table.column(column).is_some())
                        || (known.is_some() && is_rowid(column))
                };
                has(item) && found.part.from.iter().filter(|other| has(other)).count() == 1
            }
        }
    }

    /// The condition compares the constraint's column in its way.
    fn answers(
        &self,
        constraint: &Constraint,
        expression: &Expression,
        found: &Found<'a>,
        index: Option<&str>,
    ) -> bool {
        if !expression.arms.is_empty() {
            // `a = 1 OR a = 2` becomes `a IN (1, 2)`.
            return constraint.comparison == Compared::Equal
                && expression.arms.iter().all(|arm| self.answers(constraint, arm, found, index));
        }
        let Some(comparison) = &expression.comparison else { return false };
        let sides = [(&comparison.left, false), (&comparison.right, true)];
        sides.into_iter().any(|(side, swapped)| {
            let operator = comparison.operator.as_str();
            let operator = if swapped { mirrored(operator) } else { operator };
            let range = !swapped && matches!(operator, "BETWEEN" | "LIKE" | "GLOB");
            let fits = match constraint.comparison {
                Compared::Equal => matches!(operator, "=" | "==" | "IS" | "IN" | "ISNULL"),
                Compared::Greater => range || matches!(operator, ">" | ">="),
                Compared::Less => range || matches!(operator, "<" | "<="),
                Compared::Any => false,
            };
            fits && (self.is_expression_of(constraint, side, index)
                || expression.columns.iter().any(|column| {
                    let within = side.start <= column.span.start && column.span.end <= side.end;
                    let is_named = |name: &String| {
                        name.eq_ignore_ascii_case(&column.name)
                            || (name == "rowid" && self.is_rowid_of(found, &column.name))
                    };
                    within
                        && self.belongs(column.table.as_deref(), &column.name, found)
                        && constraint.columns.iter().any(is_named)
                        && self.is_bare(side, &column.span)
                }))
        })
    }

    /// The side is an expression that the index holds, written the same.
    fn is_expression_of(
        &self,
        constraint: &Constraint,
        side: &Range<usize>,
        index: Option<&str>,
    ) -> bool {
        let squeezed =
            |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
        constraint.columns.iter().any(|name| name == "<expr>")
            && self
                .names
                .schema
                .indexes()
                .find(|known| index == Some(known.name.as_str()))
                .and_then(|known| known.sql.as_deref())
                .is_some_and(|sql| squeezed(sql).contains(&squeezed(&self.sql[side.clone()])))
    }

    /// The column alone: an expression over it has no place in an index on it.
    fn is_bare(&self, side: &Range<usize>, column: &Range<usize>) -> bool {
        let brackets = |text: &str| text.chars().all(|c| c.is_whitespace() || "(),".contains(c));
        let behind = &self.sql[column.end..side.end];
        brackets(&self.sql[side.start..column.start]) && brackets(behind)
            || behind.trim_start().to_ascii_uppercase().starts_with("COLLATE")
            // Row values compare several columns at once.
            || self.sql[side.clone()].trim_start().starts_with('(')
    }

    fn is_rowid_of(&self, found: &Found<'a>, column: &str) -> bool {
        is_rowid(column)
            || self
                .names
                .table_of(found.item())
                .and_then(|table| Some(&table.columns[table.rowid_column()?].name))
                .is_some_and(|name| name.eq_ignore_ascii_case(column))
    }

    // ---- subqueries

    /// A subquery of FROM, a common table expression or a view.
    fn named(
        &self,
        name: &str,
        parts: &[&'a Part],
        query: &'a Query,
        around: &Around<'_>,
    ) -> (Place, Scope<'a>) {
        if name.starts_with('(')
            && let Some(number) = number_in(name)
        {
            return self.numbered(number, parts, query);
        }
        let all = self.names.tables(parts, &around.apart());
        let named: Vec<&Found<'a>> = all
            .iter()
            .filter(|found| {
                let item = found.item();
                item.label().is_some_and(|label| label.eq_ignore_ascii_case(name))
                    || item.name.as_deref().is_some_and(|label| label.eq_ignore_ascii_case(name))
            })
            .collect();
        if let [found] = named.as_slice()
            && let Some(query) = &found.item().subquery
        {
            return (Place::one(Role::Subquery, &found.item().span), Scope::of(query));
        }
        if let Some(query) = self.names.cte(name) {
            return (Place::one(Role::Subquery, &query.span), Scope::of(query));
        }
        let spans: Vec<Range<usize>> =
            named.iter().map(|found| found.item().span.clone()).collect();
        let view = named
            .iter()
            .filter_map(|found| self.names.table_of(found.item()))
            .find(|table| table.kind == TableKind::View)
            .map(|view| view.name.as_str());
        match view {
            Some(view) => {
                let mut place = choice(Role::Source, &spans);
                place.note = Some(format!("The view {view}."));
                (place, Scope::View(view.to_owned()))
            }
            None => (choice(Role::Source, &spans), Scope::Unknown),
        }
    }

    fn numbered(&self, number: u64, parts: &[&'a Part], query: &'a Query) -> (Place, Scope<'a>) {
        if let Some((_, query)) = self.names.numbered(number) {
            return (Place::one(Role::Subquery, &query.span), Scope::of(query));
        }
        let windows = self.windows(parts);
        if number > self.selects && !windows.is_empty() {
            let pieces = windows.into_iter().map(|span| Piece { role: Role::Clause, span });
            let note = "SQLite made this subquery to compute the window function.".to_owned();
            let place = Place { pieces: pieces.collect(), note: Some(note) };
            return (place, Scope::Parts { parts: parts.to_vec(), query, window: true });
        }
        let text = if number > self.selects { NOT_IN_TEXT } else { UNTOLD };
        (Place::untold(text), Scope::Unknown)
    }

    /// The result columns with a window function.
    fn windows(&self, parts: &[&'a Part]) -> Vec<Range<usize>> {
        let has_over = |span: &Range<usize>| {
            scanseek_sql::words(&self.sql[span.clone()])
                .iter()
                .any(|word| word.eq_ignore_ascii_case("OVER"))
        };
        let columns = parts.iter().flat_map(|part| &part.columns);
        columns.map(|column| column.span.clone()).filter(has_over).collect()
    }

    fn side(&self, parts: &[&'a Part], query: &'a Query) -> (Place, Scope<'a>) {
        let spans: Vec<Range<usize>> = parts.iter().map(|part| part.span.clone()).collect();
        let place = match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => Place::one(Role::Subquery, &(first.start..last.end)),
            _ => Place::untold(UNTOLD),
        };
        (place, Scope::Parts { parts: parts.to_vec(), query, window: false })
    }

    /// The SELECTs of a recursive common table expression that read it, or those that do not.
    fn recursive(&self, op: &Op, parts: &[&'a Part], query: &'a Query) -> (Place, Scope<'a>) {
        let name =
            self.names.queries.iter().flat_map(|outer| &outer.ctes).find_map(|cte| {
                std::ptr::eq(&raw const cte.query, query).then_some(cte.name.as_str())
            });
        let Some(name) = name else { return (Place::untold(UNTOLD), Scope::Unknown) };
        let reads = |part: &&&'a Part| {
            part.from.iter().any(|item| {
                item.name.as_deref().is_some_and(|table| table.eq_ignore_ascii_case(name))
            })
        };
        let wanted = *op == Op::RecursiveStep;
        let mine: Vec<&'a Part> =
            parts.iter().filter(|part| reads(part) == wanted).copied().collect();
        self.side(&mine, query)
    }

    // ---- clauses

    fn sorted(&self, purpose: &TempBTreeUse, parts: &[&'a Part], query: &'a Query) -> Place {
        let spans =
            |found: Vec<Option<Range<usize>>>| found.into_iter().flatten().collect::<Vec<_>>();
        match purpose {
            TempBTreeUse::GroupBy => choice(
                Role::Clause,
                &spans(
                    parts.iter().map(|part| Some(part.group_by.as_ref()?.span.clone())).collect(),
                ),
            ),
            TempBTreeUse::Distinct => choice(
                Role::Clause,
                &spans(parts.iter().map(|part| part.distinct.clone()).collect()),
            ),
            TempBTreeUse::OrderBy => match &query.order_by {
                Some(clause) => Place::one(Role::Clause, &clause.span),
                None => Place::untold(UNTOLD),
            },
            TempBTreeUse::OrderByLastTerms { terms } => match &query.order_by {
                Some(clause) => {
                    let last = terms.unwrap_or(1).min(clause.terms.len() as u64) as usize;
                    let from = &clause.terms[clause.terms.len() - last..];
                    match (from.first(), from.last()) {
                        (Some(a), Some(b)) => Place::one(Role::Clause, &(a.span.start..b.span.end)),
                        _ => Place::one(Role::Clause, &clause.span),
                    }
                }
                None => Place::untold(UNTOLD),
            },
            TempBTreeUse::AggregateDistinct { function }
            | TempBTreeUse::AggregateOrderBy { function } => {
                let starts = format!("{function}(");
                let calls: Vec<Range<usize>> = parts
                    .iter()
                    .flat_map(|part| part.columns.iter().chain(&part.having))
                    .filter(|one| {
                        let text: String = self.sql[one.span.clone()].split_whitespace().collect();
                        text.to_ascii_lowercase().contains(&starts.to_ascii_lowercase())
                    })
                    .map(|one| one.span.clone())
                    .collect();
                choice(Role::Clause, &calls)
            }
            TempBTreeUse::Other(_) => Place::untold(UNTOLD),
        }
    }

    fn or(&self, node: &PlanNode, parts: &[&'a Part]) -> Place {
        choice(
            Role::Key,
            &self.ors(node.id, parts).iter().map(|one| one.span.clone()).collect::<Vec<_>>(),
        )
    }

    fn or_side(&self, node: &PlanNode, number: u64, parts: &[&'a Part]) -> Place {
        let found = self.ors(node.parent, parts);
        let arm = match (found.as_slice(), number.checked_sub(1)) {
            ([one], Some(at)) => one.arms.get(at as usize).map(|arm| &arm.span),
            _ => None,
        };
        arm.map_or_else(|| self.or(node, parts), |arm| Place::one(Role::Key, arm))
    }

    /// The ORs that could be the step `or`: with as many arms as it has sides, on its table.
    fn ors(&self, or: i64, parts: &[&'a Part]) -> Vec<&'a Expression> {
        let sides = self.plan.children(or).count();
        let label = self
            .plan
            .children(or)
            .filter_map(|side| self.plan.children(side.id).next())
            .find_map(|access| access.op.access().map(|access| access.source.label()));
        let tables = self.names.tables(parts, &[]);
        let mut found: Vec<&'a Expression> = Vec::new();
        for table in &tables {
            let item = table.item();
            if item.label().is_none_or(|name| label.is_some_and(|l| !name.eq_ignore_ascii_case(l)))
            {
                continue;
            }
            for condition in &table.part.conditions {
                let one = &condition.expression;
                if one.arms.len() == sides && self.names_it(one, table) {
                    found.push(one);
                }
            }
        }
        found
    }
}

/// One span tells; of several it is one of them.
fn choice(role: Role, spans: &[Range<usize>]) -> Place {
    let note = match spans.len() {
        0 => Some(UNTOLD.to_owned()),
        1 => None,
        _ => Some(CHOICE.to_owned()),
    };
    let pieces = spans.iter().map(|span| Piece { role, span: span.clone() }).collect();
    Place { pieces, note }
}

/// A step calls a table by its name here, or with the database that the statement puts before it.
fn is_called(item: &FromItem, name: Option<&str>, label: &str) -> bool {
    let Some(name) = name else { return false };
    if name.eq_ignore_ascii_case(label) {
        return true;
    }
    let whole = item.schema.as_ref().filter(|_| item.name.as_deref() == Some(name));
    whole.is_some_and(|schema| format!("{schema}.{name}").eq_ignore_ascii_case(label))
}

fn is_rowid(column: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|name| name.eq_ignore_ascii_case(column))
}

/// The operator with its sides exchanged.
fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// The number in `(subquery-3)`, `SUBQUERY 3` and the like.
fn number_in(text: &str) -> Option<u64> {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
