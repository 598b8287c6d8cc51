-- grain: one row for each incident in scope, once, from the latest return that holds it
-- (the latest first, then the scope: a date that was corrected out of scope must not bring the older row back)
WITH latest AS (
    SELECT i.*, r.recorded_at FROM incidents i
    JOIN live_returns r ON r.return_id = i.return_id
    WHERE i.school_urn IN (SELECT urn FROM scope_schools)
    QUALIFY row_number() OVER (PARTITION BY i.school_urn, i.incident_ref ORDER BY i.return_id DESC) = 1
)
SELECT i.*, s.phase, s.name AS school_name
FROM latest i
LEFT JOIN register s ON s.urn = i.school_urn
WHERE EXISTS (
    SELECT 1 FROM scope_schools m WHERE m.urn = i.school_urn AND i.reported_date BETWEEN m.from_date AND m.to_date
)
