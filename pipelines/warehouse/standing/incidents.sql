-- grain: one row for each incident, once, from the latest return that stands and holds its reference and day; `la_code`
-- is of that day, on which staff were told
SELECT i.*, i.return_id * 100000000 + i.row_number AS incident_no, l.recorded_at, s.phase, s.name AS school_name,
    a.la_code,
    EXISTS (SELECT 1 FROM standing_rolls o WHERE o.school_urn = i.school_urn)
    AND EXISTS (
        SELECT 1 FROM standing_returns r JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
        WHERE r.school_urn = i.school_urn AND r.academic_year = i.counted_year AND r.term = i.counted_term
    ) AS rated
FROM (
    SELECT n.return_id, n.row_number, r.recorded_at FROM incidents n
    JOIN standing_returns r ON r.return_id = n.return_id
    QUALIFY row_number() OVER (PARTITION BY n.school_urn, n.incident_ref, n.reported_date ORDER BY n.return_id DESC) = 1
) l
JOIN incidents i ON i.return_id = l.return_id AND i.row_number = l.row_number
LEFT JOIN standing_schools s ON s.urn = i.school_urn
LEFT JOIN standing_authorities a ON a.urn = i.school_urn AND i.reported_date BETWEEN a.from_date AND a.to_date
ORDER BY a.la_code, i.school_urn, i.reported_date
