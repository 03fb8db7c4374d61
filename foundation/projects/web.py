"""Every address of fund projects and campaigns, for the staff and for everybody."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.projects import campaign_pages, pages, public_pages

blueprint = Blueprint("projects", __name__)

View = Callable[..., Any]
_GET, _FORM = ("GET",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("/fund-projects/<code>/edit", "edit", pages.edit, _FORM),
    ("/fund-projects/<code>/plan", "plan", pages.plan, _FORM),
    ("/campaigns", "campaigns", campaign_pages.index, _GET),
    ("/campaigns/new", "new_campaign", campaign_pages.edit, _FORM),
    ("/campaigns/<code>", "campaign", campaign_pages.show, _GET),
    ("/campaigns/<code>/edit", "edit_campaign", campaign_pages.edit, _FORM),
    ("/funds", "catalogue", public_pages.catalogue, _GET),
    ("/funds/<code>", "public_project", public_pages.project, _GET),
    ("/funds/<code>/picture", "picture", public_pages.picture, _GET),
    ("/funds/campaigns/<code>", "public_campaign", public_pages.campaign, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
