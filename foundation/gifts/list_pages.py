"""The list of gifts and one gift: finding, adding up, exporting."""

from flask import Response, render_template, request
from sqlalchemy import select

from foundation import database
from foundation.gifts import gift_view, labels, queries
from foundation.gifts.filtering import GiftFilter
from foundation.gifts.kinds import GiftKind, GiftState
from foundation.http import forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import PageRequest
from foundation.receipting import coverage
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.funds import list_funds
from ledger.money import to_text
from ledger.trail import TrailRecord

LISTING = Listing(
    name="gifts",
    endpoint="gifts.index",
    filters=("q", "from", "to", "min", "max", "fund", "kind", "state", "donor", "batch"),
    columns=(
        Column(
            "reference", mark("编号"), lambda row: row.reference, is_sortable=True, is_fixed=True
        ),
        Column(
            "received_on",
            mark("收到日期"),
            lambda row: row.received_on,
            kind=Kind.DATE,
            is_sortable=True,
        ),
        Column("donor", mark("捐赠人名称"), lambda row: row.donor_name, is_sortable=True),
        Column("funds", mark("基金"), lambda row: "、".join(row.funds)),
        Column(
            "kind", mark("种类"), lambda row: translate(labels.KINDS[row.kind]), is_sortable=True
        ),
        Column(
            "method",
            mark("支付方式"),
            lambda row: translate(labels.METHODS[row.method]),
            is_sortable=True,
            starts_hidden=True,
        ),
        Column("state", mark("状态"), lambda row: translate(labels.STATES[row.state][0])),
        Column("voucher", mark("凭证"), lambda row: row.voucher_label or translate("未编号")),
        Column(
            "bank_reference",
            mark("银行流水号"),
            lambda row: row.bank_reference,
            starts_hidden=True,
        ),
        Column("created_by", mark("登记人"), lambda row: row.created_by, starts_hidden=True),
        Column(
            "remaining",
            mark("现有金额"),
            lambda row: row.remaining_minor,
            kind=Kind.MONEY,
            starts_hidden=True,
        ),
        Column(
            "amount",
            mark("金额"),
            lambda row: row.amount_minor,
            kind=Kind.MONEY,
            is_sortable=True,
            is_fixed=True,
        ),
    ),
)


@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List gifts."""
    asked = _asked()
    refusals: dict[str, str] = {}
    wanted = _wanted(refusals)
    with database.reading(services().engine) as session:
        return render_template(
            "gifts/index.html",
            page=queries.search(session, wanted, asked),
            view=listing.view(session, LISTING, sort=asked.sort),
            refusals=refusals,
            chips=_chips(wanted),
            kinds=labels.KINDS,
            methods=labels.METHODS,
            states=labels.STATES,
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in list_funds(session)],
        )


@guard.requires(Permission.GIFTS_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted({})
    with database.reading(services().engine) as session:
        list_export.check_size(queries.add_up(session, wanted).count)
        columns = listing.view(session, LISTING).columns
        name = f"gifts-{services().clock.today().isoformat()}"
        file = ExportedFile(name, translate("捐赠"))
        rows = lists.every(lambda asked: queries.rows(session, wanted, asked), sort=_asked().sort)
        return list_export.respond(form, columns, rows, file=file)


def _asked() -> PageRequest:
    return lists.of_request(sorts=LISTING.sorts, default_sort=queries.DEFAULT_SORT)


@guard.requires(Permission.GIFTS_READ)
def show(reference: str) -> str:
    """Show a gift with everything that belongs to it."""
    with database.reading(services().engine) as session:
        view = gift_view.get_view(session, reference)
        query = select(TrailRecord).where(TrailRecord.subject == f"gift:{view.id}")
        return render_template(
            "gifts/show.html",
            gift=view,
            binding=coverage.binding_documents(session, view.id),
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
