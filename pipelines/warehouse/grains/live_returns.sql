-- grain: one row for each school, year and term with a return that stood at $as_at
SELECT * FROM (
    SELECT * FROM returns WHERE recorded_at <= $as_at
    QUALIFY row_number() OVER (PARTITION BY school_urn, academic_year, term ORDER BY return_id DESC) = 1
) WHERE state = 'submitted'
