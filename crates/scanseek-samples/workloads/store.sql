-- Daily work of the steel store's app. "Today" is 2025-12-31, the last day of the sample.
-- Weights are runs per working day.

-- name: open invoices of a customer
-- weight: 400
SELECT invoice_id, invoice_number, invoice_date, due_date, total_cents, balance_cents
FROM invoices
WHERE customer_id = 41 AND status = 'open';

-- name: payments of an invoice
-- weight: 300
SELECT payment_id, payment_date, method, amount_cents, reference
FROM payments
WHERE invoice_id = 2379
ORDER BY payment_date, payment_id;

-- name: product by code
-- weight: 600
SELECT product_id, name, unit, list_price_cents, stock_quantity
FROM products
WHERE code = 'SH-045-0007';

-- name: latest invoices
-- weight: 250
SELECT invoice_id, invoice_number, invoice_date, customer_id, status, total_cents
FROM invoices
ORDER BY invoice_date DESC, invoice_id DESC
LIMIT 50;

-- name: customers by start of name
-- weight: 350
SELECT customer_id, name, city, phone, balance_cents
FROM customers
WHERE name LIKE 'mar%'
ORDER BY name
LIMIT 20;

-- name: products of a category
-- weight: 200
SELECT product_id, code, name, list_price_cents, stock_quantity
FROM products
WHERE category = 'Sheets' AND is_active = 1
ORDER BY name
LIMIT 30;

-- name: invoice lines
-- weight: 300
SELECT m.movement_id, p.code, p.name, p.unit, -m.quantity AS quantity, m.unit_price_cents,
       -m.quantity * m.unit_price_cents AS amount_cents
FROM stock_movements AS m
JOIN products AS p ON p.product_id = m.product_id
WHERE m.invoice_id = 2379 AND m.kind = 'sale'
ORDER BY m.movement_id;

-- name: customer statement
-- weight: 60
SELECT e.entry_date, e.kind, i.invoice_number, e.debit_cents, e.credit_cents,
       e.balance_after_cents
FROM ledger_entries AS e
JOIN invoices AS i ON i.invoice_id = e.invoice_id
WHERE e.customer_id = 41 AND e.entry_date BETWEEN '2025-07-01' AND '2025-12-31'
ORDER BY e.entry_date, e.entry_id;

-- name: overdue invoices
-- weight: 30
SELECT i.invoice_number, c.name, c.phone, i.due_date, i.balance_cents
FROM invoices AS i
JOIN customers AS c ON c.customer_id = i.customer_id
WHERE i.balance_cents <> 0 AND i.due_date < '2025-12-31'
ORDER BY i.due_date, i.invoice_id
LIMIT 100;

-- name: stock on hand of a product
-- weight: 150
SELECT sum(quantity) AS on_hand
FROM stock_movements
WHERE product_id = 7;

-- name: recent movements of a product
-- weight: 120
SELECT movement_id, movement_date, kind, quantity, invoice_id, reference
FROM stock_movements
WHERE product_id = 7
ORDER BY movement_date DESC, movement_id DESC
LIMIT 20;

-- name: products running low
-- weight: 40
SELECT product_id, code, name, stock_quantity, reorder_level
FROM products
WHERE stock_quantity <= reorder_level AND is_active = 1
ORDER BY stock_quantity;

-- name: invoice by bill number
-- weight: 80
SELECT invoice_id, invoice_number, customer_id, invoice_date, total_cents, balance_cents
FROM invoices
WHERE bill_number = 'B-00300';

-- name: payment by reference
-- weight: 70
SELECT payment_id, invoice_id, customer_id, payment_date, amount_cents
FROM payments
WHERE reference = 'TR-0004383';

-- name: unpaid by customer
-- weight: 20
SELECT c.customer_id, c.name, count(*) AS invoices, sum(i.balance_cents) AS unpaid_cents
FROM invoices AS i
JOIN customers AS c ON c.customer_id = i.customer_id
WHERE i.balance_cents > 0
GROUP BY c.customer_id
ORDER BY unpaid_cents DESC
LIMIT 50;

-- name: sales by month
-- weight: 10
SELECT substr(invoice_date, 1, 7) AS month, count(*) AS invoices, sum(total_cents) AS sales_cents
FROM invoices
WHERE invoice_date BETWEEN '2025-01-01' AND '2025-12-31' AND status <> 'cancelled'
GROUP BY month
ORDER BY month;

-- name: best customers of the year
-- weight: 5
SELECT c.customer_id, c.name, c.city, sum(i.total_cents) AS sales_cents
FROM customers AS c
JOIN invoices AS i ON i.customer_id = c.customer_id
WHERE i.invoice_date >= '2025-01-01'
GROUP BY c.customer_id
ORDER BY sales_cents DESC
LIMIT 20;

-- name: product sales of a month
-- weight: 8
SELECT p.code, p.name, -sum(m.quantity) AS sold,
       -sum(m.quantity * m.unit_price_cents) AS sales_cents
FROM stock_movements AS m
JOIN products AS p ON p.product_id = m.product_id
WHERE m.kind = 'sale' AND m.movement_date BETWEEN '2025-11-01' AND '2025-11-30'
GROUP BY m.product_id
ORDER BY sales_cents DESC
LIMIT 40;

-- name: customers with their last payment
-- weight: 25
SELECT c.customer_id, c.name,
       (SELECT max(p.payment_date) FROM payments AS p WHERE p.customer_id = c.customer_id)
         AS last_payment
FROM customers AS c
WHERE c.customer_id BETWEEN 1 AND 25
ORDER BY c.customer_id;

-- name: customers entered twice
-- weight: 1
SELECT lower(email) AS address, count(*) AS entries, min(customer_id) AS first_customer_id
FROM customers
WHERE email IS NOT NULL
GROUP BY address
HAVING entries > 1
ORDER BY first_customer_id;
