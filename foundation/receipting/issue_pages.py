"""Issuing letters: choose the gifts, look at what would happen and why the rest gets none, issue.

What is issued is what was shown, by the fingerprint of the preview. Long work is told line by line.
"""

import logging
from collections import Counter
from collections.abc import Generator, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.donors import finding
from foundation.donors.models import Donor
from foundation.gifts import service as gifts
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.imports.models import ImportBatch
from foundation.receipting import (
    access,
    drawing,
    labels,
    letter_lists,
    letter_pages,
    planning,
    scopes,
    service,
    serving,
    streaming,
)
from foundation.receipting.bill_forms import who
from foundation.receipting.drawing import Places
from foundation.receipting.eligibility import KINDS, Document
from foundation.receipting.scopes import Scope
from foundation.receipting.service import Issuance
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import Conflict, DomainError, InvalidInput
from ledger.orm import chunks
from receipts import files, letter_files
from receipts.models import LetterState

# About one second of issuing; more than that is told while it goes on.
_QUICK = 1_000
_DRAWN_AT_ONCE = 25
_EXCLUDED_SHOWN = 200
MOST_FILES = 20_000
THREAD = "issuing letters"
_logger = logging.getLogger("foundation.receipting")


class SomeNotDrawn(Conflict):
    """A zip holds originals, and some were not made."""

    code = "letters_not_drawn"
    message = "还有 {count} 份文件没有生成原件，请先生成"


@guard.requires(access.RECORD)
def issue() -> Any:
    """Choose what to issue, and see what would happen; POST issues what was seen."""
    form = Form.of_request() if request.method == "POST" else Form.empty(request.args.to_dict())
    shown = None
    try:
        with database.reading(services().engine) as session:
            scope = _scope(session, form) if form.value("scope") else None
            form.require_complete()
            if scope is not None and request.method == "POST":
                return _issue(scope, form.value("fingerprint"), _count(session, scope))
            shown = None if scope is None else _preview(session, scope)
    except forms.Incomplete:
        pass
    except DomainError as error:
        form.refuse("", error)
    with database.reading(services().engine) as session:
        page = render_template(
            "receipting/issue.html",
            form=form,
            shown=shown,
            documents=[
                (document.value, translate(labels.DOCUMENTS[document]))
                for document in planning.documents_of(session)
            ],
            batches=_batches(session),
            year=services().clock.today().year,
        )
    return page, 422 if form.errors else 200


@guard.requires(access.RECORD)
def draw() -> Response:
    """Make the originals of the letters of a list that have none, and say how far it is."""
    form = Form.of_request()
    with database.reading(services().engine) as session:
        wanted = letter_lists.undrawn(letter_pages.wanted_of(session, form))
        keys = letter_lists.letter_ids(session, wanted)
        seal = serving.seal(session)
    engine, actor = services().engine, context.require_user().actor
    places = Places(
        lambda: database.reading(engine),
        lambda: database.transaction(engine),
        services().config.data_dir,
    )

    def lines() -> Generator[str | Markup, None, None]:
        done = 0
        for part in chunks(keys, _DRAWN_AT_ONCE):
            for _file in drawing.originals(
                places, part, seal=seal, actor=actor, clock=services().clock
            ):
                done += 1
            yield translate("已生成 {done} / {count} 份", done=done, count=len(keys))
        yield _link(translate("下载全部原件（zip）"), url_for("receipting.archive", **_kept(form)))

    return streaming.page(
        translate("生成原件"),
        lines(),
        purpose=translate("每份文件生成一次，此后逐字节不变。中途关闭页面，已生成的保留。"),
        back=(translate("函件"), url_for("receipting.letters", **_kept(form))),
    )


@guard.requires(Permission.GIFTS_READ)
def archive() -> Response:
    """Hand out the originals of a list of letters in one zip; all of them must have been made."""
    with database.reading(services().engine) as session:
        wanted = letter_pages.wanted_of(session, Form.empty(request.args.to_dict()))
        missing, _total = letter_lists.count_letters(session, letter_lists.undrawn(wanted))
        if missing:
            raise SomeNotDrawn(count=missing)
        keys = letter_lists.letter_ids(session, wanted)
        if not 0 < len(keys) <= MOST_FILES:
            raise InvalidInput(field="筛选", reason=f"应有 1 至 {MOST_FILES} 份文件")
    engine, folder = services().engine, services().config.data_dir

    def stored() -> Iterator[tuple[str, bytes]]:
        for part in chunks(keys, 200):
            with database.reading(engine) as session:
                letters = letter_files.frozen(session, part)
            for letter in letters:
                # An ended letter may never have had a file; the list says so.
                if letter.original is not None:
                    name = f"{letter.reference}.pdf"
                    yield name, files.read(folder, letter.original, name=name)

    return streaming.archive(f"letters-{services().clock.today().isoformat()}.zip", stored())


def _issue(scope: Scope, fingerprint: str, count: int) -> Any:
    if not fingerprint:
        raise InvalidInput(field="预览", reason="请先预览")
    if count <= _QUICK:
        with database.transaction(services().engine) as session:
            done = service.issue(
                session, scope, verify_at=serving.verify_at(), expected=fingerprint, **who()
            )
        flash(_notice(done))
        return redirect(_address(scope, done), 303)
    return streaming.page(
        translate("出具"),
        _issuing(scope, fingerprint, count),
        purpose=translate("全部出具或一份也不出具。可以关闭本页，出具继续进行。"),
        back=(translate("函件"), url_for("receipting.letters")),
    )


def _issuing(scope: Scope, fingerprint: str, count: int) -> Generator[str | Markup, None, None]:
    """Say how far the issue is; it goes on when nobody listens any more."""
    told: SimpleQueue[int | Issuance | DomainError | None] = SimpleQueue()
    engine, options = services().engine, {"verify_at": serving.verify_at(), **who()}

    def work() -> None:
        # A transaction never waits for a browser: it has a thread of its own.
        last: Issuance | DomainError | None = None
        try:
            with database.transaction(engine) as session:
                last = service.issue(
                    session, scope, expected=fingerprint, progress=told.put, **options
                )
        except DomainError as error:
            last = error
        except Exception:
            last = None
            _logger.exception("issuing letters failed")
        finally:
            told.put(last)

    Thread(target=work, name=THREAD, daemon=True).start()
    done = 0
    while isinstance(said := told.get(), int):
        done += said
        yield translate("已处理 {done} / {count} 笔捐赠", done=done, count=count)
    if isinstance(said, Issuance):
        yield _notice(said)
        yield _link(translate("查看已出具的文件"), _address(scope, said))
    elif said is None:
        yield translate("出具失败，没有写入任何数据；请查看服务器日志")
    else:
        yield translate("没有出具：{reason}", reason=describe(said))


def _preview(session: Session, scope: Scope) -> dict[str, Any]:
    planned = service.preview(session, scope, clock=services().clock)
    reasons = Counter(item.sentence for item in planned.excluded)
    return {
        "planned": planned,
        "reasons": reasons.most_common(),
        "excluded": planned.excluded[:_EXCLUDED_SHOWN],
        "document": scope.document,
    }


def _scope(session: Session, form: Form) -> Scope | None:
    known = planning.documents_of(session)
    document = form.choice("document", Document)
    if document is not None and document not in known:
        form.refuse("document", translate("请从列表中选择"))
    by, gift_id, batch_id, year, span = form.value("scope"), None, None, None, None
    if by == "gift":
        text = form.text("gift", longest=40)
        gift_id = gifts.find_key(session, text) if text else None
    elif by == "batch":
        batch_id = _number(form, "batch")
    elif by == "donor":
        first, last = form.day("from"), form.day("to")
        span = None if first is None or last is None else (first, last)
    else:
        year = _number(form, "year")
    donor_id = _donor(session, form) if by == "donor" else None
    if document is None or form.errors:
        return None
    return Scope(
        document, gift_id=gift_id, batch_id=batch_id, year=year, donor_id=donor_id, span=span
    )


def _donor(session: Session, form: Form) -> int | None:
    """Read a donor by key, name or pinyin; more than one is refused."""
    text = form.text("donor")
    if not text:
        return None
    is_key = text.isascii() and text.isdigit() and len(text) < 18
    condition = Donor.id == int(text) if is_key else finding.matches(text)
    query = select(Donor.id, Donor.name).where(condition).order_by(Donor.id).limit(3)
    found = session.execute(query).all()
    exact = [row for row in found if row.name == text] or found
    if len(exact) == 1:
        return int(exact[0].id)
    form.refuse(
        "donor",
        translate("有几位捐赠人，请写全名或编号") if exact else translate("没有这位捐赠人"),
    )
    return None


def _number(form: Form, name: str) -> int | None:
    text = form.text(name, longest=18)
    if text and not (text.isascii() and text.isdigit()):
        form.refuse(name, translate("请填写数字"))
        return None
    return int(text) if text else None


def _count(session: Session, scope: Scope) -> int:
    return len(scopes.gift_ids(session, scope, is_locking=False))


def _batches(session: Session) -> list[tuple[str, str]]:
    query = select(ImportBatch.id, ImportBatch.file_name).order_by(ImportBatch.id.desc()).limit(100)
    return [(str(row.id), f"{row.id} · {row.file_name}") for row in session.execute(query)]


def _address(scope: Scope, done: Issuance) -> str:
    """Return where what was issued can be seen."""
    if done.letters == 1:
        return url_for("receipting.letter", reference=done.first)
    values: dict[str, Any] = {"kind": KINDS[scope.document].value, "state": LetterState.ISSUED}
    if scope.batch_id is not None:
        values["batch"] = scope.batch_id
    if scope.donor_id is not None:
        values["donor"] = scope.donor_id
    return url_for("receipting.letters", **values)


def _notice(done: Issuance) -> str:
    if not done.letters:
        return translate("没有可以出具的捐赠")
    return translate(
        "已出具 {count} 份，{first} 至 {last}，捐赠 {gifts} 笔，合计 {total}",
        count=done.letters,
        first=done.first,
        last=done.last,
        gifts=done.gifts,
        total=money.grouped(done.total_minor),
    )


def _kept(form: Form) -> dict[str, Any]:
    return {name: form.value(name) for name in letter_pages.LISTING.filters if form.value(name)}


def _link(text: str, address: str) -> Markup:
    return Markup('<a class="button primary" href="{}">{}</a>').format(address, text)
