"""Fund projects: what is said of them, budgets, endowments, campaigns, and the public pages."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.donors import facts, merging
from foundation.projects import campaigns, charts, endowments, figures, rules, service
from foundation.projects.models import EndowmentBase, Remainder
from foundation.users.models import Role
from tests import factories, serving
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.donors.donor_cases import given
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.projects.project_cases import (
    PNG,
    campaign,
    endowment,
    project,
    published,
    rule,
)
from tests.refusals import refused
from tests.serving import Browser, Program

K = 1_000_00


def gift(engine: Engine, name: str, minor: int, fund: str = "SCHOL", **changed: object) -> int:
    who = donor_cases.record(engine, given(name=name))
    allocations = ((fund, minor),)
    made = gift_cases.record(
        engine, gift_cases.entry(who, minor=minor, allocations=allocations, **changed)
    )
    gift_cases.post(engine, made.voucher_id)
    return who.id


def test_project_counts_what_is_posted_less_what_went_back(books: Engine) -> None:
    project(books, target_minor=100 * K)
    gift(books, "林晓舟", 30 * K)
    who = donor_cases.record(books, given(name="周知秋"))
    part = (("SCHOL", 30 * K), ("GEN", 10 * K))
    split = gift_cases.record(books, gift_cases.entry(who, minor=40 * K, allocations=part))
    gift_cases.post(books, split.voucher_id)
    gift_cases.refund(books, split.gift_id, 4 * K)
    gift_cases.record(books, gift_cases.entry(who, minor=7 * K))
    pledge_cases.record(books, pledge_cases.entry(who))
    with database.reading(books) as session:
        found = {row.fund.code: row for row in figures.rows(session)}
        months = figures.by_month(session, found["SCHOL"].fund.id, 2026)
    row = found["SCHOL"]
    assert (row.raised.minor, row.raised.gifts, row.raised.donors) == (57 * K, 2, 2)
    assert (row.progress, row.pledged_minor) == (57, 300 * K)
    assert found["GEN"].raised.minor == 9 * K
    assert (months[0], sum(months)) == (60 * K, 60 * K)


@pytest.mark.parametrize(
    ("changed", "saying"),
    [
        ({"kind": "yacht"}, "应为"),
        ({"kind": "unrestricted"}, "限定性基金"),
        ({"purpose": " "}, "用途"),
        ({"target_minor": 0}, "大于零"),
        ({"fee_basis_points": 10001}, "0 至 100"),
        ({"is_public": True}, "须有介绍"),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}, "不能早于"),
    ],
)
def test_impossible_projects_are_refused(books: Engine, changed: dict, saying: str) -> None:
    with refused("invalid", saying):
        project(books, **changed)


def test_budget_keeps_the_last_word_of_each_year(books: Engine) -> None:
    project(books)
    with database.transaction(books) as session:
        for minor in (5 * K, 7 * K):
            service.set_budget(session, "SCHOL", 2026, minor, actor=PREPARER, clock=CLOCK)
    with database.reading(books) as session:
        fund = service.get_project(session, "SCHOL").fund_id
        assert service.budget_of(session, fund, 2026) == 7 * K
        assert service.budget_of(session, fund, 2027) is None
    with refused("not_found"), database.transaction(books) as session:
        service.set_budget(session, "LAB", 2026, 1, actor=PREPARER, clock=CLOCK)


def test_project_is_not_closed_while_money_is_promised(books: Engine) -> None:
    project(books)
    pledge_cases.recorded(books)

    def close() -> None:
        with database.transaction(books) as session:
            service.close_project(
                session,
                "SCHOL",
                closed_on=date(2026, 3, 1),
                remainder=Remainder.SIMILAR_PURPOSE,
                reason="项目结束",
                actor=PREPARER,
                clock=CLOCK,
            )

    with refused("conflict", "承诺"):
        close()
    pledge_cases.approve(books, pledge_cases.ask_write_off(books, 1))
    close()
    with database.reading(books) as session:
        assert service.get_project(session, "SCHOL").remainder is Remainder.SIMILAR_PURPOSE


def test_principal_is_never_spent(books: Engine) -> None:
    factories.post_gift(books, fund="ENDOW", minor=100 * K)
    ids = [factories.fund_id(books, code) for code in ("GEN", "ENDOW")]
    with database.reading(books) as session:
        rules.refuse_principal(session, ids[:1])
        with refused("principal_spent", "ENDOW"):
            rules.refuse_principal(session, ids)
    endowment(books)
    with database.reading(books) as session, refused("principal_spent", "ENDINC"):
        rules.refuse_principal(session, ids)
    spending = factories.spending_voucher(books, fund="ENDOW", minor=K)
    with database.reading(books) as session:
        with refused("principal_spent"):
            rules.refuse_principal_lines(session, spending.lines)
        rules.refuse_principal_lines(session, factories.gift_voucher(books, fund="ENDOW").lines)


def test_income_is_given_out_by_the_rule_in_force(books: Engine) -> None:
    endowment(books)
    factories.post_gift(books, fund="ENDOW", minor=1000 * K, on=date(2025, 12, 1))
    factories.post_gift(books, fund="ENDINC", minor=100 * K)
    factories.post_spending(books, fund="ENDINC", minor=30 * K)
    principal = factories.fund_id(books, "ENDOW")

    def allowance(year: int) -> endowments.Allowance | None:
        with database.reading(books) as session:
            return endowments.allowance(session, principal, year)

    assert allowance(2026) is None
    rule(books, date(2026, 1, 1), 6000, reinvest_basis_points=2000)
    found = allowance(2026)
    assert found is not None
    assert (found.allowed_minor, found.reinvest_minor, found.left_minor) == (60 * K, 20 * K, 30 * K)
    rule(books, date(2026, 7, 1), 500, base=EndowmentBase.NET_ASSETS, years=1)
    later = allowance(2026)
    assert later is not None
    assert (later.base_minor, later.allowed_minor) == (1000 * K, 50 * K)
    with refused("conflict"):
        rule(books, date(2026, 7, 1), 500)
    with refused("invalid", "100%"):
        rule(books, date(2027, 1, 1), 6000, reinvest_basis_points=4001)
    with refused("conflict", "另一永续基金"):
        endowment(books)
    with refused("invalid", "不是永久限定"):
        endowment(books, principal="SCHOL", income="GEN")


def test_campaign_counts_donors_classes_and_colleges_once(books: Engine) -> None:
    one = gift(books, "林晓舟", 30 * K)
    two = gift(books, "周知秋", 10 * K, "GEN")
    three = gift(books, "林小舟", 5 * K)
    gift(books, "赵二", 8 * K, "LAB")
    who = {"actor": PREPARER, "clock": CLOCK}
    with database.transaction(books) as session:
        for college, name, members in (("水利学院", "一班", 4), ("文学院", "二班", None)):
            facts.set_class(
                session, college=college, class_name=name, year=1998, member_count=members, **who
            )
        for donor in (one, two, three):
            facts.join_class(
                session, donor, college="水利学院", class_name="一班", year=1998, **who
            )
        merging.merge(session, one, three, reason="同一人", **who)
    made = campaign(books)
    with database.reading(books) as session:
        found = campaigns.read(session, made)
        classes = campaigns.by_class(session, made)
        colleges = campaigns.by_college(session, made)
    assert (found.raised_minor, found.gifts, found.donors, found.progress) == (45 * K, 3, 2, 4)
    assert [(f.code, minor) for f, minor in found.by_fund] == [("GEN", 10 * K), ("SCHOL", 35 * K)]
    assert [(c.college, c.donors, c.minor, c.basis_points) for c in classes] == [
        ("水利学院", 2, 45 * K, 5000),
        ("文学院", 0, 0, None),
    ]
    assert [(c.college, c.donors, c.members) for c in colleges] == [
        ("水利学院", 2, 4),
        ("文学院", 0, None),
    ]
    campaign(books, "LAB", starts_on=date(2026, 2, 1))
    with database.reading(books) as session:
        assert campaigns.read(session, campaigns.get_campaign(session, "J120")).raised_minor == 0


@pytest.mark.parametrize(
    "changed",
    [{"ends_on": date(2025, 1, 1)}, {"target_minor": 0}, {"code": " "}, {"funds": ()}],
)
def test_impossible_campaigns_are_refused(books: Engine, changed: dict) -> None:
    with refused("invalid"):
        campaign(books, **changed)


def test_chart_is_as_high_as_its_highest_bar() -> None:
    chart = charts.bars([("1", 100 * K, 0), ("2", 50 * K, 50 * K), ("3", 0, 0)])
    assert chart is not None
    first, second, third = chart.bars
    assert first.height == second.height + second.second_height
    assert (first.figure, third.figure, third.height) == ("10", "", 0)
    assert charts.bars([("1", 0, 0)]) is None
    assert [charts.short(minor) for minor in (1, 5_000_00, 15_000_00, 1_000_000_00)] == [
        "<0.1",
        "0.5",
        "1.5",
        "100",
    ]


def test_public_pages_show_totals_and_nobody(served: Engine, app: Flask) -> None:
    visitor = Browser(app)
    assert "目前没有公开的项目" in visitor.get("/funds").text
    published(served, target_minor=100 * K)
    project(served, "GEN", kind="unrestricted")
    gift(served, "林晓舟", 30 * K)
    campaign(served, is_public=True, public_text="百廿校庆")
    page = visitor.get("/funds")
    assert page.status_code == 200
    assert all(text in page.text for text in ("奖学金", "30,000.00", "30%", "校庆"))
    detail = visitor.get("/funds/SCHOL").text
    assert "请支持我们的学生" in detail
    for text in (page.text, detail, visitor.get("/funds/campaigns/J120").text):
        assert "林晓舟" not in text
        assert "捐赠人数" not in text
    assert visitor.get("/funds/GEN").status_code == 404
    assert visitor.get("/funds/SCHOL/picture").status_code == 404
    for name in ("甲", "乙", "丙", "丁"):
        gift(served, f"{name}{name}", K)
    assert "捐赠人数" in visitor.get("/funds/SCHOL").text
    campaign(served)
    assert visitor.get("/funds/campaigns/J120").status_code == 404


def test_staff_pages_set_project_budget_picture_endowment_and_campaign(
    served: Engine, app: Flask, accountant: Browser
) -> None:
    assert "还没有写明此基金的用途" in accountant.get("/fund-projects/SCHOL").text
    fields = {
        "kind": "student",
        "purpose": "奖励学生",
        "target": "100万",
        "fee": "2.5",
        "remainder": "as_agreed",
        "is_public": "on",
        "public_text": "请支持",
    }
    wrong = accountant.post("/fund-projects/SCHOL/edit", fields | {"fee": "101"})
    assert (wrong.status_code, 'value="100万"' in wrong.text) == (422, True)
    assert accountant.post("/fund-projects/SCHOL/edit", fields).status_code == 303
    assert 'value="2.5"' in accountant.get("/fund-projects/SCHOL/edit").text
    plan = "/fund-projects/SCHOL/plan"
    budget = {"act": "budget", "year": "2026", "amount": "20万", "resolution": "理事会 1 号"}
    assert accountant.post(plan, budget).status_code == 303
    assert "理事会 1 号" in accountant.get(plan).text
    bad = {"act": "picture", "description": "学生", "picture": (BytesIO(b"GIF89a"), "a.gif")}
    assert accountant.post(plan, bad).status_code == 422
    good = {"act": "picture", "description": "学生", "picture": (BytesIO(PNG), "a.png")}
    assert accountant.post(plan, good).status_code == 303
    picture = Browser(app).get("/funds/SCHOL/picture")
    assert (picture.mimetype, picture.data) == ("image/png", PNG)
    endow = "/fund-projects/ENDOW/plan"
    joined = {"act": "endowment", "income": "LAB", "since": "2026-01-01"}
    assert accountant.post(endow, joined | {"income": "NONE"}).status_code == 422
    assert accountant.post(endow, joined).status_code == 303
    share = {
        "act": "rule",
        "in_force_from": "2026-01-01",
        "base": "income",
        "spend": "80",
        "reinvest": "20",
        "years": "1",
        "resolution": "理事会 2 号",
    }
    assert accountant.post(endow, share).status_code == 303
    assert "本金不能支出" in accountant.get("/fund-projects/ENDOW").text
    new = {
        "code": "J120",
        "name": "校庆",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "funds": ["SCHOL", "GEN"],
        "target": "500万",
    }
    assert accountant.post("/campaigns/new", new | {"funds": []}).status_code == 422
    assert accountant.post("/campaigns/new", new).status_code == 303
    assert accountant.post("/campaigns/new", new).status_code == 422
    assert accountant.post("/campaigns/J120/edit", new | {"name": "百廿校庆"}).status_code == 303
    assert "百廿校庆" in accountant.get("/campaigns").text
    assert "各基金已筹" in accountant.get("/campaigns/J120").text
    page = accountant.get("/fund-projects/SCHOL").text
    assert all(text in page for text in ("200,000.00", "奖励学生", "2.5%"))
    assert "学生成长" in accountant.get("/fund-projects").text


def test_expense_typed_by_hand_on_a_principal_is_refused_on_the_page(
    served: Engine, accountant: Browser
) -> None:
    factories.post_gift(served, fund="ENDOW", minor=100 * K)
    endowment(served)
    fields = {
        "date": "2026-01-20",
        "kind": "ordinary",
        "word": "记",
        "attachments": "1",
        "summary-0": "动用本金",
        "account-0": "510102",
        "fund-0": "ENDOW",
        "debit-0": "10.00",
        "account-1": "100201",
        "fund-1": "ENDOW",
        "credit-1": "10.00",
        "then": "submit",
    }
    answer = accountant.post("/vouchers/new", fields)
    assert answer.status_code in (409, 422)
    assert "留本本金" in answer.text


def test_projects_for_programs(served: Engine, program: Program) -> None:
    gift(served, "林晓舟", 30 * K)
    api = "/api/v1/funds/SCHOL"
    assert program.get(api).json["project"] is None
    body = {"kind": "student", "purpose": "奖励学生", "target": "100000.00"}
    made = program.post(f"{api}/project", body).json
    assert (made["raised"], made["project"]["progress"]) == ("30000.00", 30)
    assert program.post(f"{api}/project", body | {"kind": "x"}).status_code == 422
    budget = program.post(f"{api}/budgets", {"year": 2026, "amount": "5.00"})
    assert budget.json["amount"] == "5.00"


@pytest.mark.parametrize(
    "path",
    [
        "/funds",
        "/funds/SCHOL",
        "/funds/campaigns/J120",
        "/fund-projects",
        "/fund-projects/SCHOL",
        "/fund-projects/SCHOL/edit",
        "/fund-projects/ENDOW/plan",
        "/campaigns",
        "/campaigns/J120",
        "/campaigns/J120/edit",
    ],
)
def test_project_pages_speak_english(served: Engine, accountant: Browser, path: str) -> None:
    published(served, name_en="Scholarships", public_text_en="Please help.", target_minor=K)
    project(served, "ENDOW", kind="endowment", purpose="x")
    endowment(served)
    campaign(served, name_en="Jubilee", is_public=True)
    accountant.client.set_cookie("language", "en")
    answer = accountant.get(path)
    assert answer.status_code == 200
    text = answer.text.partition("<main")[2]
    known = (
        r"奖学金|非限定基金|实验室建设基金|永久留本基金(收益)?|120 周年校庆"
        r"|奖励品学兼优的学生|请支持我们的学生。|理事会〔2026〕1 号"
    )
    shown = re.sub(known, "", re.sub(r"<[^>]+>", " ", text))
    assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_auditor_reads_projects_and_changes_nothing(served: Engine, tmp_path: Path) -> None:
    auditor = serving.signed_in(
        serving.application(served, serving.settings(tmp_path)), Role.AUDITOR
    )
    campaign(served)
    assert auditor.get("/campaigns/J120").status_code == 200
    for path in ("/fund-projects/SCHOL/edit", "/fund-projects/SCHOL/plan", "/campaigns/new"):
        assert auditor.get(path).status_code == 403
