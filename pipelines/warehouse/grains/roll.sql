-- grain: one row for each school and academic year, with the pupils on roll at that year's January census
-- (else at the nearest earlier census, else at the next), as known at $as_at (else as first known)
WITH census AS (
    SELECT urn, census_year, pupils, boys, girls, loaded_at <= $as_at AS known FROM schools
    WHERE pupils > 0 AND census_year IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY urn, census_year ORDER BY loaded_at <= $as_at DESC, loaded_at DESC) = 1
)
SELECT c.urn AS school_urn, y.academic_year, c.census_year, c.pupils, c.boys, c.girls
FROM census c CROSS JOIN (SELECT DISTINCT academic_year FROM terms) y
QUALIFY row_number() OVER (
    PARTITION BY c.urn, y.academic_year
    ORDER BY c.known DESC, c.census_year <= y.academic_year DESC,
             CASE WHEN c.census_year <= y.academic_year THEN c.census_year END DESC, c.census_year
) = 1
