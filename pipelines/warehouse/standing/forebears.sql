-- grain: one row for each school and each that it was before, under another URN, with the last day of that
SELECT * FROM forebears ORDER BY urn
