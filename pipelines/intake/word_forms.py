"""What people write about people: dates, titles with names, initials, prose."""

from __future__ import annotations

import re

from pipelines.intake.forms import Identifier, stands_alone, whole, words_in

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_ABOUT_PEOPLE = (
    "he|she|they|him|her|them|hers|theirs|mum|mam|mummy|dad|daddy|stepdad|stepmum|boyfriend|girlfriend|sister|brother"
)
_SPOKEN = re.compile(r"[^ ]*[0-9A-Za-z][^ ]*")
_NOT_NAMES = words_in("teams word excel office outlook edge forms or and use out")
_NOT_INITIALS = words_in(
    "na nk yn ny ok uk eu us ie eg pe re dt it hr pa ta am pm tv pc id ad bc no si sw al ai ks nc pp rp cp cin lac fsm",
    "sen eal pru slt ehc dsl ddsl ict pfa cic cla pex fte ofsted tbc tba inc ref new old yes nil yr",
)


def _date(found: re.Match[str]) -> bool:
    numbers = [int(number) for number in re.findall(r"[0-9]+", found[1])[:3]]
    if len(numbers) < 3:
        return 1 <= numbers[0] <= 31
    _, *rest = numbers if numbers[0] > 31 else reversed(numbers)
    return stands_alone(found) and sorted(rest) <= [12, 31] and 0 < min(rest) <= 12 and max(rest) <= 31


def _part_date(found: re.Match[str]) -> bool:
    """A day with a month must be more than two years of a school: “Year 9/10” is none."""
    numbers = [int(number) for number in re.findall("[0-9]+", found[1])]
    if len(numbers) < 2 or numbers[-1] > 99:
        return stands_alone(found)
    low, high = sorted(numbers)
    return stands_alone(found) and 1 <= low <= 12 and 14 < high <= 31 and len(found.string) > len(found[1]) + 2


def _titled_name(found: re.Match[str]) -> bool:
    title, _, name = found[1].replace(".", " ").partition(" ")
    name = name.strip()
    if name.casefold() in _NOT_NAMES:
        return False
    return (title[0].isupper() and name[0].isupper()) or title.casefold() in ("mr", "mrs")


def _initials(found: re.Match[str]) -> bool:
    letters = re.sub("[^a-z]", "", (found[1] or found[2]).casefold())
    return letters not in _NOT_INITIALS and (not found[1] or found[1].isupper())


def _free_text(found: re.Match[str]) -> bool:
    """A list of labels is not prose: only one of its pieces may be long."""
    most = max(len(_SPOKEN.findall(piece)) for piece in re.split(r"[;,|]", found.string))
    return most > 10 or (bool(found[1]) and most >= 3)


WORDS = (
    Identifier(
        "personal-date-of-birth",
        "a date, which may be a date of birth",
        whole(
            "[0-9]{1,2}[ ]?[/.-][ ]?[0-9]{1,2}[ ]?[/.-][ ]?(?:[0-9]{4}|[0-9]{2})"
            "|[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|[.][0-9]{1,2}[.])[0-9]{1,2}(?:T[0-9:.]*(?:Z|[+-][0-9:]+)?)?"
            f"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTH},?[ -](?:[0-9]{{4}}|[0-9]{{2}})"
            f"|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
            "|(?:dob|d[.]o[.]b[.]?|born|birth)[A-Z: ]{0,6}[0-9]{8}"
        ),
        _date,
    ),
    Identifier(
        "personal-part-of-date",
        "a part of a date, which may be a date of birth",
        whole(
            f"[0-9]{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}|{_MONTH}[ -](?:19|20)[0-9]{{2}}"
            "|(?:0?[1-9]|1[0-2])/(?:19|20)[0-9]{2}"
            "|[0-9]{1,2}/[0-9]{1,2}|20[01][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
        ),
        _part_date,
    ),
    Identifier(
        "personal-name",
        "a person's name",
        whole(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Rev|Sir|Prof)(?:[.] ?| )[A-Z][a-z'-]+"),
        _titled_name,
    ),
    Identifier(
        "personal-initials",
        "a person's initials",
        r"^([A-Z][.] ?[A-Z](?:[.] ?[A-Z])?[.]?|[A-Z] [A-Z](?: [A-Z])?)$"
        r"|(?:^|[^0-9A-Z])y(?:ea)?r? ?[0-9]{1,2}[ ,/-]+([A-Z][.]?[A-Z][.]?)$",
        _initials,
    ),
    Identifier(
        "personal-free-text",
        "free text",
        rf"(?:^| )(?:[^ ]+ ){{10}}[^ ]|(?:^|[^0-9A-Z])({_ABOUT_PEOPLE})(?:$|[^0-9A-Z])",
        _free_text,
    ),
)
