"""The one place in which questions become SQL: a measure, its breakdowns and filters, over the grains."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.figures import Question
from pipelines.warehouse.conditions import does_not_apply, sql
from schemas.conditions import columns_of
from schemas.definitions import may_not_apply, shared_definitions
from schemas.lexicon import lexicon
from schemas.measurement import Kind, Measure
from schemas.rulesets import OUTCOME_LABELS, Outcome, RuleSet

SAME_INCIDENT = "c.incident_no = i.incident_no"
SIMPLE = {
    "year": "i.counted_year",
    "month": "strftime(i.reported_date, '%Y-%m')",
    "school": "i.school_urn",
    "type": "coalesce(i.incident_type, 'not_classified')",
    "device_owner": "coalesce(i.device_owner, 'not_known')",
    "support": "coalesce(i.support_offered, 'not_known')",
}
SEVERAL = {"how_shared": "shared_via", "action": "actions_taken"}  # an incident counts in each of its answers
OF_CHILD = {name: f"coalesce(c.{name}, 'not_known')" for name in ("year_group", "sex", "role")}
MOST_INCIDENTS = 4  # children in more are counted with these
PLACES = {"by_year": "e.academic_year", "by_term": "e.term", "by_month": "e.month", "by_school": "e.school_urn"}
EACH = "GROUP BY ALL HAVING count(*) > 0"  # without breakdowns too, no incident gives no row


def keys(by: Sequence[str]) -> list[str]:
    """The result columns of breakdowns: `term` needs its year beside it."""
    found: list[str] = []
    for name in by:
        found += ["by_year", "by_term"] if name == "term" else [f"by_{name}"]
    return list(dict.fromkeys(found))


def figures(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    """SELECT for a measure that counts incidents or children (not coverage); one row a combination."""
    build = {
        Kind.COUNT: _counts,
        Kind.SHARE: _shares,
        Kind.RATE: _rates,
        Kind.DAYS: _days,
        Kind.REPEAT: _repeats,
        Kind.CELLS: _cells,
    }[measure.kind]
    return build(measure, rules, question)


def outcomes(rules: RuleSet, question: Question) -> str:
    """SELECT by_…, outcome, count: the five outcomes of one rule set."""
    return (
        f"SELECT {_listed(keys(question.by))} {_outcome(rules)} AS outcome, count(*) AS count "
        f"FROM ({_subject(question)}) AS i GROUP BY ALL"
    )


def _outcome(rules: RuleSet) -> str:
    called, answered = sql(rules.called_for), sql(rules.answered)
    cases = {
        Outcome.CALLED_FOR_ESCALATED: f"{called} AND {answered}",
        Outcome.CALLED_FOR_NOT_ESCALATED: f"{called} AND NOT {answered}",
        Outcome.NOT_CALLED_FOR_ESCALATED: f"NOT {called} AND {answered}",
        Outcome.NOT_CALLED_FOR_NOT_ESCALATED: f"NOT {called} AND NOT {answered}",
    }
    assert len(cases) == len(OUTCOME_LABELS) - 1  # noqa: S101 - the fifth is what is left
    whens = " ".join(f"WHEN {case} THEN '{outcome}'" for outcome, case in cases.items())
    return f"CASE {whens} ELSE '{Outcome.NOT_KNOWN}' END"


def missed(rules: RuleSet, question: Question) -> str:
    """SELECT each incident that was called for and not escalated, most recent first."""
    return (
        f"SELECT * FROM ({_subject(question)}) AS i WHERE {sql(rules.called_for)} AND NOT {sql(rules.answered)} "
        "ORDER BY reported_date DESC, school_urn, incident_ref"
    )


def days_told(question: Question) -> str:
    """SELECT the day on which staff were told of each incident in question, in order."""
    return f"SELECT reported_date FROM ({_subject(question)}) AS i ORDER BY reported_date"


def coverage(by: Sequence[str], *, pupils: bool) -> str:
    """SELECT by_…, returned, expected, nil and, where asked for, the pupils of schools that returned."""
    return _with_pupils(by) if pupils else _without_pupils(by)


def _without_pupils(by: Sequence[str]) -> str:
    own = [name for name in keys(by) if name in PLACES]
    chosen = "".join(f"{PLACES[name]} AS {name}, " for name in own)
    periods = _months() if "by_month" in own else _terms()
    return (
        f"SELECT {chosen} count(*) AS expected, count(*) FILTER (returned) AS returned, "
        f"count(*) FILTER (returned AND nil) AS nil FROM ({periods}) e GROUP BY ALL"
    )


def _with_pupils(by: Sequence[str]) -> str:
    """A school's pupils once for each combination in which it returned, in which `placed` has it once."""
    own = [name for name in keys(by) if name in PLACES]
    chosen = "".join(f"{PLACES[name]} AS {name}, " for name in own)
    periods = _months() if "by_month" in own else _terms()
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in ("expected", "returned", "nil"))
    pupils = ", ".join(
        f"sum(CASE WHEN counted THEN {name} END)::BIGINT AS {name}" for name in ("pupils", "boys", "girls")
    )
    return (
        f"SELECT {_listed(own)} {sums}, {pupils} FROM (WITH placed AS ("
        f"SELECT {chosen} e.school_urn, e.academic_year, count(*) AS expected, count(*) FILTER (returned) AS returned, "
        f"count(*) FILTER (returned AND nil) AS nil FROM ({periods}) e GROUP BY ALL), replaced AS MATERIALIZED ("
        f"SELECT DISTINCT l.predecessor, {_listed(own)} n.academic_year "
        "FROM successors l JOIN placed n ON n.school_urn = l.successor WHERE n.returned > 0) "
        f"SELECT p.*, o.pupils, o.boys, o.girls, p.returned > 0 AND {_not_replaced(own)} AS counted FROM placed AS p "
        "LEFT JOIN roll o ON o.school_urn = p.school_urn AND o.academic_year = p.academic_year) GROUP BY ALL"
    )


def _terms() -> str:
    return f"SELECT * FROM expected e WHERE {_filters('e', year='academic_year', term='term')}"


def _months() -> str:
    """A school's months that its expected terms hold whole; one came when the returns of all its terms did."""
    pieces = (
        "SELECT academic_year, term, strftime(day, '%Y-%m') AS month, count(*) AS days, "
        "day(last_day(min(day))) AS whole FROM terms, "
        "unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS u(day) GROUP BY ALL"
    )
    return (
        "SELECT school_urn, academic_year, month, bool_and(returned) AS returned, bool_and(nil) AS nil, "
        f"min(first_day) AS first_day FROM ({_terms()}) JOIN ({pieces}) USING (academic_year, term) "
        "GROUP BY ALL HAVING sum(days) = any_value(whole)"
    )


def _whole_month_came() -> str:
    """Whether every term that an incident's month touches was returned by its school."""
    touched = "t.first_day <= last_day(i.reported_date) AND t.last_day >= date_trunc('month', i.reported_date)"
    same = "r.school_urn = i.school_urn AND r.academic_year = t.academic_year AND r.term = t.term"
    return (
        f"NOT EXISTS (SELECT 1 FROM terms t WHERE {touched} AND NOT EXISTS (SELECT 1 FROM live_returns r WHERE {same}))"
    )


def _not_replaced(own: Sequence[str]) -> str:
    """A school that became another is counted once a year, as its successor, wherever one figure holds both."""
    same = "".join(f" AND n.{name} = p.{name}" for name in own)
    return (
        "NOT EXISTS (SELECT 1 FROM replaced n "
        f"WHERE n.predecessor = p.school_urn AND n.academic_year = p.academic_year{same})"
    )


def _counts(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    return f"SELECT {_listed(keys(question.by))} count(*) AS count FROM ({_subject(question)}) AS i {EACH}"


def _shares(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    applies, met = measure.conditions(rules)
    beside = does_not_apply(may_not_apply(columns_of(met)))
    return (
        f"SELECT {_listed(keys(question.by))} "
        "count(*) FILTER (applies AND met) AS count, "
        "count(*) FILTER (applies AND met IS NOT NULL) AS denominator, "
        "count(*) FILTER (NOT applies OR (applies AND met IS NULL AND beside)) AS not_applicable, "
        "count(*) FILTER (applies IS NULL OR (applies AND met IS NULL AND NOT beside)) AS not_known "
        f"FROM (SELECT *, {sql(applies)} AS applies, {sql(met)} AS met, {beside} AS beside "
        f"FROM ({_subject(question)}) AS i) {EACH}"
    )


def _rates(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    """Only incidents of schools with a roll and a return of that term: what the denominator holds."""
    what = "count(DISTINCT child)" if measure.counts == "children" else "count(*)"
    return (
        f"SELECT {_listed(keys(question.by))} {what} AS count "
        f"FROM ({_subject(question, children=measure.counts == 'children')}) AS i "
        f"WHERE rated AND {_whole_month_came() if 'month' in question.by else 'TRUE'} {EACH}"
    )


def _days(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    applies, dated = measure.conditions(rules)
    last = f"least({', '.join(measure.days_to)})"  # least() passes over NULL
    return (
        f"SELECT {_listed(keys(question.by))} count(*) FILTER (applies) AS denominator, "
        "count(*) FILTER (applies AND dated) AS count, count(*) FILTER (applies IS NULL) AS not_known, "
        "coalesce(list(days) FILTER (applies AND dated), []) AS days FROM ("
        f"SELECT *, {sql(applies)} AS applies, {sql(dated)} AS dated, "
        f"date_diff('day', {measure.days_from}, {last}) AS days FROM ({_subject(question)}) AS i) {EACH}"
    )


def _repeats(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    own = keys(question.by)
    if not OF_CHILD.keys() & set(question.by):  # `repeat` has a child of an incident once
        return (
            f"SELECT {_listed(own)} list(days) AS days, list(again) AS again "
            f"FROM ({_subject(question)}) AS i JOIN repeat p ON p.incident_no = i.incident_no {EACH}"
        )
    return (
        f"SELECT {_listed(own)} list(days) AS days, list(again) AS again FROM ("
        f"SELECT DISTINCT {_listed(own)} p.child, p.days, p.again "
        f"FROM ({_subject(question, children=True)}) AS i JOIN repeat p ON p.child = i.child "
        f"AND p.incident_no = i.incident_no) {EACH}"
    )


def incidents_per_child(question: Question) -> str:
    """SELECT incidents (1 to MOST_INCIDENTS), children: how many were in so many of the incidents in question."""
    return (
        f"SELECT least(incidents, {MOST_INCIDENTS}) AS incidents, count(*) AS children FROM ("
        "SELECT child, count(DISTINCT incident_no) AS incidents "
        f"FROM ({_subject(question, children=True)}) AS i GROUP BY child) GROUP BY ALL"
    )


def _cells(measure: Measure, rules: RuleSet | None, question: Question) -> str:
    """Answers counted over both tables: the incident's own, and those of its children."""
    count, due = ("answered", "due") if measure.cells == "answered" else ("not_known", "could_be")
    return (
        f"SELECT {_listed(keys(question.by))} sum({count})::BIGINT AS count, sum({due})::BIGINT AS denominator "
        f"FROM ({_subject(question)}) AS i JOIN cells AS k ON k.incident_no = i.incident_no {EACH}"
    )


def _subject(question: Question, *, children: bool = False) -> str:
    """The incidents in question, once for each combination of breakdowns they belong to."""
    dims, joins, wheres = [], [], [_filters("i", year="counted_year", term="counted_term")]
    of_child = [name for name in question.by if name in OF_CHILD]
    for name in question.by:
        if name == "term":
            dims += ["i.counted_year AS by_year", "i.counted_term AS by_term"]
        elif name in SIMPLE:
            dims.append(f"{SIMPLE[name]} AS by_{name}")
        elif name in SEVERAL:
            several = f"string_split(coalesce(i.{SEVERAL[name]}, 'not_known'), ';')"
            joins.append(f"CROSS JOIN unnest({several}) AS u_{name}(by_{name})")
            dims.append(f"by_{name}")
        elif name == "escalated":
            dims.append(f"{_escalated()} AS by_escalated")
        elif name == "risk_factor":
            join, where = _risk_factors()
            joins.append(join)
            wheres.append(where)
            dims.append("by_risk_factor")
    if children:
        joins.append(f"JOIN child c ON {SAME_INCIDENT}")
        dims += ["c.child", *(f"{OF_CHILD[name]} AS by_{name}" for name in of_child)]
    elif of_child:
        chosen = ", ".join(f"{OF_CHILD[name]} AS by_{name}" for name in of_child)
        joins.append(f"JOIN (SELECT DISTINCT incident_no, {chosen} FROM child c) AS c ON {SAME_INCIDENT}")
        dims += [f"c.by_{name}" for name in of_child]
    extra = "".join(f", {dim}" for dim in dict.fromkeys(dims))
    return f"SELECT i.*{extra} FROM incident i {' '.join(joins)} WHERE {' AND '.join(wheres)}"


def _escalated() -> str:
    verdict = sql(shared_definitions()["escalated"])
    return f"CASE WHEN {verdict} THEN 'yes' WHEN NOT {verdict} THEN 'no' ELSE 'not_known' END"


def _risk_factors() -> tuple[str, str]:
    names = [column.name for column in lexicon().risk_factors]
    values = ", ".join(f"('{name}')" for name in names)
    cases = " ".join(f"WHEN '{name}' THEN i.{name}" for name in names)
    return f"CROSS JOIN (VALUES {values}) AS f(by_risk_factor)", f"CASE by_risk_factor {cases} END = 'yes'"


def _filters(alias: str, *, year: str, term: str) -> str:
    return (
        f"($year IS NULL OR {alias}.{year} = $year) AND ($term IS NULL OR {alias}.{term} = $term) "
        f"AND ($phase IS NULL OR {alias}.phase = $phase) AND ($school IS NULL OR {alias}.school_urn = $school)"
    )


def _listed(names: Sequence[str]) -> str:
    return "".join(f"{name}, " for name in names)
