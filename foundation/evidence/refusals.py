"""Why a table or a paper is not taken, by sheet, row and field."""

from dataclasses import dataclass

from ledger.errors import Conflict, InvalidInput, NotFound

# More than a person corrects at once; the rest shows when these are gone.
MOST_FLAWS = 200


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to correct; `row` is counted from 1, and 0 when the sheet as a whole is meant."""

    sheet: str
    row: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"第 {self.row} 行" if self.row else ""
        found = f"“{self.found}”" if self.found else ""
        return f"{self.sheet}{place}“{self.field}”{found}：{self.expected}"


class TableRefused(InvalidInput):
    """Some cells of the table are wrong; nothing of it was kept."""

    code = "evidence_table_refused"
    message = "“{file}”有 {count} 处需要更正，未作任何更改。{first}"

    def __init__(self, file: str, flaws: list[Flaw]) -> None:
        self.flaws = tuple(flaws[:MOST_FLAWS])
        rows = [
            {
                "sheet": flaw.sheet,
                "row": flaw.row,
                "field": flaw.field,
                "found": flaw.found,
                "expected": flaw.expected,
            }
            for flaw in self.flaws
        ]
        super().__init__(file=file, count=len(flaws), first=str(flaws[0]), rows=rows)


class UnknownUpload(NotFound):
    """There is no such upload."""

    code = "unknown_upload"
    message = "没有编号为 {upload} 的上传资料"


class SamePaper(Conflict):
    """The same file was handed in before."""

    code = "same_paper"
    message = "{year} 年已有内容相同的“{title}”，于 {on} 由 {by} 上传"


class NothingThere(Conflict):
    """There is nothing to end."""

    code = "nothing_to_end"
    message = "{what}已经结束，不能再次撤回"
