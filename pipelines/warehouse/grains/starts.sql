-- grain: one row for each authority with a return that stood at $as_at, and the first day of the first such term
SELECT a.la_code, min(t.first_day) AS first_day FROM live_returns r
JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
JOIN authority_members a ON a.urn = r.school_urn AND t.last_day BETWEEN a.from_date AND a.to_date
GROUP BY a.la_code
