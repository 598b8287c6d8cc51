-- grain: one row for each school, as the latest extract known at $as_at has it (else as it first became known)
SELECT * FROM schools
QUALIFY row_number() OVER (
    PARTITION BY urn
    ORDER BY loaded_at <= $as_at DESC,
        CASE WHEN loaded_at <= $as_at THEN coalesce(told_on, CAST(loaded_at AS DATE)) END DESC,
        CASE WHEN loaded_at <= $as_at THEN loaded_at END DESC, loaded_at, told_on DESC
) = 1
