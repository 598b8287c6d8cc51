-- grain: one row for each school of a scope that is open on a day, with its trust on that day
SELECT s.urn, t.trust_uid, t.trust_name
FROM register s
JOIN scope_schools m ON m.urn = s.urn AND CAST($today AS DATE) BETWEEN m.from_date AND m.to_date
LEFT JOIN trust_members t ON t.urn = s.urn AND CAST($today AS DATE) BETWEEN t.from_date AND t.to_date
WHERE coalesce(s.open_date, DATE '1900-01-01') <= CAST($today AS DATE)
    AND CASE WHEN s.status = 'closed' THEN coalesce(s.close_date, DATE '1900-01-01')
             ELSE coalesce(s.close_date, DATE '9999-12-31') END >= CAST($today AS DATE)
    AND s.status <> 'proposed_to_open'
    AND ($phase IS NULL OR s.phase = $phase) AND ($school IS NULL OR s.urn = $school)
