-- grain: one row for each school's membership of a trust, with the days on which it holds
SELECT * FROM trust_members ORDER BY urn
