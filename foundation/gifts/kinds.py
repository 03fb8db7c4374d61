"""The words for what kind of gift it is, how it was paid, and what became of it."""

from enum import StrEnum


class GiftKind(StrEnum):
    """How value came in; decides the posting rule."""

    CASH = "cash"
    CONDITIONAL = "conditional"
    IN_KIND = "in_kind"
    NOMINAL = "nominal"
    SERVICE = "service"
    EQUITY = "equity"
    AGENCY = "agency"


class GiftMethod(StrEnum):
    """How the donor paid."""

    BANK = "bank"
    CASH = "cash"
    ONLINE = "online"
    CHEQUE = "cheque"
    OTHER = "other"


class ChangeKind(StrEnum):
    """What happened to a gift after it was recorded."""

    CANCELLED = "cancelled"
    CORRECTED = "corrected"
    REFUNDED = "refunded"


class RefundCause(StrEnum):
    """Why a gift goes back; the cause decides the account (2024 制度)."""

    EXTERNAL = "external"
    OWN = "own"


class GiftState(StrEnum):
    """Where a gift stands, as people see it: its voucher, and what became of it since."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    POSTED = "posted"
    CANCELLED = "cancelled"
    CORRECTED = "corrected"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


# Kinds that are money or pass through our hands; all others need a document of their value.
MONEY_KINDS = frozenset({GiftKind.CASH, GiftKind.CONDITIONAL, GiftKind.AGENCY})
