-- grain: one row for each time that a school belongs to an authority, with its days
SELECT * FROM authority_members ORDER BY la_code, urn
