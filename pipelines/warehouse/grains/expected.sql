-- grain: one row for each school and term of which a return is expected, and whether it came
SELECT s.urn AS school_urn, s.name AS school_name, s.phase, s.la_code, t.academic_year, t.term,
    r.return_id IS NOT NULL AS returned, coalesce(r.nil, FALSE) AS nil, r.return_id, r.version, r.recorded_at,
    r.recorded_by, r.incidents, r.children, r.queries, t.first_day, t.last_day
FROM register s
JOIN starts b ON b.la_code = s.la_code
JOIN terms t ON t.first_day >= b.first_day
JOIN scope_schools m ON m.urn = s.urn AND t.last_day BETWEEN m.from_date AND m.to_date
LEFT JOIN live_returns r ON r.school_urn = s.urn AND r.academic_year = t.academic_year AND r.term = t.term
-- of a term that has ended, from every school open on its last day; of a running one, those that came already
WHERE (r.return_id IS NOT NULL)
   OR (t.last_day < CAST($as_at AS DATE) AND coalesce(s.open_date, DATE '1900-01-01') <= t.last_day
       AND CASE WHEN s.status = 'closed' THEN coalesce(s.close_date, DATE '1900-01-01')
                ELSE coalesce(s.close_date, DATE '9999-12-31') END >= t.last_day
       AND s.status <> 'proposed_to_open')
