"""A large file is checked while its sender does something else, and waits for that sender only."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from app import background, sending
from app.background import Job
from app.identity import PEOPLE
from app.permissions import Person, Role
from app.steps import waiting
from app.steps.waiting import STAGES
from pipelines.house import House
from pipelines.returns import NamedFile, Stage, Stated
from pipelines.scope import Scope
from schemas.errors import QuestionError, RefusedError
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import complete_incident

OFFICER, TRUST = PEOPLE["officer"], PEOPLE["trust"]
PATIENCE = 60.0


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No job of another test."""
    yield
    for person in PEOPLE.values():
        background.drop(person)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def draft(person: Person) -> sending.Draft:
    return sending.Draft(person, Stated(), (), readable=True)


def ended(job: Job) -> Job:
    """The job, once its thread has ended."""
    ends = time.monotonic() + PATIENCE
    while job.runs and time.monotonic() < ends:
        time.sleep(0.005)
    assert not job.runs
    return job


def begun(person: Person, goes_on: Event) -> Job:
    """A job that has reached the gate and waits there."""
    reached = Event()

    def work(told: Callable[[Stage], None]) -> sending.Draft:
        told(Stage.READING)
        told(Stage.GATE)
        reached.set()
        goes_on.wait(PATIENCE)
        return draft(person)

    job = background.start(person, 5_000_000, work)
    assert reached.wait(PATIENCE)
    return job


def test_what_was_found_waits_for_the_one_who_sent_it_and_for_nobody_else() -> None:
    goes_on = Event()
    job = begun(OFFICER, goes_on)
    elsewhere = Person(OFFICER.id, OFFICER.name, Role.OFFICER, Scope.parse("la:991"))
    other_role = Person(OFFICER.id, OFFICER.name, Role.TRUST_LEAD, OFFICER.scope)
    goes_on.set()
    assert background.of(OFFICER) is ended(job)
    assert job.draft is not None
    assert background.of(TRUST) is background.of(elsewhere) is background.of(other_role) is None
    background.drop(TRUST)
    assert background.of(OFFICER) is job
    background.drop(OFFICER)
    assert background.of(OFFICER) is None


def test_what_comes_back_says_since_when_it_waits_and_until_when_and_can_be_dropped(house: House) -> None:
    def work(_: Callable[[Stage], None]) -> sending.Draft:
        return draft(PEOPLE["school"])

    job = ended(background.start(PEOPLE["school"], 1, work))
    app = visit("send_a_return", person="school")
    assert waiting.waits(job) in words(app)
    assert re.search(r"checked on .*, \d\d:\d\d\. .* memory until .*, \d\d:\d\d, even when", waiting.waits(job))
    app.button(key="wait-cancel").click().run()
    assert background.of(PEOPLE["school"]) is None
    assert "nothing in it is stored until you submit it" in words(app)


def test_how_far_it_is_is_said_by_the_stages_that_have_begun() -> None:
    goes_on = Event()
    job = begun(OFFICER, goes_on)
    told = waiting.lines(job)
    assert told[0].startswith("- Reading the file: done, ")
    assert told[1].endswith(": under way")
    assert all(line.endswith(": to come") for line in told[2:])
    assert waiting.sentence(job).startswith(f"Stage 2 of {len(STAGES)}, ")
    assert set(STAGES) == set(Stage)
    goes_on.set()
    ended(job)


def test_one_person_has_one_large_file_at_a_time_and_all_together_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = Event()
    monkeypatch.setattr(background, "MOST", 2)
    jobs = [begun(OFFICER, goes_on)]
    with pytest.raises(RefusedError, match="still being checked"):
        background.start(OFFICER, 1, lambda _: draft(OFFICER))
    background.drop(OFFICER)  # cancelled, and yet it takes its part of the machine until it ends
    jobs.append(begun(TRUST, goes_on))
    with pytest.raises(RefusedError, match="as many large files"):
        background.start(OFFICER, 1, lambda _: draft(OFFICER))
    goes_on.set()
    for job in jobs:
        ended(job)
    assert ended(background.start(OFFICER, 1, lambda _: draft(OFFICER))).draft is not None


def test_what_is_left_for_too_long_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    ended(background.start(OFFICER, 1, lambda _: draft(OFFICER)))
    monkeypatch.setattr(background, "KEPT_FOR", 0.0)
    time.sleep(0.01)
    assert background.of(OFFICER) is None


def test_a_fault_is_said_in_words_and_never_with_what_was_in_the_file(caplog: pytest.LogCaptureFixture) -> None:
    def ours(_: object) -> sending.Draft:
        raise QuestionError("Say which term it is for.")

    def theirs(_: object) -> sending.Draft:
        raise ValueError("perhaps-kept-secret")

    assert ended(background.start(OFFICER, 1, ours)).fault == "Say which term it is for."
    fault = ended(background.start(OFFICER, 1, theirs)).fault
    assert fault is not None
    assert "perhaps-kept-secret" not in fault + caplog.text


def test_large_is_what_takes_long_packed_or_not() -> None:
    plain, packed = background.LARGE, background.LARGE // background.UNPACKS_TO
    assert background.is_large([NamedFile("a.csv", b"x" * (plain // 2))] * 2)
    assert background.is_large([NamedFile("a.ZIP", b"x" * packed)])
    assert not background.is_large([NamedFile("a.csv", b"x" * packed)])


def test_a_large_file_goes_from_the_page_to_a_receipt_in_another_session(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "LARGE", 1)
    rows = [complete_incident(), complete_incident(school_urn="900002")]
    app = visit("send_a_return", person="trust")
    app.file_uploader[0].set_value(csv_files(rows)).run()
    app.button(key="send-check").click().run()
    job = background.of(TRUST)
    assert job is not None
    assert list(ended(job).begun) == list(Stage)
    assert "What will change" not in words(visit("send_a_return", person="officer"))
    back = visit("send_a_return", person="trust")
    assert "the autumn term 2025/26 of 2 schools" in words(back)
    back.button(key="send-submit").click().run()
    assert "are kept: 2 incidents in all" in words(back)
    assert background.of(TRUST) is None


def test_what_is_submitted_is_what_was_shown_whatever_was_checked_elsewhere_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "LARGE", 1)

    def check(urns: list[str]) -> None:
        sent = csv_files([complete_incident(school_urn=urn) for urn in urns])
        files = [NamedFile(name, content) for name, content, _ in sent]
        background.drop(TRUST)
        work = lambda told: sending.check(files, stated=Stated(), person=TRUST, house=house, told=told)  # noqa: E731
        assert ended(background.start(TRUST, 1, work)).draft is not None

    check(["900001", "900002"])
    first = visit("send_a_return", person="trust")
    check(["900001"])  # in another window, which the first knows nothing of
    first.button(key="send-submit").click().run()
    assert "are kept: 2 incidents in all" in words(first)


@pytest.mark.parametrize("press", ["send-submit", "send-cancel"])
def test_sending_or_cancelling_one_file_leaves_the_large_file_of_another_window_alone(press: str, house: House) -> None:
    goes_on = Event()
    small = visit("send_a_return", person="trust")
    small.file_uploader[0].set_value(csv_files([complete_incident()])).run()
    small.button(key="send-check").click().run()
    job = begun(TRUST, goes_on)  # in another window
    small.button(key=press).click().run()
    assert background.of(TRUST) is job
    if press == "send-submit":
        small.button(key="send-another").click().run()
        assert background.of(TRUST) is job
    goes_on.set()
    assert ended(job).draft is not None


def test_cancelling_what_was_found_lets_go_of_it_and_not_of_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "LARGE", 1)
    goes_on = Event()
    sent = csv_files([complete_incident()])
    files = [NamedFile(name, content) for name, content, _ in sent]

    def work(told: Callable[[Stage], None]) -> sending.Draft:
        return sending.check(files, stated=Stated(), person=TRUST, house=house, told=told)

    ended(background.start(TRUST, 1, work))
    windows = [visit("send_a_return", person="trust") for _ in range(2)]
    windows[0].button(key="send-cancel").click().run()
    assert background.of(TRUST) is None
    job = begun(TRUST, goes_on)
    windows[1].button(key="send-cancel").click().run()
    assert background.of(TRUST) is job
    goes_on.set()
    ended(job)


def test_the_report_of_a_large_file_can_be_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LARGE", 1)
    app = visit("send_a_return", person="trust")
    app.file_uploader[0].set_value(csv_files([complete_incident(status="maybe")])).run()
    app.button(key="send-check").click().run()
    job = background.of(TRUST)
    assert job is not None
    assert (found := ended(job).draft) is not None
    app.run()
    assert app.session_state[sending.DRAFT].for_report is found.for_report  # which the download asks for
