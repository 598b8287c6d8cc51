-- grain: one row for each time that a school belonged to an authority, with its days, as the register told by $as_at
-- (else as it first told): the first extract's code since ever, another from the day on which it is first told
WITH known AS (
    SELECT urn, coalesce(la_code, '') AS la_code, la_name, changed_date, loaded_at,
        coalesce(told_on, CAST(loaded_at AS DATE)) AS told_on
    FROM schools
    QUALIFY loaded_at <= greatest($as_at, min(loaded_at) OVER (PARTITION BY urn))
), days AS (
    -- of extracts of one day the last loaded: it corrects the others; one without a code says nothing
    SELECT * FROM known QUALIFY row_number() OVER (PARTITION BY urn, told_on ORDER BY la_code = '', loaded_at DESC) = 1
), said AS (
    SELECT * FROM days QUALIFY la_code <> '' OR max(la_code) OVER (PARTITION BY urn) = ''
), changes AS (
    SELECT *, lag(la_code) OVER w AS before,
        CASE WHEN changed_date > lag(told_on) OVER w THEN least(changed_date, told_on) ELSE told_on END AS since
    FROM said WINDOW w AS (PARTITION BY urn ORDER BY told_on)
)
SELECT urn, la_code, la_name,
    CASE WHEN before IS NULL THEN DATE '1900-01-01' ELSE since END AS from_date,
    coalesce(CAST(lead(since) OVER (PARTITION BY urn ORDER BY told_on) - INTERVAL 1 DAY AS DATE),
        DATE '9999-12-31') AS to_date
FROM (SELECT * FROM changes WHERE before IS DISTINCT FROM la_code)
