"""The pages of evidence, put together with what stands above this package."""

from flask import Flask

from foundation.evidence import api, control_pages, joined, pack_pages, upload_pages
from foundation.evidence.joined import Joined


def install(app: Flask, above: Joined) -> None:
    """Join pages and programs to an application."""
    joined.join(app, above)
    for blueprint in (
        upload_pages.blueprint,
        control_pages.blueprint,
        pack_pages.blueprint,
        api.blueprint,
        api.controls,
        api.packs_blueprint,
    ):
        app.register_blueprint(blueprint)
