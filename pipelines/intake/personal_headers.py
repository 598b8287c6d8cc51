"""Column names that announce personal data, and which of a file's column names may be repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _().?:/&-]{0,59}")

# First match counts, so "e-mail address" is not an address and "user name" not a name.
_KINDS: dict[str, str] = {
    "a date of birth": "dob, date of birth, birth date, birthdate, birthday, birth, born",
    "a UPN": "upn, upns, unique pupil number, former upn",
    "a ULN": "uln, ulns, unique learner number",
    "an NHS number": "nhs, nhs number, nhs no",
    "an examination candidate's number": "uci, candidate number, candidate no, exam number",
    "a pupil's number": (
        "adno, admission number, admission no, pupil number, pupil no, pupil id, pupil ref, pupil "
        "reference, student number, student id, student ref, child id, mis id, ni number, national "
        "insurance, passport, driving licence"
    ),
    "an e-mail address": "email, emails, e mail, mail",
    "an account name": (
        "handle, handles, username, user name, user, login, snapchat, snap, instagram, insta, "
        "tiktok, discord, gamertag, gamer tag, screen name, account name, account, profile"
    ),
    "a web address": "url, urls, uri, link, links, web address, website address, ip, ip address",
    "a device's number": (
        "serial, serial number, serial no, device serial, imei, mac address, device id, device "
        "number, device name, asset tag"
    ),
    "a police crime number": (
        "crime, crime number, crime no, crime ref, crime reference, occurrence number, occurrence, "
        "police ref, police reference, police number, police log, cad, cad number, log number"
    ),
    "a postcode": "postcode, postcodes, post code, zip, zip code",
    "a phone number": "phone, phones, telephone, tel, mobile, contact number, phone number, telephone number",
    "an address": "address, addresses, street, town, house number, address line",
    "a picture or attachment": "photo, photos, picture, attachment, attachments, screenshot, file name",
    "free text": (
        "note, notes, comment, comments, description, narrative, summary, free text, text, "
        "chronology, remark, remarks, detail, details, what happened, disclosure, statement"
    ),
    "a person's name": (
        "surname, surnames, forename, forenames, first name, last name, middle name, given name, "
        "family name, full name, preferred name, known as, initials, initial, pupil name, child "
        "name, student name, pupil, pupils, student, students, child, children, victim, "
        "perpetrator, suspect, offender, teacher, dsl, staff, staff name, staff member, recorded "
        "by, author, officer, social worker, key worker, parent, carer, mother, father, guardian, "
        "name, names"
    ),
}
_NAMED_THINGS = frozenset(
    {"school", "trust", "authority", "la", "establishment", "file", "sheet", "list", "column", "field"}
    | {"event", "type", "term", "site"}
)
_COMMON_WORDS = frozenset(
    word
    for line in (
        "id ref reference no number code codes type level risk status total count other extra column value",
        "field time day age class form group house tutor year month category subject school trust authority",
        "la line relationship gender sex ethnicity religion registration first second third 1 2 3 4",
        "the a an of and or by for in on to is was any",
    )
    for word in line.split()
)


def words_of(header: str) -> list[str]:
    """The words of a header, "DateOfBirth" and "D.O.B." too."""
    spaced = _CAMEL.sub(" ", header.replace(".", ""))
    return _NOT_WORD.sub(" ", spaced).casefold().split()


def announced_kind(header: str) -> str | None:
    """The kind of personal data that a header announces, or None."""
    words = words_of(header)
    if "name" in words and _NAMED_THINGS.intersection(words):
        return None
    line = f" {' '.join(words)} "
    joined = frozenset(words)
    for kind, phrases in _PHRASES.items():
        if any(f" {phrase} " in line or phrase.replace(" ", "") in joined for phrase in phrases):
            return kind
    return None


_PHRASES = {kind: tuple(phrase.strip() for phrase in phrases.split(",")) for kind, phrases in _KINDS.items()}
_ANNOUNCING_WORDS = frozenset(
    word for phrases in _PHRASES.values() for phrase in phrases for word in [*phrase.split(), phrase.replace(" ", "")]
)


def may_be_repeated(header: str, *, known: Iterable[str]) -> bool:
    """Whether a header has only ordinary words; any other might be a child's name."""
    ordinary = _COMMON_WORDS | _ANNOUNCING_WORDS | {word for key in known for word in key.split()}
    return bool(_PLAIN.fullmatch(header)) and all(word in ordinary for word in words_of(header))
