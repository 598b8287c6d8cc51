-- grain: one row for each incident that stands, with its counted answers
SELECT k.*, i.school_urn, i.la_code FROM cells k JOIN incident i ON i.incident_no = k.incident_no
ORDER BY i.la_code, i.school_urn
