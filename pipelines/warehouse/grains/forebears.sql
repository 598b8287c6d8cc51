-- grain: one row for each school and each that it was before, under another URN, with the last day of that, as told by
-- $as_at: one became the other and nothing else; of a merger or a split each has its own past only
WITH known AS (
    SELECT *, lower(coalesce(link_description, '?')) AS words FROM links
    WHERE loaded_at <= greatest($as_at, (SELECT min(loaded_at) FROM links))
    QUALIFY loaded_at = max(loaded_at) OVER (PARTITION BY urn)
), pairs AS (
    SELECT CASE link_type WHEN 'successor' THEN urn ELSE link_urn END AS predecessor,
        CASE link_type WHEN 'successor' THEN link_urn ELSE urn END AS successor, max(established_date) AS established
    FROM known WHERE link_type IN ('predecessor', 'successor') GROUP BY ALL
), several AS (
    -- GIAS says “Successor - merged”, “Result of Amalgamation”, “Predecessor - Split School”
    SELECT unnest([urn, link_urn]) AS urn FROM known
    WHERE (link_type <> 'other' AND words NOT IN ('predecessor', 'successor'))
        OR contains(words, 'merge') OR contains(words, 'amalgam') OR contains(words, 'split')
), became AS (
    SELECT * FROM pairs
    WHERE predecessor <> successor
    QUALIFY count(*) OVER (PARTITION BY predecessor) = 1 AND count(*) OVER (PARTITION BY successor) = 1
), alone AS (
    SELECT b.predecessor, b.successor, CAST(
        coalesce(b.established, s.open_date, p.close_date + INTERVAL 1 DAY) - INTERVAL 1 DAY AS DATE) AS until_date
    FROM became b
    LEFT JOIN register s ON s.urn = b.successor LEFT JOIN register p ON p.urn = b.predecessor
    WHERE b.predecessor NOT IN (SELECT urn FROM several) AND b.successor NOT IN (SELECT urn FROM several)
), line AS (
    WITH RECURSIVE back AS (
        SELECT successor AS urn, predecessor AS forebear FROM alone
        UNION
        SELECT k.urn, a.predecessor FROM back k JOIN alone a ON a.successor = k.forebear
    ) SELECT * FROM back
)
SELECT l.urn, l.forebear, a.until_date FROM line l JOIN alone a ON a.predecessor = l.forebear
WHERE l.urn <> l.forebear AND a.until_date IS NOT NULL
