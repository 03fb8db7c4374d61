"""Pages for lists of vouchers: searching them, and acting on many at once."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.books import labels, reading, service, voucher_view
from foundation.books.reading import VoucherFilter
from foundation.http import context, frame, lists
from foundation.http.context import services
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import posting
from ledger.errors import InvalidInput, NotAllowed
from ledger.funds import list_funds
from ledger.periods import text_of
from ledger.posting import Outcome
from ledger.vouchers import VoucherKind, VoucherState

# One form acts on so many vouchers at most; more go by the command line.
MAX_AT_ONCE = 20_000
ALL = "all"
Act = Callable[[Session, list[int]], Outcome]


@guard.requires(Permission.BOOKS_READ)
def vouchers() -> str:
    """List vouchers."""
    asked = lists.of_request(sorts=_sorts(), default_sort="date")
    with database.reading(services().engine) as session:
        wanted = _wanted(session)
        page = reading.search(session, wanted, asked)
        return render_template(
            "books/vouchers.html",
            page=page,
            sort=asked.sort,
            chips=_chips(wanted),
            chosen_period=_period_text(wanted),
            kinds=labels.KINDS,
            states=list(VoucherState),
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in list_funds(session)],
            filters=_kept_filters(),
        )


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
        lambda session, keys: posting.submit(session, keys, **_who()),
    )


@guard.requires(Permission.VOUCHERS_REVIEW)
def review_many() -> Any:
    """Review several vouchers."""
    return _act(
        translate("审核通过"),
        lambda session, keys: posting.review(session, keys, **_who()),
    )


@guard.requires(Permission.VOUCHERS_POST)
def post_many() -> Any:
    """Post several vouchers."""
    return _act(
        translate("确认记账"),
        lambda session, keys: posting.post(session, keys, **_who()),
    )


@guard.requires(Permission.VOUCHERS_REVIEW)
def review_and_post_many() -> Any:
    """Review several vouchers and post them in the same act."""
    if not frame.may(Permission.VOUCHERS_POST):
        raise NotAllowed(reason="您的角色不能记账")
    return _act(
        translate("审核并记账"),
        lambda session, keys: service.review_and_post(session, keys, **_who()),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def discard_many() -> Any:
    """Discard several vouchers that were not posted, with a reason."""
    reason = request.form.get("reason", "")
    return _act(
        translate("作废"),
        lambda session, keys: service.discard(session, keys, reason=reason, **_who()),
    )


def _who() -> dict[str, Any]:
    return {"actor": context.require_user().actor, "clock": services().clock}


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


def _sorts() -> tuple[str, ...]:
    return tuple(reading.SORTS)


def _wanted(session: Session) -> VoucherFilter:
    """The filter of the address. Without any, the period in view is shown."""
    values = request.values
    first, last = _span(session, values.get("period", ""))
    state, kind = values.get("state", ""), values.get("kind", "")
    return VoucherFilter(
        first_period=first,
        last_period=last,
        state=VoucherState(state) if state in list(VoucherState) else None,
        kind=VoucherKind(kind) if kind in list(VoucherKind) else None,
        fund=values.get("fund", ""),
        account=values.get("account", "").partition(" ")[0],
        text=values.get("q", ""),
    )


def _span(session: Session, period: str) -> tuple[int | None, int | None]:
    if period and period != ALL:
        return reading.span_of(period)
    narrowed = any(request.values.get(name) for name in ("q", "state", "kind", "fund", "account"))
    if period == ALL or narrowed:
        return None, None
    key = frame.period_in_view(session)
    return key, key


def _period_text(wanted: VoucherFilter) -> str:
    if wanted.first_period is None or wanted.last_period is None:
        return ""
    asked: str = request.args.get("period", "")
    return asked or text_of(wanted.first_period)


def _kept_filters() -> dict[str, str]:
    """The filters as hidden fields, so that an act on everything means this list."""
    names = ("period", "state", "kind", "fund", "account", "q")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _chips(wanted: VoucherFilter) -> list[tuple[str, str]]:
    """What the list is narrowed to; its period and state have controls of their own."""
    chips = []
    if wanted.kind is not None:
        chips.append(("kind", translate(labels.KINDS[wanted.kind])))
    if wanted.fund:
        chips.append(("fund", translate("基金 {code}", code=wanted.fund)))
    if wanted.account:
        chips.append(("account", translate("科目 {code}", code=wanted.account)))
    if wanted.text:
        chips.append(("q", wanted.text))
    return chips
