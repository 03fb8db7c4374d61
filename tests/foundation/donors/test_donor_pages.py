"""Pages of donors: found, recorded once, changed, and numbers shown for a reason only."""

import re

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors import service
from foundation.donors.models import Donor
from foundation.donors.vault import Vault
from foundation.users.models import Role
from ledger.trail import TrailRecord
from tests import factories, serving
from tests.foundation.donors.donor_cases import (
    ID_NUMBER,
    OTHER_ID_NUMBER,
    given,
)
from tests.foundation.gifts import gift_cases
from tests.serving import ON_BOTH, Browser

# The key of the application under test seals what its pages open.
VAULT = Vault.of("a key for tests, 0123456789 and more")


def record(engine: Engine, **changes: str) -> int:
    with database.transaction(engine) as session:
        return service.record_donor(
            session,
            given(**changes),
            vault=VAULT,
            actor=factories.PREPARER,
            clock=factories.CLOCK,
        ).id


def stored(engine: Engine) -> list[Donor]:
    with database.reading(engine) as session:
        found = list(session.execute(select(Donor).order_by(Donor.id)).scalars())
        session.expunge_all()
        return found


def test_empty_list_says_what_to_do(accountant: Browser) -> None:
    page = accountant.get("/donors").text

    assert "还没有捐赠人" in page
    assert "/donors/new" in page


@ON_BOTH
def test_list_finds_donors_as_people_type(served: Engine, accountant: Browser) -> None:
    for name in ("林晓舟", "周知秋", "东湖启明科技有限公司"):
        record(served, name=name)

    def names(query: str) -> list[str]:
        return re.findall(r'<a href="/donors/\d+">(.*?)</a>', accountant.get(query).text)

    assert names("/donors") == ["东湖启明科技有限公司", "周知秋", "林晓舟"]
    assert names("/donors?q=lxz") == ["林晓舟"]
    assert names("/donors?q=启明") == ["东湖启明科技有限公司"]
    assert names("/donors?kind=organisation") == []
    assert "没有找到捐赠人" in accountant.get("/donors?q=nobody%00").text


def test_suggestions_are_short_and_hold_nothing_secret(served: Engine, accountant: Browser) -> None:
    record(served, id_number=ID_NUMBER, phone="13800001234", email="lin@example.org")
    answer = accountant.get("/donors/suggest?q=lin")

    assert answer.get_json() == [
        {"id": 1, "name": "林晓舟", "kind": "个人", "detail": "电话尾号 1234"}
    ]
    assert accountant.get("/donors/suggest?q=").get_json() == []
    assert ID_NUMBER not in answer.text


def test_donor_is_recorded_and_shown_masked(served: Engine, accountant: Browser) -> None:
    fields = {
        "name": "林晓舟",
        "kind": "person",
        "id_number": ID_NUMBER.lower(),
        "email": "lin@example.org",
    }
    answer = accountant.post("/donors/new", fields)
    assert answer.status_code == 303
    page = accountant.get(answer.headers["Location"]).text

    assert "990000********007X" in page
    assert ID_NUMBER not in page
    assert "lin@example.org" in page
    assert "还没有捐赠" in page


@pytest.mark.parametrize(
    ("changes", "place", "saying"),
    [
        ({"name": ""}, "name-error", "请填写此项"),
        ({"kind": ""}, "kind-error", "请填写此项"),
        ({"kind": "company"}, "kind-error", "列表"),
        ({"credit_code": "91420100MA4K00000R"}, "credit_code-error", "校验位"),
        ({"id_number": "123"}, "id_number-error", "18 位"),
        ({"email": "nowhere"}, "email-error", "邮箱"),
        ({"phone": "call me"}, "phone-error", "电话"),
    ],
)
def test_mistake_is_said_beside_its_field(
    served: Engine, accountant: Browser, changes: dict[str, str], place: str, saying: str
) -> None:
    fields = {"name": "林晓舟", "kind": "person", "note": "2003 级"} | changes
    answer = accountant.post("/donors/new", fields)

    assert answer.status_code == 422
    found = re.search(rf'id="{place}">(.*?)</p>', answer.text)
    assert found is not None
    assert saying in found[1]
    assert "2003 级" in answer.text
    assert stored(served) == []


@ON_BOTH
def test_donor_that_may_be_there_already_is_shown_first(
    served: Engine, accountant: Browser
) -> None:
    record(served)
    fields = {"name": "林小舟", "kind": "person"}
    asked = accountant.post("/donors/new", fields)
    assert asked.status_code == 422
    assert "读音相同" in asked.text
    assert len(stored(served)) == 1

    assert accountant.post("/donors/new", fields | {"is_another": "on"}).status_code == 303
    assert len(stored(served)) == 2


def test_donor_is_changed_and_an_empty_number_stays(served: Engine, accountant: Browser) -> None:
    key = record(served, id_number=ID_NUMBER)
    path = f"/donors/{key}/edit"
    assert "990000********007X" in accountant.get(path).text

    fields = {"name": "林晓洲", "kind": "person", "email": "new@example.org", "id_number": ""}
    assert accountant.post(path, fields).status_code == 303
    (donor,) = stored(served)
    assert (donor.name, donor.email) == ("林晓洲", "new@example.org")
    assert service.masked_id_number(donor, VAULT) == "990000********007X"

    accountant.post(path, fields | {"id_number": OTHER_ID_NUMBER})
    assert service.masked_id_number(stored(served)[0], VAULT) == "990000********0019"
    accountant.post(path, fields | {"forget_id_number": "on"})
    assert stored(served)[0].id_number is None
    refused = accountant.post(path, fields | {"email": "nowhere"})
    assert (refused.status_code, "nowhere" in refused.text) == (422, True)


def test_whole_number_is_shown_once_for_a_reason(served: Engine, accountant: Browser) -> None:
    key = record(served, id_number=ID_NUMBER)
    path = f"/donors/{key}/unmask"
    refused = accountant.post(path, {"reason": ""})
    assert (refused.status_code, ID_NUMBER in refused.text) == (422, False)

    shown = accountant.post(path, {"reason": "开具捐赠票据"})
    assert ID_NUMBER in shown.text
    assert ID_NUMBER not in accountant.get(f"/donors/{key}").text
    with database.reading(served) as session:
        query = select(TrailRecord.actor, TrailRecord.reason).where(
            TrailRecord.action == "donor.unmask"
        )
        assert session.execute(query).all() == [(Role.ACCOUNTANT.value, "开具捐赠票据")]


def test_only_who_may_sees_whole_numbers(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    key = record(served, id_number=ID_NUMBER)

    page = auditor.get(f"/donors/{key}").text
    assert "990000********007X" in page
    assert "unmask" not in page
    assert auditor.post(f"/donors/{key}/unmask", {"reason": "审计"}).status_code == 403
    for path in ("/donors/new", f"/donors/{key}/edit"):
        assert auditor.get(path).status_code == 403
        assert auditor.post(path, {}).status_code == 403


def test_cashier_knows_no_donors(served: Engine, app: object) -> None:
    key = record(served)
    cashier = serving.signed_in(app, Role.CASHIER)  # type: ignore[arg-type]

    for path in ("/donors", f"/donors/{key}", "/donors/suggest?q=lin"):
        assert cashier.get(path).status_code == 403


def test_number_sealed_with_another_key_does_not_break_the_page(
    served: Engine, accountant: Browser
) -> None:
    key = gift_cases.donor(served, id_number=ID_NUMBER).id

    page = accountant.get(f"/donors/{key}")
    assert page.status_code == 200
    assert "SECRET_KEY" in page.text


@ON_BOTH
def test_page_of_a_donor_shows_the_gifts(served: Engine, accountant: Browser) -> None:
    who = gift_cases.donor(served)
    made = [
        gift_cases.record(served, gift_cases.entry(who, minor=(number + 1) * 100))
        for number in range(12)
    ]
    gift_cases.cancel(served, made[0].gift_id)
    page = accountant.get(f"/donors/{who.id}").text

    assert page.count('<a href="/gifts/G2026-') == 10
    assert f"/gifts?donor={who.id}" in page
    assert "77.00" in page
    assert f"/gifts/new?donor={who.id}" in page


def test_unknown_donor_has_a_page_that_says_so(accountant: Browser) -> None:
    for path in ("/donors/4711", "/donors/4711/edit"):
        assert accountant.get(path).status_code == 404


def test_pages_speak_english(served: Engine, accountant: Browser) -> None:
    key = record(served, name="Maria O'Neill", id_number=ID_NUMBER)
    accountant.client.set_cookie("language", "en")

    for path in ("/donors", "/donors/new", f"/donors/{key}", f"/donors/{key}/edit"):
        main = accountant.get(path).text.partition("<main")[2]
        assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", " ", main)) == [], path
