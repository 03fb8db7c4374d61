"""Pages for lists of vouchers: searching them, and acting on many at once."""

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.books import labels, reading, service, voucher_view
from foundation.books.reading import VoucherFilter
from foundation.http import context, formats, forms, frame, list_export, listing, lists
from foundation.http.context import services
from foundation.http.languages import describe, mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import posting
from ledger.errors import InvalidInput, NotAllowed
from ledger.funds import list_funds
from ledger.money import to_text
from ledger.periods import text_of
from ledger.posting import Outcome
from ledger.vouchers import VoucherKind, VoucherState

# One form acts on so many vouchers at most; more go by the command line.
MAX_AT_ONCE = 20_000
ALL = "all"
# What stands in the address for every state before posting.
WAITING = "waiting"
Act = Callable[[Session, list[int]], Outcome]


LISTING = Listing(
    name="vouchers",
    endpoint="books.vouchers",
    filters=(
        "period",
        "state",
        "word",
        "kind",
        "fund",
        "account",
        "min",
        "max",
        "batch",
        "q",
    ),
    columns=(
        Column("date", mark("日期"), lambda row: row.booked_on, kind=Kind.DATE, is_sortable=True),
        Column(
            "number",
            mark("凭证号"),
            lambda row: row.label if row.number else translate("未编号"),
            is_sortable=True,
            is_fixed=True,
        ),
        Column("summary", mark("摘要"), lambda row: row.summary, is_sortable=True),
        Column(
            "kind", mark("种类"), lambda row: translate(labels.KINDS[row.kind]), is_sortable=True
        ),
        Column("state", mark("状态"), lambda row: formats.label(row.state), is_sortable=True),
        Column(
            "papers",
            mark("附单据数"),
            lambda row: row.attachment_count,
            kind=Kind.COUNT,
            starts_hidden=True,
        ),
        Column("prepared_by", mark("制单"), lambda row: row.prepared_by, is_sortable=True),
        Column("reviewed_by", mark("审核"), lambda row: row.reviewed_by),
        Column("posted_by", mark("记账"), lambda row: row.posted_by, starts_hidden=True),
        Column(
            "total",
            mark("金额"),
            lambda row: row.total_minor,
            kind=Kind.MONEY,
            is_sortable=True,
            is_fixed=True,
        ),
    ),
)


@guard.requires(Permission.BOOKS_READ)
def vouchers() -> str:
    """List vouchers."""
    asked = _asked()
    refusals: dict[str, str] = {}
    with database.reading(services().engine) as session:
        wanted = _wanted(session, refusals)
        page = reading.search(session, wanted, asked)
        view = listing.view(session, LISTING, sort=asked.sort)
        return render_template(
            "books/vouchers.html",
            page=page,
            view=view,
            refusals=refusals,
            chips=_chips(wanted),
            chosen_period=_period_text(wanted),
            kinds=labels.KINDS,
            states=list(VoucherState),
            words=reading.list_words(session),
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in list_funds(session)],
        )


@guard.requires(Permission.BOOKS_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    with database.reading(services().engine) as session:
        wanted = _wanted(session, {})
        first = reading.search(session, wanted, PageRequest(limit=1))
        list_export.check_size(first.count)
        columns = listing.view(session, LISTING).columns
        name = f"vouchers-{services().clock.today().isoformat()}"
        file = ExportedFile(name, translate("凭证"))
        rows = lists.every(lambda asked: reading.rows(session, wanted, asked), sort=_asked().sort)
        return list_export.respond(form, columns, rows, file=file)


def _asked() -> PageRequest:
    return lists.of_request(sorts=LISTING.sorts, default_sort="date")


@guard.requires(Permission.BOOKS_READ)
def print_vouchers() -> str:
    """Print the chosen vouchers, or the whole list, two to a page."""
    with database.reading(services().engine) as session:
        keys = _chosen(session)[:500]
        views = [voucher_view.get_voucher(session, key) for key in keys]
        return render_template(
            "books/print.html",
            sheets=voucher_view.sheets(views),
            dimension_names=labels.DIMENSIONS,
        )


@guard.requires(Permission.VOUCHERS_PREPARE)
def submit_many() -> Any:
    """Submit several drafts."""
    return _act(
        translate("提交"),
        lambda session, keys: posting.submit(session, keys, **context.who()),
    )


@guard.requires(Permission.VOUCHERS_REVIEW)
def review_many() -> Any:
    """Review several vouchers."""
    return _act(
        translate("审核通过"),
        lambda session, keys: posting.review(session, keys, **context.who()),
    )


@guard.requires(Permission.VOUCHERS_POST)
def post_many() -> Any:
    """Post several vouchers."""
    return _act(
        translate("确认记账"),
        lambda session, keys: posting.post(session, keys, **context.who()),
    )


@guard.requires(Permission.VOUCHERS_REVIEW)
def review_and_post_many() -> Any:
    """Review several vouchers and post them in the same act."""
    if not frame.may(Permission.VOUCHERS_POST):
        raise NotAllowed(reason="您的角色不能记账")
    return _act(
        translate("审核并记账"),
        lambda session, keys: service.review_and_post(session, keys, **context.who()),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def discard_many() -> Any:
    """Discard several vouchers that were not posted, with a reason."""
    reason = request.form.get("reason", "")
    return _act(
        translate("作废"),
        lambda session, keys: service.discard(session, keys, reason=reason, **context.who()),
    )


def _act(name: str, act: Act) -> str:
    """Act on what was chosen and show what was done, what was left out, and why."""
    with database.transaction(services().engine) as session:
        keys = _chosen(session)
        if len(keys) > MAX_AT_ONCE:
            reason = f"一次最多 {MAX_AT_ONCE} 张，请缩小筛选范围或使用命令行"
            raise InvalidInput(field="凭证", reason=reason)
        outcome = act(session, keys)
        names = voucher_view.find_labels(session, [item.voucher_id for item in outcome.excluded])
        excluded = [
            (item.voucher_id, names.get(item.voucher_id, ""), describe(item.error))
            for item in outcome.excluded
        ]
        total = service.total_of(session, outcome.done)
    return render_template(
        "books/outcome.html",
        act=name,
        done=len(outcome.done),
        excluded=excluded,
        total=total,
        back=_back(),
    )


def _back() -> str:
    back = request.form.get("back", "")
    return back if back.startswith("/vouchers") else "/vouchers"


def _chosen(session: Session) -> list[int]:
    """The ticked vouchers, or every one of the list when that was asked for."""
    if request.values.get("everything"):
        return reading.keys_of(session, _wanted(session))
    return [int(key) for key in request.values.getlist("voucher") if key.isdecimal()]


def _wanted(session: Session, refusals: dict[str, str] | None = None) -> VoucherFilter:
    """The filter of the address. Without any, the period in view is shown.

    An amount that cannot be read narrows nothing and is said in `refusals`; an act on a whole
    list is refused instead, because it would act on more than the person saw.
    """
    values = request.values
    form = forms.Form.empty(values)
    first, last = _span(session, values.get("period", ""))
    state, kind, batch = (form.value(name) for name in ("state", "kind", "batch"))
    wanted = VoucherFilter(
        first_period=first,
        last_period=last,
        state=VoucherState(state) if state in list(VoucherState) else None,
        is_waiting=state == WAITING,
        kind=VoucherKind(kind) if kind in list(VoucherKind) else None,
        fund=values.get("fund", ""),
        account=values.get("account", "").partition(" ")[0],
        word=form.value("word"),
        least_minor=form.amount("min", is_required=False),
        most_minor=form.amount("max", is_required=False),
        batch_id=int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 19 else None,
        text=values.get("q", ""),
    )
    if refusals is None:
        for message in form.errors.values():
            raise InvalidInput(field="金额", reason=message)
    else:
        refusals.update(form.errors)
    return wanted


def _span(session: Session, period: str) -> tuple[int | None, int | None]:
    if period and period != ALL:
        return reading.span_of(period)
    narrowed = any(request.values.get(name) for name in LISTING.filters if name != "period")
    if period == ALL or narrowed:
        return None, None
    key = frame.period_in_view(session)
    return key, key


def _period_text(wanted: VoucherFilter) -> str:
    if wanted.first_period is None or wanted.last_period is None:
        return ""
    asked: str = request.args.get("period", "")
    return asked or text_of(wanted.first_period)


def _chips(wanted: VoucherFilter) -> list[tuple[str, str]]:
    """What the list is narrowed to; its period and state have controls of their own."""
    chips = []
    if wanted.kind is not None:
        chips.append(("kind", translate(labels.KINDS[wanted.kind])))
    if wanted.fund:
        chips.append(("fund", translate("基金 {code}", code=wanted.fund)))
    if wanted.account:
        chips.append(("account", translate("科目 {code}", code=wanted.account)))
    if wanted.word:
        chips.append(("word", translate("凭证字 {word}", word=wanted.word)))
    if wanted.least_minor is not None:
        chips.append(("min", translate("不少于 {amount}", amount=to_text(wanted.least_minor))))
    if wanted.most_minor is not None:
        chips.append(("max", translate("不多于 {amount}", amount=to_text(wanted.most_minor))))
    if wanted.batch_id is not None:
        chips.append(("batch", translate("导入批次 {number}", number=wanted.batch_id)))
    if wanted.text:
        chips.append(("q", wanted.text))
    return chips
