-- grain: one row for each school, year and term with a return that stands; `la_code` is of the term's last day
SELECT r.*, a.la_code FROM live_returns r
LEFT JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
LEFT JOIN standing_authorities a ON a.urn = r.school_urn AND t.last_day BETWEEN a.from_date AND a.to_date
ORDER BY a.la_code, r.school_urn
