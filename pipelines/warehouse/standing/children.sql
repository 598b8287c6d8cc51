-- grain: one row for each child's role in each incident that stands
SELECT c.*, CAST(c.child_key AS UUID) AS child, i.incident_no, i.reported_date, i.counted_year, i.counted_term,
    i.phase, i.la_code
FROM children c
JOIN standing_incidents i
    ON i.return_id = c.return_id AND i.school_urn = c.school_urn AND i.incident_ref = c.incident_ref
ORDER BY i.la_code, c.school_urn, i.reported_date
