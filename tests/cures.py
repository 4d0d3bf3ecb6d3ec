"""Does a test fail when its cure is taken away? `python -m tests.cures [words of a cure's name]`.

Each cure of a fault that was found in use, or that a machine can have, is a line of the source. It is taken out of a
copy of the tree, and the test that stands for it has to fail there. A tally is printed; 1 if a test passes without.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.support import ROOT

LARGE = 100_000  # bytes; larger files are linked
PATIENCE = 180  # seconds for a test; without its cure one may wait for ever
MISSED = ("passes", "does not run")
LONG = "tests/pages/test_body.py::test_what_takes_long_lets_the_runs_of_others_go_on"
KILLED = (
    "tests/deploy/test_machine.py::"
    "test_a_training_whose_server_is_killed_begins_again_is_said_to_and_ends_where_the_link_says"
)
FULL = "tests/deploy/test_machine.py::test_a_server_whose_disk_is_full_starts_serves_and_ends_as_usual"


class Cure(NamedTuple):
    """A fault, and where the source keeps it away.

    Attributes:
        fault: what happens without the cure.
        file: of the cure.
        text: of it, which stands in the file once.
        without: what stands there when it is taken away.
        test: that fails then.
    """

    fault: str
    file: str
    text: str
    without: str
    test: str


CURES = (
    Cure(
        "a sentence puts a line into the program that is taken away",
        "ui/state/text.py",
        'return _TURNS.sub("", _NO_TEXT.sub(" ", text))',
        "return text",
        "tests/pages/test_export.py::test_the_program_is_the_same_for_any_sentence",
    ),
    Cure(
        "a cell of a table is a formula to a spreadsheet",
        "ui/kit/export.py",
        """return f"'{text}" if FORMULA.match(text) else text""",
        "return text",
        "tests/pages/test_export.py::test_the_table_reads_back_from_its_first_line_to_its_last",
    ),
    Cure(
        "a quotation mark in a comment swallows the table below it",
        "ui/kit/export.py",
        'f"# {line.translate(FULL_WIDTH)}\\n"',
        'f"# {line}\\n"',
        "tests/pages/test_export.py::test_the_table_reads_back_from_its_first_line_to_its_last",
    ),
    Cure(
        "a character that XML forbids ends the process that draws a picture",
        "ui/kit/export.py",
        "return one_line(part)",
        "return part",
        "tests/pages/test_export.py::test_the_picture_is_well_formed",
    ),
    Cure(
        "a sentence opens a tag in the file to keep",
        "ui/kit/interactive.py",
        '.replace("<", "\\\\u003c")',
        "",
        "tests/pages/test_interactive.py::test_the_file_has_the_same_elements_for_any_sentence_and_its_data_read_back",
    ),
    Cure(
        "which of two equal weights is the largest is decided by rounding",
        "attention_core/ranking.py",
        "(values >= values.max(axis=-1, keepdims=True) - tolerance).argmax(axis=-1)",
        "values.argmax(axis=-1)",
        "tests/core/test_ranking.py",
    ),
    Cure(
        "a damaged data file is computed with",
        "attention_core/files.py",
        "if found != expected:",
        "if False:",
        "tests/pages/test_faults.py::test_each_damaged_data_file_is_named_with_its_cure",
    ),
    Cure(
        "an infinite number in a link breaks the page",
        "ui/state/__init__.py",
        "except (ValueError, OverflowError):",
        "except ValueError:",
        "tests/pages/test_faults.py::test_a_number_that_cannot_be_is_passed_over_as_if_the_link_did_not_say_it",
    ),
    Cure(
        "a message of a megabyte is taken",
        ".streamlit/config.toml",
        "maxWidgetStateSize = 1 ",
        "maxWidgetStateSize = 9 ",
        "tests/deploy/test_faults.py::test_a_message_of_two_megabytes_is_refused",
    ),
    Cure(
        "what a visitor wrote stands in the log",
        "ui/log.py",
        "logging.setLogRecordFactory(_record)",
        "",
        "tests/pages/test_log.py",
    ),
    Cure(
        "a session holds what a model has computed",
        "ui/map/view.py",
        "def choose(query: int, key: int | None = None) -> None:",
        "def choose(query: int, key: int | None = None, view: View = view) -> None:",
        "tests/pages/test_body.py::test_a_session_holds_nothing_of_what_the_model_computed",
    ),
    Cure(
        "one opens the transformer from a slow disk, and all wait",
        "ui/models/loaders.py",
        'with run_lock.released(), st.spinner("Opening the transformer"), _opening:',
        'with st.spinner("Opening the transformer"), _opening:',
        LONG,
    ),
    Cure(
        "one reads a long text, and all wait",
        "ui/models/loaders.py",
        "with run_lock.released(), _long:",
        "with _long:",
        LONG,
    ),
    Cure(
        "one trains, and all wait",
        "ui/teach_it/progress.py",
        "        with run_lock.released():\n            training.advance(session.target)",
        "        training.advance(session.target)",
        LONG,
    ),
    Cure(
        "equal settings are trained once for each visitor",
        "ui/models/training.py",
        "training = _trainings.setdefault(settings, Training(settings))",
        "training = _trainings[settings] = Training(settings)",
        "tests/pages/test_teach_it_hall.py::"
        "test_many_who_press_train_on_equal_settings_are_shown_one_training_each_from_its_beginning",
    ),
    Cure(
        "more than two trainings compute at the same moment",
        "ui/models/training.py",
        "return place < self._slots",
        "return True",
        "tests/pages/test_teach_it_hall.py::test_two_trainings_compute_and_the_others_learn_how_many_are_before_them",
    ),
    Cure(
        "a visitor who stops a training keeps a place in the queue",
        "ui/teach_it/progress.py",
        '        session.leave()\n        state.set_values({"trained": session.step})',
        '        state.set_values({"trained": session.step})',
        "tests/pages/test_teach_it_hall.py::test_who_stops_or_starts_over_makes_room",
    ),
    Cure(
        "a visitor who chooses other settings keeps a place in the queue",
        "ui/teach_it/session.py",
        "        training.leave()\n        training = None",
        "        training = None",
        "tests/pages/test_teach_it_hall.py::test_who_chooses_other_settings_makes_room",
    ),
    Cure(
        "a visitor who has closed the page keeps a place in the queue",
        "ui/models/training.py",
        "if deadline < now]",
        "if False]",
        "tests/pages/test_teach_it_hall.py::test_a_visitor_whose_page_is_closed_makes_room_when_their_time_is_over",
    ),
    Cure(
        "a click waits behind all the redraws of a hall that trains",
        "ui/state/run_lock.py",
        "with _redraws if is_redraw else contextlib.nullcontext():",
        "with contextlib.nullcontext():",
        "tests/pages/test_teach_it_hall.py::"
        "test_beside_a_click_one_redraw_of_a_hall_waits_for_its_turn_and_not_all_of_them",
    ),
    Cure(
        "a visitor who goes to another page keeps a place in the queue",
        "ui/state/__init__.py",
        "if left != page:",
        "if False:",
        "tests/pages/test_teach_it_hall.py::"
        "test_who_goes_to_another_page_makes_room_and_finds_the_training_where_it_stood",
    ),
    Cure(
        "a visitor who leaves in the middle of a piece of training joins the queue again",
        "ui/models/training.py",
        "if not stays:",
        "if False:",
        "tests/pages/test_teach_it_hall.py::test_who_leaves_while_a_piece_is_computed_does_not_join_again",
    ),
    Cure(
        "a training that fails keeps its slot",
        "ui/models/training.py",
        "stays = queue.renew(self.settings, id(self))",
        "stays = True",
        "tests/pages/test_teach_it_hall.py::"
        "test_a_training_that_fails_gives_its_slot_back_and_goes_on_from_its_last_report",
    ),
    Cure(
        "the clock is set back, and who has left keeps a slot for an hour",
        "ui/models/training.py",
        "clock: Callable[[], float] = time.monotonic",
        "clock: Callable[[], float] = time.time",
        "tests/deploy/test_machine.py::test_a_clock_that_is_set_back_keeps_nobody_in_the_queue",
    ),
    Cure(
        "the language model computes equal requests for each visitor",
        "ui/models/jobs.py",
        "job = self._jobs.setdefault(key, Job(compute))",
        "job = self._jobs[key] = Job(compute)",
        "tests/pages/test_language_model.py::test_equal_requests_are_computed_once_and_every_one_who_waits_gets_the_result",
    ),
    Cure(
        "after Back a page shows what the address no longer says",
        "ui/state/__init__.py",
        "back = context is not None and context.is_history_navigation",
        "back = False",
        "tests/pages/test_body.py::test_back_shows_what_its_address_shows_a_new_visitor",
    ),
    Cure(
        "a server that starts again has forgotten what a visitor had set",
        "ui/state/__init__.py",
        "if run.first or back:",
        "if back:",
        "tests/browser/test_frame.py::test_a_restart_loses_nothing_a_visitor_had_set",
    ),
    Cure(
        "a link to a sentence shows the fold that it opens too",
        "ui/shell/browser/follow.js",
        "const linked = !arrived && location.hash.length > 1;",
        "const linked = !target && !arrived && location.hash.length > 1;",
        "tests/browser/test_the_gap.py::test_a_bar_a_number_and_a_sentence_lead_to_what_stands_behind_them",
    ),
    Cure(
        "a replica that is killed takes its visitors with it",
        "deploy/nginx/nginx.conf",
        "proxy_next_upstream error timeout http_502 http_503;",
        "proxy_next_upstream off;",
        "tests/deploy/test_deploy.py::test_a_killed_replica_leaves_its_visitor_with_all_they_had",
    ),
    Cure(
        "a replica that is about to end is given new visitors",
        "deploy/replace.sh",
        'mark "$replica" " down"',
        'mark "$replica" ""',
        "tests/deploy/test_deploy.py::test_nobody_loses_what_they_had_set_when_a_replica_is_drained",
    ),
    Cure(
        "a visitor of a replica that was replaced can take no picture away",
        "deploy/nginx/nginx.conf",
        "proxy_next_upstream error timeout http_502 http_503 http_404;",
        "proxy_next_upstream error timeout http_502 http_503;",
        "tests/deploy/test_deploy.py::test_nobody_loses_what_they_had_set_when_a_replica_is_drained",
    ),
    Cure(
        "a training brings back what a busy browser had before",
        "ui/shell/body.py",
        "state.restore(values)",
        "pass",
        "tests/pages/test_body.py::test_a_training_draws_its_part_alone_and_keeps_what_is_pressed_meanwhile",
    ),
    Cure(
        "a training takes back what is pressed",
        "ui/state/__init__.py",
        "if name not in run.set and get(name) != value",
        "if get(name) != value",
        "tests/pages/test_body.py::test_a_training_draws_its_part_alone_and_keeps_what_is_pressed_meanwhile",
    ),
    Cure(
        "a server that was killed in a training has forgotten it",
        "ui/state/__init__.py",
        "if run.first or back:",
        "if back:",
        KILLED,
    ),
    Cure(
        "a server that is killed takes with it what was pressed",
        "ui/state/__init__.py",
        "st.query_params.from_dict(texts)",
        "pass",
        KILLED,
    ),
    Cure(
        "a training that begins again does not say so",
        "ui/teach_it/progress.py",
        'f" Training again up to step {before:,}." if session.step < before else ""',
        '""',
        KILLED,
    ),
    Cure(
        "a container that was killed because its memory was used up is not started again",
        "deploy/compose.yaml",
        "restart: unless-stopped",
        "restart: no",
        "tests/deploy/test_machine.py::test_every_container_that_is_killed_is_started_again",
    ),
    Cure(
        "a server with no space left for its log does not start",
        ".streamlit/config.toml",
        "hideWelcomeMessage = true ",
        "hideWelcomeMessage = false ",
        FULL,
    ),
    Cure(
        "a server with no space left for its log, and that nobody has visited, does not end",
        "ui/__main__.py",
        "from ui import log  # noqa: F401",
        "",
        FULL,
    ),
    Cure(
        "a server with no space left for its log does not end",
        "ui/log.py",
        "sys.stdout = cast(TextIO, LossyStream(sys.stdout))",
        "",
        FULL,
    ),
    Cure(
        "an environment whose Python was replaced is used",
        ".ci/environment.py",
        "if missing is None:\n        make()\n        missing = unmet(files)",
        "if missing is None:\n        return",
        "tests/test_environment.py::test_an_environment_whose_python_was_replaced_is_made_anew",
    ),
)


def tree_without(cure: Cure, folder: Path) -> Path:
    """A copy of the tree, but for what git ignores, without the cure.

    Raises:
        ValueError: the text of the cure does not stand in its file exactly once.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in (name for name in names.split("\0") if name and (ROOT / name).exists()):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).stat().st_size > LARGE:
            target.symlink_to(ROOT / name)
        else:
            shutil.copy2(ROOT / name, target)
    source = (folder / cure.file).read_text(encoding="utf-8")
    if source.count(cure.text) != 1:
        raise ValueError(f"{cure.file} does not hold this once: {cure.text}")
    (folder / cure.file).write_text(source.replace(cure.text, cure.without), encoding="utf-8")
    return folder


def outcome(test: str, tree: Path) -> str:
    """What a test says of a tree: "passes", "fails", "ends the process", "never ends", or "does not run"."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    try:
        status = subprocess.run(command, cwd=tree, capture_output=True, timeout=PATIENCE, check=False).returncode
    except subprocess.TimeoutExpired:
        return "never ends"
    return "ends the process" if status < 0 else {0: "passes", 1: "fails"}.get(status, "does not run")


def main(words: list[str]) -> int:
    """Take out each cure whose fault has these words in it, and print what its test says then."""
    missed = 0
    for cure in (cure for cure in CURES if " ".join(words) in cure.fault):
        with tempfile.TemporaryDirectory() as folder:
            result = outcome(cure.test, tree_without(cure, Path(folder)))
        missed += result in MISSED
        print(f"{result:<18}{cure.fault}", flush=True)
    print(f"{len(CURES)} cures in all, {missed} without a test that misses them")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
