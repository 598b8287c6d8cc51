-- grain: one row for each school in scope and academic year: what the register says of it, as known at $as_at, with the share
-- eligible for free meals at that year's census (else at the nearest earlier census, else at the next), as roll does
WITH meals AS (
    SELECT urn, census_year, percentage_fsm, loaded_at <= $as_at AS known FROM schools
    WHERE percentage_fsm IS NOT NULL AND census_year IS NOT NULL AND urn IN (SELECT urn FROM scope_schools)
    QUALIFY row_number() OVER (PARTITION BY urn, census_year ORDER BY loaded_at <= $as_at DESC, loaded_at DESC) = 1
)
SELECT s.urn, y.academic_year, s.name, s.la_code, s.la_name, s.phase, s.sex_of_intake, s.status, s.open_date,
    s.close_date, o.pupils, m.percentage_fsm
FROM register s CROSS JOIN (SELECT DISTINCT academic_year FROM terms) y
LEFT JOIN roll o ON o.school_urn = s.urn AND o.academic_year = y.academic_year
LEFT JOIN meals m ON m.urn = s.urn
WHERE s.urn IN (SELECT urn FROM scope_schools)
QUALIFY row_number() OVER (
    PARTITION BY s.urn, y.academic_year
    ORDER BY m.known DESC, m.census_year <= y.academic_year DESC,
             CASE WHEN m.census_year <= y.academic_year THEN m.census_year END DESC, m.census_year
) = 1
