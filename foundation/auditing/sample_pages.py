"""Pages of samples: the protocol with what was drawn, one item with its papers, and all papers."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.auditing import asking, drawing, evidence, labels, papers, queries, sample_archive
from foundation.auditing.drawing import Drawn
from foundation.auditing.papers import SHOWN, PaperKind
from foundation.auditing.plans import DEFAULT_SIZE, SideOf, Source
from foundation.auditing.queries import QueryFilter
from foundation.auditing.sampling import CONFIDENCE_FACTORS, Method
from foundation.books import labels as book_labels
from foundation.books import voucher_view
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.receipting import streaming
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue, chains, funds
from ledger.errors import DomainError, InvalidInput, NotFound
from ledger.periods import text_of

ON_A_PAGE = 100
# A paper that is shown inside a page of ours runs nothing; a viewer of PDF may still show it.
_SHOWN_POLICY = "script-src 'none'; object-src 'self'; frame-ancestors 'self'"


@guard.requires(Permission.BOOKS_READ)
def sampling() -> Any:
    """Ask for a sample, and show it with everything it follows from."""
    form = Form.empty({name: value.replace("\x00", "") for name, value in request.args.items()})
    drawn: Drawn | None = None
    items: list[drawing.Item] = []
    status, page = 200, _page_number()
    with database.reading(services().engine) as session:
        if request.args.get("method"):
            try:
                drawn = asking.drawn_here(session)
                first = (page - 1) * ON_A_PAGE
                items = drawing.items(session, drawn, first=first, last=first + ON_A_PAGE)
            except DomainError as error:
                if error.status not in (404, 422):
                    raise
                form.refuse("", error)
                status = error.status
        rendered = render_template(
            "auditing/sampling.html",
            form=form,
            drawn=drawn,
            items=items,
            page=page,
            pages=_pages(drawn),
            chain_head=chains.chain_head(session) if drawn else "",
            default_size=DEFAULT_SIZE,
            **_choices(session),
        )
    return rendered, status


def _choices(session: Session) -> dict[str, Any]:
    known = catalogue.load(session)
    months = sorted((key for key in known.periods if key % 100), reverse=True)
    years = sorted({key // 100 for key in months}, reverse=True)
    halves = [f"{year}-H{half}" for year in years for half in (1, 2)]
    quarters = [f"{year}-Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
    chart = known.periods[months[0]].chart if months else ""
    return {
        "periods": [*map(str, years), *halves, *quarters, *map(text_of, months)],
        "accounts": sorted(
            (info.code, info.full_name) for info in known.accounts.values() if info.chart == chart
        ),
        "funds": [(one.code, f"{one.code} {one.name}") for one in funds.list_funds(session)],
        "sources": _options(labels.SOURCES, Source),
        "methods": _options(labels.METHODS, Method),
        "sides": _options(labels.SIDES, SideOf),
        "confidences": [(level, f"{level}%") for level in CONFIDENCE_FACTORS],
        "protocols": labels.PROTOCOLS,
        "words": {"source": labels.SOURCES, "method": labels.METHODS, "side": labels.SIDES},
        "files": _files(),
    }


def _options(words: Any, kind: Any) -> list[tuple[str, str]]:
    return [(one.value, translate(words[one])) for one in kind]


def _files() -> list[tuple[str, str]]:
    """The addresses of the sample as files; reports make them, where the application has them."""
    names = {"xlsx": "Excel", "csv": "CSV", "pdf": "PDF"}
    given: dict[str, Any] = {
        name: value for name, value in request.args.items() if name != "page" and value
    }
    try:
        return [
            (title, url_for("reports.download", report_id="audit_sample", form=form, **given))
            for form, title in names.items()
        ]
    except LookupError:
        return []


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) < 10**6:
        raise InvalidInput(field="page", reason="应为正整数")
    return int(text)


def _pages(drawn: Drawn | None) -> int:
    return 1 if drawn is None else max(1, -(-len(drawn.keys) // ON_A_PAGE))


@guard.requires(Permission.BOOKS_READ)
def item(number: int) -> str:
    """Show everything behind one item of a sample, with the ones before and after it."""
    with database.reading(services().engine) as session:
        drawn = asking.drawn_here(session)
        place = drawing.place_of(drawn, number)
        (shown,) = drawing.items(session, drawn, first=place, last=place + 1)
        found = evidence.gather(session, shown.voucher_id, gift_id=shown.gift_id)
        if shown.gift_id is not None:
            wanted = QueryFilter(gift_id=shown.gift_id)
        else:
            wanted = QueryFilter(voucher_id=shown.voucher_id)
        return render_template(
            "auditing/item.html",
            drawn=drawn,
            item=shown,
            count=len(drawn.keys),
            evidence=found,
            sheets=voucher_view.sheets([found.voucher]),
            dimension_names=book_labels.DIMENSIONS,
            queries=queries.every(session, wanted),
            states=labels.STATES,
            paper_names=labels.PAPERS,
            verdicts=labels.VERDICTS,
        )


@guard.requires(Permission.BOOKS_READ)
def archive() -> Response:
    """Give every paper of a sample in one zip, with an index."""
    with database.reading(services().engine) as session:
        drawn = asking.drawn_here(session)
        drawing.require_some(drawn)
        items = drawing.items(session, drawn)
        sample_archive.require_size(items)
    folder, engine = services().config.data_dir, services().engine

    def entries() -> Iterator[tuple[str, bytes]]:
        with database.reading(engine) as session:
            yield from sample_archive.entries(session, drawn, items, folder)

    return streaming.archive(f"sample-{drawn.plan.period}.zip", entries())


@guard.requires(Permission.BOOKS_READ)
def paper(kind: str, key: int) -> Response:
    """Show a paper inside a page of ours, or give it to keep; byte for byte as it was stored."""
    if kind not in list(PaperKind):
        raise NotFound(what="附件", name=kind[:40])
    with database.reading(services().engine) as session:
        found = papers.get(session, PaperKind(kind), key)
        content = papers.read(found, services().config.data_dir)
    is_shown = found.media_type in SHOWN and "download" not in request.args
    response = Response(content, mimetype=found.media_type)
    kept = "inline" if is_shown else "attachment"
    response.headers["Content-Disposition"] = f"{kept}; filename*=UTF-8''{quote(found.name)}"
    if is_shown:
        response.headers["Content-Security-Policy"] = _SHOWN_POLICY
    return response
