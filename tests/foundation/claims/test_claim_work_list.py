"""The work list: paged, searched, narrowed, added up over all rows, and exported as it is shown."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from foundation import database
from foundation.claims import computing, worklist
from foundation.claims.models import Claim
from foundation.claims.worklist import WorkFilter
from foundation.http.lists import PageRequest
from tests.foundation.claims import claim_cases as cases
from tests.foundation.gifts import gift_cases
from tests.serving import Browser, Program

# One that counts, three too small, one passed on and too small, one in the general fund.
SMALL = (8_000_00, 7_000_00, 6_000_00)


def prepared(engine: Engine, folder: Path) -> tuple[Claim, list[str]]:
    _, gifts = cases.ready(engine, folder, 120_000_00, *SMALL)
    names = [gift.reference for gift in gifts]
    general = gift_cases.posted(engine, minor=5_000_00, allocations=(("GEN", 5_000_00),))
    names.append(general.reference)
    cases.decide(engine, "gift.source_lawful", True)
    cases.decide(engine, "gift.must_be_passed_on", True, gift_id=gifts[3].gift_id)
    return cases.compute(engine), names


def listed(engine: Engine, claim: Claim, **wanted: object) -> list[str]:
    with database.reading(engine) as session:
        found = computing.get_claim(session, claim.id)
        narrowed = WorkFilter(**wanted)  # type: ignore[arg-type]
        return [item.gift for item in worklist.every(session, found, narrowed)]


def test_every_gift_is_listed_across_the_pages_the_largest_first(
    desk: Engine, tmp_path: Path
) -> None:
    claim, names = prepared(desk, tmp_path)
    seen: list[str] = []
    cursor = None
    with database.reading(desk) as session:
        found = computing.get_claim(session, claim.id)
        while True:
            asked = PageRequest(limit=2, cursor=cursor, sort="-amount")
            part = worklist.page(session, found, asked)
            seen += [item.gift for item in part.items]
            if part.next is None:
                break
            cursor = part.next
    assert seen == names[1:]


def test_total_speaks_of_all_rows_and_not_of_the_page(desk: Engine, tmp_path: Path) -> None:
    claim, _ = prepared(desk, tmp_path)
    with database.reading(desk) as session:
        found = computing.get_claim(session, claim.id)
        total = worklist.add_up(session, found)
    # 8,000 + 7,000 + 6,000 + 5,000, at most 1:1.
    assert (total.count, total.stake_minor, total.stake_matched_minor) == (
        4, 26_000_00, 26_000_00,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"code": "BELOW_MINIMUM"}, (1, 2, 3, 4)),
        ({"code": "PASS_THROUGH"}, (3,)),
        ({"code": "PASS"}, ()),
        ({"code": "?gift.named"}, ()),
        ({"fund": "GEN"}, (4,)),
        ({"least_minor": 6_000_00, "most_minor": 7_000_00}, (2, 3)),
        ({"can_mend": True}, (1, 2, 4)),
        ({"can_mend": False}, (3,)),
        ({"text": "7000"}, (2,)),
        ({"text": "没有此人"}, ()),
    ],
)
def test_work_list_is_narrowed(
    desk: Engine, tmp_path: Path, wanted: dict[str, object], places: Sequence[int]
) -> None:
    claim, names = prepared(desk, tmp_path)
    assert listed(desk, claim, **wanted) == [names[place] for place in places]


def test_page_shows_filters_sums_and_keeps_a_view(
    desk: Engine, auditor: Browser, tmp_path: Path
) -> None:
    claim, names = prepared(desk, tmp_path)
    address = f"/matching/claims/{claim.id}/work-list"

    everything = auditor.get(address).text
    assert "筛选结果共 4 笔" in everything
    assert "26,000.00" in everything
    narrowed = auditor.get(f"{address}?code=PASS_THROUGH&sort=amount").text
    assert names[3] in narrowed
    assert names[1] not in narrowed
    assert "筛选结果共 1 笔" in narrowed
    second = auditor.get(f"{address}?limit=1").text
    assert second.count("/matching/gifts/") == 1
    assert "cursor=" in second
    assert auditor.get(f"{address}?cursor=bad").status_code == 422
    assert 'id="min-error"' in auditor.get(f"{address}?min=zzz").text
    assert "没有符合条件的捐赠" in auditor.get(f"{address}?code=NOTHING").text


def test_export_is_the_list_that_is_shown(desk: Engine, auditor: Browser, tmp_path: Path) -> None:
    claim, names = prepared(desk, tmp_path)
    address = f"/matching/claims/{claim.id}/work-list"

    text = auditor.get(f"{address}.csv?most=1&max=7000&sort=amount").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == [names[4], names[3], names[2]]
    assert rows[1][-1] == "5000.00"
    book = load_workbook(io.BytesIO(auditor.get(f"{address}.xlsx").data))
    assert book.worksheets[0].max_row == 6
    assert auditor.get(f"{address}.pdf").status_code == 404


def test_program_reads_the_work_list_by_parts(
    desk: Engine, reading: Program, tmp_path: Path
) -> None:
    claim, names = prepared(desk, tmp_path)
    address = f"/api/v1/claims/{claim.id}/work-list"

    first = reading.get(f"{address}?limit=3").get_json()
    assert [item["gift"] for item in first["items"]] == names[1:4]
    rest = reading.get(f"{address}?limit=3&cursor={first['next']}").get_json()
    assert [item["gift"] for item in rest["items"]] == names[4:]
    assert rest["items"][0]["lacks"][0]["shortfall"] == "5000.00"
    only = reading.get(f"{address}?can_mend=false&min=1000.00").get_json()
    assert [item["fund"] for item in only["items"]] == ["SCHOL"]
    assert reading.get(f"{address}?max=-").status_code == 422
