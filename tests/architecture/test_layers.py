"""The shape of the program: imports and foreign keys point down, modules stay readable."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import foundation
import ledger
import receipts
import reports
from ledger.orm import Base
from migrations import metadata

ROOT = Path(__file__).parents[2]
PACKAGES = ("ledger", "receipts", "foundation", "reports")
FOLDERS = (ledger, receipts, foundation, reports)
MAX_LINES = 400
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "__pycache__" not in path.parts
)
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package_of_table() -> dict[str, str]:
    """Return the package that owns each table, by the module of its mapped class."""
    metadata.everything()
    for package in FOLDERS:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] == "models":
                importlib.import_module(module.name)
    return {
        str(mapper.local_table.name): mapper.class_.__module__.split(".")[0]  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
    }


def test_every_table_belongs_to_a_package() -> None:
    owners = package_of_table()
    tables = {table.name for table in metadata.everything().tables.values()}
    assert tables == set(owners)
    assert set(owners.values()) <= set(PACKAGES)
    assert "voucher" in owners


def test_foreign_keys_point_to_the_same_or_a_lower_package() -> None:
    owners = package_of_table()
    wrong = [
        f"{table.name} -> {key.referred_table.name}"
        for table in metadata.everything().sorted_tables
        for key in table.foreign_key_constraints
        if PACKAGES.index(owners[key.referred_table.name]) > PACKAGES.index(owners[table.name])
    ]
    assert wrong == []


def test_every_table_with_a_model_is_in_the_metadata_of_the_migrations() -> None:
    before = set(metadata.everything().tables)
    package_of_table()
    assert set(metadata.everything().tables) == before


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_says_what_it_is_for_and_stays_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    docstring = ast.get_docstring(tree)
    assert docstring, "no docstring"
    assert len(source.splitlines()) <= MAX_LINES
    assert path.stem not in VAGUE
    if path.name == "__init__.py":
        assert len(tree.body) == 1, "an __init__ holds a docstring and nothing else"


def imports_inside_functions(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_imports_at_the_top(path: Path) -> None:
    assert list(imports_inside_functions(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_only_the_clock_reads_the_time() -> None:
    readers = {
        relative(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    }
    assert readers == {"ledger/clock.py"}


def test_only_three_modules_write_vouchers() -> None:
    """Drafts come from drafting; states from posting; numbers and digests from sealing."""
    writers = {
        relative(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"insert", "update", "delete", "bulk_insert"}
        and any(
            "Voucher" in {inner.id for inner in ast.walk(argument) if isinstance(inner, ast.Name)}
            for argument in node.args
        )
    }
    assert writers == {"ledger/drafting.py", "ledger/posting.py", "ledger/sealing.py"}
