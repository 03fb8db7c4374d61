"""The published catalogue: what anybody may know of public projects and campaigns.

Only totals leave here, never a donor's name or a single gift; a project that has few donors shows
no number of donors, because who knows one gift would know the others.
"""

from datetime import date

from flask import Response, render_template, request

from foundation import database
from foundation.http import context
from foundation.http.context import services
from foundation.projects import campaigns, figures, kinds
from foundation.projects.figures import ProjectRow
from foundation.projects.models import Campaign, ProjectPicture
from foundation.users import guard
from ledger.errors import NotFound

FEWEST_DONORS = 5


@guard.public
def catalogue() -> str:
    """Show every public project with its progress, by kind."""
    language = context.language()
    with database.reading(services().engine) as session:
        rows = figures.public_rows(session)
        known = kinds.shipped()
        groups: dict[str, list[ProjectRow]] = {}
        for row in rows:
            assert row.project is not None
            groups.setdefault(known[row.project.kind].of(language), []).append(row)
        found = [
            campaigns.read(session, item)
            for item in campaigns.list_campaigns(session, only_public=True)
        ]
        return render_template(
            "projects/catalogue.html",
            groups=groups,
            campaigns=found,
            is_english=language == "en",
            fewest=FEWEST_DONORS,
        )


@guard.public
def project(code: str) -> str:
    """Show one public project."""
    with database.reading(services().engine) as session:
        row = next((row for row in figures.public_rows(session) if row.fund.code == code), None)
        if row is None:
            raise NotFound(what="公开的基金项目", name=code[:60])
        assert row.project is not None
        year = services().clock.today().year
        return render_template(
            "projects/public_project.html",
            row=row,
            project=row.project,
            kind=kinds.shipped()[row.project.kind].of(context.language()),
            picture=session.get(ProjectPicture, row.fund.id),
            this_year=sum(figures.by_month(session, row.fund.id, year)),
            year=year,
            is_english=context.language() == "en",
            fewest=FEWEST_DONORS,
        )


@guard.public
def picture(code: str) -> Response:
    """Give the picture of a public project."""
    with database.reading(services().engine) as session:
        row = next((row for row in figures.public_rows(session) if row.fund.code == code), None)
        held = None if row is None else session.get(ProjectPicture, row.fund.id)
    if held is None:
        raise NotFound(what="图片", name=code[:60])
    response = Response(held.content, mimetype=held.media_type)
    response.set_etag(held.digest)
    if request.args.get("v") == held.digest[:12]:
        # The address carries the digest: it never shows another picture.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


@guard.public
def campaign(code: str) -> str:
    """Show one public campaign with its funds and the colleges that take part."""
    with database.reading(services().engine) as session:
        held = campaigns.get_campaign(session, code)
        if not held.is_public:
            raise NotFound(what="筹款活动", name=code[:60])
        public = {row.fund.id for row in figures.public_rows(session)}
        return render_template(
            "projects/public_campaign.html",
            figures=campaigns.read(session, held),
            colleges=[
                item for item in campaigns.by_college(session, held) if item.donors >= FEWEST_DONORS
            ],
            public=public,
            is_over=_is_over(held),
            is_english=context.language() == "en",
            fewest=FEWEST_DONORS,
        )


def _is_over(held: Campaign) -> bool:
    today: date = services().clock.today()
    return held.ends_on < today
