"""Each kind of provider with its own claims: who somebody is, and what it vouches for where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.scope import Scope
from tests.sign_in.conftest import TENANT
from tests.sign_in.provider import Browser, Portal, Running

USER = "C1F3A68B-F487-4895-9508-DC11DA29C567"
OBJECT_ID = "9c1d4f2e-7777-4888-9999-aaaabbbbcccc"
NO_ACCESS = "/sign-in/provider/no-access/"


def organisation(number: str, category: str, **codes: Any) -> dict[str, Any]:
    """An organisation as DfE Sign-in writes it."""
    codes = {"urn": None, "uid": None, "ukprn": None, "establishmentNumber": None, **codes}
    return {"id": f"ORG-{number}", "name": "Somewhere", "category": {"id": category, "name": "Kind"}, **codes}


SCHOOL = organisation("1", "001", urn="900001", establishmentNumber="4000")
AUTHORITY = organisation("2", "002", establishmentNumber="990")
TRUST = organisation("3", "010", uid="99001")
ONE_ACADEMY = organisation("4", "013", uid="99002", urn="900009")
NURSERY = organisation("5", "004", urn="900005")


@pytest.fixture
def dfe(provider: Running) -> Iterator[Browser]:
    """A browser at a portal that uses DfE Sign-in."""
    found = Browser(Portal(provider.oidc("dfe-sign-in")), provider)
    with found.client:
        yield found


def works_at(provider: Running, chosen: Any, *others: Any, **roles: list[str]) -> None:
    """Have somebody with organisations there: the one they chose, their others, and the roles in each."""
    provider.knows(USER, given_name="Rowan", family_name="Ashby", email="rowan@la.example", organisation=chosen)
    listed = [one for one in (chosen, *others) if isinstance(one, dict) and one]
    provider.tell(organisations={USER: listed}, roles={f"{USER}@ORG-{key[1:]}": told for key, told in roles.items()})


@pytest.mark.parametrize(
    ("chosen", "scope"),
    [(SCHOOL, "school:900001"), (AUTHORITY, "la:990"), (TRUST, "trust:99001"), (ONE_ACADEMY, "trust:99002")],
)
@pytest.mark.parametrize("written", [dict, json.dumps])
def test_dfe_sign_in_tells_the_organisation_as_an_object_or_as_text(
    dfe: Browser, provider: Running, chosen: dict[str, Any], scope: str, written: Any
) -> None:
    number = chosen["id"].removeprefix("ORG-")
    works_at(provider, written(chosen), **{f"_{number}": ["plumbline-lead", "a-role-of-another-portal"]})
    provider.tell(organisations={})  # the list of organisations is not known there: the chosen one is
    dfe.sign_in(USER)
    assert dfe.here() == {"subject": USER, "name": "Rowan Ashby", "held": [f"lead@{scope}"], "used": f"lead@{scope}"}


@pytest.mark.parametrize(
    "chosen",
    [NURSERY, organisation("1", "001", urn=None), organisation("1", "001", urn="12"), organisation("2", "002"),
     organisation("9", "999", urn="900001"), {}, "", "{}", "not JSON", "[" * 5000, "null", 7, None, [SCHOOL],
     {**SCHOOL, "category": "001"}, {**SCHOOL, "urn": ["900001"]}, {**SCHOOL, "urn": "900001 OR 1=1"}],
)  # fmt: skip
def test_an_organisation_that_cannot_be_here_opens_nothing(dfe: Browser, provider: Running, chosen: Any) -> None:
    works_at(provider, chosen, _1=["plumbline-lead"], _2=["plumbline-lead"], _5=["plumbline-lead"])
    assert dfe.sign_in(USER).headers["location"].startswith(NO_ACCESS)
    assert dfe.here() is None


def test_no_access_to_the_service_there_is_no_access_here(dfe: Browser, provider: Running) -> None:
    works_at(provider, SCHOOL)  # its API answers 404 for this organisation
    answer = dfe.sign_in(USER)
    assert "Ask the approver of your organisation in DfE Sign-in" in dfe.get(answer.headers["location"]).text
    assert dfe.here() is None


def test_access_that_is_withdrawn_there_ends_here_at_the_next_sign_in(dfe: Browser, provider: Running) -> None:
    works_at(provider, SCHOOL, _1=["plumbline-lead"])
    dfe.sign_in(USER)
    assert dfe.here() is not None
    works_at(provider, SCHOOL)
    assert dfe.sign_in(USER).headers["location"].startswith(NO_ACCESS)
    assert dfe.here() is None or dfe.here()["held"] == []


def test_somebody_with_several_organisations_acts_for_the_one_chosen_and_can_switch(
    dfe: Browser, provider: Running
) -> None:
    works_at(provider, TRUST, SCHOOL, AUTHORITY, NURSERY, _1=["plumbline-sender"], _3=["plumbline-lead"])
    dfe.sign_in(USER)
    found = dfe.here()
    assert sorted(found["held"]) == ["lead@trust:99001", "sender@school:900001"]
    assert found["used"] == "lead@trust:99001"
    sessions = dfe.portal.people.sessions
    secret = dfe.client.cookies["__Host-plumbline"]
    other = next(one for one in sessions.find(secret).grants if one.organisation == Scope.parse("school:900001"))
    sessions.act_as(secret, other.grant_id)
    assert dfe.here()["used"] == "sender@school:900001"


def test_somebody_who_chose_no_organisation_there_chooses_one_here(dfe: Browser, provider: Running) -> None:
    works_at(provider, {}, SCHOOL, TRUST, _1=["plumbline-lead"], _3=["plumbline-lead"])
    dfe.sign_in(USER)
    assert len(dfe.here()["held"]) == 2
    assert dfe.here()["used"] is None


def test_a_role_that_does_not_exist_at_an_organisation_is_not_given(dfe: Browser, provider: Running) -> None:
    works_at(provider, TRUST, SCHOOL, _3=["plumbline-signatory", "plumbline-reader"], _1=["plumbline-signatory"])
    dfe.sign_in(USER)
    assert sorted(dfe.here()["held"]) == ["reader@trust:99001", "signatory@school:900001"]


LIST, ROLES = f"/api/users/{USER}/organisations", "/api/services/{client}/organisations/ORG-1/users/" + USER


@pytest.mark.parametrize("where", [LIST, ROLES])
@pytest.mark.parametrize("status", [500, 401, [200, "x", 1], [200, "7", 1], [200, " ", 900_000]])
def test_an_api_that_fails_lets_nobody_in_on_a_guess(dfe: Browser, provider: Running, where: str, status: Any) -> None:
    works_at(provider, SCHOOL, _1=["plumbline-lead"])
    provider.tell(broken={where.format(client=dfe.portal.house.oidc.client_id): status})
    answer = dfe.sign_in(USER).headers["location"]
    assert answer.startswith("/sign-in/provider/trouble/")
    assert dfe.here() is None


def test_an_api_that_fails_takes_nothing_away(dfe: Browser, provider: Running) -> None:
    works_at(provider, SCHOOL, _1=["plumbline-lead"])
    dfe.sign_in(USER)
    provider.tell(broken={LIST: 500})
    assert dfe.sign_in(USER).headers["location"] == "/sign-in/provider/trouble/down"
    assert dfe.here()["held"] == ["lead@school:900001"]


def test_the_wrong_secret_for_the_api_lets_nobody_in(provider: Running) -> None:
    works_at(provider, SCHOOL, _1=["plumbline-lead"])
    wrong = provider.oidc("dfe-sign-in", api_secret="another secret, as long as the right one is")
    browser = Browser(Portal(wrong), provider)
    with browser.client:
        assert browser.sign_in(USER).headers["location"] == "/sign-in/provider/trouble/down"


# -- Microsoft Entra ID ---------------------------------------------------------------------------------------


@pytest.fixture
def entra(tenant: Running) -> Iterator[Browser]:
    """A browser at a portal that uses one tenant of Entra ID."""
    tenant.knows(OBJECT_ID, tid=TENANT, oid=OBJECT_ID, name="Imogen Sallow", roles=["Plumbline.Lead"],
                 preferred_username="imogen@trust.example", email="imogen@trust.example")  # fmt: skip
    found = Browser(Portal(tenant.oidc("entra")), tenant)
    with found.client:
        yield found


def test_entra_names_people_by_tenant_and_object_and_the_portal_grants(entra: Browser, tenant: Running) -> None:
    entra.portal.grant(tenant.issuer, f"{TENANT}:{OBJECT_ID}", "trust:99001", "lead")
    entra.sign_in(OBJECT_ID)
    assert entra.here() == {
        "subject": f"{TENANT}:{OBJECT_ID}", "name": "Imogen Sallow", "held": ["lead@trust:99001"],
        "used": "lead@trust:99001",
    }  # fmt: skip
    assert "/userinfo" not in tenant.asked()


def test_roles_alone_open_nothing_without_an_organisation(entra: Browser) -> None:
    assert entra.sign_in(OBJECT_ID).headers["location"].startswith(NO_ACCESS)


def test_roles_count_at_the_organisation_whose_tenant_it_is(tenant: Running, entra: Browser) -> None:
    browser = Browser(Portal(tenant.oidc("entra", organisation=Scope.parse("la:990"))), tenant)
    with browser.client:
        browser.sign_in(OBJECT_ID)
        assert browser.here()["held"] == ["lead@la:990"]


@pytest.mark.parametrize(
    "claims",
    [{"tid": "00000000-0000-0000-0000-000000000000"}, {"tid": None}, {"oid": None}, {"oid": ""}, {"oid": "a:b"}],
)
def test_an_account_of_another_tenant_or_without_a_number_is_nobody(
    entra: Browser, tenant: Running, claims: dict[str, Any]
) -> None:
    entra.portal.grant(tenant.issuer, f"{TENANT}:{OBJECT_ID}", "trust:99001", "lead")
    tenant.lie(claims=claims)
    assert entra.sign_in(OBJECT_ID).headers["location"] == "/sign-in/provider/trouble/wrong"


def test_an_address_of_the_right_domain_is_nobody(entra: Browser, tenant: Running) -> None:
    entra.portal.grant(tenant.issuer, f"{TENANT}:{OBJECT_ID}", "trust:99001", "lead")
    tenant.knows("other", tid=TENANT, oid="other", name="Imogen Sallow", email="imogen@trust.example",
                 preferred_username="imogen@trust.example", upn="imogen@trust.example")  # fmt: skip
    assert entra.sign_in("other").headers["location"].startswith(NO_ACCESS)


def test_no_groups_are_asked_for(entra: Browser) -> None:
    assert "groups" not in entra.begin()
    assert "email" not in entra.begin()


# -- any other ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "held"),
    [
        (["lead@school:900001", "reader@la:990"], ["lead@school:900001", "reader@la:990"]),
        ("lead@school:900001", ["lead@school:900001"]),
        (["administrator@la:990", "protection_officer@la:990", "reader@la:990"], ["reader@la:990"]),
        (["signatory@la:990", "reader@operator", "reader@", "@la:990", 7, None, "reader@la:990"], ["reader@la:990"]),
    ],
)
def test_a_provider_of_ones_own_tells_roles_with_their_organisations(
    browser: Browser, provider: Running, told: Any, held: list[str]
) -> None:
    provider.knows("cy", name="Cy", plumbline_grants=told)
    browser.sign_in("cy")
    assert sorted(browser.here()["held"]) == held
