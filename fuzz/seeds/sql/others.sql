CREATE TRIGGER x AFTER UPDATE OF a ON t WHEN new.a > 1 BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM u; END;
INSERT INTO t(a, b) VALUES (1, 'it''s; "quoted"'), (?, $name) ON CONFLICT DO UPDATE SET a = excluded.a RETURNING *;
UPDATE t SET b = x'00ff' WHERE a IS NOT NULL; PRAGMA table_info(t); EXPLAIN QUERY PLAN DELETE FROM t;
ATTACH 'x' AS y; VACUUM INTO 'z'; BEGIN; SELECT * FROM pragma_optimize; SELECT load_extension('a');
SELECT * FROM dbstat, sqlite_stmt, bytecode('SELECT 1'), sqlite_dbpage, sqlite_schema, json_each('[1]')
