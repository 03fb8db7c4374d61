"""The key for documents: configured, kept by the demo, or none at all."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.config import Config
from foundation.receipting import signer
from foundation.receipting.signer import Seal
from receipts import signing
from tests import serving
from tests.factories import CLOCK
from tests.refusals import refused


def load(config: Config, *, is_demo: bool = False) -> Seal:
    return signer.load(config, organisation="示例基金会", is_demo=is_demo, moment=CLOCK.now())


def test_demo_keeps_one_key_beside_its_database(tmp_path: Path) -> None:
    config = serving.settings(tmp_path)
    first, second = load(config, is_demo=True), load(config, is_demo=True)

    assert first.trusted == second.trusted
    assert first.signer is not None
    key = tmp_path / "signing" / "key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_real_organisation_without_a_key_signs_nothing(tmp_path: Path) -> None:
    assert load(serving.settings(tmp_path)) == Seal()
    assert not (tmp_path / "signing").exists()


def test_configured_key_is_used_also_in_the_demo(tmp_path: Path) -> None:
    identity = signing.create_development_identity("示例基金会", moment=CLOCK.now())
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    key.write_bytes(identity.key)
    chain.write_bytes(identity.chain)
    config = replace(serving.settings(tmp_path), signing_key=key, signing_cert=chain)
    seal = load(config, is_demo=True)

    assert seal.signer is not None
    assert seal.trusted == identity.chain
    assert not (tmp_path / "signing").exists()


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"signing_key": Path("missing.pem")}, "SIGNING_KEY"),
        ({"signing_cert": Path("missing.pem")}, "同时"),
        ({"signing_key": Path("missing.pem"), "signing_cert": Path("x.pem")}, "不能读取"),
    ],
)
def test_half_a_key_is_no_key(tmp_path: Path, changes: dict[str, Path], saying: str) -> None:
    with refused("bad_setting", saying):
        load(replace(serving.settings(tmp_path), **changes))  # type: ignore[arg-type]


def test_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("nonsense", encoding="ascii")

    with refused("unusable_signing_key"):
        load(replace(serving.settings(tmp_path), signing_key=path, signing_cert=path))
