"""Commands of claims: compute, list, work list, decide, freeze, submit, award, compare."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from foundation.claims import (
    awards,
    computing,
    deciding,
    documents,
    lifecycle,
    queries,
    schemes,
    whatif,
    worklist,
)
from foundation.claims.awards import NewAward
from foundation.claims.decisions import NewDecision
from foundation.claims.kinds import Payee
from foundation.claims.worklist import WorkFilter
from foundation.command_context import CommandContext, pass_context, table
from foundation.gifts import service as gifts
from foundation.http.languages import mark
from foundation.users.permissions import Permission
from ledger import funds, money
from ledger.money import to_text

_HEADS = (
    mark("编号"), mark("办法"), mark("年度"), mark("状态"), mark("结果"), mark("符合"),
    mark("不符合"), mark("待认定"), mark("认定金额"), mark("配比金额"),
)  # fmt: skip
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="配比申请：计算、认定、定稿、报送、下达。")
def claims() -> None:
    """Group the commands for claims."""


@claims.command("compute", help="按办法和年度从账簿计算配比申请（草稿）。")
@click.option("--scheme", required=True, help="办法编号，见 schemes list。")
@click.option("--year", required=True, type=int, help="申请年度。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="把结果写入文件。")
@pass_context
def compute(context: CommandContext, *, scheme: str, year: int, out: Path | None) -> None:
    actor = context.require(Permission.CLAIMS_PREPARE)
    with context.transaction() as session:
        claim = computing.compute(session, scheme, year, actor=actor, clock=context.clock)
        row = queries.get_row(session, claim)
        document = documents.of_claim(row)
        document["work_list"] = [
            documents.of_work(item) for item in worklist.list_items(session, claim)
        ]
        document["work_list_count"] = worklist.add_up(session, claim).count
    if out is not None:
        out.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    answer = {key: value for key, value in document.items() if not key.startswith("work_list")}
    context.answer(answer, [*_table(context, [document]), *_blockers(context, document)])


def _blockers(context: CommandContext, document: dict[str, Any]) -> Iterable[str]:
    if document["blockers"]:
        yield context.text("尚不能定稿，还缺 {count} 项：", count=len(document["blockers"]))
        yield from (f"  {item['zh']}" for item in document["blockers"][:30])


def _table(context: CommandContext, found: list[dict[str, Any]]) -> list[str]:
    rows = [
        (
            str(item["id"]),
            item["scheme"],
            str(item["year"]) + (f"-{item['sequence']}" if item["sequence"] else ""),
            item["state"],
            item["status"],
            str(item["eligible"]),
            str(item["ineligible"]),
            str(item["undecided"]),
            _span(item["recognised_min"], item["recognised_max"]),
            _span(item["matched_min"], item["matched_max"]),
        )
        for item in found
    ]
    return table([context.translate(head) for head in _HEADS], rows, right="     rrrrr")


def _span(least: str | None, most: str | None) -> str:
    low, high = (("?" if item is None else _grouped(item)) for item in (least, most))
    return low if low == high else f"{low} – {high}"


def _grouped(text: str) -> str:
    return str(money.grouped(money.parse(text)))


@claims.command("list", help="列出配比申请。")
@click.option("--scheme", help="只列某一办法。")
@click.option("--year", type=int, help="只列某一年度。")
@pass_context
def list_claims(context: CommandContext, *, scheme: str | None, year: int | None) -> None:
    context.require_reading(Permission.GIFTS_READ)
    with context.reading() as session:
        found = [
            documents.of_claim(row)
            for row in queries.list_claims(session, scheme_code=scheme, year=year)
        ]
    context.answer({"claims": found}, _table(context, found))


@claims.command("work-list", help="列出申请中不符合或待认定的捐赠、所缺内容与涉及金额。")
@click.argument("claim_id", type=int)
@click.option("--code", default="", help="只列某一原因代码；? 加事实名为待认定事项。")
@click.option("--fund", default="", help="只列某一基金。")
@click.option("--limit", type=click.IntRange(1), default=worklist.LONGEST, help="最多列几笔。")
@pass_context
def work_list(context: CommandContext, claim_id: int, *, code: str, fund: str, limit: int) -> None:
    context.require_reading(Permission.GIFTS_READ)
    wanted = WorkFilter(code=code, fund=fund)
    with context.reading() as session:
        claim = computing.get_claim(session, claim_id)
        total = worklist.add_up(session, claim, wanted)
        items = islice(worklist.every(session, claim, wanted), limit)
        found = [documents.of_work(item) for item in items]
    lines = [
        f"{item['gift']}  {_grouped(item['at_stake'])}  "
        + "；".join(lack["what"] + (f"（{lack['clause']}）" if lack["clause"] else "")
                   for lack in item["lacks"])
        for item in found
    ]  # fmt: skip
    lines.append(
        context.text(
            "共 {count} 笔，涉及 {amount}",
            count=total.count,
            amount=money.grouped(total.stake_minor),
        )
    )
    answer = {
        "work_list": found,
        "count": total.count,
        "at_stake": to_text(total.stake_minor),
        "match_at_stake": documents.text(total.stake_matched_minor),
    }
    context.answer(answer, lines)


@claims.command("decide", help="记录一项认定；针对一笔捐赠、一个基金或一个申请年度。")
@click.argument("question")
@click.argument("answer")
@click.option("--reason", required=True, help="理由。")
@click.option("--scheme", default="*", help="办法编号；* 为所有办法。")
@click.option("--gift", help="捐赠编号。")
@click.option("--fund", help="基金编码。")
@click.option("--year", type=int, help="申请年度。")
@click.option("--evidence", default="", help="依据。")
@click.option("--supersedes", type=int, help="所取代的认定编号。")
@pass_context
def decide(
    context: CommandContext,
    question: str,
    answer: str,
    *,
    reason: str,
    scheme: str,
    gift: str | None,
    fund: str | None,
    year: int | None,
    evidence: str,
    supersedes: int | None,
) -> None:
    actor = context.require(Permission.CLAIMS_PREPARE)
    with context.transaction() as session:
        given = NewDecision(
            question=question,
            answer=answer,
            reason=reason,
            scheme_code=scheme,
            gift_id=None if gift is None else gifts.find_key(session, gift),
            fund_id=None if fund is None else funds.get_fund(session, fund).id,
            claim_year=year,
            evidence=evidence,
            supersedes_id=supersedes,
        )
        made = deciding.decide(session, given, folder=None, actor=actor, clock=context.clock)
    context.answer(
        {"decision": made.decision_id, "changed": made.changed_lines},
        [
            context.text(
                "已记录认定 {decision}，更新 {count} 笔",
                decision=made.decision_id,
                count=made.changed_lines,
            )
        ],
    )


@claims.command("freeze", help="定稿：由另一人确认，一切已知且无待认定。")
@click.argument("claim_id", type=int)
@pass_context
def freeze(context: CommandContext, claim_id: int) -> None:
    actor = context.require(Permission.CLAIMS_APPROVE)
    with context.transaction() as session:
        claim = lifecycle.freeze(session, claim_id, actor=actor, clock=context.clock)
        found = documents.of_claim(queries.get_row(session, claim))
    context.answer(found, _table(context, [found]))


@claims.command("submit", help="登记已报送。")
@click.argument("claim_id", type=int)
@click.option("--to", "submitted_to", required=True, help="报送单位。")
@click.option("--date", "day", type=_DAY, help="报送日期；默认为今天。")
@click.option("--reference", default="", help="报送文号。")
@pass_context
def submit(
    context: CommandContext,
    claim_id: int,
    *,
    submitted_to: str,
    day: datetime | None,
    reference: str,
) -> None:
    actor = context.require(Permission.CLAIMS_PREPARE)
    with context.transaction() as session:
        claim = lifecycle.submit(
            session,
            claim_id,
            submitted_on=_day(context, day),
            submitted_to=submitted_to,
            reference=reference,
            actor=actor,
            clock=context.clock,
        )
        found = documents.of_claim(queries.get_row(session, claim))
    context.answer(found, _table(context, [found]))


def _day(context: CommandContext, given: datetime | None) -> date:
    return context.clock.today() if given is None else given.date()


@claims.command("award", help="登记下达金额；与测算的差异逐项说明。")
@click.argument("claim_id", type=int)
@click.argument("amount")
@click.option("--title", required=True, help="下达文件名称。")
@click.option("--number", default="", help="下达文号。")
@click.option("--date", "day", type=_DAY, help="下达日期；默认为今天。")
@click.option("--payee", type=click.Choice([item.value for item in Payee]), default="university")
@click.option("--reason", default="", help="超过办法上限时的理由。")
@click.option("--difference", multiple=True, help="差异说明，写作 金额=理由，可多次。")
@pass_context
def award(
    context: CommandContext,
    claim_id: int,
    amount: str,
    *,
    title: str,
    number: str,
    day: datetime | None,
    payee: str,
    reason: str,
    difference: tuple[str, ...],
) -> None:
    actor = context.require(Permission.CLAIMS_PREPARE)
    parts = [item.partition("=") for item in difference]
    given = NewAward(
        amount_minor=money.parse(amount),
        awarded_on=_day(context, day),
        document_title=title,
        document_number=number,
        payee=Payee(payee),
        reason=reason,
        differences=tuple((money.parse(minor), text) for minor, _, text in parts),
    )
    with context.transaction() as session:
        awards.record_award(session, claim_id, given, actor=actor, clock=context.clock)
        view = awards.view(session, claim_id)
        assert view is not None
        found = documents.of_award(view)
    context.answer(found, [context.text("已登记下达 {amount}", amount=to_text(given.amount_minor))])


@claims.command("compare", help="同一批捐赠在几种办法下的结果。")
@click.option("--scheme", "codes", multiple=True, required=True, help="办法编号，可多次。")
@click.option("--year", required=True, type=int)
@pass_context
def compare(context: CommandContext, *, codes: tuple[str, ...], year: int) -> None:
    context.require_reading(Permission.GIFTS_READ)
    with context.reading() as session:
        found = [
            documents.of_outcome(item)
            for item in whatif.compare(session, codes, year, clock=context.clock)
        ]
    rows = [
        (
            item["scheme"],
            item["status"],
            str(item["eligible"]),
            _span(item["recognised_min"], item["recognised_max"]),
            _span(item["matched_min"], item["matched_max"]),
        )
        for item in found
    ]
    heads = [context.translate(_HEADS[place]) for place in (1, 4, 5, 8, 9)]
    context.answer({"outcomes": found}, table(heads, rows, right="  rrr"))


@claims.command("add-scheme", help="检查并保存一个配比办法文件，作为新版本。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="理由。")
@pass_context
def add_scheme(context: CommandContext, file: Path, *, reason: str) -> None:
    actor = context.require(Permission.SCHEMES_EDIT)
    with context.transaction() as session:
        added = schemes.add_text(
            session,
            file.read_text(encoding="utf-8"),
            filename=file.name,
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
    found = [documents.of_scheme(item) for item in added]
    context.answer(
        {"schemes": found},
        [
            context.text("已保存 {scheme} 第 {version} 版", scheme=item.code, version=item.version)
            for item in added
        ],
    )


COMMANDS: tuple[click.Command, ...] = (claims,)
