"""The process that reads: the same answer as reading here, within bounds, with nothing left when it is stopped."""

from __future__ import annotations

import io
import logging
import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from pipelines.intake import bounded, checking
from pipelines.intake.bounds import USUAL_SIZE, Bounds, bounds_for, is_back_load
from pipelines.intake.checking import Checked, Stage
from pipelines.intake.messages import (
    BEGUN,
    LENGTH,
    OTHER,
    SHORT,
    Answer,
    for_the_log,
    longest_answer,
    receive,
    send,
    stage_begun,
)
from pipelines.intake.passing import pack, unpack
from pipelines.intake.reading_processes import processes
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from schemas.calendar import Term

AROUND = Surroundings(date(2026, 11, 2))
TOO_DEMANDING = ["file-too-demanding"]


SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample" / "returns"


def a_return() -> NamedFile:
    path = next(path for path in sorted(SAMPLE.iterdir()) if path.suffix == ".xlsx" and "nil" not in path.name)
    return NamedFile("return.xlsx", path.read_bytes())


def check(*files: NamedFile, bounds: Bounds | None = None):
    return bounded.check(files, stated=Stated(), around=AROUND, bounds=bounds)


def the_waiting_process():
    processes.get_ready()
    return processes.waiting[0]


def test_the_answer_is_the_one_that_reading_here_gives():
    there, here = check(a_return()), checking.check([a_return()], stated=Stated(), around=AROUND)
    assert here.incidents is not None
    assert there.incidents is not None
    pd.testing.assert_frame_equal(there.incidents, here.incidents, check_index_type=False)
    pd.testing.assert_frame_equal(there.children, here.children, check_index_type=False)
    blank = {"incidents": None, "children": None}
    assert {**vars(there), **blank} == {**vars(here), **blank}


def test_a_file_that_needs_more_memory_than_its_bound_is_refused_with_a_sentence_and_the_next_is_read():
    # Every cell another text: the kind of file that takes more room read than sent.
    rows = "\n".join(f"INC-{number},{number:030}" for number in range(200_000))
    large = NamedFile("incidents.csv", f"incident_ref,school_urn\n{rows}\n".encode())
    refused = check(large, bounds=Bounds(megabytes=24))
    assert [issue.rule for issue in refused.issues] == TOO_DEMANDING
    assert (refused.found_tables, refused.incidents) == (False, None)
    assert check(a_return()).readable


def test_a_file_that_takes_longer_than_its_bound_is_refused_and_its_process_is_gone():
    process = the_waiting_process()
    refused = check(a_return(), bounds=Bounds(seconds=0))
    assert [issue.rule for issue in refused.issues] == TOO_DEMANDING
    assert refused.sha256 == checking.check([a_return()], stated=Stated(), around=AROUND).sha256
    assert not process.lives


def test_a_process_that_died_while_it_waited_is_replaced_before_anybody_notices():
    process = the_waiting_process()
    os.kill(process.number, signal.SIGKILL)
    process.wait()
    assert check(a_return()).readable


def test_two_senders_at_once_are_both_answered():
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(check, [a_return(), NamedFile("other.xlsx", b"PK\3\4 and no more")]))
    assert [one.readable for one in found] == [True, False]


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="only Linux tells what a process may do")
def test_the_process_knows_no_secret_and_can_write_no_file(monkeypatch):
    monkeypatch.setenv("PLUMBLINE_KEY", "k" * 32)
    check(a_return())
    about = Path("/proc") / str(the_waiting_process().number)
    assert b"PLUMBLINE" not in (about / "environ").read_bytes()
    [size] = [line for line in (about / "limits").read_text().splitlines() if line.startswith("Max file size")]
    assert size.split()[3:5] == ["0", "0"]


def test_a_usual_file_has_ten_seconds_and_half_a_gigabyte_and_a_back_load_more():
    usual, large = NamedFile("a.csv", b"x" * 1_000_000), NamedFile("b.csv", bytes((USUAL_SIZE + 80) * 1_000_000))
    assert bounds_for([usual]) == Bounds(seconds=10, megabytes=512, unpacked=400)
    assert bounds_for([large]) == Bounds(seconds=110, megabytes=2_112, unpacked=2_000)
    assert is_back_load([usual, large])
    assert not is_back_load([usual])


def test_what_comes_back_can_hold_nothing_but_values_of_this_project():
    assert unpack(pack((Term.AUTUMN, MappingProxyType({"a": frozenset({1})})))) == (Term.AUTUMN, {"a": {1}})
    for foreign in (os.system, subprocess.Popen, Path("x"), datetime.now, checking.check, eval):
        with pytest.raises(pickle.UnpicklingError):
            unpack(pickle.dumps(foreign))


def test_what_comes_back_can_set_nothing_on_our_classes_or_codes():
    none_and = b"N}X\x0a\x00\x00\x00has_errors\x89s\x86b."  # (None, {"has_errors": False}) set on what stands before
    for before in (b"cpipelines.intake.checking\nChecked\n", b"cschemas.calendar\nTerm\n(X\x06\x00\x00\x00autumntR"):
        with pytest.raises(pickle.UnpicklingError):
            unpack(b"\x80\x04" + before + none_and)
    assert isinstance(Checked.has_errors, property)
    assert not hasattr(Term.AUTUMN, "has_errors")


@pytest.mark.parametrize("announced", [SHORT + 1, 2**40, 2**64 - 1])
def test_a_message_announced_as_longer_than_it_can_be_is_refused_before_room_is_made_for_it(announced):
    stream = io.BytesIO(LENGTH.pack(announced) + b"x" * 100)
    with pytest.raises(OSError, match="longer than an answer"):
        receive(stream, most=SHORT)
    assert stream.tell() == LENGTH.size


def test_a_message_of_the_greatest_length_comes_whole():
    stream = io.BytesIO()
    send(stream, b"x" * SHORT)
    stream.seek(0)
    assert receive(stream, most=SHORT) == b"x" * SHORT
    assert longest_answer(Bounds()) == 512_000_000


def test_a_process_that_announces_too_much_or_a_stage_that_is_none_is_stopped_and_its_file_refused(monkeypatch, caplog):
    for said in (LENGTH.pack(2**62), LENGTH.pack(17) + BEGUN + b"connor smith"[:11]):
        process = the_waiting_process()
        check(a_return())  # so that it has said that it is ready
        reading, writing = os.pipe()
        os.write(writing, said)
        os.close(writing)
        process = the_waiting_process()
        process._process.stdout.close()
        monkeypatch.setattr(process._process, "stdout", os.fdopen(reading, "rb"))
        assert [issue.rule for issue in check(a_return()).issues] == TOO_DEMANDING
        assert not process.lives
    assert "connor" not in caplog.text
    assert stage_begun(BEGUN + b"gate") is Stage.GATE


def test_only_texts_that_are_known_reach_the_log():
    known = "a file could not be read: BadZipFile"
    assert for_the_log([known]) == [known]
    for noted in ("Connor Smith", f"{known}\nwarning: all is well", "a file could not be read: ConnorSmith",
                  f"{known} ", "x" * 10_000, 7, b"a"):  # fmt: skip
        assert for_the_log([noted]) == [OTHER]
    assert len(for_the_log([known] * 1_000)) <= 20


def test_what_a_process_noted_is_in_the_log_as_a_known_text(monkeypatch, caplog):
    answer = Answer(Checked((), ""), ("B801200005001\nroot: all is well",), 0.0, 0.0)
    monkeypatch.setattr(processes, "ask", lambda *_: answer)
    with caplog.at_level(logging.WARNING):
        check(a_return())
    assert [record.getMessage() for record in caplog.records] == [OTHER]


def test_rows_come_back_as_they_were_sent():
    frame = pd.DataFrame(
        {
            "codes": pd.Categorical(["yes", None, "no"], categories=["no", "yes", "é"]),
            "none": pd.Categorical([None, None, None], categories=pd.Index([], dtype=object)),
            "days": pd.to_datetime(["2026-02-03", None, "2026-02-05"]),
            "count": [1, 2, 3],
            "text": pd.Series(["a", "", "b"], dtype="str").to_numpy(),
        },
        index=pd.Index(["900001", "900002", "900003"], name="urn"),
    )
    pd.testing.assert_frame_equal(unpack(pack(frame)), frame)
    pd.testing.assert_frame_equal(unpack(pack(frame.iloc[:0])), frame.iloc[:0])


def test_a_program_that_used_it_ends_without_a_warning_and_leaves_no_process():
    program = (
        "from pipelines.intake.reading_processes import processes\n"
        "processes.get_ready()\nprint(processes.waiting[0].number)"
    )
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    assert not (Path("/proc") / ended.stdout.strip()).exists()


def test_each_stage_is_told_as_it_begins_from_the_other_process() -> None:
    told: list[str] = []
    files = [NamedFile("incidents.csv", b"incident_ref\nI1\n"), NamedFile("children.csv", b"incident_ref\nI1\n")]
    bounded.check(files, stated=Stated(), around=Surroundings(date(2026, 1, 1)), told=lambda stage: told.append(stage))
    assert told[:2] == ["reading", "gate"]
