-- What the control of the coating machines asks, from the start of a process to its report. Weights are
-- runs per hour. The first six are one loop of the program, which asks once for each component.

-- name: parameters of a component, 1 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 41 AND is_active = 1;

-- name: parameters of a component, 2 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 107 AND is_active = 1;

-- name: parameters of a component, 3 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 23 AND is_active = 1;

-- name: parameters of a component, 4 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 512 AND is_active = 1;

-- name: parameters of a component, 5 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 64 AND is_active = 1;

-- name: parameters of a component, 6 of 6
-- weight: 60
-- target: 50ms
SELECT id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id = 333 AND is_active = 1;

-- name: parameters of six components at once
-- weight: 5
-- target: 50ms
SELECT component_id, id, name, data_type, unit, min_value, max_value, set_value
FROM component_parameters
WHERE component_id IN (41, 107, 23, 512, 64, 333) AND is_active = 1
ORDER BY component_id, id;

-- name: parameter by component and name
-- weight: 240
-- target: 10ms
SELECT id, set_value
FROM component_parameters
WHERE component_id = 107 AND name = 'pressure';

-- name: component by name
-- weight: 120
-- target: 10ms
SELECT id, machine_id, kind, position
FROM machine_components
WHERE name = 'pump 17' OR name = 'valve 9';

-- name: components of a machine
-- weight: 90
-- target: 10ms
SELECT id, name, kind, position
FROM machine_components
WHERE machine_id = 3 AND is_active = 1
ORDER BY position;

-- name: parameters that are set on a machine
-- weight: 30
-- target: 50ms
SELECT c.name AS component, p.name, p.set_value, p.unit
FROM machine_components AS c
JOIN component_parameters AS p ON p.component_id = c.id
WHERE c.machine_id = 2 AND c.kind = 'heater' AND c.is_active = 1 AND p.set_value IS NOT NULL
ORDER BY c.position, p.id;

-- name: the running process
-- weight: 3600
-- target: 10ms
SELECT id, machine_id, recipe, started_at
FROM processes
WHERE status = 'running';

-- name: data of a process
-- weight: 40
-- target: 50ms
SELECT recorded_at, parameter_id, value
FROM process_data_points
WHERE process_id = 211
ORDER BY recorded_at, id;

-- name: course of a parameter
-- weight: 60
-- target: 50ms
SELECT recorded_at, value
FROM process_data_points
WHERE parameter_id = 5295 AND recorded_at >= '2025-03-04'
ORDER BY recorded_at;

-- name: last value of each parameter of a component
-- weight: 45
-- target: 50ms
SELECT p.id, p.name,
       (SELECT d.value FROM process_data_points AS d
        WHERE d.parameter_id = p.id ORDER BY d.recorded_at DESC LIMIT 1) AS last_value
FROM component_parameters AS p
WHERE p.component_id = 107
ORDER BY p.id;

-- name: values beyond their limits
-- weight: 20
-- target: 100ms
SELECT d.recorded_at, d.process_id, p.component_id, p.name, d.value, p.max_value
FROM process_data_points AS d
JOIN component_parameters AS p ON p.id = d.parameter_id
WHERE d.value > p.max_value
ORDER BY d.recorded_at DESC, d.id DESC
LIMIT 50;

-- name: aborted processes of a month by recipe
-- weight: 2
-- target: 100ms
SELECT recipe, count(*) AS processes, sum(status = 'aborted') AS aborted
FROM processes
WHERE started_at BETWEEN '2025-03-03' AND '2025-04-03'
GROUP BY recipe
ORDER BY aborted DESC, recipe;

-- name: points stored for each process
-- weight: 1
-- target: 200ms
SELECT p.id, p.recipe, count(d.id) AS points, avg(d.value) AS mean
FROM processes AS p
LEFT JOIN process_data_points AS d ON d.process_id = p.id
WHERE p.machine_id = 4
GROUP BY p.id
ORDER BY p.id;

-- name: new data point
-- weight: 7200
INSERT INTO process_data_points (process_id, parameter_id, recorded_at, value)
VALUES (336, 5295, '2025-03-24 01:00:00', 17.5);

-- name: set a parameter
-- weight: 30
UPDATE component_parameters SET set_value = 120 WHERE component_id = 107 AND name = 'pressure';
