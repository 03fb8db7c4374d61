"""From gifts to the claim: caps, pool, rounding, and the kind of answer (steps 9 to 15)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from foundation.matching import caps, methods, rounding
from foundation.matching.amounts import Exact
from foundation.matching.caps import CapLedger
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context
from foundation.matching.results import Figure, ResultStatus
from foundation.matching.rounding import Rounding
from foundation.matching.schemes import (
    UNKNOWN,
    Flat,
    Pool,
    Scheme,
    ShareOfPool,
    Unit,
    Whole,
)

# Steps at which every gift is rounded by itself.
ROUNDED_EACH = ("gift", "receipt")


@dataclass(slots=True)
class Run:
    """One reading of all gifts: what is recognised and what it draws, in order of receipt."""

    scheme: Scheme
    ledger: CapLedger
    rule: Rounding
    recognised: int = 0
    is_bounded: bool = True  # False once an amount itself is open
    matched: Exact = 0
    counted_gifts: int = 0
    matched_gifts: int = 0
    by_gift_minor: int = 0
    by_project: dict[str, Exact] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    # The ratio last used, taken apart: gifts of one class follow each other in millions.
    ratio: Fraction | None = None
    over: int = 1
    under: int = 1

    def take(
        self, judgement: Judgement, *, ratio: Fraction | None, context: Context
    ) -> tuple[Exact | None, str]:
        """Add an accepted gift; give its match before rounding, and the cap code it met."""
        counted = judgement.counted
        if counted is None:
            self.is_bounded = False
            return None, ""
        self.recognised += counted
        self.counted_gifts += 1
        if ratio is None:
            return None, ""
        self.matched_gifts += 1
        wanted = self._times(counted, ratio)
        if self.scheme.recognise is not None:
            weighted = methods.weight_of(self.scheme, wanted, claimant=context.claimant or {})
            wanted = weighted if weighted is not None else wanted
        granted, code = wanted, ""
        if self.ledger.caps:
            granted, code = self.ledger.draw(judgement, wanted, counted)
            if code:
                self.cut.add(code)
        self.matched += granted
        if self.rule.at in ROUNDED_EACH:
            self.by_gift_minor += whole(granted * (context.scale or 1), self.rule) or 0
        project = judgement.gift.project
        if project is not None:
            self.by_project[project] = self.by_project.get(project, 0) + granted
        return granted, code

    def _times(self, counted: int, ratio: Fraction) -> Exact:
        # Whole numbers are many times faster than fractions, and most products are whole.
        if ratio is not self.ratio:
            self.ratio, self.over, self.under = ratio, ratio.numerator, ratio.denominator
        if self.under == 1:
            return counted * self.over
        product, rest = divmod(counted * self.over, self.under)
        return counted * ratio if rest else product

    def copy(self) -> "Run":
        """Part ways with the other reading."""
        return replace(
            self, ledger=self.ledger.copy(), by_project=dict(self.by_project), cut=set(self.cut)
        )


def new_run(scheme: Scheme, *, fiscal_year_starts: str) -> Run:
    """Begin a reading."""
    ledger = CapLedger(caps.known_caps(scheme), fiscal_year_starts)
    return Run(scheme=scheme, ledger=ledger, rule=rounding_of(scheme))


def rounding_of(scheme: Scheme) -> Rounding:
    """The rounding of an estimate. An award's own place is not a place of the estimate."""
    if not isinstance(scheme.rounding, Rounding):
        at = "project" if _is_by_project(scheme) else "claimant"
        return replace(rounding.DEFAULT, at=at)
    if scheme.rounding.at in ("award", "pool"):
        return replace(rounding.DEFAULT, at="claimant")
    return scheme.rounding


def _is_by_project(scheme: Scheme) -> bool:
    return isinstance(scheme.unit, Unit) and scheme.unit.kind == "project"


def figure_of(run: Run, *, context: Context) -> Figure:
    """Give the match of one reading: exact, after caps and pool."""
    scheme = run.scheme
    if methods.matches_single_gifts(scheme.method):
        figure = _of_gifts(run, context)
    else:
        figure = methods.of_income(scheme, run.recognised, context=context)
        figure = limited(figure, scheme, run.recognised)
    return _shortage(_with_unknowns(figure, scheme), scheme, context)


def of_amount(scheme: Scheme, recognised: int, *, context: Context) -> Figure:
    """Match a recognised income given as one figure."""
    figure = methods.of_income(scheme, recognised, context=context)
    return _shortage(_with_unknowns(limited(figure, scheme, recognised), scheme), scheme, context)


def _of_gifts(run: Run, context: Context) -> Figure:
    method = run.scheme.method
    unread = (isinstance(method, Flat) and method.ratio is UNKNOWN) or (
        isinstance(method, Whole) and method.brackets is UNKNOWN
    )
    weight = methods.weight_of(run.scheme, 1, claimant=context.claimant or {})
    if unread or weight is None:
        return Figure(
            status=ResultStatus.NOT_COMPUTABLE,
            missing=() if weight is not None else ("coefficients",),
        )
    if run.matched_gifts < run.counted_gifts:
        return Figure(status=ResultStatus.PARTIAL, on_excess=run.matched, missing=("ratio",))
    code = caps.PARTLY if run.cut else ""
    matched = run.matched
    if isinstance(method, Flat) and method.max_ratio is not None:
        matched = min(matched, run.recognised * method.max_ratio)
    return Figure(status=ResultStatus.COMPUTED, least=matched, most=matched, cap_code=code)


def limited(figure: Figure, scheme: Scheme, recognised: Exact) -> Figure:
    """Hold a figure under the caps of the claimant."""
    held = caps.of_claimant(scheme)
    if not held or figure.most is None:
        return figure
    most, code = caps.limit(held, figure.most, recognised)
    least = None if figure.least is None else caps.limit(held, figure.least, recognised)[0]
    return replace(figure, least=least, most=most, cap_code=code)


def _with_unknowns(figure: Figure, scheme: Scheme) -> Figure:
    """An unknown minimum or cap can only lower a figure: what was computed is a bound."""
    hidden_cap = isinstance(scheme.caps, tuple) and any(
        cap.value_minor is UNKNOWN for cap in scheme.caps
    )
    if figure.status is ResultStatus.COMPUTED and (hidden_cap or scheme.minimum is UNKNOWN):
        return replace(figure, status=ResultStatus.UPPER_BOUND)
    return figure


def _shortage(figure: Figure, scheme: Scheme, context: Context) -> Figure:
    """Scale by the stated percentage, or hold under the pool, where a pool is stated."""
    if figure.most is None:
        return figure
    if context.scale is not None:
        return _scaled(figure, context.scale)
    pool = context.pool_minor
    is_shared = isinstance(scheme.method, ShareOfPool)
    if pool is None or is_shared or not isinstance(scheme.pool, Pool):
        return figure
    if scheme.pool.rule == "prorata" and figure.most > pool:
        return _scaled(figure, Fraction(pool) / Fraction(figure.most))
    if figure.most > pool:
        least = None if figure.least is None else min(figure.least, pool)
        waits = figure.most - pool if scheme.pool.on_exhausted in ("wait", "queue") else None
        return replace(figure, least=least, most=pool, carried_over=waits)
    return figure


def _scaled(figure: Figure, scale: Fraction) -> Figure:
    least = None if figure.least is None else figure.least * scale
    most = None if figure.most is None else figure.most * scale
    return replace(figure, least=least, most=most, scale=scale)


def rounded(run: Run, figure: Figure, *, context: Context) -> tuple[int | None, int | None]:
    """Round a figure once, at the step that the scheme names; gives least and most."""
    rule = run.rule
    if figure.least is None or figure.least != figure.most or not run.matched:
        return whole(figure.least, rule), whole(figure.most, rule)
    scale = Fraction(figure.least) / Fraction(run.matched)
    if rule.at in ROUNDED_EACH and scale == (context.scale or 1):
        return run.by_gift_minor, run.by_gift_minor
    if rule.at == "project":
        shares = projects(run, scale=scale)
        rest = figure.least - sum(run.by_project.values()) * scale
        total = sum(shares.values()) + rounding.to_place(
            rest, place_minor=rule.place_minor, mode=rule.mode
        )
        return total, total
    return whole(figure.least, rule), whole(figure.most, rule)


def projects(run: Run, *, scale: Fraction) -> Mapping[str, int]:
    """The match of each project, rounded by itself."""
    rule = run.rule
    return {
        name: rounding.to_place(value * scale, place_minor=rule.place_minor, mode=rule.mode)
        for name, value in run.by_project.items()
    }


def whole(value: Exact | None, rule: Rounding) -> int | None:
    """Round one amount by a rule."""
    if value is None:
        return None
    return rounding.to_place(value, place_minor=rule.place_minor, mode=rule.mode)
