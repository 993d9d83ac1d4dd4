-- name: by a
-- weight: 120
-- param: :a = 3
-- target: 50ms
SELECT t.id, b FROM t WHERE a = :a AND c BETWEEN 1.5 AND 2e3 ORDER BY b DESC LIMIT 5 OFFSET 1;
/* a join */ SELECT * FROM t JOIN u ON u.x = t.id LEFT JOIN v USING (a) WHERE t.b LIKE 'text 1%';
SELECT "id", [a], `b` FROM t WHERE id IN (SELECT x FROM u WHERE y > ?1) OR a = 2 GROUP BY a HAVING count(*) > 1;
WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT i, max(i) OVER (ORDER BY i) FROM n;
SELECT highlight(f, 0, '<', '>') FROM f WHERE f MATCH 'text' ORDER BY rank; SELECT id FROM r WHERE x0 > 3
