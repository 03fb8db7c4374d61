"""The form for the figures of the audit report: a figure, an adjustment and its words for a row.

What is typed becomes a table like one that is handed in, so that it is checked and kept the same.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from foundation.evidence.joined import StatementRow
from foundation.evidence.kinds import AUDITED, get_kind
from foundation.evidence.queries import Line
from foundation.http.forms import Form
from foundation.http.languages import translate
from ledger import money


def offered(lines: Iterable[Line]) -> dict[str, str]:
    """Return what was typed before, by the names of the fields."""
    values: dict[str, str] = {}
    for line in lines:
        name = f"{line.text('statement')}/{line.text('item')}"
        values[f"audited:{name}"] = money.to_text(line.fen("audited"))
        if line.fen("adjustment"):
            values[f"adjustment:{name}"] = money.to_text(line.fen("adjustment"))
        values[f"words:{name}"] = line.text("words")
    return values


def read(form: Form, rows: Sequence[StatementRow]) -> bytes:
    """Return the table that was typed. Raises Incomplete when a figure cannot be read."""
    fields = get_kind(AUDITED).sheets[0].fields
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([field.zh for field in fields])
    count = 0
    for row in rows:
        figure = form.amount(f"audited:{row.name}", is_required=False)
        adjusted = form.amount(f"adjustment:{row.name}", is_required=False)
        words = form.text(f"words:{row.name}", is_required=False, longest=300)
        if figure is None:
            if adjusted or words:
                form.refuse(f"audited:{row.name}", translate("请填写此项"))
            continue
        count += 1
        cells = (money.to_text(figure), money.to_text(adjusted or 0), words)
        writer.writerow([row.statement, row.item, *cells])
    if not count and not form.errors:
        form.refuse("", translate("至少填写一行审定数"))
    form.require_complete()
    return ("\ufeff" + stream.getvalue()).encode()
