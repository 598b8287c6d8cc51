-- grain: one row for each school, year and term with a return that stands
SELECT r.*, s.la_code FROM live_returns r LEFT JOIN standing_schools s ON s.urn = r.school_urn
ORDER BY s.la_code, r.school_urn
