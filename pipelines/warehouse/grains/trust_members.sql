-- grain: one row for each school's membership of a trust, with the days on which it held, as told by $as_at
-- a load speaks for a school from the first day it names; of the days before, earlier loads do, unless it corrects them
WITH known AS (
    SELECT urn, trust_uid, any_value(trust_name) AS trust_name, joined_date, max(left_date) AS left_date,
        max(closed_date) AS closed_date, loaded_at
    FROM memberships
    WHERE loaded_at <= greatest($as_at, (SELECT min(loaded_at) FROM memberships))
    GROUP BY urn, trust_uid, joined_date, loaded_at
), dated AS (
    -- a day that is not known: as another load gives it; else, of a trust that a later load is first to name, that load's
    SELECT *, dense_rank() OVER (PARTITION BY urn ORDER BY loaded_at) AS load, coalesce(
        joined_date,
        max(joined_date) OVER (PARTITION BY urn, trust_uid),
        CASE WHEN min(loaded_at) OVER (PARTITION BY urn, trust_uid) > min(loaded_at) OVER (PARTITION BY urn)
             THEN CAST(min(loaded_at) OVER (PARTITION BY urn, trust_uid) AS DATE) END,
        DATE '1900-01-01'
    ) AS from_date
    FROM known
), cut AS (
    SELECT *, min(from_date) OVER (
        PARTITION BY urn ORDER BY load RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later_from
    FROM dated
), stands AS (
    SELECT urn, trust_uid, trust_name, from_date, left_date FROM cut c
    WHERE coalesce(from_date < later_from, TRUE) AND NOT EXISTS (
        SELECT 1 FROM dated n WHERE n.urn = c.urn AND n.load = c.load + 1 AND n.trust_uid = c.trust_uid
            AND coalesce(c.left_date, DATE '9999-12-31') >= n.from_date)
), closed AS (
    SELECT trust_uid, max(closed_date) AS closed_date
    FROM (SELECT * FROM known QUALIFY loaded_at = max(loaded_at) OVER (PARTITION BY trust_uid))
    GROUP BY trust_uid
), told AS (
    -- a school of which no membership was told: the register's own column, as with authorities, from its opening;
    -- a load in which no school has a trust has no such column
    SELECT urn, coalesce(trust_uid, '') AS trust_uid, trust_name, open_date, changed_date, loaded_at,
        coalesce(told_on, CAST(loaded_at AS DATE)) AS told_on
    FROM schools
    QUALIFY loaded_at <= greatest($as_at, min(loaded_at) OVER (PARTITION BY urn))
        AND max(coalesce(trust_uid, '')) OVER (PARTITION BY loaded_at, told_on) <> ''
), days AS (
    SELECT * FROM told WHERE urn NOT IN (SELECT urn FROM known)
    QUALIFY row_number() OVER (PARTITION BY urn, told_on ORDER BY loaded_at DESC) = 1
), changes AS (
    SELECT *, lag(trust_uid) OVER w AS before,
        CASE WHEN lag(told_on) OVER w IS NULL THEN coalesce(open_date, DATE '1900-01-01')
             WHEN changed_date > lag(told_on) OVER w THEN least(changed_date, told_on) ELSE told_on END AS since
    FROM days WINDOW w AS (PARTITION BY urn ORDER BY told_on)
), own AS (
    SELECT urn, trust_uid, trust_name, since AS from_date,
        CAST(lead(since) OVER (PARTITION BY urn ORDER BY told_on) - INTERVAL 1 DAY AS DATE) AS left_date
    FROM changes WHERE before IS DISTINCT FROM trust_uid
)
SELECT m.urn, m.trust_uid, m.trust_name, m.from_date,
    least(
        m.left_date, c.closed_date, DATE '9999-12-31',
        CAST(lead(m.from_date) OVER (
            PARTITION BY m.urn ORDER BY m.from_date, m.trust_uid, m.left_date NULLS LAST) - INTERVAL 1 DAY AS DATE)
    ) AS to_date
FROM (SELECT * FROM stands UNION ALL SELECT * FROM own WHERE trust_uid <> '') m
LEFT JOIN closed c ON c.trust_uid = m.trust_uid
