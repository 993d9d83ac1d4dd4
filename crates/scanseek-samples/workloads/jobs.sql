-- What the job service asks while it runs: its queue in the main database, customers and audit trail in
-- those attached. "Now" is 2025-12-22 00:00. Weights are runs per hour.

-- name: next runs of the queue
-- weight: 7200
-- target: 5ms
SELECT id, batch_id, customer_id
FROM runs
WHERE status = 'queued'
ORDER BY priority DESC, queued_at
LIMIT 10;

-- name: progress of a batch
-- weight: 600
-- target: 10ms
SELECT status, count(*) AS runs
FROM runs
WHERE batch_id = 42
GROUP BY status
ORDER BY status;

-- name: runs of a customer
-- weight: 120
-- target: 20ms
SELECT r.id, r.status, r.queued_at, r.finished_at, b.name AS batch, j.name AS job
FROM runs AS r
JOIN batches AS b ON b.id = r.batch_id
JOIN jobs AS j ON j.id = b.job_id
WHERE r.customer_id = 41
ORDER BY r.queued_at DESC
LIMIT 20;

-- name: failed runs with their customers
-- weight: 60
-- target: 50ms
SELECT r.id, r.queued_at, r.message, c.name, c.email
FROM runs AS r
JOIN customers.customers AS c ON c.id = r.customer_id
WHERE r.status = 'failed' AND r.queued_at >= '2025-12-01'
ORDER BY r.queued_at DESC, r.id;

-- name: customer by mail address
-- weight: 300
-- target: 5ms
SELECT id, name, plan
FROM customers.customers
WHERE lower(email) = 'office41@indigo-textiles.example';

-- name: customers by start of name
-- weight: 90
-- target: 20ms
SELECT id, name, city
FROM customers.customers
WHERE name LIKE 'gran%'
ORDER BY name
LIMIT 20;

-- name: contacts of a customer
-- weight: 150
-- target: 5ms
SELECT kind, value
FROM customers.contacts
WHERE customer_id = 41
ORDER BY kind;

-- name: customers of a batch, one by one: 1 of 3
-- weight: 100
-- target: 5ms
SELECT name, email, (SELECT value FROM customers.contacts WHERE customer_id = c.id AND kind = 'phone') AS phone
FROM customers.customers AS c
WHERE c.id = 17;

-- name: customers of a batch, one by one: 2 of 3
-- weight: 100
-- target: 5ms
SELECT name, email, (SELECT value FROM customers.contacts WHERE customer_id = c.id AND kind = 'phone') AS phone
FROM customers.customers AS c
WHERE c.id = 31;

-- name: customers of a batch, one by one: 3 of 3
-- weight: 100
-- target: 5ms
SELECT name, email, (SELECT value FROM customers.contacts WHERE customer_id = c.id AND kind = 'phone') AS phone
FROM customers.customers AS c
WHERE c.id = 160;

-- name: history of a customer
-- weight: 60
-- target: 20ms
SELECT at, actor, action, details
FROM audit.audit_log
WHERE entity = 'customer' AND entity_id = 41
ORDER BY at DESC
LIMIT 50;

-- name: latest entries
-- weight: 200
-- target: 10ms
SELECT id, at, actor, action, entity, entity_id
FROM audit.audit_log
ORDER BY at DESC, id DESC
LIMIT 50;

-- name: what somebody deleted
-- weight: 5
-- target: 50ms
SELECT at, entity, entity_id
FROM audit.audit_log
WHERE actor = 'user07' AND action = 'delete' AND at >= '2025-11-01'
ORDER BY at;

-- name: numbers of the start page
-- weight: 240
-- target: 20ms
SELECT (SELECT count(*) FROM customers.customers WHERE is_active = 1) AS customers,
       (SELECT count(*) FROM runs) AS runs,
       (SELECT count(*) FROM runs WHERE status = 'queued') AS queued,
       (SELECT count(*) FROM audit.audit_log) AS entries;

-- name: customers without a run this quarter
-- weight: 2
-- target: 200ms
SELECT c.id, c.name
FROM customers.customers AS c
WHERE c.is_active = 1
  AND NOT EXISTS (
    SELECT 1 FROM runs AS r WHERE r.customer_id = c.id AND r.queued_at >= '2025-10-01')
ORDER BY c.id;

-- name: runs by month and plan
-- weight: 2
-- target: 200ms
SELECT substr(r.queued_at, 1, 7) AS month, c.plan, count(*) AS runs, sum(r.status = 'failed') AS failed
FROM runs AS r
JOIN customers.customers AS c ON c.id = r.customer_id
GROUP BY month, c.plan
ORDER BY month, c.plan;

-- name: entries about failed runs
-- weight: 4
-- target: 200ms
SELECT a.at, a.actor, a.action, r.id
FROM runs AS r
JOIN audit.audit_log AS a ON a.entity = 'run' AND a.entity_id = r.id
WHERE r.status = 'failed' AND r.queued_at >= '2025-12-01'
ORDER BY a.at, a.id;

-- name: take a run
-- weight: 3600
UPDATE runs SET status = 'running', attempts = attempts + 1
WHERE id = (SELECT id FROM runs WHERE status = 'queued' ORDER BY priority DESC, queued_at LIMIT 1);

-- name: new entry
-- weight: 4000
INSERT INTO audit.audit_log (at, actor, action, entity, entity_id)
VALUES ('2025-12-22 00:00:00', 'user07', 'update', 'run', 7000);
