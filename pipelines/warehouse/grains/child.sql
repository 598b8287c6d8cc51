-- grain: one row for each child's role in each incident in scope
SELECT c.*, i.reported_date, i.counted_year, i.counted_term, i.phase
FROM children c
JOIN incident i ON i.return_id = c.return_id AND i.school_urn = c.school_urn AND i.incident_ref = c.incident_ref
