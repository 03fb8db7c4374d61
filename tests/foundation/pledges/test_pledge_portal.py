"""What donors see of their own pledges, and nobody of another's."""

from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.pledges import portal_section
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases


def test_donor_sees_own_pledges_with_what_is_next(served: Engine, app: Flask) -> None:
    who, made = pledge_cases.recorded(served)
    other = gift_cases.donor(served, name="周知秋")
    pledge_cases.pay(served, pledge_cases.give(served, who, 120_000_00), made.pledge_id)
    with app.test_request_context(), database.reading(served) as session:
        assert portal_section.own_pledges(session, [other.id]) is None
        section = portal_section.own_pledges(session, [who.id])
        assert section is not None
        (shown,) = section.values["pledges"]
        assert (shown["reference"], shown["paid"]) == (made.reference, 120_000_00)
        assert [(day, minor, late) for day, minor, _, late in shown["coming"]] == [
            ("2026-02-28", 80_000_00, True),
            ("2026-03-31", 100_000_00, True),
        ]
        text = app.jinja_env.get_template(section.template).render(values=section.values)
    assert "120,000.00" in text
    assert "已过约定日期" in text
