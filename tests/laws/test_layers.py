"""Who may import what, held by reading every import there is, also those inside functions."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("analysis", "app", "collectors", "commands", "dashboard", "data", "groundswell")
MODULES = sorted(path.relative_to(ROOT) for top in OURS for path in [*ROOT.glob(f"{top}.py"), *ROOT.glob(f"{top}/**/*.py")])
HTTP = {"httpx2", "httpx", "requests", "urllib3", "aiohttp", "http", "socket", "ftplib", "websockets", "curl_cffi"}
WRITES = re.compile(
    r"""\b(insert\s+into|create\s+(or\s+replace\s+)?(table|view)|update\s+\w+\s+set|delete\s+from|drop\s+(table|view)|alter\s+table)\b""",
    re.IGNORECASE,
)


def imported(path):
    """The modules a file imports, by full name; relative ones from where they stand."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = list(path.parent.parts)[: len(path.parent.parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "import_module", "__import__"):
            told = node.args[0]
            if isinstance(told, ast.Constant):
                yield told.value


def tops(path):
    return {name.split(".")[0] for name in imported(path)}


def sql_in(path):
    """The texts of a file that are more than a doc string."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def of(*tops):
    return [path for path in MODULES if path.parts[0].removesuffix(".py") in tops]


def test_there_is_something_to_hold():
    assert len(of("data")) > 10 and len(of("collectors")) > 5 and len(of("analysis")) > 3
    assert "data" in tops(Path("groundswell.py"))
    assert "data.model" in set(imported(Path("collectors/importing.py")))


ALLOWED = {
    "data": {"data"},
    "collectors": {"collectors", "data"},
    "analysis": {"analysis", "data"},
    "dashboard": {"analysis", "collectors", "dashboard", "data"},
    "app": {"analysis", "collectors", "dashboard", "data"},
    "commands": {"analysis", "collectors", "commands", "dashboard", "data"},
    "groundswell": {"commands", "data"},
}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_what_stands_before_it(path):
    top = path.parts[0].removesuffix(".py")
    assert tops(path) & set(OURS) <= ALLOWED[top]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_client_talks_to_a_platform(path):
    if path != Path("collectors/client.py"):
        found = {name for name in imported(path) if name.split(".")[0] in HTTP or name.startswith("urllib.request")}
        # The dashboard's own server looks for a free port on this machine.
        assert found <= ({"socket"} if path.parts[0] == "dashboard" else set())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_pages_know_streamlit(path):
    if path.parts[0] not in ("app.py", "dashboard"):
        assert "streamlit" not in tops(path)


def test_the_charts_know_no_streamlit():
    assert "streamlit" not in tops(Path("dashboard/charts.py"))


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] != "data"], ids=str)
def test_only_data_writes_tables(path):
    assert [text for text in sql_in(path) if WRITES.search(text)] == []
    # Other tools' databases are read there, and only read.
    assert "sqlite3" not in tops(path) or path == Path("collectors/sqlite_tables.py")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_statement_is_built_from_strings(path):
    """A statement handed to `execute` is one text, a name, or a call: never put together on the spot from what came from outside."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr != "executemany"
            if node.func.attr in ("execute", "sql") and node.args and path.parts[0] != "data":
                assert not isinstance(node.args[0], ast.JoinedStr | ast.BinOp), ast.unparse(node)


def test_the_collectors_of_formats_never_open_the_log_or_the_database():
    """Parsing is pure: rows out of records."""
    for path in of("collectors"):
        if "formats" in path.parts:
            assert not {name for name in imported(path) if name in ("data.log", "data.build", "data.questions", "duckdb", "data.home")}, (
                path
            )


def test_the_top_level_holds_what_the_design_fixes():
    for name in ("app.py", "collectors", "analysis", "data", "tests", "pyproject.toml", "dashboard", "groundswell.py"):
        assert (ROOT / name).exists(), name
