"""Import what the finance department's system exports: upload, look, record as it was shown.

The look is the recording itself, undone again; so what it shows is what happens.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.imports import uploads
from foundation.imports.uploads import Upload
from foundation.receipting import access, bill_importing, bill_sources, billing
from foundation.receipting.bill_export import RejectedBill
from foundation.receipting.bill_importing import Examined
from foundation.receipting.billing import Billed, BillEntry
from foundation.users import guard
from ledger import money
from ledger.errors import DomainError, Stale

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it would be recorded."""

    name: str
    rows: tuple[tuple[BillEntry, int], ...]
    count: int
    red_count: int
    total_minor: int
    matched: int
    files: int
    rejected: tuple[RejectedBill, ...]
    rejected_count: int
    oddities: tuple[tuple[str, int], ...]
    problem: str
    fingerprint: str


class _Undo(Exception):
    """Everything was tried and is to be undone."""


@guard.requires(access.RECORD)
def upload() -> Any:
    """Take a file of the finance department's system."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        file = request.files.get("file")
        if file is None or not file.filename:
            form.refuse("file", translate("请选择要导入的文件"))
        else:
            kept = uploads.keep(
                services().config.data_dir,
                file.stream,
                file.filename,
                now=services().clock.now(),
            )
            try:
                with database.reading(services().engine) as session:
                    _examine(session, kept, form.value("code"))
            except DomainError as error:
                uploads.remove(kept)
                form.refuse("file", error)
            else:
                address = url_for(
                    "receipting.import_preview", digest=kept.digest, code=form.value("code") or None
                )
                return redirect(address, 303)
    page = render_template("receipting/import.html", form=form, accepted=bill_sources.ACCEPTED)
    return page, 422 if form.errors else 200


@guard.requires(access.RECORD)
def preview(digest: str) -> Any:
    """Show what recording the file would do; POST records it as it was shown."""
    kept = uploads.find(services().config.data_dir, digest)
    form = Form.of_request() if request.method == "POST" else Form.empty(request.args.to_dict())
    if request.method == "POST":
        try:
            done = _record(kept, form)
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("is_confirmed" if error.code == "odd_bill" else "", error)
        else:
            flash(_notice(done))
            return redirect(url_for("receipting.bills"), 303)
    page = render_template(
        "receipting/import_preview.html", form=form, digest=digest, shown=_look(kept, form)
    )
    return page, 422 if form.errors else 200


def _record(kept: Upload, form: Form) -> list[Billed]:
    with database.transaction(services().engine) as session:
        examined = _examine(session, kept, form.value("code"))
        if form.value("fingerprint") != _fingerprint(examined):
            raise Stale(what="文件")
        if examined.oddities and not form.is_checked("is_confirmed"):
            form.refuse("is_confirmed", translate("请核对与常见格式不同之处后勾选"))
        form.require_complete()
        return bill_importing.record(
            session,
            examined,
            folder=services().config.data_dir,
            is_confirmed=True,
            actor=context.require_user().actor,
            clock=services().clock,
        )


def _look(kept: Upload, form: Form) -> Shown:
    """Record the file and undo it: gifts are found, and everything refused, as it would be."""
    done: list[Billed] = []
    problem = ""
    try:
        with _rehearsal() as session:
            examined = _examine(session, kept, form.value("code"))
            if not examined.rejected:
                done = billing.record_bills(
                    session,
                    examined.entries,
                    is_confirmed=True,
                    actor=context.require_user().actor,
                    clock=services().clock,
                )
    except DomainError as error:
        problem = describe(error)
        with database.reading(services().engine) as session:
            examined = _examine(session, kept, form.value("code"))
    return _shown(kept.name, examined, done, problem)


@contextmanager
def _rehearsal() -> Iterator[Session]:
    """Open a transaction that is undone when everything in it went well, too."""
    with suppress(_Undo), database.transaction(services().engine) as session:
        yield session
        raise _Undo


def _shown(name: str, examined: Examined, done: Sequence[Billed], problem: str) -> Shown:
    gifts = {(each.bill.code, each.bill.number): len(each.gift_ids) for each in done}
    rows = [
        (entry, gifts.get((entry.bill.code, entry.bill.number), 0))
        for entry in examined.entries[:_SHOWN]
    ]
    return Shown(
        name=name,
        rows=tuple(rows),
        count=len(examined.entries),
        red_count=sum(entry.bill.amount_minor < 0 for entry in examined.entries),
        total_minor=examined.total_minor,
        matched=sum(1 for count in gifts.values() if count),
        files=sum(len(found.originals) for found in examined.found),
        rejected=examined.rejected[:_SHOWN],
        rejected_count=len(examined.rejected),
        oddities=tuple(Counter(examined.oddities).most_common(20)),
        problem=problem,
        fingerprint=_fingerprint(examined),
    )


def _examine(session: Session, kept: Upload, code: str) -> Examined:
    found = bill_sources.read(kept.path, kept.name, code=code)
    return bill_importing.examine(session, found, kept.name)


def _fingerprint(examined: Examined) -> str:
    """Change with whatever would be recorded, and with the code that was typed beside the file."""
    said = "\n".join(repr(entry) for entry in examined.entries)
    return sha256(said.encode()).hexdigest()


def _notice(done: Sequence[Billed]) -> str:
    waiting = len(billing.unmatched(done))
    notice = translate(
        "已登记 {count} 张票据，合计 {total}",
        count=len(done),
        total=money.grouped(sum(each.bill.amount_minor for each in done)),
    )
    if waiting:
        notice += translate("；其中 {count} 张尚未关联捐赠", count=waiting)
    return notice
