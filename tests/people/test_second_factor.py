"""A code of the moment is taken a step early or late and once; a recovery code once; nothing else is taken."""

from __future__ import annotations

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.people import second_factor
from pipelines.people.second_factor import STEP, Factor
from pipelines.warehouse.store import Warehouse
from tests.factories import KEY

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_795_000_000.0


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse(None)


@pytest.fixture
def kept() -> Factor:
    return second_factor.factor(KEY, "rowan", SECRET)


def code(now: float, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(int(now))


def take(warehouse: Warehouse, kept: Factor, said: str, *, now: float = NOW, subject: str = "rowan") -> bool:
    with warehouse.writing() as cursor:
        return second_factor.take(cursor, KEY, subject, kept, said, now=now)


@pytest.mark.parametrize(("steps", "taken"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_a_step_early_or_late(warehouse: Warehouse, kept: Factor, steps: int, taken: bool) -> None:
    assert take(warehouse, kept, code(NOW + steps * STEP)) is taken


def test_the_published_example_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, SHA-1
    assert second_factor.step_of(secret, "287082", now=59) == 1
    assert second_factor.step_of(secret, "081804", now=1_111_111_109) == 1_111_111_109 // STEP


def test_a_code_is_taken_once(warehouse: Warehouse, kept: Factor) -> None:
    assert take(warehouse, kept, code(NOW))
    assert not take(warehouse, kept, code(NOW))
    assert not take(warehouse, kept, code(NOW), now=NOW + STEP)


def test_after_a_later_code_an_earlier_one_is_not_taken(warehouse: Warehouse, kept: Factor) -> None:
    assert take(warehouse, kept, code(NOW + STEP))
    assert not take(warehouse, kept, code(NOW))
    assert take(warehouse, kept, code(NOW + 2 * STEP), now=NOW + 2 * STEP)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(-2, 2)), max_size=12))
def test_no_order_of_codes_has_one_taken_twice_or_out_of_turn(
    warehouse: Warehouse, tries: list[tuple[int, int]]
) -> None:
    kept, taken, now = second_factor.factor(KEY, "rowan", SECRET), [], NOW
    for ahead, off in tries:
        now += ahead * STEP
        if take(warehouse, kept, code(now + off * STEP), now=now):
            taken.append(int((now + off * STEP) // STEP))
    assert taken == sorted(set(taken))


@given(st.text(max_size=12))
def test_what_is_not_six_digits_is_never_taken(warehouse: Warehouse, said: str) -> None:
    kept = second_factor.factor(KEY, "rowan", SECRET)
    right = "".join(said.split()) in {code(NOW + step * STEP) for step in (-1, 0, 1)}
    assert take(warehouse, kept, said) is right


def test_spaces_do_not_matter(warehouse: Warehouse, kept: Factor) -> None:
    said = code(NOW)
    assert take(warehouse, kept, f" {said[:3]} {said[3:]} ")


def test_digits_of_another_script_are_not_taken(warehouse: Warehouse, kept: Factor) -> None:
    arabic = code(NOW).translate({ord("0") + n: chr(0x0660 + n) for n in range(10)})
    assert not take(warehouse, kept, arabic)


def test_a_secret_opens_for_its_own_account_only(warehouse: Warehouse, kept: Factor) -> None:
    assert SECRET not in kept.sealed
    assert not take(warehouse, kept, code(NOW), subject="imogen")
    moved = Factor("another", kept.sealed)
    assert not take(warehouse, moved, code(NOW))


def test_what_was_used_of_one_factor_tells_nothing_of_the_next(warehouse: Warehouse) -> None:
    first, second = (second_factor.factor(KEY, "rowan", SECRET) for _ in range(2))
    assert take(warehouse, first, code(NOW))
    assert take(warehouse, second, code(NOW))


def make(warehouse: Warehouse, kept: Factor) -> tuple[str, ...]:
    with warehouse.writing() as cursor:
        return second_factor.make_recovery_codes(cursor, KEY, "rowan", kept)


def recover(warehouse: Warehouse, kept: Factor, said: str) -> bool:
    with warehouse.writing() as cursor:
        return second_factor.take_recovery_code(cursor, KEY, "rowan", kept, said)


def test_each_recovery_code_is_taken_once(warehouse: Warehouse, kept: Factor) -> None:
    codes = make(warehouse, kept)
    assert len(set(codes)) == 10
    assert all(recover(warehouse, kept, one) for one in codes)
    assert not any(recover(warehouse, kept, one) for one in codes)


def test_a_recovery_code_may_be_typed_in_small_letters_without_signs(warehouse: Warehouse, kept: Factor) -> None:
    assert recover(warehouse, kept, make(warehouse, kept)[0].lower().replace("-", " "))


def test_new_recovery_codes_end_the_old(warehouse: Warehouse, kept: Factor) -> None:
    old, new = make(warehouse, kept), make(warehouse, kept)
    assert not recover(warehouse, kept, old[0])
    assert recover(warehouse, kept, new[0])
    with warehouse.reading() as cursor:
        assert second_factor.recovery_codes_left(cursor, kept) == 9


def test_a_recovery_code_is_of_one_factor(warehouse: Warehouse, kept: Factor) -> None:
    codes = make(warehouse, kept)
    assert not recover(warehouse, second_factor.factor(KEY, "rowan", SECRET), codes[0])


def test_no_recovery_code_and_no_secret_is_in_the_warehouse(warehouse: Warehouse, kept: Factor) -> None:
    codes = make(warehouse, kept)
    with warehouse.reading() as cursor:
        rows = str(cursor.rows("SELECT * FROM second_factors"))
    assert not any(one in rows or one.replace("-", "") in rows for one in (*codes, SECRET))


def test_the_drawing_is_a_picture_without_script() -> None:
    drawn = second_factor.drawing(SECRET, account="dsl@school.example").decode()
    assert drawn.startswith("<?xml")
    assert "<script" not in drawn
    assert SECRET not in drawn  # it is drawn, not written
