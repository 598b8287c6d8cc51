-- grain: one row for each incident in scope: the answers given and due, and the answers “not known” of those that
-- could be, its own and its children's together
SELECT i.incident_no,
    {incidents_answered} + coalesce(k.answered, 0) AS answered, {incidents_due} + coalesce(k.due, 0) AS due,
    {incidents_not_known} + coalesce(k.not_known, 0) AS not_known,
    {incidents_could_be} + coalesce(k.could_be, 0) AS could_be
FROM incident i
LEFT JOIN (
    SELECT incident_no, sum({children_answered})::INT AS answered, sum({children_due})::INT AS due,
        sum({children_not_known})::INT AS not_known, sum({children_could_be})::INT AS could_be
    FROM child GROUP BY incident_no
) k ON k.incident_no = i.incident_no
