-- grain: one row for each authority with a return that stands, and the first day of the first term of which one does
SELECT r.la_code, min(t.first_day) AS first_day FROM standing_returns r
JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
WHERE r.la_code IS NOT NULL
GROUP BY r.la_code
