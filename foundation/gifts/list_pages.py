"""The list of gifts and one gift: finding, adding up, exporting."""

import csv
import io

from flask import Response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.gifts import gift_view, labels, queries
from foundation.gifts.filtering import GiftFilter
from foundation.gifts.kinds import GiftKind, GiftState
from foundation.gifts.queries import GiftRow
from foundation.http import forms, lists
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.http.lists import PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from ledger.funds import list_funds
from ledger.money import to_text
from ledger.trail import TrailRecord

FILTERS = ("q", "from", "to", "min", "max", "fund", "kind", "state", "donor", "batch")
MAX_EXPORTED = 200_000


@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List gifts."""
    asked = lists.of_request(
        sorts=("received_on", "-received_on", "amount", "-amount"),
        default_sort=queries.DEFAULT_SORT,
    )
    refusals: dict[str, str] = {}
    wanted = _wanted(refusals)
    with database.reading(services().engine) as session:
        return render_template(
            "gifts/index.html",
            page=queries.search(session, wanted, asked),
            sort=asked.sort,
            filters={name: request.args[name] for name in FILTERS if request.args.get(name)},
            refusals=refusals,
            chips=_chips(wanted),
            kinds=labels.KINDS,
            states=labels.STATES,
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in list_funds(session)],
        )


@guard.requires(Permission.GIFTS_READ)
def export() -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted({})
    with database.reading(services().engine) as session:
        if queries.add_up(session, wanted).count > MAX_EXPORTED:
            raise InvalidInput(field="筛选", reason=f"一次最多导出 {MAX_EXPORTED} 笔，请缩小范围")
        text = _csv(session, wanted)
    name = f"gifts-{services().clock.today().isoformat()}.csv"
    # Spreadsheets take the mark at the beginning as a sign of UTF-8.
    return Response(
        text.encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@guard.requires(Permission.GIFTS_READ)
def show(reference: str) -> str:
    """Show a gift with everything that belongs to it."""
    with database.reading(services().engine) as session:
        view = gift_view.get_view(session, reference)
        query = select(TrailRecord).where(TrailRecord.subject == f"gift:{view.id}")
        return render_template(
            "gifts/show.html",
            gift=view,
            kinds=labels.KINDS,
            methods=labels.METHODS,
            causes=labels.CAUSES,
            changes=labels.CHANGES,
            states=labels.STATES,
            acts=labels.ACTS,
            records=list(session.execute(query.order_by(TrailRecord.sequence)).scalars()),
        )


def _wanted(refusals: dict[str, str]) -> GiftFilter:
    """Read the filter of the address; what cannot be read narrows nothing and is said."""
    form = forms.Form.empty(request.args)
    kind, state = form.value("kind"), form.value("state")
    wanted = GiftFilter(
        donor_id=_key(form.value("donor")),
        fund=form.value("fund"),
        first_on=form.day("from", is_required=False),
        last_on=form.day("to", is_required=False),
        least_minor=form.amount("min", is_required=False),
        most_minor=form.amount("max", is_required=False),
        state=GiftState(state) if state in list(GiftState) else None,
        kind=GiftKind(kind) if kind in list(GiftKind) else None,
        batch_id=_key(form.value("batch")),
        text=form.value("q"),
    )
    refusals.update(form.errors)
    return wanted


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _chips(wanted: GiftFilter) -> list[tuple[str, str]]:
    chips = []
    if wanted.text:
        chips.append(("q", wanted.text))
    if wanted.first_on is not None:
        chips.append(("from", translate("{day} 起", day=wanted.first_on)))
    if wanted.last_on is not None:
        chips.append(("to", translate("{day} 止", day=wanted.last_on)))
    if wanted.least_minor is not None:
        chips.append(("min", translate("不少于 {amount}", amount=to_text(wanted.least_minor))))
    if wanted.most_minor is not None:
        chips.append(("max", translate("不多于 {amount}", amount=to_text(wanted.most_minor))))
    if wanted.fund:
        chips.append(("fund", translate("基金 {code}", code=wanted.fund)))
    if wanted.kind is not None:
        chips.append(("kind", translate(labels.KINDS[wanted.kind])))
    if wanted.donor_id is not None:
        chips.append(("donor", translate("捐赠人 {number} 号", number=wanted.donor_id)))
    if wanted.batch_id is not None:
        chips.append(("batch", translate("导入批次 {number}", number=wanted.batch_id)))
    return chips


def _csv(session: Session, wanted: GiftFilter) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    heads = (
        "捐赠编号",
        "收到日期",
        "捐赠人",
        "种类",
        "支付方式",
        "金额",
        "现有金额",
        "基金",
        "状态",
        "凭证号",
        "银行流水号",
    )
    writer.writerow([translate(head) for head in heads])
    cursor: str | None = None
    while True:
        asked = PageRequest(
            limit=lists.HIGHEST_LIMIT, cursor=cursor, sort=request.args.get("sort", "")
        )
        part = queries.rows(session, wanted, _known_sort(asked))
        for row in part.items:
            writer.writerow([_safe(cell) for cell in _cells(row)])
        if part.next is None:
            return stream.getvalue()
        cursor = part.next


def _known_sort(asked: PageRequest) -> PageRequest:
    known = asked.column in queries.SORTS
    return PageRequest(asked.limit, asked.cursor, asked.sort if known else queries.DEFAULT_SORT)


def _cells(row: GiftRow) -> list[str]:
    return [
        row.reference,
        row.received_on.isoformat(),
        row.donor_name,
        translate(labels.KINDS[row.kind]),
        translate(labels.METHODS[row.method]),
        to_text(row.amount_minor),
        to_text(row.remaining_minor),
        " ".join(row.funds),
        translate(labels.STATES[row.state][0]),
        row.voucher_label or "",
        row.bank_reference or "",
    ]


def _safe(cell: str) -> str:
    """Keep a spreadsheet from reading a name as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
