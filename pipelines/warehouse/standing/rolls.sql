-- grain: one row for each census of a school, with the academic years for which it gives the roll (the last left out)
SELECT c.urn AS school_urn, c.census_year, c.pupils, c.boys, c.girls,
    CASE WHEN row_number() OVER w = 1 THEN '000000' ELSE c.census_year END AS from_year,
    coalesce(lead(c.census_year) OVER w, '999999') AS until_year
FROM (
    SELECT urn, census_year, pupils, boys, girls FROM schools
    WHERE pupils > 0 AND census_year IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY urn, census_year ORDER BY loaded_at DESC) = 1
) c
WINDOW w AS (PARTITION BY c.urn ORDER BY c.census_year)
ORDER BY c.urn
