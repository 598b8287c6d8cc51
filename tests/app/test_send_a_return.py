"""Sending a return through the portal: real files, a real warehouse, the page as people use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import issues, moved_words, preview_words, proof_words, sending, template_download
from app.calm import UNEXPECTED, calmly
from app.permissions import Person, Role
from app.steps.schools import today, years
from pipelines import receipts, returns
from pipelines.history import last_day_of
from pipelines.house import House
from pipelines.moving import Move, Moved
from pipelines.reporting import Coverage, Figure, Question, State
from pipelines.returns import Preview, Stated
from pipelines.scope import Scope
from schemas.calendar import Term, default_terms
from schemas.errors import PlumblineError, RefusedError
from tests import factories, uploads
from tests.app.opened import csv_files, opened, visit, words
from tests.factories import complete_incident, incident, officer_of

SECRET = "perhaps-kept-secret"
SCHOOL = Scope.parse("school:900001")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened(tmp_path, monkeypatch) as found:
        yield found


def checked(*files: tuple[str, bytes, str], person: str = "school") -> AppTest:
    app = visit("send_a_return", person=person)
    return check(app, *files)


def check(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    app.file_uploader[0].set_value(list(files)).run()
    return app.button(key="send-check").click().run()


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def buttons(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def held(app: AppTest) -> set[str]:
    return {name for name in (sending.DRAFT, sending.SENT) if name in app.session_state}


def stored(house: House, scope: Scope = SCHOOL) -> list[tuple[str, int, int]]:
    sent = house.reporting.versions(scope)
    return list(zip(sent["school_urn"], sent["version"], sent["incidents"], strict=True))


def test_a_school_can_choose_only_itself(house: House) -> None:
    app = visit("send_a_return", person="school")
    assert app.selectbox(key="send-school").options == ["School 900001 (900001)"]


def test_a_trust_chooses_one_of_its_schools_or_lets_the_file_say(house: House) -> None:
    options = visit("send_a_return", person="trust").selectbox(key="send-school").options
    assert options[0].startswith("One or more of your schools")
    assert options[1:] == ["School 900001 (900001)", "School 900002 (900002)"]


def test_nothing_can_be_checked_before_a_file_is_chosen(house: House) -> None:
    assert visit("send_a_return", person="school").button(key="send-check").disabled


def test_a_good_file_is_previewed_then_kept_and_gives_a_receipt(house: House) -> None:
    app = checked(*csv_files([complete_incident(), complete_incident()]))
    assert "This becomes version 1 of the return of School 900001 for the autumn term 2025/26" in words(app)
    assert stored(house) == []
    press(app, "send-submit")
    assert "is kept as version 1: 2 incidents" in words(app)
    assert stored(house) == [("900001", 1, 2)]
    assert held(app) == {sending.SENT}


def test_a_workbook_and_a_zip_are_taken_too(house: House) -> None:
    files = csv_files([complete_incident()])
    rows = {name: [line.split(",") for line in content.decode().splitlines()] for name, content, _ in files}
    book = uploads.saved(uploads.workbook(rows["incidents.csv"], rows["children.csv"]))
    both = uploads.zip_of({name: content for name, content, _ in files})
    for name, content in (("return.xlsx", book.content), ("return.zip", both)):
        app = checked((name, content, "application/octet-stream"))
        assert "Issues you must fix (0)" in words(app)
        assert "send-submit" in buttons(app)


def test_a_broken_file_says_all_that_is_wrong_and_repeats_no_cell(house: House) -> None:
    broken = [complete_incident(age_difference=SECRET, status=""), complete_incident(adult_involved=SECRET)]
    app = checked(*csv_files(broken))
    page = words(app)
    assert "cannot be sent yet: there are 3 issues you must fix" in page
    assert "incidents,2,age_difference" in page
    assert "incidents,2,status" in page
    assert "incidents,3,adult_involved" in page
    assert SECRET not in page


def test_of_a_broken_file_nothing_is_stored_and_no_row_stays_in_the_session(house: House) -> None:
    app = checked(*csv_files([complete_incident(age_difference=SECRET)]))
    assert "send-submit" not in buttons(app)
    assert app.session_state[sending.DRAFT].checked is None
    assert app.file_uploader[0].value == []
    assert stored(house) == []


def test_a_corrected_file_can_follow_at_once(house: House) -> None:
    app = checked(*csv_files([complete_incident(age_difference=SECRET)]))
    check(app, *csv_files([complete_incident()]))
    assert "send-submit" in buttons(app)


def test_a_column_that_identifies_is_refused_by_name(house: House) -> None:
    page = words(checked(*csv_files([complete_incident(pupil_name=SECRET)])))
    assert "Nothing in it identifies a person" not in page
    assert "pupil_name" in page
    assert SECRET not in page


def test_a_file_that_cannot_be_read_gives_sentences_and_says_what_was_not_checked(house: House) -> None:
    page = words(checked(("return.xlsx", b"not a workbook", "application/octet-stream")))
    assert "Not checked yet" in page
    assert "Issues you must fix (1)" in page or "Issues you must fix (2)" in page


def test_the_year_and_term_chosen_go_with_the_file(house: House) -> None:
    app = visit("send_a_return", person="school")
    app.selectbox(key="send-year").set_value("202425")
    app.selectbox(key="send-term").set_value(Term.SUMMER).run()
    check(app, *csv_files([complete_incident()]))
    assert "for the summer term 2024/25" in words(app)
    assert "outside the term of the return" in words(app)


def test_a_query_explained_by_a_reason_is_kept_with_the_return(house: House) -> None:
    app = checked(*csv_files([complete_incident(incident_type="experimental_other", external_coercion="yes")]))
    app.selectbox(key="explain-cross-experimental-with-coercion").set_value("unusual_but_right").run()
    press(app, "send-submit")
    with house.warehouse.reading() as cursor:
        kept = cursor.rows("SELECT rule, row_number, reason FROM explanations")
    assert kept == [{"rule": "cross-experimental-with-coercion", "row_number": 2, "reason": "unusual_but_right"}]


QUERIED = {"incident_type": "experimental_other", "external_coercion": "yes"}


def test_queries_sent_unexplained_are_said_before_and_after(house: House) -> None:
    app = checked(*csv_files([complete_incident(**QUERIED)]))
    assert "Issues you need to look at (7)" in words(app)
    assert "Sent with it: 7 queries, 0 explained. A return can be sent with queries unexplained" in words(app)
    press(app, "send-submit")
    assert "7 queries, 0 explained" in words(app)
    assert "7 queries, 0 explained" in proof_words.as_text(receipts.proofs(house.warehouse, SCHOOL, [1]))


def test_queries_sent_explained_are_said_so(house: House) -> None:
    app = checked(*csv_files([complete_incident(**QUERIED)]))
    reasons = [box for box in app.selectbox if str(box.key).startswith("explain-")]
    reasons[0].set_value("unusual_but_right").run()
    assert re.search(r"Sent with it: 7 queries, [1-6] explained\. A return can be sent", words(app))
    for box in reasons[1:]:
        app.selectbox(key=box.key).set_value("unusual_but_right")
    app.run()
    assert "Sent with it: 7 queries, 7 explained." in words(app)
    assert "unexplained" not in words(app)
    assert "7 queries, 7 explained" in words(press(app, "send-submit"))


def test_an_incident_already_sent_in_another_term_is_named_with_that_term(house: House) -> None:
    row = complete_incident(incident_ref="BOTH")
    factories.submit(house.warehouse, factories.checked([row], term=Term.SPRING))
    page = words(checked(*csv_files([row])))
    assert "already sent in the return of another term: 1 incident for the spring term 2025/26." in page


def test_a_second_version_says_what_is_new_changed_unchanged_and_removed(house: House) -> None:
    rows = [complete_incident(incident_ref=f"I{number}") for number in range(1, 4)]
    press(checked(*csv_files(rows)), "send-submit")
    later = [rows[0], rows[1] | {"severe_imagery": "yes"}, complete_incident(incident_ref="I9")]
    children = [
        factories.child(incident_ref=row["incident_ref"], child_key=f"{number:016x}")
        for row, number in zip(later, (1, 2, 9), strict=True)
    ]
    app = checked(*csv_files(later, children))
    assert "Against version 1: 1 new, 1 changed, 1 unchanged and 1 removed." in words(app)
    assert "1 incident that was sent before is not in this file" in words(app)


def test_cancelling_drops_everything_that_was_checked(house: House) -> None:
    app = checked(*csv_files([complete_incident()]))
    press(app, "send-cancel")
    assert held(app) == set()
    assert "send-submit" not in buttons(app)
    assert stored(house) == []


def test_the_receipt_can_be_downloaded_as_text(house: House) -> None:
    app = press(checked(*csv_files([complete_incident()])), "send-submit")
    assert app.get("download_button")[0].label == "Download the receipt"
    text = proof_words.as_text(receipts.proofs(house.warehouse, SCHOOL, [1]))
    assert "RECEIPT FOR A RETURN" in text
    assert "designated safeguarding lead" in text
    assert "1, stood when this was written, " in text


def test_a_return_is_not_kept_twice_by_a_second_press(house: House) -> None:
    app = press(checked(*csv_files([complete_incident()])), "send-submit")
    press(app, "send-another")
    assert held(app) == set()
    assert stored(house) == [("900001", 1, 1)]


def test_when_another_version_came_in_between_the_preview_must_be_read_again(house: House) -> None:
    app = checked(*csv_files([complete_incident()]))
    factories.submit(house.warehouse, factories.checked([incident(), incident()]))
    press(app, "send-submit")
    assert returns.STALE in words(app)
    assert "This becomes version 2" in words(app)
    press(app, "send-submit")
    assert stored(house)[0] == ("900001", 2, 1)


def test_a_school_cannot_send_another_schools_incidents(house: House) -> None:
    app = checked(*csv_files([complete_incident(school_urn="900002")]))
    assert "send-submit" not in buttons(app)
    assert "outside the organisation you send for" in words(app)


def test_an_authority_cannot_send_for_a_school_of_another_authority(house: House) -> None:
    app = checked(*csv_files([complete_incident(school_urn="900003")]), person="officer")
    assert "outside the organisation you send for" in words(app)


def test_a_trust_sends_one_file_for_several_schools(house: House) -> None:
    app = checked(*csv_files([complete_incident(), complete_incident(school_urn="900002")]), person="trust")
    assert "the autumn term 2025/26 of 2 schools" in words(app)
    press(app, "send-submit")
    assert sorted(stored(house, Scope.parse("trust:99001"))) == [("900001", 1, 1), ("900002", 1, 1)]


def test_nobody_in_another_role_may_send() -> None:
    stranger = Person("x", "X", Role.OFFICER, Scope.parse("school:900001"))
    with pytest.raises(RefusedError, match="not allowed"):
        sending.must_be_allowed(stranger, house=None)  # type: ignore[arg-type]


def test_a_right_lost_after_the_check_stops_the_submission(house: House) -> None:
    app = checked(*csv_files([complete_incident()]))
    draft = app.session_state[sending.DRAFT]
    somebody = Person("y", "Y", Role.SCHOOL_LEAD, Scope.parse("school:900002"))
    with pytest.raises(RefusedError):
        sending.submit(draft, person=somebody, house=house, explanations={})
    assert stored(house) == []


def test_a_change_of_person_drops_the_draft(house: House) -> None:
    app = checked(*csv_files([complete_incident()]))
    app.query_params["as"] = "trust"
    app.run()
    assert held(app) == set()


def test_a_nil_return_needs_the_word_of_the_school_and_gives_a_receipt(house: House) -> None:
    app = visit("send_a_return", person="school")
    app.radio(key="send-what").set_value(app.radio(key="send-what").options[1]).run()
    assert app.button(key="nil-record").disabled
    app.selectbox(key="nil-term-900001").set_value(("202526", Term.AUTUMN)).run()
    assert [box.label for box in app.checkbox] == [
        "School 900001 had no incidents in which staff were first told in the autumn term 2025/26."
    ]
    app.checkbox[0].check().run()
    press(app, "nil-record")
    assert "The nil return of School 900001 for the autumn term 2025/26 is kept as version 1" in words(app)
    assert bool(house.reporting.returns(SCHOOL, Question("returns_received", year="202526"))["nil"].iloc[0])


def test_a_nil_return_in_place_of_incidents_needs_a_word_for_that_too(house: House) -> None:
    factories.submit(house.warehouse, factories.checked([incident(), incident()]))
    app = nil_for("202526", Term.AUTUMN)
    assert "Version 1 of School 900001 for the autumn term 2025/26 holds 2 incidents" in words(app)
    sure, known = app.checkbox
    assert known.label == "I know that this takes the place of a return with 2 incidents, which then count no longer."
    sure.check().run()
    assert app.button(key="nil-record").disabled
    app.checkbox[1].check().run()
    press(app, "nil-record")
    assert ("900001", 2, 0) in stored(house)


def nil_for(year: str, term: Term) -> AppTest:
    """The step of a nil return, with a term chosen."""
    app = visit("send_a_return", person="school")
    app.radio(key="send-what").set_value(app.radio(key="send-what").options[1]).run()
    return app.selectbox(key="nil-term-900001").set_value((year, term)).run()


def test_a_nil_return_after_many_may_be_explained_and_another_term_is_asked_about_afresh(house: House) -> None:
    rows = [incident(incident_ref=f"I{place}") for place in range(20)]
    factories.submit(house.warehouse, factories.checked(rows))
    app = nil_for("202526", Term.SPRING)
    key = "explain-whole-nil-after-many"
    app.selectbox(key=key).set_value("checked_and_correct").run()
    app.selectbox(key="nil-term-900001").set_value(("202526", Term.SUMMER)).run()
    assert app.selectbox(key=key).value == ""
    app.selectbox(key="nil-term-900001").set_value(("202526", Term.SPRING)).run()
    app.selectbox(key=key).set_value("checked_and_correct").run()
    app.checkbox[0].check().run()
    page = words(press(app, "nil-record"))
    assert "1 query, 1 explained (1 checked and correct)" in page
    assert "there was no file to read" in page


def test_of_a_term_that_still_runs_the_end_is_said_and_what_comes_later() -> None:
    said = preview_words.still_runs("202526", Term.SPRING, on=date(2026, 2, 2))
    last = last_day_of("202526", Term.SPRING)
    assert said is not None
    assert f"until {last.day} {last:%B} 2026: when staff are told of an incident after today" in said
    assert preview_words.still_runs("202526", Term.SPRING, on=last) is not None
    assert preview_words.still_runs("202526", Term.SPRING, on=last + timedelta(days=1)) is None


def test_a_cut_list_gives_the_true_count() -> None:
    many = Preview(
        "900001", "202526", Term.AUTUMN, 1, was_nil=False, new=30_000, changed=2, unchanged=5, removed=0, children=1
    )
    assert "202 of 30,002 references are listed" in preview_words.listed([many], 202)
    assert preview_words.listed([replace(many, new=1)], 3).startswith("Which incidents: 3 references, and")
    assert preview_words.listed([replace(many, withdrawn=True)], 2).startswith("Which incidents: 2 references, and")


def test_a_figure_whose_words_stay_is_not_said_to_move() -> None:
    def days(value: float, late: float) -> Figure:
        return Figure({}, value, 3, 3, None, 0, State.VALUE, coverage=Coverage(1, 1, 0), p90=late)

    still = Move("days_to_escalation", "202526", "autumn", days(0.0, 1.0), replace(days(0.04, 2.0), not_known=1))
    term = Move("incidents", "202526", "spring", days(4, 1.0), replace(days(4, 1.0), not_known=1))
    moved = Moved(SCHOOL, None, (still,), (term,), {})
    assert still.moves
    assert term.moves
    assert moved_words.sentence(moved).startswith("It moves none of your headline figures")
    gone = replace(still, after=days(2, 2.0))
    told = moved_words.sentence(replace(moved, headlines=(still, gone)))
    assert told == "It moves 1 figure: days to escalation 0 days → 2 days."
    assert len(moved_words.as_table(moved)) == 1


def test_the_template_says_only_what_was_chosen() -> None:
    assert template_download.filled_in(Stated()) == ""
    assert template_download.filled_in(Stated("900001")) == "The school chosen above is filled in."
    every = template_download.filled_in(Stated("900001", "202526", Term.AUTUMN))
    assert every == "The school, academic year and term chosen above are filled in."


def test_a_nil_return_is_offered_for_the_latest_ended_term_of_which_the_return_is_missing(house: House) -> None:
    def offered() -> AppTest:
        app = visit("send_a_return", person="school")
        return app.radio(key="send-what").set_value(app.radio(key="send-what").options[1]).run()

    def send(year: str, term: Term) -> None:
        told = str(last_day_of(year, term))
        rows = [incident(reported_date=told, dsl_informed_date=told)]
        factories.submit(house.warehouse, factories.checked(rows, year=year, term=term))

    latest = offered().selectbox(key="nil-term-900001").value
    assert "has sent no return" in words(offered())
    send("202425", Term.SPRING)
    send(*latest)
    missing = offered().selectbox(key="nil-term-900001").value
    assert last_day_of("202425", Term.SPRING) < last_day_of(*missing) < last_day_of(*latest)


def test_where_no_return_is_missing_no_term_is_offered_by_itself(house: House) -> None:
    for year in years():
        for band in default_terms(year):
            if band.last_day < today():
                returns.record_nil(
                    house.warehouse,
                    school_urn="900001",
                    academic_year=year,
                    term=band.term,
                    actor=officer_of(str(SCHOOL)),
                )
    app = visit("send_a_return", person="school")
    app.radio(key="send-what").set_value(app.radio(key="send-what").options[1]).run()
    box = app.selectbox(key="nil-term-900001")
    assert (box.value, box.placeholder) == (None, "Choose a term")
    assert not app.checkbox
    assert app.button(key="nil-record").disabled


def test_more_issues_than_a_page_holds_are_all_there_page_by_page(house: House) -> None:
    rows = [complete_incident(age_difference=SECRET) for _ in range(450)]
    app = checked(*csv_files(rows))
    assert len(app.table[0].value) == issues.PAGE
    app.selectbox(key="page-format-code").set_value((400, 450)).run()
    assert list(app.table[0].value["Row"])[-1] == "451"


def test_anything_unexpected_is_one_calm_sentence_without_what_was_in_it() -> None:
    said: list[str] = []
    with calmly(said.append):
        raise ValueError(SECRET)
    assert said == [UNEXPECTED]


def test_what_we_say_on_purpose_is_said_as_it_is() -> None:
    said: list[str] = []
    with calmly(said.append):
        raise PlumblineError("The store is busy.")
    assert said == ["The store is busy."]


def test_the_log_of_something_unexpected_has_no_text_of_it(caplog: pytest.LogCaptureFixture) -> None:
    with calmly(lambda _: None):
        raise ValueError(SECRET)
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_a_rerun_that_streamlit_asks_for_is_not_a_fault() -> None:
    app = AppTest.from_string(
        "import streamlit as st\nfrom app.calm import calmly\nwith calmly():\n    st.write('before')\n    st.stop()\n"
    ).run()
    assert [text.value for text in app.markdown] == ["before"]
    assert not app.error


def test_the_preview_says_which_answers_differ_what_moves_and_what_others_see(house: House) -> None:
    told = {"police_contacted": "yes", "police_contact_date": "2025-10-02"}
    rows = [incident(incident_ref=f"I{place}", age_difference="yes", **told) for place in (1, 2, 3)]
    press(checked(*csv_files(rows)), "send-submit")
    spring = {"reported_date": "2026-02-02", "dsl_informed_date": "2026-02-02", "police_contact_date": "2026-02-02"}
    later = [rows[0], rows[1] | {"police_contacted": "no", "police_contact_date": ""}, rows[2] | spring]
    app = visit("send_a_return", person="school")
    app.selectbox(key="send-year").set_value("202526")
    app.selectbox(key="send-term").set_value(Term.AUTUMN).run()
    page = words(check(app, *csv_files(later)))
    assert "I2,Changed," in page
    assert "It moves" in page
    assert "3 of 3 → " in page
    assert "incidents of the autumn term 2025/26 3 → 2" in page
    assert "incidents of the spring term 2025/26" in page
    assert "a release is for good, so this return changes none" in page
