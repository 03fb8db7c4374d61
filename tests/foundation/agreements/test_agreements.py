"""Agreements: when one is needed, what its wording costs, signing, and changes with consent."""

import re
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.agreements import papers, requirements, service, view, wording
from foundation.agreements.models import AgreementState
from foundation.agreements.requirements import Promise
from foundation.agreements.service import Consent
from foundation.agreements.wording import Draft
from ledger.integrity import run
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.projects.project_cases import SIGNED, agreement, agreement_input, sign, signed
from tests.refusals import refused
from tests.serving import Browser, Program

DAY = date(2026, 3, 1)


def change(engine: Engine, key: int, donor: int, consent: Consent | None = None, **to: object):
    with database.transaction(engine) as session:
        return service.change_agreement(
            session,
            key,
            agreement_input(donor, **to),
            reason="捐赠人来函",
            consent=consent,
            actor=PREPARER,
            clock=CLOCK,
        )


@pytest.mark.parametrize(
    ("promise", "codes"),
    [
        ({}, []),
        ({"amount_minor": 99_999_99}, []),
        ({"amount_minor": 100_000_00}, ["amount"]),
        ({"is_instalments": True, "is_in_kind": True}, ["in_kind", "instalments"]),
        ({"is_construction": True, "amount_minor": 10**9}, ["construction", "amount"]),
        ({"is_overseas": True, "is_asked_by_donor": True}, ["asked_by_donor", "overseas"]),
    ],
)
def test_agreement_is_needed_where_the_rules_say(promise: dict, codes: list[str]) -> None:
    found = requirements.required(Promise(on=DAY, **promise))
    assert [item.code for item in found] == codes
    assert all(item.source and item.grade in "ABCMI" for item in found)


def test_rules_that_were_not_in_force_ask_for_nothing() -> None:
    old = Promise(on=date(1998, 1, 1), amount_minor=10**9, is_construction=True)
    assert requirements.required(old) == []


def draft(**changed: object) -> Draft:
    values: dict = {
        "on": DAY,
        "amount_minor": 500_000_00,
        "title": "学校发展捐赠协议",
        "purpose": "由学校统筹用于事业发展",
        "project_name": "学校发展基金",
        "may_pool": True,
        "results_to_university": True,
    }
    return Draft(**(values | changed))


def test_wording_that_costs_nothing_gives_no_warning() -> None:
    assert wording.warnings(draft()) == []


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"purpose": "设立奖学金"}, "RESTRICTED_USE", "奖学金"),
        ({"purpose": "由学校使用，优先录用本公司员工子女"}, "DONOR_BENEFIT", "优先录用"),
        ({"purpose": "转交给王某"}, "PASS_THROUGH", "转交"),
        ({"note": "与招生挂钩"}, "ENROLMENT_LINKED", "招生"),
        ({"delivery": "附宗教条件"}, "POLITICAL_CONDITION", "宗教"),
        ({"is_in_kind": True}, "NOT_CASH", None),
        ({"project_name": ""}, "NO_PROJECT_NAME", None),
    ],
)
def test_wording_that_costs_a_match_is_named_with_its_words(
    changed: dict, code: str, words: str | None
) -> None:
    found = {item.code: item for item in wording.warnings(draft(**changed))}
    assert found[code].is_certain
    assert found[code].schemes
    assert words is None or words in [hit.words for hit in found[code].hits]


def test_what_nobody_said_is_asked_not_guessed() -> None:
    found = [item for item in wording.warnings(draft(may_pool=None)) if not item.is_certain]
    assert all(item.schemes for item in found)
    named = wording.hits_in(draft(naming="某某楼"))
    assert ("gift.named", "naming") in [(hit.fact, hit.field) for hit in named]


def test_signed_agreement_changes_only_with_consent(books: Engine) -> None:
    who = gift_cases.donor(books)
    made = agreement(books, who.id)
    assert change(books, made.id, who.id, purpose="用于学生").purpose == "用于学生"
    sign(books, made.id)
    with refused("consent_needed"):
        change(books, made.id, who.id, purpose="用于教师")
    with refused("conflict", "不能变更"):
        change(books, made.id, who.id, Consent("林晓舟", SIGNED), number="XY-9")
    with refused("invalid", "不能晚于今天"):
        change(books, made.id, who.id, Consent("林晓舟", date(2027, 1, 1)), purpose="用于教师")
    changed = change(
        books,
        made.id,
        who.id,
        Consent("林晓舟", SIGNED, "补充协议"),
        purpose="用于教师",
        funds=(("SCHOL", 200_000_00), ("LAB", 100_000_00)),
    )
    assert changed.purpose == "用于教师"
    with database.reading(books) as session:
        found = view.get_view(session, made.id, today=DAY)
    assert [(name, before, after) for name, before, after in found.changes[0].fields] == [
        ("funds", "SCHOL", "LAB=100000.00、SCHOL=200000.00"),
        ("purpose", "用于学生", "用于教师"),
    ]
    assert found.changes[0].consented_by == "林晓舟"


@pytest.mark.parametrize(
    ("changed", "code", "saying"),
    [
        ({"number": " "}, "invalid", "不能为空"),
        ({"amount_minor": 0}, "invalid", "大于零"),
        ({"funds": ()}, "invalid", "至少"),
        ({"funds": (("SCHOL", 1),)}, "invalid", "不一致"),
        ({"funds": (("SCHOL", None), ("SCHOL", None))}, "invalid", "两次"),
        ({"funds": (("NONE", None),)}, "unknown_fund", ""),
        ({"donor_id": 4711}, "unknown_donor", ""),
        ({"fee_basis_points": -1}, "invalid", "0 至 100"),
        ({"note": "\x07"}, "invalid", "不能显示"),
    ],
)
def test_impossible_agreements_are_refused(
    books: Engine, changed: dict, code: str, saying: str
) -> None:
    who = gift_cases.donor(books)
    with refused(code, saying):
        agreement(books, **({"donor_id": who.id} | changed))


def test_signing_and_ending_have_an_order(books: Engine) -> None:
    who = gift_cases.donor(books)
    nobody = agreement(books, who.id, donor_signatory="")
    with refused("invalid", "双方"):
        sign(books, nobody.id)
    named = agreement(books, who.id, number="XY-2", naming="某某楼")
    with refused("invalid", "冠名"):
        sign(books, named.id)
    with refused("invalid", "已存在"):
        agreement(books, who.id)
    made = signed(books, who.id, number="XY-3")
    with refused("conflict"):
        sign(books, made.id)
    for wanted in (AgreementState.ENDED, None):
        if wanted is None:
            with refused("conflict"):
                _end(books, made.id)
        else:
            assert _end(books, made.id) is wanted
    assert _end(books, nobody.id) is AgreementState.CANCELLED


def _end(engine: Engine, key: int) -> AgreementState:
    with database.transaction(engine) as session:
        return service.end(session, key, reason="履行完毕", actor=PREPARER, clock=CLOCK).state


def test_pledge_needs_a_signed_agreement_of_its_donor_and_fund(books: Engine) -> None:
    who, other = gift_cases.donor(books), gift_cases.donor(books, name="周知秋")
    made = agreement(books, who.id)

    def promise(donor: object = who, fund: str = "SCHOL") -> None:
        entry = pledge_cases.entry(donor, agreement=made.number, fund=fund)  # type: ignore[arg-type]
        pledge_cases.record(books, entry)

    with refused("invalid", "尚未签署"):
        promise()
    sign(books, made.id)
    with refused("invalid", "另一位"):
        promise(other)
    with refused("invalid", "没有约定基金"):
        promise(fund="LAB")
    promise()
    pledge_cases.give(books, who, 20_000_00, agreement=made.number)
    with database.reading(books) as session:
        found = view.get_view(session, made.id, today=DAY)
    assert (found.row.received_minor, found.row.pledged_minor) == (20_000_00, 300_000_00)
    assert (len(found.gifts), len(found.pledges)) == (1, 1)
    pledge_cases.everything_holds(books)


def fields(donor_id: int, **changed: str) -> dict[str, str]:
    values = {
        "number": "XY-2026-010",
        "title": "奖学金捐赠协议",
        "donor": "林晓舟",
        "donor_id": str(donor_id),
        "purpose": "设立冠名奖学金",
        "amount": "30万",
        "fee": "5",
        "fund-0": "SCHOL",
        "donor_signatory": "林晓舟",
        "foundation_signatory": "周知秋",
        "reporting": "yearly",
        "is_instalments": "on",
    }
    return values | changed


def test_pages_draft_warn_sign_change_and_keep_papers(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    who = gift_cases.donor(served)
    assert "还没有捐赠协议" in accountant.get("/agreements").text
    wrong = accountant.post("/agreements/new", fields(who.id, fee="abc"))
    assert (wrong.status_code, 'value="30万"' in wrong.text) == (422, True)
    made = accountant.post("/agreements/new", fields(who.id))
    assert made.status_code == 303
    home = made.location
    page = accountant.get(home).text
    for words in ("将不予配比", "奖学金", "分期到账的捐赠", "内部规定"):
        assert words in page
    assert accountant.post(f"{home}/sign", {"signed_on": "2027-01-01"}).status_code == 422
    assert accountant.post(f"{home}/sign", {"signed_on": "2026-01-05"}).status_code == 303
    edited = fields(who.id, purpose="资助学生", reason="来函")
    refusal = accountant.post(f"{home}/edit", edited)
    assert (refusal.status_code, "何时同意" in refusal.text) == (422, True)
    consent = {"consented_by": "林晓舟", "consented_on": "2026-02-01"}
    assert accountant.post(f"{home}/edit", edited | consent).status_code == 303
    assert "变更记录" in accountant.get(home).text
    paper = {"file": (BytesIO(b"%PDF-1.7 x"), "协议.pdf")}
    assert accountant.post(f"{home}/files", paper).status_code == 303
    again = accountant.post(f"{home}/files", {"file": (BytesIO(b"%PDF-1.7 x"), "协议.pdf")})
    assert "内容相同" in again.text
    bad = accountant.post(f"{home}/files", {"file": (BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 422
    assert auditor.get(f"{home}/files/1").data == b"%PDF-1.7 x"
    assert auditor.post(f"{home}/end", {"reason": "x"}).status_code == 403
    assert accountant.get("/agreements/find?number=XY-2026-010").location.endswith(home)
    assert accountant.get("/agreements/find?number=none").status_code == 302
    assert "XY-2026-010" in auditor.get("/agreements?state=signed&q=奖学金").text
    assert accountant.post(f"{home}/end", {"reason": "履行完毕"}).status_code == 303
    assert accountant.get("/agreements/999").status_code == 404


def test_papers_are_proved_byte_for_byte(served: Engine, accountant: Browser, app) -> None:
    who = gift_cases.donor(served)
    home = accountant.post("/agreements/new", fields(who.id)).location
    accountant.post(f"{home}/files", {"file": (BytesIO(b"%PDF-1.7 x"), "a.pdf")})
    folder = app.extensions["foundation"].config.data_dir
    check = papers.file_check(folder)
    with database.reading(served) as session:
        assert list(run(session, (check,))) == []
    for path in folder.glob("files/*/*"):
        path.write_bytes(b"changed")
    with database.reading(served) as session:
        assert len(list(run(session, (check,)))) == 1
    assert accountant.get(f"{home}/files/1").status_code == 409


def test_agreements_for_programs(served: Engine, program: Program, approving: Program) -> None:
    who = gift_cases.donor(served)
    api = "/api/v1/agreements"
    body = {
        "number": "XY-1",
        "title": "协议",
        "donor": who.id,
        "purpose": "设立奖学金",
        "funds": [{"fund": "SCHOL", "amount": "300000.00"}],
        "amount": "300000.00",
        "donor_signatory": "甲",
        "foundation_signatory": "乙",
        "may_pool": False,
    }
    made = program.post(api, body)
    assert made.status_code == 201, made.text
    assert "RESTRICTED_USE" in [item["code"] for item in made.json["match_warnings"]]
    assert [item["code"] for item in made.json["required_because"]] == ["amount"]
    one = f"{api}/{made.json['id']}"
    assert approving.post(f"{one}/sign", {"date": "2026-01-05"}).status_code == 403
    assert program.post(f"{one}/sign", {"date": "2026-01-05"}).json["state"] == "signed"
    changed = {"agreement": body | {"purpose": "资助学生"}, "reason": "来函"}
    assert program.post(f"{one}/change", changed).json["code"] == "consent_needed"
    consent = {"by": "甲", "on": "2026-02-01"}
    done = program.post(f"{one}/change", changed | {"consent": consent})
    assert done.json["changes"][0]["consented_by"] == "甲"
    assert program.post(f"{one}/end", {"reason": "完"}).json["state"] == "ended"
    assert [item["number"] for item in program.get(f"{api}?q=协议").json["items"]] == ["XY-1"]
    assert program.get(f"{api}/999").json["code"] == "unknown_agreement"


@pytest.mark.parametrize("path", ["", "/new", "/1", "/1/edit"])
def test_agreement_pages_speak_english(served: Engine, accountant: Browser, path: str) -> None:
    who = gift_cases.donor(served)
    accountant.client.set_cookie("language", "en")
    accountant.post("/agreements/new", fields(who.id))
    accountant.get("/account")
    text = accountant.get(f"/agreements{path}").text.partition("<main")[2]
    text = re.sub(r'<ul class="warnings">.*?</ul></li>\s*</ul>', "", text, flags=re.DOTALL)
    text = re.sub(r"<ul><li>.*?</ul>", "", text, flags=re.DOTALL)
    shown = re.sub(r"<[^>]+>", " ", text)
    given = (
        r"林晓舟|周知秋|设立冠名奖学金|奖学金捐赠协议|奖学金"
        r"|非限定基金|实验室建设基金|永久留本基金"
    )
    assert re.findall(r"[\u4e00-\u9fff]+", re.sub(given, "", shown)) == []
