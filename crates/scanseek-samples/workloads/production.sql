-- A plant's evaluation of what its lines produced. The last quarter is in the main database, what is
-- older in the one attached as archive. "Today" is 2025-12-30. Weights are runs per working day; the
-- plan promises 50 ms on average and 200 ms for the 99th percentile.

-- name: an item in a period
-- weight: 300
-- target: 50ms
SELECT production_date, line, shift, lot_number, good_quantity, scrap_quantity
FROM production_records
WHERE production_date BETWEEN '2025-11-01' AND '2025-11-30' AND item_code = 'IT-02-1259'
ORDER BY production_date, id;

-- name: lots that begin with
-- weight: 250
-- target: 50ms
SELECT id, lot_number, item_code, production_date, good_quantity
FROM production_records
WHERE lot_number LIKE 'L251203-4%'
ORDER BY lot_number;

-- name: lots that contain
-- weight: 80
-- target: 200ms
SELECT id, lot_number, item_code, production_date
FROM production_records
WHERE lot_number LIKE '%-3-0117%';

-- name: a lot in both databases
-- weight: 120
-- target: 50ms
SELECT 'live' AS source, id, production_date, item_code, good_quantity
FROM production_records
WHERE lot_number = 'L250214-1-0003'
UNION ALL
SELECT 'archive', id, production_date, item_code, good_quantity
FROM archive.production_records
WHERE lot_number = 'L250214-1-0003';

-- name: good parts of a day
-- weight: 200
-- target: 50ms
SELECT line, shift, sum(good_quantity) AS good, sum(scrap_quantity) AS scrap
FROM production_records
WHERE production_date = '2025-12-15'
GROUP BY line, shift
ORDER BY line, shift;

-- name: latest records
-- weight: 400
-- target: 50ms
SELECT id, production_date, line, item_code, lot_number, good_quantity
FROM production_records
ORDER BY production_date DESC, id DESC
LIMIT 50;

-- name: latest records, page 200
-- weight: 5
-- target: 50ms
SELECT id, production_date, line, item_code, lot_number, good_quantity
FROM production_records
ORDER BY production_date DESC, id DESC
LIMIT 50 OFFSET 9950;

-- name: total of an item since the beginning
-- weight: 60
-- target: 200ms
SELECT sum(good_quantity) AS good, min(production_date) AS first, max(production_date) AS last
FROM (
  SELECT production_date, good_quantity FROM production_records WHERE item_code = 'IT-02-1259'
  UNION ALL
  SELECT production_date, good_quantity FROM archive.production_records WHERE item_code = 'IT-02-1259');

-- name: output by month, live and archive
-- weight: 10
-- target: 200ms
SELECT substr(production_date, 1, 7) AS month, count(*) AS records, sum(good_quantity) AS good,
       sum(scrap_quantity) AS scrap
FROM (
  SELECT production_date, good_quantity, scrap_quantity FROM production_records
  UNION ALL
  SELECT production_date, good_quantity, scrap_quantity FROM archive.production_records)
GROUP BY month
ORDER BY month;

-- name: best items of a month
-- weight: 20
-- target: 200ms
SELECT r.item_code, i.item_name, i.family, sum(r.good_quantity) AS good
FROM production_records AS r
JOIN items AS i ON i.item_code = r.item_code
WHERE r.production_date BETWEEN '2025-12-01' AND '2025-12-30'
GROUP BY r.item_code
ORDER BY good DESC, r.item_code
LIMIT 20;

-- name: scrap above a twentieth
-- weight: 15
-- target: 200ms
SELECT id, production_date, line, item_code, good_quantity, scrap_quantity
FROM production_records
WHERE scrap_quantity * 20 > good_quantity AND production_date >= '2025-12-01'
ORDER BY production_date, id;

-- name: records with remarks
-- weight: 25
-- target: 50ms
SELECT id, production_date, line, remarks
FROM production_records
WHERE remarks IS NOT NULL AND line = 4
ORDER BY production_date DESC, id DESC
LIMIT 30;

-- name: item codes to choose from
-- weight: 150
-- target: 50ms
SELECT item_code FROM production_records
UNION
SELECT item_code FROM archive.production_records
ORDER BY item_code;

-- name: how many records
-- weight: 100
-- target: 50ms
SELECT (SELECT count(*) FROM production_records) AS live,
       (SELECT count(*) FROM archive.production_records) AS archived;

-- name: items not made since Christmas
-- weight: 5
-- target: 200ms
SELECT i.item_code, i.item_name
FROM items AS i
WHERE NOT EXISTS (
  SELECT 1
  FROM production_records AS r
  WHERE r.item_code = i.item_code AND r.production_date >= '2025-12-26')
ORDER BY i.item_code;

-- name: new record
-- weight: 3000
INSERT INTO production_records
  (production_date, item_code, lot_number, line, shift, good_quantity, scrap_quantity, operator)
VALUES ('2025-12-30', 'IT-02-1259', 'L251230-4-9001', 4, 'early', 480, 3, 'l.costa');
