-- grain: one row for each school, as the register stands
SELECT * FROM register ORDER BY la_code, urn
