-- grain: one row for each child in scope: first incident, next different incident, and how long they are followed
WITH involved AS (
    SELECT DISTINCT child, incident_no, school_urn, incident_ref, reported_date FROM child
), ordered AS (
    SELECT *, row_number() OVER w AS place, lead(reported_date) OVER w AS next_date FROM involved
    WINDOW w AS (PARTITION BY child ORDER BY reported_date, school_urn, incident_ref)
), followed AS (
    -- only as long as the scope can see: a school that leaves a trust takes its later returns along
    -- and of a return sent before its term ended, until the day it was sent
    SELECT r.school_urn, max(least(t.last_day, CAST(r.recorded_at AS DATE))) AS until FROM live_returns r
    JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term
    JOIN scope_schools m ON m.urn = r.school_urn AND t.last_day BETWEEN m.from_date AND m.to_date
    GROUP BY r.school_urn
)
SELECT o.child, o.incident_no, o.reported_date AS first_date, o.next_date, f.until AS followed_until,
    -- a second incident after the end of follow-up (at another school) is not an event: others are not seen by then
    CASE WHEN coalesce(o.next_date <= f.until, FALSE) THEN date_diff('day', o.reported_date, o.next_date)
         ELSE greatest(date_diff('day', o.reported_date, f.until), 0) END AS days,
    coalesce(o.next_date <= f.until, FALSE) AS again
FROM ordered o LEFT JOIN followed f ON f.school_urn = o.school_urn
WHERE o.place = 1
