"""The package as somebody else installs it: built as a wheel, unpacked into a folder, used from another one."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.xdist_group("package")  # one process builds it once

ROOT = Path(__file__).resolve().parent.parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
SENTENCE = "The king and queen ruled the kingdom"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder into which the package, and nothing it needs, was installed from its wheel."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "installed"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.in"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "attention_core", source / "attention_core", ignore=shutil.ignore_patterns("__pycache__"))
    alone = ["--no-deps", "--no-index"]
    subprocess.run([*PIP, "wheel", *alone, "--no-build-isolation", "-w", wheels, source], check=True)
    subprocess.run([*PIP, "install", *alone, "--target", target, *wheels.glob("*.whl")], check=True)
    return target


def run(installed: Path, folder: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command from another folder, with what is installed and nothing of the source."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ATTENTION_")}
    environment = {**clean, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1", **environment}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_formula_needs_the_package_alone(installed, tmp_path):
    program = """
import numpy as np
from attention_core.attention import scaled_dot_product_attention
q, k = np.ones((1, 100)), np.array([[1.0] * 100, [0.8] * 100])
print(scaled_dot_product_attention(q, k, k).weights.round(2).tolist())
"""
    done = run(installed, tmp_path, sys.executable, "-c", program)
    assert (done.stdout, done.stderr) == ("[[0.88, 0.12]]\n", "")


def test_the_command_finds_the_data_that_it_is_told_of(installed, tmp_path):
    done = run(
        installed, tmp_path, installed / "bin" / "attention", "--json", SENTENCE, ATTENTION_DATA=str(ROOT / "data")
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["tokens"] == SENTENCE.lower().split()


@pytest.mark.parametrize("named", ["", "nowhere"])
def test_without_data_the_command_says_in_one_line_where_they_come_from(installed, tmp_path, named):
    environment = {"ATTENTION_DATA": str(tmp_path / named)} if named else {}
    done = run(installed, tmp_path, installed / "bin" / "attention", SENTENCE, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    folder = re.escape(str(tmp_path / named if named else installed / "data"))
    assert re.fullmatch(rf"attention: there are no data files in {folder}: .* ATTENTION_DATA\n", done.stderr)


def test_no_advice_for_a_copy_of_the_source_is_given_to_an_installed_one(installed, tmp_path):
    done = run(installed, tmp_path, installed / "bin" / "attention", SENTENCE, ATTENTION_DATA=str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "SHA256SUMS" in done.stderr
    assert "git" not in done.stderr


def test_a_wrong_option_is_answered_under_the_command_s_own_name(installed, tmp_path):
    done = run(installed, tmp_path, installed / "bin" / "attention", "--wrong")
    assert done.stderr.startswith("attention: ")
    assert "usage: attention " in run(installed, tmp_path, installed / "bin" / "attention", "--help").stdout


def test_the_package_says_that_it_has_types(installed):
    assert (installed / "attention_core" / "py.typed").exists()


def test_what_readme_promises_of_pythons_and_systems_is_what_is_tried_and_pinned():
    promise = re.search(
        r"CPython 3\.(\d+) to 3\.(\d+) on 64-bit Linux \(x86-64 or\s+Arm\)", (ROOT / "README.md").read_text()
    )
    oldest, newest = (f"3.{minor}" for minor in promise.groups())
    tried = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    assert f'python: ["{oldest}", "{newest}"]' in tried
    assert "os: [ubuntu-latest, ubuntu-24.04-arm]" in tried
    assert f'requires-python = ">={oldest}"' in (ROOT / "pyproject.toml").read_text()
    pins = (ROOT / "requirements.txt").read_text()
    (uvloop,) = re.findall(r"^uvloop==.*$", pins, re.MULTILINE)
    assert (
        "sys_platform != 'win32'" in uvloop
    )  # there is none for Windows, on which README says that all packages exist


def test_the_citation_file_names_the_day_on_which_the_version_of_the_package_came_out():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version} ({cited['date-released']})" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
