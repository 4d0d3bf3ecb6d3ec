"""`make run` finds its environment right, makes it anew, or says in one sentence why it cannot: with fakes, offline."""

import ast
import importlib.util
import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).resolve().parent.parent / ".ci" / "environment.py"
VENV, IMPORTS, APT = ("-m", "venv"), ("-c", "import venv, ensurepip"), ("apt-get", "install")


class Machine:
    """A folder with requirements, and what stands in for the programs that are called there.

    Attributes:
        environment: the module under test.
        folder: the one that it runs in.
        fails: the commands, by their telling words, that end with status 1.
        called: the telling words of each command so far.
    """

    def __init__(self, environment: ModuleType, folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.fails: set[tuple[str, ...]] = set()
        self.called: list[tuple[str, ...]] = []

    def call(self, command: list[str], **_) -> int:
        """In place of subprocess.call."""
        words = tuple(command[:2] if command[0] == "apt-get" else command[1:3])
        if words == ("-m", "pip"):
            words = ("pip", command[-1])
        self.called.append(words)
        if words == APT:
            self.fails.discard(IMPORTS)
        if words == VENV and words not in self.fails:
            self.has(f'exec "{sys.executable}" "$@"')
        return int(words in self.fails)

    def has(self, script: str) -> None:
        """Put an environment there whose Python is this shell script."""
        python = self.folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)

    def main(self) -> None:
        """What `make run` does first."""
        self.environment.main(["requirements.txt", "requirements-lm.txt"])


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Machine:
    spec = importlib.util.spec_from_file_location("environment", SOURCE)
    environment = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(environment)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text(f"# ours\npytest=={metadata.version('pytest')} --hash=sha256:0\n")
    (folder / "requirements-lm.txt").write_text("never-heard-of==1.0 ; python_version < '3'\n")
    monkeypatch.chdir(folder)
    made = Machine(environment, folder)
    monkeypatch.setattr(environment.subprocess, "call", made.call)
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    monkeypatch.setattr(environment.shutil, "which", lambda _: "/usr/bin/apt-get")
    return made


def test_an_environment_that_is_right_is_left_alone_also_where_its_folder_was_moved_to(machine, tmp_path, monkeypatch):
    machine.has(f'exec "{sys.executable}" "$@"')
    machine.main()
    moved = tmp_path / "moved $HOME folder"
    shutil.move(machine.folder, moved)
    monkeypatch.chdir(moved)
    machine.main()
    assert machine.called == []


def test_what_is_missing_is_installed_and_nothing_made_anew(machine):
    machine.has(f'exec "{sys.executable}" "$@"')
    (machine.folder / "requirements.txt").write_text("pytest==0.1\n")
    machine.main()
    assert machine.called == [("pip", "requirements.txt"), ("pip", "requirements-lm.txt")]


@pytest.mark.parametrize("now", ["gone", "another"])
def test_an_environment_whose_python_was_replaced_is_made_anew(machine, now):
    machine.has("exit 1")  # it runs, and finds no pip where another version looks for it
    (machine.folder / ".venv" / "old").touch()
    if now == "gone":
        python = machine.folder / ".venv" / "bin" / "python"
        python.unlink()
        python.symlink_to("/no/such/python3")
    machine.main()
    assert machine.called == [IMPORTS, IMPORTS, VENV]
    assert not (machine.folder / ".venv" / "old").exists()


def test_a_python_that_the_index_has_no_packages_for_is_named_in_one_sentence(machine):
    machine.fails = {("pip", "requirements.txt")}
    (machine.folder / "requirements.txt").write_text("pytest==0.1\n")
    with pytest.raises(SystemExit) as end:
        machine.main()
    assert f"for Python {platform.python_version()} on {platform.system()} {platform.machine()} (" in end.value.code
    assert "\n" not in end.value.code


def test_without_the_language_model_all_else_goes_on(machine, capsys):
    machine.fails = {("pip", "requirements-lm.txt")}
    (machine.folder / "requirements-lm.txt").write_text("never-heard-of==1.0\n")
    machine.main()
    assert "all else works without it" in capsys.readouterr().out


def test_a_path_with_a_colon_is_named_and_nothing_is_installed(machine, tmp_path, monkeypatch):
    (tmp_path / "a:b").mkdir()
    monkeypatch.chdir(tmp_path / "a:b")
    with pytest.raises(SystemExit, match=r"^No environment can be made in .*/a:b: a path with “:” in it is taken for "):
        machine.main()
    assert machine.called == []


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_or_a_link_in_the_environments_place_is_named_and_left_alone(machine, kind):
    place = machine.folder / ".venv"
    if kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to("elsewhere")
    with pytest.raises(SystemExit, match=rf"^\.venv is a {kind}.* remove the {kind} and try again\.$"):
        machine.main()
    assert machine.called == []
    assert os.path.lexists(place)


def test_where_debian_left_out_venv_root_adds_it_and_others_are_told(machine, monkeypatch):
    machine.fails = {IMPORTS}
    machine.main()
    assert machine.called == [IMPORTS, ("apt-get", "update"), APT, IMPORTS, VENV]
    shutil.rmtree(machine.folder / ".venv")
    machine.fails, machine.called = {IMPORTS}, []
    monkeypatch.setattr(machine.environment.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"^Python's venv is missing: install the package python3-venv\.$"):
        machine.main()
    assert machine.called == [IMPORTS, IMPORTS]


def test_what_else_keeps_venv_from_its_work_it_says_itself(machine):
    machine.fails = {VENV}
    with pytest.raises(SystemExit, match=r"^The environment \.venv could not be made \(Python's venv says why above\)"):
        machine.main()
    assert not any(words[0] == "apt-get" for words in machine.called)


def test_a_python_that_is_too_old_reads_the_file_and_is_told(machine, monkeypatch):
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    monkeypatch.setattr(machine.environment.sys, "version_info", (3, 10, 14))
    with pytest.raises(SystemExit, match=r"^Python 3\.11 or newer is needed; "):
        machine.main()


@pytest.mark.xdist_group("together")
def test_tests_of_a_group_run_in_one_process(request):
    """Their names tell it to what deals them out, and with some versions of pytest they do not."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@together")
