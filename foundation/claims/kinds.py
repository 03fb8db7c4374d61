"""The words of claims: origins of a scheme, states of a claim, and whom an award was paid to."""

from enum import StrEnum


class SchemeOrigin(StrEnum):
    """Where the text of a scheme version came from."""

    SHIPPED = "shipped"
    EDITED = "edited"
    INTAKE = "intake"


class ConfirmationState(StrEnum):
    """How far a parameter has been compared with the official document."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ClaimState(StrEnum):
    """Where a claim is on its way."""

    DRAFT = "draft"
    FROZEN = "frozen"
    SUBMITTED = "submitted"
    AWARDED = "awarded"
    CLAWED_BACK = "clawed_back"
    WITHDRAWN = "withdrawn"


# A claim in one of these states holds its gifts: nobody else may claim them.
HOLDING = (
    ClaimState.FROZEN,
    ClaimState.SUBMITTED,
    ClaimState.AWARDED,
    ClaimState.CLAWED_BACK,
)


class Payee(StrEnum):
    """Whose account the award went to."""

    FOUNDATION = "foundation"
    UNIVERSITY = "university"


class IntakeState(StrEnum):
    """How far the answers of a questionnaire have come."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"
