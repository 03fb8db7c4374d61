"""Read the layouts of paper forms: which fields a printer fills in, and where they stand."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ledger.errors import InvalidInput, NotFound

FOLDER = Path(__file__).parent
_GRADES = frozenset("ABCMI")
# What a bill has to say; a layout that names anything else does not load.
FIELDS = frozenset(
    {
        "payer",
        "payer_code",
        "check_code",
        "issued_on",
        "capitals",
        "figures",
        "remark",
        "drawer",
        "checker",
    }
)
COLUMNS = frozenset({"item_code", "item_name", "unit", "quantity", "standard", "amount"})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one value is printed; tenths of a millimetre from the upper left, y the baseline."""

    name: str
    label: str
    x: int
    y: int
    width: int
    # Tenths of a point.
    size: int
    is_right_aligned: bool


@dataclass(frozen=True, slots=True)
class PaperForm:
    """One paper form. `places_grade` says how well the places are known, beside the fields."""

    id: str
    title: str
    revision: str
    in_force: date
    width: int
    height: int
    source: str
    grade: str
    places_source: str
    places_grade: str
    fields: tuple[Spot, ...]
    columns: tuple[Spot, ...]
    step: int
    most_lines: int


def list_forms() -> tuple[str, ...]:
    """Return the ids of the forms that exist, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def get_form(form_id: str) -> PaperForm:
    """Load a form by id. Raises NotFound."""
    if form_id not in list_forms():
        raise NotFound(what="票据版式", name=form_id)
    return read(tomllib.loads((FOLDER / f"{form_id}.toml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> PaperForm:
    """Turn parsed data into a form. Raises InvalidInput for what is missing or off the sheet."""
    try:
        lines = data["lines"]
        form = PaperForm(
            id=data["id"],
            title=data["title"],
            revision=data["revision"],
            in_force=data["in_force"],
            width=data["width"],
            height=data["height"],
            source=data["source"],
            grade=data["grade"],
            places_source=data["places"]["source"],
            places_grade=data["places"]["grade"],
            fields=tuple(_spot(field, field["y"], FIELDS) for field in data["field"]),
            columns=tuple(_spot(column, lines["y"], COLUMNS) for column in lines["column"]),
            step=lines["step"],
            most_lines=lines["most"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(field="票据版式", reason=f"缺少或写错：{error}") from None
    lowest = max(spot.y for spot in (*form.fields, *form.columns))
    lowest = max(lowest, form.columns[0].y + form.step * (form.most_lines - 1))
    widest = max(spot.x + spot.width for spot in (*form.fields, *form.columns))
    if lowest > form.height or widest > form.width:
        raise InvalidInput(field="票据版式", reason="有字段在纸面之外")
    if {form.grade, form.places_grade} - _GRADES or not form.source or not form.places_source:
        raise InvalidInput(field="票据版式", reason="应写明来源和等级")
    return form


def _spot(data: dict[str, Any], y: int, known: frozenset[str]) -> Spot:
    if data["name"] not in known:
        raise ValueError(data["name"])
    return Spot(
        name=data["name"],
        label=data["label"],
        x=data["x"],
        y=y,
        width=data["width"],
        size=data["size"],
        is_right_aligned=data.get("align", "left") == "right",
    )
