"""Which features show something on a donor's own page, in the order of the page."""

from foundation.pledges.portal_section import own_pledges
from foundation.portal.sections import Provider
from foundation.portal.use_reports import own_reports

SECTIONS: tuple[Provider, ...] = (own_pledges, own_reports)
