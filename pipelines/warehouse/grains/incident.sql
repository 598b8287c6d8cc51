-- grain: one row for each incident in scope, once, from the latest return that holds it
-- (the same incident: of one school, reference and day; a reference told of for two days stands for two incidents)
-- `rated` says whether its school has a roll and a return of the term it counts in, as a rate's denominator needs
SELECT i.*, i.return_id * 100000000 + i.row_number AS incident_no, l.recorded_at, s.phase, s.name AS school_name,
    EXISTS (SELECT 1 FROM roll o WHERE o.school_urn = i.school_urn AND o.academic_year = i.counted_year)
    AND EXISTS (
        SELECT 1 FROM live_returns r
        WHERE r.school_urn = i.school_urn AND r.academic_year = i.counted_year AND r.term = i.counted_term
    ) AS rated
FROM (
    SELECT n.return_id, n.row_number, r.recorded_at FROM incidents n
    JOIN live_returns r ON r.return_id = n.return_id
    WHERE n.school_urn IN (SELECT urn FROM scope_schools)
    QUALIFY row_number() OVER (PARTITION BY n.school_urn, n.incident_ref, n.reported_date ORDER BY n.return_id DESC) = 1
) l
JOIN incidents i ON i.return_id = l.return_id AND i.row_number = l.row_number
LEFT JOIN register s ON s.urn = i.school_urn
WHERE EXISTS (
    SELECT 1 FROM scope_schools m WHERE m.urn = i.school_urn AND i.reported_date BETWEEN m.from_date AND m.to_date
)
