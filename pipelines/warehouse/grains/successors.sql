-- grain: one row for each school that another took over, as told by $as_at; the register may tell it from either end
SELECT DISTINCT CASE link_type WHEN 'successor' THEN urn ELSE link_urn END AS predecessor,
    CASE link_type WHEN 'successor' THEN link_urn ELSE urn END AS successor
FROM links
WHERE link_type IN ('predecessor', 'successor') AND loaded_at <= greatest($as_at, (SELECT min(loaded_at) FROM links))
