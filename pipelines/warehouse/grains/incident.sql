-- grain: one row for each incident in scope, once, from the latest return that holds it
SELECT i.*, s.phase, s.name AS school_name, r.recorded_at
FROM incidents i
JOIN live_returns r ON r.return_id = i.return_id
JOIN scope_schools m ON m.urn = i.school_urn AND i.reported_date BETWEEN m.from_date AND m.to_date
LEFT JOIN register s ON s.urn = i.school_urn
QUALIFY row_number() OVER (PARTITION BY i.school_urn, i.incident_ref ORDER BY i.return_id DESC) = 1
