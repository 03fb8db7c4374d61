"""The office sees who is left out and why; the public sees names with consent and nothing else."""

import pytest
from sqlalchemy import Engine

from foundation.portal.consents import Consent
from tests.foundation.honours import honour_cases as cases
from tests.serving import Browser


def test_public_page_names_only_who_agreed(served: Engine, anybody: Browser) -> None:
    for address in ("/honours", "/honours?scope=2026", "/honours?scope=c:J120"):
        page = anybody.get(address)
        assert page.status_code == 200
        for name in (cases.NAMED, cases.PEN_NAME, cases.QUIET):
            assert name in page.text
        for secret in (cases.PEN, cases.SILENT, cases.BACK, cases.HIDDEN):
            assert secret not in page.text
        assert "7,000.00" not in page.text
        assert "private@example.org" not in page.text


def test_sum_of_few_hidden_donors_is_not_shown(served: Engine, anybody: Browser) -> None:
    # Four donors are behind the hidden sum: total less shown would tell too much.
    assert "567,891.00" not in anybody.get("/honours").text
    cases.give(served, cases.donor(served, name="白多一"), 9_00)
    assert "567,900.00" in anybody.get("/honours").text


def test_consent_taken_back_is_gone_at_once(served: Engine, anybody: Browser) -> None:
    assert cases.QUIET in anybody.get("/honours").text
    cases.allow(served, 3, Consent())
    assert cases.QUIET not in anybody.get("/honours").text


def test_unpublished_campaign_has_no_public_roll(served: Engine, anybody: Browser) -> None:
    cases.project_cases.campaign(served, "SCHOL", code="SECRET", is_public=False)
    assert anybody.get("/honours?scope=c:SECRET").status_code == 404
    assert anybody.get("/honours?scope=c:NONE").status_code == 404


def test_broken_scope_shows_all_years(anybody: Browser) -> None:
    assert anybody.get("/honours?scope=20x6&college=x").status_code == 200


def test_office_sees_who_is_left_out_and_why(accountant: Browser) -> None:
    page = accountant.get("/honour-roll?scope=2026").text
    for name in (cases.SILENT, cases.BACK, cases.HIDDEN):
        assert name in page
    assert "没有同意公示姓名的记录" in page
    assert "567,891.00" in page


def test_accountant_sets_and_ends_a_level(accountant: Browser) -> None:
    fields = {"basis": "cumulative", "name": "铜榜", "from": "1万", "first_on": "2026-01-01"}
    assert accountant.post("/honour-roll/levels", fields).status_code == 303
    page = accountant.get("/honour-roll").text
    assert "铜榜" in page
    assert accountant.post("/honour-roll/levels", fields).status_code == 409
    assert accountant.post("/honour-roll/levels", fields | {"from": "x"}).status_code == 422
    answer = accountant.post("/honour-roll/levels/3/end", {"last_on": "2026-10-01"})
    assert answer.status_code == 303


def test_consent_on_paper_is_recorded_with_its_evidence(
    served: Engine, accountant: Browser
) -> None:
    place = "/honour-roll/consents/4"
    fields = {"gift": "4", "name": "on", "amount": "on", "evidence": ""}
    assert accountant.post(place, fields).status_code == 422
    fields["evidence"] = "2026-03-05 来函"
    assert accountant.post(place, fields).status_code == 303
    assert cases.SILENT in [entry.name for entry in cases.roll(served).groups[-1].entries]


@pytest.mark.parametrize(
    ("donor", "gift", "changed", "status"),
    [
        (6, "6", {}, 409),
        (4, "4", {"name": ""}, 422),
        (4, "x", {}, 422),
        (987, "4", {}, 404),
    ],
)
def test_wrong_consent_is_refused(
    accountant: Browser, donor: int, gift: str, changed: dict[str, str], status: int
) -> None:
    fields = {"gift": gift, "name": "on", "amount": "on", "evidence": "来函"} | changed
    if not fields["name"]:
        del fields["name"]
    assert accountant.post(f"/honour-roll/consents/{donor}", fields).status_code == status


def test_consent_of_another_donors_gift_is_not_recorded(
    served: Engine, accountant: Browser
) -> None:
    fields = {"gift": "4", "name": "on", "amount": "on", "evidence": "来函"}
    assert accountant.post("/honour-roll/consents/1", fields).status_code == 404
    assert "沈怀瑾" in {item.name for item in cases.roll(served).left_out}


def test_auditor_reads_and_changes_nothing(auditor: Browser) -> None:
    assert auditor.get("/honour-roll").status_code == 200
    fields = {"basis": "cumulative", "name": "x", "from": "1", "first_on": "2026-01-01"}
    assert auditor.post("/honour-roll/levels", fields).status_code == 403


def test_pages_are_english_when_asked(served: Engine, anybody: Browser) -> None:
    anybody.post("/language", {"language": "en"})
    page = anybody.get("/honours")
    assert "爱心人士" not in page.text
