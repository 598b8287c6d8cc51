-- grain: one row for each school and term of which a return is expected, and whether it came; `la_code` is
-- of the term's last day
SELECT s.urn AS school_urn, s.name AS school_name, s.phase, a.la_code, t.academic_year, t.term,
    r.return_id IS NOT NULL AS returned, coalesce(r.nil, FALSE) AS nil, r.return_id, r.version, r.recorded_at,
    r.recorded_by, r.incidents, r.children, r.queries, t.first_day, t.last_day
FROM register s
JOIN authority_members a ON a.urn = s.urn
JOIN starts b ON b.la_code = a.la_code
JOIN terms t ON t.first_day >= b.first_day AND t.last_day BETWEEN a.from_date AND a.to_date
JOIN scope_schools m ON m.urn = s.urn AND t.last_day BETWEEN m.from_date AND m.to_date
LEFT JOIN live_returns r ON r.school_urn = s.urn AND r.academic_year = t.academic_year AND r.term = t.term
-- of a term that has ended, from every school open on its last day; of a running one, those that came already
WHERE ((r.return_id IS NOT NULL)
   OR (t.last_day < CAST($as_at AS DATE) AND coalesce(s.open_date, DATE '1900-01-01') <= t.last_day
       AND CASE WHEN s.status = 'closed' THEN coalesce(s.close_date, DATE '1900-01-01')
                ELSE coalesce(s.close_date, DATE '9999-12-31') END >= t.last_day
       AND s.status <> 'proposed_to_open'))
-- none of a year of which rows were erased, nor of a school of which everything was
AND t.academic_year >= (SELECT coalesce(max(academic_year), '') FROM erasures WHERE kind = 'retention')
AND (r.return_id IS NOT NULL OR s.urn NOT IN (SELECT school_urn FROM erasures WHERE kind = 'school'))
