"""The files in data/: where they are, and whether they are still what they were.

`data/README.md` lists the SHA-256 of each, one `sha256sum` line a file. That list is the one read here.
"""

import hashlib
import re
import threading
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
CURE = "restore it with `git checkout -- data`"


class DamagedData(ValueError):
    """A data file that is missing, cut short or altered; the message says which and how to get it back."""


def _checksums(folder: Path) -> dict[str, str]:
    """The file names and SHA-256 sums listed in the folder's README.md."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise DamagedData(f"data/README.md, the list of checksums, is missing; {CURE}") from None
    return {name: listed for listed, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.MULTILINE)}


def digest(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_checksums(*names: str) -> None:
    """Enter the SHA-256 of files in data/ into the list in data/README.md, each in place of its old one."""
    readme = DATA / "README.md"
    before, _, after = re.split(r"(?<=```sha256\n)(.*?)(?=```)", readme.read_text("utf-8"), flags=re.DOTALL)
    listed = _checksums(DATA) | {name: digest(DATA / name) for name in names}
    lines = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    write_anew(readme, lambda path: path.write_text(before + lines + after, "utf-8"))


def checked(name: str) -> Path:
    """The path of a data file whose content is what data/README.md says it is.

    Args:
        name: the path inside data/, with forward slashes.

    Raises:
        DamagedData: it is not listed, is missing, or does not have the listed SHA-256.
    """
    path = DATA / name
    expected = _checksums(DATA).get(name)
    if expected is None:
        raise DamagedData(f"data/{name} has no checksum in data/README.md; {CURE}")
    try:
        found = digest(path)
    except OSError:
        raise DamagedData(f"data/{name} is missing or cannot be read; {CURE}") from None
    if found != expected:
        raise DamagedData(f"data/{name} is damaged: its SHA-256 starts with {found[:8]}, not {expected[:8]}; {CURE}")
    return path


def write_anew(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside the old one, then let it take its place: whoever has the old one open keeps reading that.

    Args:
        write: what writes to the path that it is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"new-{path.name}")
    write(fresh)
    fresh.replace(path)


def checking(name: str) -> Callable[[], Path]:
    """Begin `checked` in a thread, to read other files or do other work meanwhile.

    Returns:
        A function that waits for it, and then returns or raises what `checked` does.
    """
    found: list[Path | Exception] = []

    def check() -> None:
        try:
            found.append(checked(name))
        except Exception as error:  # whatever it is belongs to the thread that waits
            found.append(error)

    def wait() -> Path:
        thread.join()
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    thread = threading.Thread(target=check)
    thread.start()
    return wait
