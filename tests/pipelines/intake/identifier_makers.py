"""Invented identifiers of every kind, right and with one typing error, in the ways that people write them.

Written from the public definitions, not from the gate: each check digit is worked out here again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from random import Random

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
CONSONANTS = "ABDEFGHJLNPQRSTUWXYZ"
AREAS = ("SK", "M", "E", "SW", "GU", "NG", "B", "LS", "WC", "AL")
STREETS = ("Street", "Road", "Avenue", "Lane", "Close", "Drive", "Crescent")
PLACES = ("Acacia", "High", "Mill", "Church", "Station")

Maker = Callable[[Random], str]


def digits(dice: Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def mistyped(dice: Random, text: str) -> str:
    """One digit wrong."""
    places = [place for place, character in enumerate(text) if character.isdigit()]
    place = dice.choice(places[1:] if len(places) > 1 else places)
    other = dice.choice([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]


def upn(dice: Random) -> str:
    body = dice.choice("389") + digits(dice, 11)
    letter = LETTERS[sum(int(digit) * weight for weight, digit in enumerate(body, start=2)) % 23]
    whole = letter + body
    return dice.choice([whole, whole.lower(), f"{whole[0]} {whole[1:4]} {whole[4:8]} {whole[8:]}", f"UPN {whole}"])


def temporary_upn(dice: Random) -> str:
    body, last = dice.choice("389") + digits(dice, 10), dice.choice(LETTERS)
    total = sum(int(digit) * weight for weight, digit in enumerate(body, start=2)) + LETTERS.index(last) * 13
    return LETTERS[total % 23] + body + last


def nhs_number(dice: Random) -> str:
    while True:
        body = dice.choice("467") + digits(dice, 8)
        check = 11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            whole = body + ("0" if check == 11 else str(check))
            break
    return dice.choice([whole, f"{whole[:3]} {whole[3:6]} {whole[6:]}", f"{whole[:3]}-{whole[3:6]}-{whole[6:]}"])


def uln(dice: Random) -> str:
    while True:
        body = dice.choice("123456789") + digits(dice, 8)
        rest = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if rest:
            return body + str(10 - rest)


def candidate_number(dice: Random) -> str:
    return digits(dice, 5) + dice.choice("0ABC") + digits(dice, 6) + dice.choice("ABDEFGHJKLMRTVWXY")


def postcode(dice: Random) -> str:
    out = dice.choice(AREAS) + dice.choice("123456789")
    whole = f"{out} {dice.choice('123456789')}{dice.choice(CONSONANTS)}{dice.choice(CONSONANTS)}"
    return dice.choice([whole, whole.lower(), whole.replace(" ", ""), whole.replace(" ", "  ")])


def phone(dice: Random) -> str:
    a, b, c = digits(dice, 3), digits(dice, 3), digits(dice, 4)
    return dice.choice(
        [
            f"07{a}{b}{c[:3]}", f"07{a} {b}{c[:3]}", f"07{a} {b} {c[:3]}", f"+44 7{a} {b}{c[:3]}", f"+447{a}{b}{c[:3]}",
            f"+44 (0)7{a} {b}{c[:3]}", f"0044 7{a} {b}{c[:3]}", f"447{a}{b}{c[:3]}", f"0161 {a} {c}", f"(0161) {a} {c}",
            f"020 7{a} {c}", f"(020) 7{a} {c}", f"0161-{a}-{c}", f"01632 9{a}{b[:2]}", f"01632.9{b[:2]}.{a}",
            f"0800 {a} {c}",
            f"tel 07{a}{b}{c[:3]}", f"7{a} {b}{c[:3]}", f"07{a}/{b}{c[:3]}", "0800 1111",
        ]
    )  # fmt: skip


def email(dice: Random) -> str:
    name = dice.choice(["jo.bloggs", "a_person", "p123", "x-y"])
    host = dice.choice(["example.org", "school.example.sch.uk", "example.co.uk"])
    return dice.choice([f"{name}@{host}", f"{name}@{host}".upper(), f"{name} (at) {host}", f"<{name}@{host}>"])


def handle(dice: Random) -> str:
    name = dice.choice(["some_name", "zed99", "x.y.z"]) + digits(dice, 2)
    return dice.choice(
        [f"@{name}", f"messaging;@{name}", f"snap: {name}", f"insta {name}", f"discord name#{digits(dice, 4)}"]
    )


def web_address(dice: Random) -> str:
    page = digits(dice, 3)
    return dice.choice(
        [
            f"https://example.org/{page}",
            f"www.example.com/{page}",
            f"example.co.uk/{page}",
            f"HTTP://EXAMPLE.ORG/{page}",
        ]
    )


def device(dice: Random) -> str:
    body = dice.choice(["35", "86", "49"]) + digits(dice, 12)
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(body)]
    whole = body + str(-sum(sum(map(int, str(value))) for value in doubled) % 10)
    return dice.choice(
        [whole, f"{whole[:2]}-{whole[2:8]}-{whole[8:14]}-{whole[14]}", f"IMEI {whole}", f"serial no: C02{whole[:8]}"]
    )


def crime_number(dice: Random) -> str:
    number = digits(dice, 5)
    return dice.choice([f"06/{number}/25", f"CR/{number}/25", f"20BW/{number}P/25", f"442500{number}",
                        f"cad {number}",
                        f"crime ref {number}", f"46{number}/25", f"Crime No. {number}"])  # fmt: skip


def passport(dice: Random) -> str:
    return dice.choice(["XY", "CD", "kl"]) + dice.choice("3456789") + digits(dice, 6)


def birth_date(dice: Random) -> str:
    year, month, day = dice.randint(2007, 2021), dice.randint(1, 12), dice.randint(1, 28)
    names = [f"{date(2026, number, 1):%b}" for number in range(1, 13)]
    return dice.choice(
        [
            f"{day:02}/{month:02}/{year}", f"{day}.{month}.{year % 100:02}", f"{year}-{month:02}-{day:02}",
            f"{day} {names[month - 1]} {year}", f"{day:02}-{names[month - 1]}-{year % 100:02}",
            f"{names[month - 1]} {day}, {year}",
            f"{year}{month:02}{day:02}" if year < 2020 else f"{day}-{month}-{year}",
            f"born {day}/{month}/{year % 100:02}",
        ]
    )  # fmt: skip


def address(dice: Random) -> str:
    return f"{dice.randint(1, 250)}{dice.choice(['', 'a'])} {dice.choice(PLACES)} {dice.choice(STREETS)}"


def national_insurance_number(dice: Random) -> str:
    number = digits(dice, 6)
    return dice.choice([f"AB{number}C", f"AB {number[:2]} {number[2:4]} {number[4:]} C", f"jk{number}a"])


MAKERS: Mapping[str, Maker] = {
    "UPN": upn,
    "temporary UPN": temporary_upn,
    "NHS number": nhs_number,
    "ULN": uln,
    "candidate number": candidate_number,
    "postcode": postcode,
    "phone": phone,
    "e-mail": email,
    "account": handle,
    "web address": web_address,
    "device number": device,
    "police crime number": crime_number,
    "passport": passport,
    "date of birth": birth_date,
    "address": address,
    "National Insurance number": national_insurance_number,
}
MAY_BE_MISTYPED = frozenset(MAKERS) - {"date of birth", "e-mail", "phone"}
