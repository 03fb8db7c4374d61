"""Work that takes a while, told while it goes on: a page that is sent line by line, and zips.

No script is needed: the browser shows what has come so far. Whoever closes the page stops the
work, and what is not committed is undone.
"""

import io
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing

from flask import Response, render_template, stream_with_context
from markupsafe import Markup, escape

from foundation.zip_entries import entry

_SPLIT = "<!-- progress -->"


def page(
    title: str,
    lines: Generator[str | Markup, None, None],
    *,
    purpose: str,
    back: tuple[str, str],
) -> Response:
    """Answer a page that grows by one line for each of `lines`; `back` is a label and address."""
    whole = render_template(
        "receipting/progress.html", heading=title, purpose=purpose, back=back, split=Markup(_SPLIT)
    )
    head, _, tail = whole.partition(_SPLIT)

    def parts() -> Iterator[str]:
        # Work that is given up ends here and now, and not when somebody collects what is left.
        with closing(lines):
            yield head
            for line in lines:
                yield f"<li>{escape(line)}</li>\n"
            yield tail

    return Response(stream_with_context(parts()), mimetype="text/html")


def archive(name: str, files: Iterable[tuple[str, bytes]]) -> Response:
    """Answer a zip, one file after another, holding one of them in memory at a time."""
    return Response(
        stream_with_context(zipped(files)),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the parts of a zip. PDF files are packed already, so they are only stored."""
    stream = _Parts()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, content in files:
            package.writestr(entry(name, zipfile.ZIP_STORED), content)
            yield stream.take()
    yield stream.take()


class _Parts(io.RawIOBase):
    """A stream that can only be written to, and gives away what came since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._written += part
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        part = bytes(self._written)
        self._written.clear()
        return part
