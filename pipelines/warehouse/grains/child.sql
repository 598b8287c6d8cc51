-- grain: one row for each child's role in each incident in scope; `child` is its key in the shortest form
SELECT c.*, CAST(c.child_key AS UUID) AS child, i.incident_no, i.reported_date, i.counted_year, i.counted_term, i.phase
FROM children c
JOIN incident i ON i.return_id = c.return_id AND i.school_urn = c.school_urn AND i.incident_ref = c.incident_ref
