CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('retail', 'trade', 'builder', 'public')),
  email TEXT,
  phone TEXT,
  city TEXT NOT NULL,
  created_on TEXT NOT NULL,
  credit_limit_cents INTEGER NOT NULL,
  balance_cents INTEGER NOT NULL,
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
);

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  category TEXT NOT NULL,
  unit TEXT NOT NULL,
  weight_grams INTEGER NOT NULL,
  list_price_cents INTEGER NOT NULL,
  stock_quantity INTEGER NOT NULL,
  reorder_level INTEGER NOT NULL,
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
);

CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY,
  invoice_number TEXT NOT NULL,
  bill_number TEXT,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  invoice_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'partly paid', 'paid', 'disputed', 'cancelled')),
  sold_by TEXT NOT NULL,
  total_cents INTEGER NOT NULL,
  paid_cents INTEGER NOT NULL,
  balance_cents INTEGER NOT NULL,
  notes TEXT
);

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  payment_date TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('cash', 'card', 'cheque', 'transfer', 'credit note')),
  amount_cents INTEGER NOT NULL,
  reference TEXT
);

CREATE TABLE stock_movements (
  movement_id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  invoice_id INTEGER REFERENCES invoices (invoice_id),
  movement_date TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opening', 'purchase', 'sale', 'return', 'count')),
  quantity INTEGER NOT NULL,
  unit_price_cents INTEGER NOT NULL,
  reference TEXT
);

CREATE TABLE ledger_entries (
  entry_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  invoice_id INTEGER NOT NULL REFERENCES invoices (invoice_id),
  payment_id INTEGER REFERENCES payments (payment_id),
  entry_date TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'payment', 'credit note')),
  debit_cents INTEGER NOT NULL,
  credit_cents INTEGER NOT NULL,
  balance_after_cents INTEGER NOT NULL,
  reference TEXT
);
