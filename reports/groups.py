"""The groups in which reports stand in the index."""

from enum import StrEnum

from reports.tables import Label


class Group(StrEnum):
    """Where a report stands in the index."""

    STATEMENTS = "statements"
    BOOKS = "books"
    FUNDS = "funds"
    REGISTERS = "registers"


GROUP_TITLES = {
    Group.STATEMENTS: Label("会计报表", "Statements"),
    Group.BOOKS: Label("账簿", "Books"),
    Group.FUNDS: Label("基金", "Funds"),
    Group.REGISTERS: Label("台账与清单", "Registers and lists"),
}
