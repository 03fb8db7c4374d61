"""Statements issued from closed books, and the sums that statements read instead of lines."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _own_cash(account: str) -> str:
    flags = f"' ' || {account}.flags || ' '"
    return f"{flags} LIKE '% cash %' AND {flags} NOT LIKE '% agency %'"


def _facts(vouchers: str) -> str:
    """Return the lines of some vouchers, each with what its voucher is as a whole."""
    own = _own_cash("a")
    return f"""
SELECT l.voucher_id, l.period_id, l.account_id, l.cash_flow_item_id, a.category,
    CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END AS debit_minor,
    CASE WHEN l.side = -1 THEN -l.amount_minor ELSE 0 END AS credit_minor,
    CASE WHEN {own} THEN 1 ELSE 0 END AS is_cash,
    CASE WHEN v.kind = 'reversal' THEN -1 ELSE 1 END AS direction,
    CASE WHEN v.kind = 'closing' OR o.kind = 'closing' THEN 1 ELSE 0 END AS is_closing,
    MAX(CASE WHEN {own} AND l.cash_flow_item_id IS NOT NULL THEN 1 ELSE 0 END)
        OVER whole AS has_item,
    SUM(CASE WHEN {own} THEN l.amount_minor ELSE 0 END) OVER whole AS cash_minor,
    MAX(CASE WHEN a.tag = 'prior_period_adjustment' THEN 1 ELSE 0 END)
        OVER whole AS is_adjusting,
    SUM(CASE WHEN a.category = 'net_asset' THEN l.amount_minor ELSE 0 END) OVER whole AS net_minor,
    SUM(CASE WHEN a.tag = 'net_asset_restricted' THEN l.amount_minor ELSE 0 END)
        OVER whole AS restricted_minor
FROM voucher_line l
JOIN account a ON a.id = l.account_id
JOIN voucher v ON v.id = l.voucher_id
LEFT JOIN voucher o ON o.id = v.reverses_id
WHERE v.state = 'posted' AND l.period_id % 100 <> 0
  AND l.voucher_id IN (SELECT x.voucher_id FROM voucher_line x
                       JOIN account b ON b.id = x.account_id WHERE {vouchers})
WINDOW whole AS (PARTITION BY l.voucher_id)
"""


# What posted lines mean for the statements (see ledger.statement_movements). The check and this
# migration read this definition; the guards say the same for the vouchers of one statement. Only
# vouchers that touch net assets, or leave cash without an item, are looked at as a whole.
_SOURCE = f"""
CREATE VIEW statement_movement_source AS
SELECT f.voucher_id, f.period_id,
    CASE
        WHEN f.is_closing = 1 THEN 'closing'
        WHEN f.is_adjusting = 1 THEN 'adjustment'
        WHEN f.net_minor <> 0 THEN 'direct'
        WHEN f.restricted_minor * f.direction > 0 THEN 'release'
        WHEN f.restricted_minor <> 0 THEN 'restriction'
        ELSE 'between'
    END AS kind, f.account_id, 0 AS item_key, f.debit_minor, f.credit_minor
FROM ({_facts("b.category = 'net_asset'")}) f
WHERE f.is_closing = 1 OR f.category = 'net_asset'
UNION ALL
SELECT f.voucher_id, f.period_id, 'cash' AS kind, f.account_id, 0 AS item_key,
    CASE WHEN f.is_cash = 1 THEN f.debit_minor ELSE f.credit_minor END AS debit_minor,
    CASE WHEN f.is_cash = 1 THEN f.credit_minor ELSE f.debit_minor END AS credit_minor
FROM ({_facts(f"x.cash_flow_item_id IS NULL AND {_own_cash('b')}")}) f
WHERE (f.is_cash = 1 AND f.has_item = 1 AND f.cash_flow_item_id IS NULL)
   OR (f.is_cash = 0 AND f.has_item = 0 AND f.cash_minor <> 0)
UNION ALL
SELECT l.voucher_id, l.period_id, 'cash' AS kind, l.account_id, l.cash_flow_item_id AS item_key,
    CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END AS debit_minor,
    CASE WHEN l.side = -1 THEN -l.amount_minor ELSE 0 END AS credit_minor
FROM voucher_line l
JOIN account a ON a.id = l.account_id
JOIN voucher v ON v.id = l.voucher_id
WHERE v.state = 'posted' AND l.period_id % 100 <> 0
  AND l.cash_flow_item_id IS NOT NULL AND {_own_cash("a")}
"""

_FILL = """
INSERT INTO statement_movement (period_id, kind, account_id, item_key, debit_minor, credit_minor)
SELECT period_id, kind, account_id, item_key, SUM(debit_minor), SUM(credit_minor)
FROM statement_movement_source GROUP BY period_id, kind, account_id, item_key
"""


def upgrade() -> None:
    op.create_table(
        "statement_movement",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cash",
                "closing",
                "release",
                "restriction",
                "between",
                "adjustment",
                "direct",
                name="movementkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("item_key", sa.Integer(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_statement_movement_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_statement_movement_period_id")
        ),
        sa.PrimaryKeyConstraint(
            "period_id", "kind", "account_id", "item_key", name=op.f("pk_statement_movement")
        ),
        sqlite_with_rowid=False,
    )
    _create_issued()
    _create_reclassifications()
    op.create_index(op.f("ix_voucher_period_id_booked_on"), "voucher", ["period_id", "booked_on"])
    # The driver of PostgreSQL reads a bare % as a place for a parameter.
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    source = _SOURCE.replace("%", "%%") if is_postgresql else _SOURCE
    op.get_bind().exec_driver_sql(source)
    op.execute(_FILL)
    guarding.install("statements")


def _create_issued() -> None:
    op.create_table(
        "issued_statement",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("first_period_id", sa.Integer(), nullable=False),
        sa.Column("last_period_id", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=8), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous_digest", sa.String(length=64), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("legal_representative", sa.String(length=200), nullable=False),
        sa.Column("accounting_head", sa.String(length=200), nullable=False),
        sa.Column("preparer", sa.String(length=200), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "first_period_id <= last_period_id AND first_period_id / 100 = last_period_id / 100",
            name=op.f("ck_issued_statement_one_year"),
        ),
        sa.ForeignKeyConstraint(
            ["first_period_id"], ["period.id"], name=op.f("fk_issued_statement_first_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_period_id"], ["period.id"], name=op.f("fk_issued_statement_last_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_statement")),
        sa.UniqueConstraint(
            "first_period_id",
            "last_period_id",
            "layout",
            name=op.f("uq_issued_statement_first_period_id_last_period_id_layout"),
        ),
    )
    op.create_table(
        "issued_statement_file",
        sa.Column("statement_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["issued_statement.id"],
            name=op.f("fk_issued_statement_file_statement_id"),
        ),
        sa.PrimaryKeyConstraint("statement_id", "name", name=op.f("pk_issued_statement_file")),
    )


def _create_reclassifications() -> None:
    op.create_table(
        "statement_reclassification",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("from_row", sa.String(length=64), nullable=False),
        sa.Column("to_row", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount_minor <> 0", name=op.f("ck_statement_reclassification_amount_not_zero")
        ),
        sa.CheckConstraint(
            "from_row <> to_row", name=op.f("ck_statement_reclassification_two_rows")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_statement_reclassification_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_reclassification")),
    )
    op.create_index(
        op.f("ix_statement_reclassification_period_id"),
        "statement_reclassification",
        ["period_id"],
    )


def downgrade() -> None:
    guarding.remove("statements")
    op.execute("DROP VIEW statement_movement_source")
    op.drop_index(op.f("ix_voucher_period_id_booked_on"), table_name="voucher")
    op.drop_index(
        op.f("ix_statement_reclassification_period_id"), table_name="statement_reclassification"
    )
    op.drop_table("statement_reclassification")
    op.drop_table("issued_statement_file")
    op.drop_table("issued_statement")
    op.drop_table("statement_movement")
