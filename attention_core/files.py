"""The files in data/: where they are, and whether they are unchanged.

They come with the project's source, not with the installed package: there the environment variable ATTENTION_DATA names
their folder. `data/SHA256SUMS` lists the SHA-256 of each, in the format that `sha256sum -c` reads, with paths relative
to data/.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("ATTENTION_DATA") or SOURCE / "data")
if DATA.parent == SOURCE and (SOURCE / ".git").exists():
    REPAIR = "restore it with `git checkout -- data`"
else:
    REPAIR = "copy the folder data/ of the project's source again, or name another copy in ATTENTION_DATA"


class DamagedData(ValueError):
    """A data file that is missing, cut short or altered; the message says which and how to get it back."""


def checksums() -> dict[str, str]:
    """The SHA-256 of each data file as data/SHA256SUMS lists it, by the path inside data/.

    Raises:
        DamagedData: there are no data files, or the list is missing or is no such list.
    """
    if not DATA.is_dir():
        raise DamagedData(
            f"there are no data files in {DATA}: they come with the project's source, not with the package; "
            "name its folder data/ in ATTENTION_DATA"
        )
    try:
        lines = (DATA / "SHA256SUMS").read_text("utf-8").splitlines()
        return {name: listed for listed, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        raise DamagedData(f"data/SHA256SUMS, the list of checksums, is missing or damaged; {REPAIR}") from None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_checksums(*names: str) -> None:
    """Write the SHA-256 of files in data/ into data/SHA256SUMS, each in place of its old one."""
    listed = checksums() | {name: file_digest(DATA / name) for name in names}
    lines = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    replace_file(DATA / "SHA256SUMS", lambda path: path.write_text(lines, "utf-8"))


def verify_file(name: str) -> Path:
    """Check a data file against its SHA-256 in data/SHA256SUMS; its path.

    Args:
        name: the path inside data/, with forward slashes.

    Raises:
        DamagedData: it is not listed, is missing, or does not have the listed SHA-256.
    """
    path = DATA / name
    expected = checksums().get(name)
    if expected is None:
        raise DamagedData(f"data/{name} has no checksum in data/SHA256SUMS; {REPAIR}")
    try:
        found = file_digest(path)
    except OSError:
        raise DamagedData(f"data/{name} is missing or cannot be read; {REPAIR}") from None
    if found != expected:
        raise DamagedData(f"data/{name} is damaged: its SHA-256 starts with {found[:8]}, not {expected[:8]}; {REPAIR}")
    return path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside the old one, then replace that: a process that has the old file open keeps reading it.

    Args:
        write: a function that writes the file to a path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"new-{path.name}")
    write(fresh)
    fresh.replace(path)
