# ruff: noqa: S608 - every text in the SQL is made here
"""An invented nation, made by DuckDB inside a warehouse file: register, memberships, returns with versions, audit.

Everything follows from row numbers through `hash`, so that the same scale gives the same nation. The rows are in
the real tables' columns; only the audit's hashes are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.warehouse.store import Cursor
from pipelines.warehouse.tables import columns_of
from schemas.calendar import TermDates, academic_year, default_terms, start_year
from schemas.lexicon import Column, lexicon

YEARS, AUTHORITIES, TRUSTS, SCHOOLS = 10, 152, 2_500, 24_000
PHASES = ("primary", "primary", "primary", "primary", "secondary", "secondary", "special", "nursery", "all_through")


@dataclass(frozen=True)
class Nation:
    """How much of a nation, and its terms: the ten academic years that have ended by a day."""

    scale: float
    today: date

    @property
    def schools(self) -> int:
        return max(round(SCHOOLS * self.scale), 20)

    @property
    def terms(self) -> list[TermDates]:
        last = start_year(academic_year(self.today))
        years = [f"{start}{(start + 1) % 100:02d}" for start in range(last - YEARS, last)]
        return [band for year in years for band in default_terms(year)]


def invent(cursor: Cursor, nation: Nation) -> None:
    """Fill empty tables."""
    _schools(cursor, nation)
    _register(cursor, nation)
    _returns(cursor, nation)
    for number in range(len(nation.terms)):  # term by term, as returns come
        _incidents(cursor, number)
        _children(cursor, number)
    _audit(cursor)
    cursor.run("DROP TABLE n_sent; DROP TABLE n_terms; DROP TABLE n_schools")


def _schools(cursor: Cursor, nation: Nation) -> None:
    """The largest authority has a few hundred schools, the largest trust some dozens, as in England."""
    cursor.run(
        f"CREATE TABLE n_schools AS SELECT n, la, trust, (100000 + (n * 7919) % 899981)::VARCHAR AS urn, "
        f"[{_texts(PHASES)}][1 + (hash(n, 1) % {len(PHASES)})::INT] AS phase, 90 + (hash(n, 2) % 1100)::INT AS pupils "
        f"FROM (SELECT n, floor({AUTHORITIES} * ((n + 0.5) / {nation.schools}) ** 1.4)::INT AS la, "
        f"CASE WHEN hash(n, 3) % 100 < 45 THEN floor({TRUSTS} * ((hash(n, 4) % 10007) / 10007.0) ** 1.5)::INT END "
        f"AS trust FROM range({nation.schools}) AS t(n))"
    )
    rows = ", ".join(
        f"({number}, '{one.academic_year}', '{one.term}', DATE '{one.first_day}', DATE '{one.last_day}')"
        for number, one in enumerate(nation.terms)
    )
    cursor.run(
        f"CREATE TABLE n_terms AS SELECT * FROM (VALUES {rows}) AS t(number, academic_year, term, first_day, last_day)"
    )


def _register(cursor: Cursor, nation: Nation) -> None:
    """A load of the register each February, one of memberships, and a few schools that became others."""
    cursor.run(
        "INSERT INTO schools SELECT (last_day - INTERVAL 20 DAY)::TIMESTAMP, urn, 'School ' || n, (201 + la)::VARCHAR, "
        "'Authority ' || la, n::VARCHAR, 'open', phase, 4, 18, 'mixed', pupils + grown, (pupils + grown) // 2, "
        "pupils + grown - (pupils + grown) // 2, make_date(year(last_day), 1, 16), academic_year, "
        "CASE WHEN trust IS NULL THEN '' ELSE (90001 + trust)::VARCHAR END, coalesce('Trust ' || trust, ''), "
        "NULL, NULL, (hash(n, 5) % 400) / 10.0, NULL, NULL "
        "FROM (SELECT *, (hash(s.n, t.number) % 30)::INT AS grown FROM n_schools s, n_terms t WHERE t.term = 'spring')"
    )
    cursor.run(
        "INSERT INTO memberships SELECT (SELECT min(loaded_at) FROM schools), urn, (90001 + trust)::VARCHAR, "
        "'Trust ' || trust, 'multi_academy_trust', DATE '2012-09-01' + (hash(n, 6) % 4000)::INT, NULL, NULL "
        "FROM n_schools WHERE trust IS NOT NULL"
    )
    cursor.run(
        "INSERT INTO links "
        "SELECT (SELECT min(loaded_at) FROM schools), a.urn, b.urn, 'predecessor', NULL, 'Predecessor' "
        "FROM n_schools a JOIN n_schools b ON b.n = a.n + 1 AND b.la = a.la WHERE a.n % 200 = 0"
    )


def _returns(cursor: Cursor, nation: Nation) -> None:
    """96 in 100 come, 45 of them nil, 8 twice, and a few are withdrawn."""
    cursor.run(
        "CREATE TABLE n_sent AS SELECT row_number() OVER (ORDER BY recorded_at, n, number, version) AS return_id, * "
        "FROM (SELECT s.n, s.la, s.urn, t.*, v.version, hash(n, number, 7) % 100 < 45 AS nil, "
        "CASE WHEN v.version = 3 THEN 'withdrawn' ELSE 'submitted' END AS state, "
        f"least(t.last_day::TIMESTAMP + to_hours(24 + (hash(n, number, 8) % 900)::INT + 1000 * (v.version - 1)), "
        f"TIMESTAMP '{nation.today}') AS recorded_at, "
        "1 + floor(((hash(n, number, 9) % 10007) / 10007.0) ** 2 * 13)::INT AS size "
        "FROM n_schools s, n_terms t, (VALUES (1), (2), (3)) AS v(version) "
        "WHERE hash(n, number, 10) % 100 < 96 AND "
        "(v.version = 1 OR hash(n, number, 11) % 1000 < [0, 80, 3][v.version]))"
    )
    cursor.run(
        "INSERT INTO returns SELECT return_id, urn, academic_year, term, version, state, nil, recorded_at, "
        "'person ' || la, md5(return_id::VARCHAR), '1', 'K1', CASE WHEN nil THEN 0 ELSE size END, "
        "CASE WHEN nil THEN 0 ELSE 2 * size END, 0 FROM n_sent ORDER BY return_id"
    )


def _incidents(cursor: Cursor, number: int) -> None:
    own = {
        "return_id": "return_id", "row_number": "place + 2", "counted_year": "academic_year", "counted_term": "term",
        "incident_ref": "ref", "school_urn": "urn", "reported_date": "told", "dsl_informed_date": "told + late",
    }  # fmt: skip
    columns = {column.name: column for column in lexicon().tables["incidents"].columns}
    values = [own.get(name) or _answer(columns[name], salt) for salt, name in enumerate(columns_of("incidents"))]
    cursor.run(
        f"INSERT INTO incidents ({', '.join(columns_of('incidents'))}) SELECT {', '.join(values)} FROM ("
        "SELECT *, academic_year || term[1:2] || place AS ref, hash(n, number, place) AS id, "
        "(hash(n, number, place) % 9 = 0)::INT AS late, "
        "first_day + (hash(n, number, place, 12) % (last_day - first_day))::INT AS told "
        f"FROM n_sent, range(size) AS p(place) WHERE number = {number} AND NOT nil AND state = 'submitted')"
    )


def _answer(column: Column, salt: int) -> str:
    """Mostly answered; of yes and no, mostly no."""
    draw = f"hash(id, {salt}) % 100"
    if column.kind == "date":
        return f"CASE WHEN {draw} < 60 THEN told + (hash(id, {salt}) % 13)::INT END"
    codes = [code.code for code in column.codes.codes] if column.codes else []
    if codes[:2] == ["yes", "no"]:
        return f"CASE WHEN {draw} < 15 THEN 'yes' WHEN {draw} < 92 THEN 'no' WHEN {draw} < 97 THEN 'not_known' END"
    one = f"[{_texts(codes)}][1 + (hash(id, {salt}) % {len(codes)})::INT]"
    if column.kind == "codes":
        return f"CASE WHEN {draw} < 30 THEN '{codes[0]};{codes[1]}' ELSE {one} END"
    return one if column.core else f"CASE WHEN {draw} < 94 THEN {one} END"


def _children(cursor: Cursor, number: int) -> None:
    """One to three children an incident, of a school's few; a few are met in several schools of an authority."""
    columns = {column.name: column for column in lexicon().tables["children"].columns}
    own = {
        "return_id": "return_id", "row_number": "place * 3 + which + 2", "school_urn": "urn", "incident_ref": "ref",
        "child_key": "CASE WHEN hash(id) % 100 < 3 THEN md5(concat('la', la, 'child', hash(id, 1) % 5000)) "
                     "ELSE md5(concat('school', urn, 'child', hash(id, 2) % 150)) END",
    }  # fmt: skip
    values = [own.get(name) or _answer(columns[name], salt) for salt, name in enumerate(columns_of("children"))]
    cursor.run(
        f"INSERT INTO children ({', '.join(columns_of('children'))}) SELECT {', '.join(values)} FROM ("
        "SELECT *, academic_year || term[1:2] || place AS ref, hash(n, number, place, which) AS id "
        f"FROM n_sent, range(size) AS p(place), range(3) AS c(which) WHERE number = {number} AND NOT nil "
        "AND state = 'submitted' AND which <= hash(n, number, place, 13) % 3)"
    )


def _audit(cursor: Cursor) -> None:
    """An event for each version, in the order in which they came."""
    cursor.run(
        "INSERT INTO audit SELECT return_id, recorded_at, 'person ' || la, 'officer', 'la:' || (201 + la), "
        "'return submitted', 'school:' || urn || ' ' || academic_year || ' ' || term, '{}', TRUE, "
        "md5((return_id - 1)::VARCHAR), md5(return_id::VARCHAR) FROM n_sent ORDER BY return_id"
    )


def _texts(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
