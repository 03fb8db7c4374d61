"""Addresses of stylesheet, script and fonts that carry a digest, so browsers may keep them."""

import hashlib
from pathlib import Path

from flask import Flask, current_app, url_for

_EXTENSION = "foundation.assets"


def install(app: Flask) -> None:
    """Give templates `asset('style.css')`."""
    app.extensions[_EXTENSION] = {}
    app.jinja_env.globals["asset"] = address


def address(name: str) -> str:
    """Return the address of a file of `static`, with the beginning of its digest."""
    known: dict[str, str] = current_app.extensions[_EXTENSION]
    if name not in known or current_app.debug:
        content = (Path(current_app.static_folder or "") / name).read_bytes()
        known[name] = hashlib.sha256(content).hexdigest()[:12]
    return url_for("static", filename=name, v=known[name])
