-- The dashboard and the lists of the interviews, as they were carried over from the document store:
-- everything is asked of the JSON column. Weights are runs per hour.

-- name: how many documents
-- weight: 600
-- target: 100ms
SELECT count(*) AS documents FROM va_table;

-- name: how many of each status
-- weight: 600
-- target: 100ms
SELECT json_extract(document, '$.status') AS status, count(*) AS documents
FROM va_table
GROUP BY status
ORDER BY status;

-- name: latest submission
-- weight: 600
-- target: 100ms
SELECT json_extract(document, '$.submissiondate') AS latest
FROM va_table
ORDER BY json_extract(document, '$.submissiondate') DESC
LIMIT 1;

-- name: earliest submission
-- weight: 600
-- target: 100ms
SELECT json_extract(document, '$.submissiondate') AS earliest
FROM va_table
ORDER BY json_extract(document, '$.submissiondate')
LIMIT 1;

-- name: documents that wait
-- weight: 120
-- target: 100ms
SELECT id, document
FROM va_table
WHERE json_extract(document, '$.status') = 'pending'
ORDER BY json_extract(document, '$.submissiondate') DESC
LIMIT 20;

-- name: documents of a period
-- weight: 60
-- target: 100ms
SELECT id, json_extract(document, '$.site') AS site, json_extract(document, '$.status') AS status
FROM va_table
WHERE json_extract(document, '$.submissiondate') >= '2025-06-01'
  AND json_extract(document, '$.submissiondate') < '2025-06-08'
ORDER BY json_extract(document, '$.submissiondate');

-- name: documents of a site that were rejected
-- weight: 30
-- target: 100ms
SELECT id, document ->> '$.interviewer' AS interviewer, document ->> '$.submissiondate' AS submitted
FROM va_table
WHERE document ->> '$.site' = 'site 7' AND document ->> '$.status' = 'rejected'
ORDER BY submitted DESC;

-- name: newest documents, page 50
-- weight: 10
-- target: 100ms
SELECT id, json_extract(document, '$.submissiondate') AS submitted
FROM va_table
ORDER BY json_extract(document, '$.submissiondate') DESC, id
LIMIT 20 OFFSET 980;

-- name: submissions by month
-- weight: 20
-- target: 500ms
SELECT substr(json_extract(document, '$.submissiondate'), 1, 7) AS month, count(*) AS documents
FROM va_table
GROUP BY month
ORDER BY month;

-- name: words in a narrative
-- weight: 15
-- target: 500ms
SELECT id, json_extract(document, '$.narrative') AS narrative
FROM va_table
WHERE json_extract(document, '$.narrative') LIKE '%police%' AND json_extract(document, '$.deceased.age') < 5
ORDER BY id
LIMIT 50;

-- name: children with fever
-- weight: 15
-- target: 500ms
SELECT json_extract(document, '$.site') AS site, count(*) AS documents
FROM va_table
WHERE json_extract(document, '$.symptoms.fever') = 1 AND json_extract(document, '$.deceased.age') < 5
GROUP BY site
ORDER BY documents DESC, site;

-- name: results of a task
-- weight: 90
-- target: 50ms
SELECT va_id, cause, likelihood
FROM ccva_results
WHERE task_id = 'task-0021' AND status = 'done'
ORDER BY created_at, id;

-- name: last task
-- weight: 300
-- target: 50ms
SELECT task_id, created_at
FROM ccva_results
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: failed results
-- weight: 30
-- target: 50ms
SELECT id, task_id, va_id, created_at
FROM ccva_results
WHERE status = 'failed'
ORDER BY created_at DESC, id DESC
LIMIT 20;

-- name: causes by month
-- weight: 10
-- target: 500ms
SELECT substr(created_at, 1, 7) AS month, cause, count(*) AS results
FROM ccva_results
WHERE status = 'done' AND created_at >= '2023-02-01'
GROUP BY month, cause
ORDER BY month, cause;

-- name: documents without a result
-- weight: 20
-- target: 500ms
SELECT count(*) AS documents
FROM va_table AS v
WHERE NOT EXISTS (SELECT 1 FROM ccva_results AS r WHERE r.va_id = v.id);

-- name: a setting
-- weight: 900
-- target: 10ms
SELECT document FROM system_configs WHERE config_key = 'field_mapping';

-- name: status of a document
-- weight: 120
UPDATE va_table
SET document = json_set(document, '$.status', 'completed')
WHERE json_extract(document, '$.instanceid') = 'uuid:a45b8619-7ce1-004999';
