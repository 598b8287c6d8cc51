-- grain: one row for each authority with a return that stood at $as_at, and the first day of the first such term
SELECT s.la_code, min(t.first_day) AS first_day FROM live_returns r JOIN register s ON s.urn = r.school_urn
JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
GROUP BY s.la_code
