//! The three years played day by day: deliveries, invoices, payments, and the ledger beside them.

use std::collections::BTreeMap;

use crate::calendar::Day;
use crate::random::{Rng, Weighted, zipf_weights};
use crate::{RowSink, Value};

use super::Size;
use super::catalog::{self, Product};
use super::days::{FIRST, LAST, invoices_by_day, price_percent};
use super::people::{self, Kind};
use super::settlement::{Method, settlement};

/// What is known at the end of the last day, by position (id − 1).
#[derive(Debug, Clone)]
pub(super) struct Final {
    balances: Vec<i64>,
    stock: Vec<i64>,
}

impl Final {
    /// Zeros, for the run that finds the true numbers.
    pub(super) fn blank(size: Size) -> Self {
        Self { balances: vec![0; size.customers], stock: vec![0; size.products] }
    }
}

/// The customer and the product with the largest share, so that a workload can name them at any scale.
const LARGEST_CUSTOMER: usize = 41;
const LARGEST_PRODUCT: usize = 7;

/// Lines on one invoice, from one up, relative to each other.
const LINES: [u64; 8] = [38, 29, 17, 8, 4, 2, 1, 1];

const STREAM: u64 = 0x7ade;

struct Buyer {
    kind: Kind,
    discount_percent: i64,
    pays_late: bool,
    is_active: bool,
}

enum Event {
    Payment { invoice: i64, customer: usize, cents: i64, method: Method },
    Return { invoice: i64, line: Line },
}

#[derive(Clone, Copy)]
struct Line {
    product: usize,
    quantity: i64,
    unit_price_cents: i64,
}

/// One run through the three years. Positions are ids − 1.
pub(super) struct Trade<'a, S> {
    sink: &'a mut S,
    size: Size,
    known: &'a Final,
    rng: Rng,
    products: Vec<Product>,
    product_draw: Weighted,
    /// Units ordered at a time, by product.
    lots: Vec<i64>,
    buyers: Vec<Buyer>,
    buyer_draw: Weighted,
    line_draw: Weighted,
    coming: BTreeMap<Day, Vec<Event>>,
    now: Final,
    rows: i64,
    customers: usize,
    invoices: i64,
    bills: i64,
    payments: i64,
    movements: i64,
    entries: i64,
}

impl<'a, S: RowSink> Trade<'a, S> {
    pub(super) fn new(size: Size, known: &'a Final, sink: &'a mut S) -> Self {
        let mut rng = Rng::new(STREAM, 0);
        let products = catalog::products(size.products);
        let product_weights = zipf_weights(&mut rng, size.products, 20, LARGEST_PRODUCT - 1);
        let all_products: u64 = product_weights.iter().sum();
        let lots = products
            .iter()
            .zip(&product_weights)
            .map(|(product, weight)| {
                // About three weeks of trade, of three years with two lines per invoice.
                let lines = size.invoices * 2 * (*weight as i64) / all_products as i64 / 52;
                product.usual_quantity * lines.clamp(6, 60)
            })
            .collect();
        let buyers: Vec<Buyer> = (1..=size.customers as u64)
            .map(|id| {
                let customer = people::customer(id);
                Buyer {
                    kind: customer.kind,
                    discount_percent: customer.discount_percent,
                    pays_late: customer.pays_late,
                    is_active: customer.is_active,
                }
            })
            .collect();
        let buyer_weights = zipf_weights(&mut rng, size.customers, 8, LARGEST_CUSTOMER - 1);
        let buyer_draw =
            Weighted::new(buyers.iter().zip(buyer_weights).map(|(buyer, weight)| {
                if buyer.kind == Kind::Retail { weight / 4 } else { weight }
            }));
        Self {
            sink,
            size,
            known,
            rng,
            products,
            product_draw: Weighted::new(product_weights),
            lots,
            buyers,
            buyer_draw,
            line_draw: Weighted::new(LINES),
            coming: BTreeMap::new(),
            now: Final::blank(size),
            rows: 0,
            customers: 0,
            invoices: 0,
            bills: 0,
            payments: 0,
            movements: 0,
            entries: 0,
        }
    }

    /// Writes all rows and returns the state of the last day.
    pub(super) fn run(mut self) -> Result<Final, S::Error> {
        self.list_products()?;
        for (day, invoices) in invoices_by_day(self.size.invoices) {
            let date = day.to_string();
            self.enter_customers(day, &date)?;
            if day == FIRST {
                for product in 0..self.size.products {
                    self.receive(product, self.lots[product] * 2, "opening", &date)?;
                }
            }
            if day.weekday() == 1 {
                self.reorder(&date)?;
            }
            for _ in 0..invoices {
                self.sell(day, &date)?;
            }
            for event in self.coming.remove(&day).unwrap_or_default() {
                match event {
                    Event::Payment { invoice, customer, cents, method } => {
                        self.pay(invoice, customer, cents, method, &date)?;
                    }
                    Event::Return { invoice, line } => {
                        self.move_stock("return", Some(invoice), line, &date, None)?;
                    }
                }
            }
        }
        self.count_stock(&LAST.to_string())?;
        Ok(self.now)
    }

    fn insert(&mut self, table: &str, row: &[Value<'_>]) -> Result<(), S::Error> {
        self.rows += 1;
        self.sink.insert(table, row)
    }

    fn list_products(&mut self) -> Result<(), S::Error> {
        for (position, product) in self.products.iter().enumerate() {
            self.rows += 1;
            self.sink.insert(
                "products",
                &[
                    Value::Integer(position as i64 + 1),
                    Value::Text(&product.code),
                    Value::Text(&product.name),
                    Value::Text(product.category),
                    Value::Text(product.unit),
                    Value::Integer(product.weight_grams),
                    Value::Integer(product.list_price_cents),
                    Value::Integer(self.known.stock[position]),
                    Value::Integer(reorder_level(product)),
                    Value::Integer(product.is_active.into()),
                ],
            )?;
        }
        Ok(())
    }

    /// Enters the customers that are new on `day`, or have been known before the first one.
    fn enter_customers(&mut self, day: Day, date: &str) -> Result<(), S::Error> {
        while self.customers < self.size.customers {
            let position = self.customers;
            let created = people::created_on(position, self.size.customers);
            if created > day {
                break;
            }
            self.customers += 1;
            let customer = people::customer(position as u64 + 1);
            let created = if created == day { date.to_owned() } else { created.to_string() };
            self.insert(
                "customers",
                &[
                    Value::Integer(position as i64 + 1),
                    Value::Text(&customer.name),
                    Value::Text(customer.kind.as_str()),
                    customer.email.as_deref().into(),
                    customer.phone.as_deref().into(),
                    Value::Text(customer.city),
                    Value::Text(&created),
                    Value::Integer(customer.credit_limit_cents),
                    Value::Integer(self.known.balances[position]),
                    Value::Integer(customer.is_active.into()),
                ],
            )?;
        }
        Ok(())
    }

    /// Orders what ran low.
    fn reorder(&mut self, date: &str) -> Result<(), S::Error> {
        for product in 0..self.size.products {
            let low = self.now.stock[product] <= reorder_level(&self.products[product]);
            if low && self.products[product].is_active {
                self.receive(product, self.lots[product], "purchase", date)?;
            }
        }
        Ok(())
    }

    fn receive(
        &mut self,
        product: usize,
        quantity: i64,
        kind: &'static str,
        date: &str,
    ) -> Result<(), S::Error> {
        let delivery = (kind == "purchase")
            .then(|| format!("DN-{}-{:05}", &date[..4], self.rng.below(100_000)));
        let unit_price_cents =
            self.products[product].list_price_cents * self.rng.between(66, 76) / 100;
        let line = Line { product, quantity, unit_price_cents };
        self.move_stock(kind, None, line, date, delivery.as_deref())
    }

    fn move_stock(
        &mut self,
        kind: &'static str,
        invoice: Option<i64>,
        line: Line,
        date: &str,
        reference: Option<&str>,
    ) -> Result<(), S::Error> {
        self.movements += 1;
        self.now.stock[line.product] += line.quantity;
        self.insert(
            "stock_movements",
            &[
                Value::Integer(self.movements),
                Value::Integer(line.product as i64 + 1),
                invoice.map_or(Value::Null, Value::Integer),
                Value::Text(date),
                Value::Text(kind),
                Value::Integer(line.quantity),
                Value::Integer(line.unit_price_cents),
                reference.into(),
            ],
        )
    }

    /// One invoice with its lines; plans how it will be paid.
    fn sell(&mut self, day: Day, date: &str) -> Result<(), S::Error> {
        let customer = self.draw_customer(day);
        let lines = self.draw_lines(customer, day);
        let total: i64 = lines.iter().map(|line| line.quantity * line.unit_price_cents).sum();
        let buyer = &self.buyers[customer];
        let terms = buyer.kind.terms_days();
        let plan = settlement(&mut self.rng, buyer.kind, buyer.pays_late, day, total);

        self.invoices += 1;
        let invoice = self.invoices;
        let paid: i64 =
            plan.payments.iter().filter(|payment| payment.day <= LAST).map(|p| p.cents).sum();
        let cancelled = plan.is_cancelled && paid == total;
        let status = match (cancelled, plan.is_disputed) {
            (true, _) => "cancelled",
            (_, true) => "disputed",
            _ if paid == total => "paid",
            _ if paid > 0 => "partly paid",
            _ => "open",
        };
        // Only some invoices get a printed bill, with a number of its own.
        let bill = self.rng.chance(230).then(|| {
            self.bills += 1;
            format!("B-{:05}", self.bills)
        });
        let sold_by = people::seller(&mut self.rng);
        let note = people::note(&mut self.rng);
        self.insert(
            "invoices",
            &[
                Value::Integer(invoice),
                Value::Text(&format!("INV-{}-{invoice:06}", &date[..4])),
                bill.as_deref().into(),
                Value::Integer(customer as i64 + 1),
                Value::Text(date),
                Value::Text(&day.plus(terms).to_string()),
                Value::Text(status),
                Value::Text(sold_by),
                Value::Integer(total),
                Value::Integer(paid),
                Value::Integer(total - paid),
                note.into(),
            ],
        )?;
        for line in &lines {
            // Goods that are not there are fetched from the wholesaler on the same day.
            let missing = line.quantity - self.now.stock[line.product];
            if missing > 0 {
                let lot = self.lots[line.product];
                self.receive(line.product, lot * (missing / lot + 1), "purchase", date)?;
            }
            let leaving = Line { quantity: -line.quantity, ..*line };
            self.move_stock("sale", Some(invoice), leaving, date, None)?;
        }
        self.enter(invoice, None, customer, date, "invoice", total, bill.as_deref())?;

        for payment in plan.payments {
            if payment.day > LAST {
                continue;
            }
            let events = self.coming.entry(payment.day).or_default();
            if plan.is_cancelled {
                events.extend(lines.iter().map(|&line| Event::Return { invoice, line }));
            }
            let (cents, method) = (payment.cents, payment.method);
            events.push(Event::Payment { invoice, customer, cents, method });
        }
        Ok(())
    }

    fn draw_customer(&mut self, day: Day) -> usize {
        loop {
            let customer = self.buyer_draw.draw_among(&mut self.rng, self.customers);
            // Closed accounts stopped buying in the last months.
            if self.buyers[customer].is_active || day < LAST.plus(-150) {
                return customer;
            }
        }
    }

    fn draw_lines(&mut self, customer: usize, day: Day) -> Vec<Line> {
        let count = self.line_draw.draw(&mut self.rng) + 1;
        let percent = price_percent(day) * (100 - self.buyers[customer].discount_percent);
        let is_builder = self.buyers[customer].kind == Kind::Builder;
        let mut lines: Vec<Line> = Vec::with_capacity(count);
        while lines.len() < count {
            let product = self.product_draw.draw(&mut self.rng);
            let goods = &self.products[product];
            let is_taken = lines.iter().any(|line| line.product == product);
            if is_taken || (!goods.is_active && day > LAST.plus(-150)) {
                continue;
            }
            let mut quantity = goods.usual_quantity * self.rng.between(15, 160) / 100;
            if is_builder {
                quantity *= self.rng.between(1, 3);
            }
            if self.rng.chance(15) {
                quantity *= 4;
            }
            lines.push(Line {
                product,
                quantity: quantity.max(1),
                unit_price_cents: (goods.list_price_cents * percent / 10_000).max(1),
            });
        }
        lines
    }

    fn pay(
        &mut self,
        invoice: i64,
        customer: usize,
        cents: i64,
        method: Method,
        date: &str,
    ) -> Result<(), S::Error> {
        self.payments += 1;
        let payment = self.payments;
        let reference = match method {
            Method::Transfer => Some(format!("TR-{payment:07}")),
            Method::Cheque => Some(format!("CHQ {:06}", self.rng.below(1_000_000))),
            Method::CreditNote => Some(format!("CN-{invoice:06}")),
            Method::Cash | Method::Card => None,
        };
        self.insert(
            "payments",
            &[
                Value::Integer(payment),
                Value::Integer(invoice),
                Value::Integer(customer as i64 + 1),
                Value::Text(date),
                Value::Text(method.as_str()),
                Value::Integer(cents),
                reference.as_deref().into(),
            ],
        )?;
        let kind = if method == Method::CreditNote { "credit note" } else { "payment" };
        self.enter(invoice, Some(payment), customer, date, kind, cents, reference.as_deref())
    }

    /// One ledger entry: an invoice is a debit, anything else a credit.
    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    fn enter(
        &mut self,
        invoice: i64,
        payment: Option<i64>,
        customer: usize,
        date: &str,
        kind: &'static str,
        cents: i64,
        reference: Option<&str>,
    ) -> Result<(), S::Error> {
        let (debit, credit) = if payment.is_none() { (cents, 0) } else { (0, cents) };
        self.entries += 1;
        self.now.balances[customer] += debit - credit;
        self.insert(
            "ledger_entries",
            &[
                Value::Integer(self.entries),
                Value::Integer(customer as i64 + 1),
                Value::Integer(invoice),
                payment.map_or(Value::Null, Value::Integer),
                Value::Text(date),
                Value::Text(kind),
                Value::Integer(debit),
                Value::Integer(credit),
                Value::Integer(self.now.balances[customer]),
                reference.into(),
            ],
        )
    }

    /// Counts as many shelves on the last day as fill the promised number of rows.
    fn count_stock(&mut self, date: &str) -> Result<(), S::Error> {
        let rows = (self.size.rows - self.rows).clamp(0, self.size.products as i64);
        for product in 0..rows as usize {
            let found = self.rng.between(-3, 3).max(-self.now.stock[product]);
            let unit_price_cents = self.products[product].list_price_cents;
            let line = Line { product, quantity: found, unit_price_cents };
            self.move_stock("count", None, line, date, Some("Year-end count"))?;
        }
        Ok(())
    }
}

fn reorder_level(product: &Product) -> i64 {
    product.usual_quantity * 3
}
