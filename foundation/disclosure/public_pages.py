"""What anybody may read: the list of publications, each as it was frozen, and its files."""

from flask import Response, render_template

from foundation import database
from foundation.disclosure import kinds, queries
from foundation.disclosure.pages import as_download
from foundation.disclosure.queries import Publication
from foundation.disclosure.service import UnknownPublication
from foundation.http import context
from foundation.http.context import services
from foundation.users import guard


@guard.public
def home() -> str:
    """List everything that is public, by kind."""
    with database.reading(services().engine) as session:
        found = queries.latest(session)
    groups: dict[str, list[Publication]] = {key: [] for key in kinds.shipped()}
    for item in found:
        groups.setdefault(item.kind, []).append(item)
    shown = {
        key: sorted(items, key=lambda item: item.subject, reverse=True)
        for key, items in groups.items()
        if items
    }
    return render_template(
        "disclosure/home.html",
        groups=shown,
        kinds=kinds.shipped(),
        language=context.language(),
    )


@guard.public
def entry(kind: str, subject: str, number: int | None = None) -> str:
    """Show the latest version of an entry, or an earlier one by its number."""
    with database.reading(services().engine) as session:
        versions = queries.find(session, kind, subject)
        chosen = next((item for item in versions if number in (None, item.number)), None)
        if chosen is None:
            raise UnknownPublication(publication=f"{kind[:40]}/{subject[:40]}")
        return render_template(
            "disclosure/entry.html",
            item=chosen,
            content=queries.shown(session, chosen),
            files=queries.files_of(session, chosen.id),
            versions=versions,
            kind=kinds.get(chosen.kind),
            language=context.language(),
        )


@guard.public
def file(file_id: int) -> Response:
    """Give a published file, byte for byte."""
    with database.reading(services().engine) as session:
        found = queries.get_file(session, file_id, only_public=True)
        return as_download(found.name, found.media_type, found.data)
