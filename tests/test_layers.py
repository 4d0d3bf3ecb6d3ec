"""The product keeps its layers: pages → ui → attention_core → numpy, and never back.

Each rule reads the source of a file and returns its offences. It is tried on every file of the product, and on
snippets that break it. With these the module has more than 350 lines.
"""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from ui.state.table import CONTROLS

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for part in ("app.py", "pages/**/*.py", "ui/**/*.py", "attention_core/**/*.py")
    for path in ROOT.glob(part)
)
OURS = {"app", "pages", "ui", "attention_core", "tests", "benchmarks", "data", "deploy"}


def imports(file: str, tree: ast.AST) -> Iterator[tuple[str, ast.stmt, str]]:
    """Every module that a file imports, wherever in it, with the statement and the function it stands in."""

    def walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.stmt, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, child, function) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                package = file.split("/")[: -child.level] if child.level else []
                module = ".".join([*package, *filter(None, [child.module])])
                yield from ((f"{module}.{alias.name}", child, function) for alias in child.names)
            yield from walk(child, child.name if isinstance(child, ast.FunctionDef) else function)

    yield from walk(tree, "")


def root(module: str) -> str:
    return module.partition(".")[0]


def the_core_imports_numpy_and_the_standard_library_only(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if not file.startswith("attention_core/"):
        return
    readers = {  # who may read files of which kind, and where
        ("attention_core/bert.py", "tokenizers"): None,
        ("attention_core/checkpoint.py", "safetensors"): None,
        ("attention_core/glove_sources.py", "pyarrow"): "read_package",
        ("attention_core/gguf_file.py", "gguf"): None,
        ("attention_core/llama_file.py", "tokenizers"): None,
        ("attention_core/llama.py", "tokenizers"): None,
    }
    for module, statement, function in imports(file, tree):
        name = root(module)
        known = name in sys.stdlib_module_names or name in {"numpy", "attention_core"}
        only_in = readers.get((file, name), "nowhere")
        if not known and only_in not in {None, function}:
            yield statement, f"the core imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in {
            "__import__",
            "importlib.import_module",
        }:
            yield node, "an import that cannot be seen"


def nobody_imports_what_stands_above(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    may_know = {"attention_core": {"attention_core"}, "ui": {"ui", "attention_core"}, "pages": {"ui", "attention_core"}}
    for module, statement, _ in imports(file, tree):
        if root(module) in OURS - may_know.get(file.partition("/")[0], {"ui", "attention_core"}):
            yield statement, f"{file} imports {module}"


def charts_know_neither_streamlit_nor_the_core(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if not (file.startswith("ui/") and file.endswith("charts.py")):
        return
    for module, statement, _ in imports(file, tree):
        if root(module) in {"streamlit", "attention_core"}:
            yield statement, f"a chart imports {module}"
        elif root(module) == "ui":
            parts = [
                ROOT / part.replace(".", "/") for part in {module, module.rpartition(".")[0]}
            ]  # of a name, its file
            for path in [file for part in parts for file in (part.with_suffix(".py"), part / "__init__.py")]:
                if not path.name.endswith("charts.py") and path.exists():
                    deeper = [root(name) for name, _, _ in imports(file, ast.parse(path.read_text(encoding="utf-8")))]
                    if {"streamlit", "attention_core", "ui"} & set(deeper):
                        yield statement, f"a chart imports {module}, which imports {deeper}"


def nobody_prints_but_the_command_line(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if file in {"attention_core/__main__.py", "ui/log.py"}:  # the log changes what Streamlit prints to
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in {"print", "breakpoint"}:
            yield node, node.id
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"}:
            yield node, ast.unparse(node)


def the_core_has_no_hidden_randomness(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if not file.startswith("attention_core/"):
        return
    for module, statement, _ in imports(file, tree):
        if root(module) in {"random", "secrets", "uuid"}:
            yield statement, f"the core imports {module}"
        if module.startswith("numpy.random.") and module.rpartition(".")[2] not in {"default_rng", "Generator"}:
            yield statement, f"the core imports {module}"
    for node in ast.walk(tree):
        name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if name.startswith(("np.random.", "numpy.random.")) and node.attr not in {"default_rng", "Generator"}:
            yield node, name
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "default_rng":
            seed = [*node.args, *(keyword.value for keyword in node.keywords)]
            if not seed or ast.unparse(seed[0]) == "None":
                yield node, "a generator without a seed"


def pages_do_no_arithmetic(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if not file.startswith("pages/"):
        return
    for module, statement, _ in imports(file, tree):
        if root(module) in {"numpy", "pandas", "math", "statistics", "fractions", "decimal", "operator"}:
            yield statement, f"a page imports {module}"
    arithmetic = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, arithmetic):
            yield node, ast.unparse(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, arithmetic):
            sides = (node.left, node.right)
            text = any(
                isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str))
                for s in sides
            )
            if not text and not any(isinstance(side, ast.List | ast.Tuple) for side in sides):
                yield node, ast.unparse(node)
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.USub)
            and not isinstance(node.operand, ast.Constant)
        ):
            yield node, ast.unparse(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"sum", "round", "pow", "divmod", "abs"}:
            yield node, ast.unparse(node)


def every_page_starts_with_the_guard(file: str, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    if not file.startswith("pages/") or file.endswith("__init__.py"):
        return
    start = [ast.unparse(statement) for statement in tree.body[:3]]
    if ast.get_docstring(tree) is None or start[1:] != ["from ui.shell.pages import guard", "guard()"]:
        yield tree, f"{file} starts with something else"


def nobody_asserts_outside_the_tests(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:  # noqa: ARG001
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node, ast.unparse(node)


def no_other_key_is_the_name_of_a_control(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Both are kept in the session, under their names. Of a key made from variables, any text may stand for these."""
    if not file.startswith(("ui/", "pages/", "app.py")):
        return
    for node in ast.walk(tree):
        key = node.value if isinstance(node, ast.keyword) and node.arg == "key" else None
        if isinstance(key, ast.Constant | ast.JoinedStr):
            parts = key.values if isinstance(key, ast.JoinedStr) else [key]
            pattern = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in parts)
            for name in filter(re.compile(pattern).fullmatch, CONTROLS):
                yield key, f"the key {ast.unparse(key)} may be that of the control “{name}”"


def no_module_has_more_than_350_lines(file: str, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:  # noqa: ARG001
    """Unless its docstring gives the reason, with the words “350 lines”."""
    last = tree.body[-1] if tree.body else None
    if last and last.end_lineno > 350 and "350 lines" not in (ast.get_docstring(tree) or ""):
        yield last, f"{last.end_lineno} lines"


FLOORS = {
    "state": 0,  # beside the core
    "log": 0,
    "kit": 1,
    "models": 1,
    "map": 2,
    "shell": 2,
}  # a page's own folder stands above


def floor(module: str) -> tuple[int, str] | None:
    """The floor of a module of ui/, and the folder or module below ui/ that it is in; None for all others."""
    parts = module.split(".")
    if parts[0] != "ui" or len(parts) < 2:
        return None
    return FLOORS.get(parts[1], 3), parts[1]


def a_folder_imports_from_below_only(file: str, tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """A folder of ui/ imports from floors below its own only; a page's folder is imported by that page alone."""
    here = floor(file.removesuffix(".py").replace("/", "."))
    page = file.removeprefix("pages/").removesuffix(".py") if file.startswith("pages/") else ""
    for module, statement, _ in imports(file, tree):
        there = floor(module)
        if here and here[0] == 0 and root(module) == "attention_core":
            yield statement, f"{here[1]} imports {module}, which stands beside it"
        if not there or (here and there[1] == here[1]):
            continue
        if here and there[0] >= here[0]:
            yield statement, f"{here[1]} imports {there[1]}, which does not stand below it"
        elif there[0] == 3 and there[1] != page:
            yield statement, f"{there[1]} belongs to the page of that name"


RULES: list[Callable] = [
    the_core_imports_numpy_and_the_standard_library_only,
    nobody_imports_what_stands_above,
    a_folder_imports_from_below_only,
    charts_know_neither_streamlit_nor_the_core,
    nobody_prints_but_the_command_line,
    the_core_has_no_hidden_randomness,
    pages_do_no_arithmetic,
    every_page_starts_with_the_guard,
    nobody_asserts_outside_the_tests,
    no_other_key_is_the_name_of_a_control,
    no_module_has_more_than_350_lines,
]


parsed = lru_cache(maxsize=None)(ast.parse)  # every rule reads every file


def offences(rule: Callable, file: str, source: str) -> list[str]:
    return [f"{file}, line {getattr(node, 'lineno', 1)}: {what}" for node, what in rule(file, parsed(source))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule):
    found = [offence for file in FILES for offence in offences(rule, file, (ROOT / file).read_text(encoding="utf-8"))]
    assert found == []


def circle(files: dict[str, str]) -> list[str]:
    """The modules of a circle of imports, each imported by the next; none where there is no circle."""
    modules = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in files}
    graph: dict[str, set[str]] = {}
    for here, file in modules.items():
        names = [name for name, _, _ in imports(file, parsed(files[file]))]
        found = {name if name in modules else name.rpartition(".")[0] for name in names}  # of a name, its module
        graph[here] = found & (modules.keys() - {here})
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_no_module_imports_itself_by_way_of_others():
    assert circle({file: (ROOT / file).read_text(encoding="utf-8") for file in FILES}) == []
    assert circle({"ui/a.py": "from ui import b", "ui/b.py": "def f():\n    from ui.c import x", "ui/c.py": ""}) == []
    two = {"ui/a.py": "from ui import b", "ui/b.py": "def f():\n    from ui.a import x"}
    assert set(circle(two)) == {"ui.a", "ui.b"}


PAGE = '"""A page."""\n\nfrom ui.shell.pages import guard\n\nguard()\n'


BROKEN: list[tuple[Callable, str, str]] = [
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "import pandas"),
    (
        the_core_imports_numpy_and_the_standard_library_only,
        "attention_core/x.py",
        "def f():\n    import streamlit.web",
    ),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "from ui import charts"),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "from ..ui import charts"),
    (
        the_core_imports_numpy_and_the_standard_library_only,
        "attention_core/x.py",
        "from tokenizers import Tokenizer",
    ),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "from safetensors import numpy"),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/bert.py", "import torch"),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/bert.py", "import safetensors"),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/glove_sources.py", "import pyarrow"),
    (
        the_core_imports_numpy_and_the_standard_library_only,
        "attention_core/glove_sources.py",
        "def f():\n    import pyarrow",
    ),
    (
        the_core_imports_numpy_and_the_standard_library_only,
        "attention_core/bert.py",
        "def read_package():\n    import pyarrow",
    ),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "__import__('pandas')"),
    (the_core_imports_numpy_and_the_standard_library_only, "attention_core/x.py", "importlib.import_module('ui')"),
    (nobody_imports_what_stands_above, "attention_core/x.py", "import ui.charts"),
    (nobody_imports_what_stands_above, "attention_core/x.py", "def f():\n    from pages import playground"),
    (nobody_imports_what_stands_above, "ui/x.py", "from pages import playground"),
    (nobody_imports_what_stands_above, "ui/x.py", "from ..pages import playground"),
    (nobody_imports_what_stands_above, "ui/x.py", "if TYPE_CHECKING:\n    import app"),
    (nobody_imports_what_stands_above, "pages/x.py", "from pages.y import z"),
    (nobody_imports_what_stands_above, "pages/x.py", "from tests import conftest"),
    (nobody_imports_what_stands_above, "app.py", "import pages.playground"),
    (a_folder_imports_from_below_only, "ui/kit/x.py", "from ui.map import view"),
    (a_folder_imports_from_below_only, "ui/models/x.py", "from ui.kit import wording"),
    (a_folder_imports_from_below_only, "ui/map/x.py", "from ui.shell import body"),
    (a_folder_imports_from_below_only, "ui/map/x.py", "from ui.the_gap import notes"),
    (a_folder_imports_from_below_only, "ui/state/x.py", "from ui.models import loaders"),
    (a_folder_imports_from_below_only, "ui/state/x.py", "from attention_core.text import tokenize"),
    (a_folder_imports_from_below_only, "ui/the_gap/x.py", "from ui.teach_it import lessons"),
    (a_folder_imports_from_below_only, "pages/the_gap.py", "from ui.teach_it import lessons"),
    (charts_know_neither_streamlit_nor_the_core, "ui/kit/charts.py", "import streamlit as st"),
    (charts_know_neither_streamlit_nor_the_core, "ui/kit/charts.py", "from attention_core.attention import softmax"),
    (charts_know_neither_streamlit_nor_the_core, "ui/kit/charts.py", "from ui import state"),
    (charts_know_neither_streamlit_nor_the_core, "ui/kit/charts.py", "from ui.shell.pages import guard"),
    (charts_know_neither_streamlit_nor_the_core, "ui/kit/more_charts.py", "def f():\n    import streamlit"),
    (nobody_prints_but_the_command_line, "attention_core/x.py", "print(1)"),
    (nobody_prints_but_the_command_line, "ui/x.py", "def f(say=print):\n    say(1)"),
    (nobody_prints_but_the_command_line, "pages/x.py", "sys.stdout.write('')"),
    (nobody_prints_but_the_command_line, "app.py", "breakpoint()"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "np.random.seed(0)"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "x = numpy.random.normal(size=3)"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "from numpy.random import rand"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "import random"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "from random import shuffle"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "np.random.default_rng()"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "np.random.default_rng(None)"),
    (the_core_has_no_hidden_randomness, "attention_core/x.py", "default_rng(seed=None)"),
    (pages_do_no_arithmetic, "pages/x.py", "import numpy as np"),
    (pages_do_no_arithmetic, "pages/x.py", "from math import sqrt"),
    (pages_do_no_arithmetic, "pages/x.py", "import pandas"),
    (pages_do_no_arithmetic, "pages/x.py", "x = a / b"),
    (pages_do_no_arithmetic, "pages/x.py", "f(1 + n)"),
    (pages_do_no_arithmetic, "pages/x.py", "weights = q @ k"),
    (pages_do_no_arithmetic, "pages/x.py", "total += 1"),
    (pages_do_no_arithmetic, "pages/x.py", "f'{100 * share} %'"),
    (pages_do_no_arithmetic, "pages/x.py", "x = -score"),
    (pages_do_no_arithmetic, "pages/x.py", "x = sum(weights)"),
    (pages_do_no_arithmetic, "pages/x.py", "x = round(weight, 2)"),
    (every_page_starts_with_the_guard, "pages/x.py", ""),
    (every_page_starts_with_the_guard, "pages/x.py", PAGE.removeprefix('"""A page."""')),
    (every_page_starts_with_the_guard, "pages/x.py", PAGE.replace("guard()", "guard")),
    (every_page_starts_with_the_guard, "pages/x.py", PAGE.replace("guard()", "import time\nguard()")),
    (every_page_starts_with_the_guard, "pages/x.py", PAGE.replace("from", "import streamlit\nfrom")),
    (nobody_asserts_outside_the_tests, "ui/x.py", "def f(x):\n    assert x"),
    (no_other_key_is_the_name_of_a_control, "ui/x.py", 'st.button("Go on", key="step")'),
    (no_other_key_is_the_name_of_a_control, "ui/x.py", 'st.checkbox("A", key=f"see{row}")'),
    (no_module_has_more_than_350_lines, "ui/x.py", '"""A module."""' + 350 * "\n" + "x = 1"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_finds_what_breaks_it(rule):
    snippets = [(file, source) for broken, file, source in BROKEN if broken is rule]
    assert snippets
    assert [(file, source) for file, source in snippets if not offences(rule, file, source)] == []


ALLOWED = [
    (
        "attention_core/x.py",
        "import math, numpy as np\nfrom attention_core.files import verify_file\nfrom . import text",
    ),
    ("attention_core/x.py", "def f(generator: np.random.Generator, seed):\n    return np.random.default_rng(seed)"),
    ("attention_core/bert.py", "def f():\n    from tokenizers import Tokenizer"),
    ("attention_core/glove_sources.py", "def read_package():\n    from pyarrow import parquet"),
    ("attention_core/__main__.py", "print(1, file=sys.stderr)"),
    ("ui/kit/charts.py", "import altair as alt\nimport pandas as pd\nfrom ui.kit.palette import Palette\nx = 1 + 2"),
    (
        "ui/x.py",
        "import streamlit as st\nimport numpy as np\nfrom attention_core import text\nfrom ui.kit import charts",
    ),
    (
        "pages/x.py",
        PAGE + "import streamlit as st\nfrom ui import x\nx.f('a' + b, '%d' % c, -1, d | e, [f] + g, a < b)",
    ),
    ("app.py", "import streamlit as st\nfrom ui import log"),
]


def test_the_kit_s_style_sheets_and_scripts_name_nothing_of_streamlit_s():
    names = re.compile(r"\.st[A-Z]|\.st-key-|data-testid|data-stale")
    files = [path for path in (ROOT / "ui/kit/browser").iterdir() if path.suffix in {".css", ".js"}]
    assert files
    assert [path.name for path in files if names.search(path.read_text(encoding="utf-8"))] == []


def test_what_is_allowed_offends_no_rule():
    assert [offence for rule in RULES for file, source in ALLOWED for offence in offences(rule, file, source)] == []


def test_the_core_of_the_first_matrix_loads_nothing_but_numpy_and_the_standard_library():
    before, after = (
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys, numpy{modules}; print(*{{name.partition('.')[0] for name in sys.modules}})",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for modules in ("", ", attention_core.attention, attention_core.embeddings, attention_core.text")
    )
    assert set(after) - set(before) - set(sys.stdlib_module_names) == {"attention_core"}
