"""How a schedule is typed: equal parts, or one line for each part."""

from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.pledges import schedule
from foundation.pledges.schedule import Due, Every
from ledger.errors import DomainError, InvalidInput


def read(form: Form, amount_minor: int | None) -> tuple[Due, ...]:
    """Return the schedule that was typed. Mistakes are kept in the form."""
    if form.value("lines"):
        return _lines(form)
    first = form.day("first")
    count = form.whole_number("count", default=1, highest=schedule.MOST_INSTALMENTS)
    every = form.choice("every", Every, is_required=False) or Every.YEAR
    if first is None or amount_minor is None:
        return ()
    try:
        return tuple(schedule.regular(amount_minor, first=first, count=count, every=every))
    except InvalidInput as error:
        form.refuse("count", error)
        return ()


def _lines(form: Form) -> tuple[Due, ...]:
    """Read `2026-03-05 100000 竣工后` on each line; what follows the amount is the condition."""
    found = []
    today = services().clock.today()
    for number, line in enumerate(form.value("lines").splitlines(), start=1):
        if not line.strip():
            continue
        day, _, rest = line.strip().partition(" ")
        amount, _, condition = rest.strip().partition(" ")
        due_on = forms.parse_day(day, today=today)
        try:
            minor = forms.parse_amount(amount)
        except DomainError:
            minor = 0
        if due_on is None or minor <= 0:
            form.refuse(
                "lines",
                translate("第 {number} 行应写作：日期 金额 条件（可不填）", number=number),
            )
            continue
        found.append(Due(due_on, minor, condition.strip() or None))
    return tuple(found)
