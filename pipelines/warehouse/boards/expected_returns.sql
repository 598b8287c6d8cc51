-- grain: one row for each school and term of which a return is expected, with what has come of it and been done
WITH happened AS (
    SELECT r.*, lead(r.state) OVER w AS then_state,
        max(CASE WHEN r.state = 'withdrawn' THEN r.return_id END)
            OVER (PARTITION BY r.school_urn, r.academic_year, r.term) AS withdrawn_id
    FROM returns r
    WHERE r.recorded_at <= $as_at AND r.school_urn IN (SELECT urn FROM scope_schools)
    WINDOW w AS (PARTITION BY r.school_urn, r.academic_year, r.term ORDER BY r.return_id)
), history AS (
    SELECT school_urn, academic_year, term,
        count(*) FILTER (state = 'submitted') AS versions,
        count(*) FILTER (state = 'submitted' AND then_state = 'submitted') AS superseded,
        min(recorded_at) FILTER (state = 'submitted' AND return_id > coalesce(withdrawn_id, 0)) AS first_came,
        max(recorded_at) AS last_change, arg_max(state, return_id) = 'withdrawn' AS withdrawn,
        max(recorded_at) FILTER (state = 'submitted') AS last_sent,
        arg_max(recorded_by, return_id) FILTER (state = 'submitted') AS last_sent_by
    FROM happened GROUP BY ALL
), sent AS (
    -- the latest that a school sent of a term that is one's own: who to ask where no mailbox is kept
    SELECT h.school_urn, any_value(a.role) AS sent_by_role
    FROM (SELECT * FROM history SEMI JOIN expected USING (school_urn, academic_year, term) WHERE last_sent IS NOT NULL
          QUALIFY row_number() OVER (PARTITION BY school_urn ORDER BY last_sent DESC, academic_year, term) = 1) h
    JOIN audit a ON a.recorded_at = h.last_sent AND a.actor = h.last_sent_by
        AND a.subject = 'school:' || h.school_urn || ' ' || h.academic_year || ' ' || h.term
    GROUP BY h.school_urn
), reminders AS (
    SELECT subject, max(recorded_at) AS reminded FROM audit
    WHERE action = $reminded AND recorded_at <= $as_at GROUP BY subject
)
SELECT e.school_urn, e.school_name, e.phase, e.la_code, e.academic_year, e.term, e.first_day, e.last_day, e.returned,
    e.nil, t.trust_uid, t.trust_name, coalesce(h.versions, 0) AS versions, coalesce(h.superseded, 0) AS superseded,
    h.first_came, h.last_change, coalesce(h.withdrawn, FALSE) AS withdrawn, s.sent_by_role, m.reminded
FROM expected e
LEFT JOIN trust_members t ON t.urn = e.school_urn AND e.last_day BETWEEN t.from_date AND t.to_date
LEFT JOIN history h ON h.school_urn = e.school_urn AND h.academic_year = e.academic_year AND h.term = e.term
LEFT JOIN sent s ON s.school_urn = e.school_urn
LEFT JOIN reminders m ON m.subject = 'school:' || e.school_urn || ' ' || e.academic_year || ' ' || e.term
WHERE ($year IS NULL OR e.academic_year = $year) AND ($term IS NULL OR e.term = $term)
    AND ($phase IS NULL OR e.phase = $phase) AND ($school IS NULL OR e.school_urn = $school)
