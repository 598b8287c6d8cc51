-- grain: one row for each school, as the register stood at $as_at (else as it first became known)
SELECT * FROM schools
QUALIFY row_number() OVER (
    PARTITION BY urn
    ORDER BY loaded_at <= $as_at DESC, CASE WHEN loaded_at <= $as_at THEN loaded_at END DESC, loaded_at
) = 1
