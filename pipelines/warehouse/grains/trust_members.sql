-- grain: one row for each school's membership of a trust, with the days on which it held
WITH told AS (
    SELECT urn, trust_uid, any_value(trust_name) AS trust_name, joined_date, max(left_date) AS left_date
    FROM memberships
    WHERE loaded_at <= greatest($as_at, (SELECT min(loaded_at) FROM memberships))
    GROUP BY urn, trust_uid, joined_date
    UNION ALL
    SELECT urn, trust_uid, trust_name, open_date, NULL FROM register
    WHERE coalesce(trust_uid, '') <> '' AND urn NOT IN (SELECT urn FROM memberships)
)
SELECT urn, trust_uid, trust_name,
    coalesce(joined_date, DATE '1900-01-01') AS from_date,
    coalesce(
        left_date,
        CAST(lead(joined_date) OVER (PARTITION BY urn ORDER BY joined_date NULLS FIRST) - INTERVAL 1 DAY AS DATE),
        DATE '9999-12-31'
    ) AS to_date
FROM told
