"""What a card stands for after its changes: pieces, cost, what was charged, what is left. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.assets import schedule
from foundation.assets.change_models import AssetChange, AssetChangeKind
from foundation.assets.models import AssetCard


@dataclass(frozen=True, slots=True)
class Standing:
    """A card at some moment. Amounts are fen; `charged_minor` includes what came before runs."""

    units: int
    cost_minor: int
    residual_minor: int
    charged_minor: int
    impaired_minor: int

    @property
    def net_minor(self) -> int:
        """账面价值: cost less depreciation less impairment."""
        return self.cost_minor - self.charged_minor - self.impaired_minor

    def share(self, units: int) -> "Standing":
        """Return what some of the pieces stand for; all of them take everything."""
        return Standing(
            units,
            *(
                minor * units // self.units
                for minor in (
                    self.cost_minor,
                    self.residual_minor,
                    self.charged_minor,
                    self.impaired_minor,
                )
            ),
        )


def after(card: AssetCard, run_minor: int, changes: Sequence[AssetChange] = ()) -> Standing:
    """Return how a card stands when runs charged so much and these changes happened."""
    units = card.units - sum(change.units for change in changes)
    return Standing(
        units=units,
        cost_minor=card.cost_minor - sum(change.cost_minor for change in changes),
        residual_minor=card.residual_minor * units // card.units,
        charged_minor=card.charged_before_minor
        + run_minor
        - sum(change.charged_minor for change in changes),
        impaired_minor=sum(change.impaired_minor for change in changes),
    )


def due(card: AssetCard, run_minor: int, period: int, changes: Sequence[AssetChange] = ()) -> int:
    """Return what a card must still bear up to a period; what was missed is caught up."""
    now = after(card, run_minor, changes)
    months = schedule.months_charged(card.kind, card.acquired_on, period)
    through = schedule.charged_through(
        now.cost_minor - now.residual_minor, card.life_months, months, _cuts(card, now, changes)
    )
    return max(0, min(through - now.charged_minor, now.net_minor - now.residual_minor))


def _cuts(card: AssetCard, now: Standing, changes: Sequence[AssetChange]) -> list[schedule.Cut]:
    """The impairments, less what left with pieces, which is taken off the latest first."""
    left = now.impaired_minor
    cuts = []
    for change in sorted(changes, key=lambda one: one.changed_on):
        if change.kind is AssetChangeKind.IMPAIRMENT and left:
            minor = min(left, change.impaired_minor)
            left -= minor
            month = change.changed_on.year * 100 + change.changed_on.month
            cuts.append((schedule.months_charged(card.kind, card.acquired_on, month), minor))
    return cuts
