"""Pages of gifts that are not money: which register each belongs to, and donated services."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import act_form, given
from foundation.assets import services as noting
from foundation.assets.act_form import Act, Input
from foundation.books import voucher_view
from foundation.gifts import labels as gift_labels
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission


@guard.requires(Permission.BOOKS_READ)
def gifts() -> str:
    """List the gifts of things and shares with what is still to be registered."""
    with database.reading(services().engine) as session:
        rows = given.list_given(session)
        return render_template(
            "assets/gifts.html",
            rows=rows,
            kinds=gift_labels.KINDS,
            labels=voucher_view.find_labels(session, [row.voucher_id for row in rows]),
            open_minor=sum(row.open_minor for row in rows),
        )


@guard.requires(Permission.BOOKS_READ)
def donated_services() -> str:
    """List donated services of a year: those in the books, and those only noted."""
    year = _year()
    with database.reading(services().engine) as session:
        first, last = date(year, 1, 1), date(year, 12, 31)
        rows = given.list_services(session, first, last)
        return render_template(
            "assets/services.html",
            year=year,
            rows=rows,
            notes=noting.list_notes(session, first=first, last=last),
            labels=voucher_view.find_labels(session, [row.voucher_id for row in rows]),
        )


@guard.requires(Permission.GIFTS_RECORD)
def note_service() -> Any:
    """Note a donated service that is not recognised."""

    def do(session: Session, form: Form) -> None:
        served_on = form.day("on")
        words: dict[str, Any] = {
            "donor_name": form.text("donor"),
            "service": form.text("service", longest=300),
            "extent": form.text("extent", longest=60),
            "reason": form.text("reason", longest=300),
        }
        form.require_complete()
        assert served_on is not None
        noting.note(session, served_on=served_on, **words, **context.who())

    return act_form.run(
        Act(
            title=translate("登记未确认的服务捐赠"),
            note=translate(
                "捐赠人不能提供凭据、或金额不能反映公允价值的服务不入账，在附注中披露；能确认的请登记捐赠。"
            ),
            inputs=(
                Input("on", mark("日期"), kind="day"),
                Input("donor", mark("捐赠人")),
                Input("service", mark("服务内容"), kind="textarea"),
                Input("extent", mark("数量"), hint=mark("如 12 人次、36 小时")),
                Input("reason", mark("未确认原因"), hint=mark("如 未提供发票等凭据")),
            ),
            do=do,
            said=translate("已登记"),
            back=url_for("assets.services"),
            is_booked=False,
            offered={"on": act_form.today_text()},
        )
    )


@guard.requires(Permission.GIFTS_RECORD)
def withdraw_service(key: int) -> Any:
    """Withdraw a note that was a mistake."""

    def do(session: Session, form: Form) -> None:
        reason = form.text("reason", longest=300)
        form.require_complete()
        noting.withdraw(session, key, reason=reason, **context.who())

    return act_form.run(
        Act(
            title=translate("撤销服务捐赠登记"),
            inputs=(Input("reason", mark("原因"), kind="textarea"),),
            do=do,
            said=translate("已撤销"),
            back=url_for("assets.services"),
            is_booked=False,
            is_danger=True,
        )
    )


@guard.requires(Permission.GIFTS_RECORD)
def register(reference: str) -> Any:
    """Go to the form of the register that a gift belongs to, with what is known of it."""
    with database.reading(services().engine) as session:
        found = next((row for row in given.list_given(session) if row.reference == reference), None)
    if found is None or not found.place:
        return redirect(url_for("assets.gifts"), 303)
    values: dict[str, Any] = {
        "gift": found.reference,
        "name": found.item,
        "fund": found.fund,
        "on": found.received_on.isoformat(),
        "cost": f"{found.open_minor // 100}.{found.open_minor % 100:02d}",
    }
    place = {
        given.ASSETS: "assets.new",
        given.STOCK: "stock.take_in",
        given.INVESTMENTS: "investments.new",
    }[found.place]
    return redirect(url_for(place, **values, tag=found.tag), 303)


def _year() -> int:
    text = request.args.get("year", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4 and int(text) > 0
    return int(text) if is_year else services().clock.today().year
