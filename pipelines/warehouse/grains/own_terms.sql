-- grain: one row for each school and term on whose last day the school was the scope's: the terms of whose returns the
-- scope may know
SELECT DISTINCT m.urn AS school_urn, t.academic_year, t.term
FROM scope_schools m JOIN terms t ON t.last_day BETWEEN m.from_date AND m.to_date
