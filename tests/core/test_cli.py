"""The command line, as a shell or a program calls it."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from attention_core import files
from attention_core.__main__ import main

KING = "The king and queen ruled the kingdom"
CAT = "The cat sat on the mat because it was tired"


def run(capsys, *arguments):
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out, err


def weights(capsys, *arguments):
    status, out, _ = run(capsys, "--json", *arguments)
    assert status == 0
    found = json.loads(out)
    return found["tokens"], found["weights"]


def test_the_article_s_own_output_comes_out_line_for_line(capsys):
    _, out, err = run(capsys, "--query", "king", KING)
    bars = {"the": "█", "king": "█" * 13, "and": "█", "queen": "█" * 4, "ruled": "█", "kingdom": "█" * 4}
    figures = ["0.0647", "0.4431", "0.0489", "0.1645", "0.0629", "0.0647", "0.1512"]
    lines = ["Token 'king' attending to sequence:", "Attention weights for 'king':"]
    lines += [f"{word} {figure} {bars[word]}" for word, figure in zip(KING.lower().split(), figures, strict=True)]
    assert [" ".join(line.split()) for line in out.splitlines() if line] == lines
    assert err == ""


def test_the_article_s_percentages_without_self_attention_come_out(capsys):
    tokens, found = weights(capsys, "--no-self", KING)
    king, queen, kingdom = (tokens.index(word) for word in ("king", "queen", "kingdom"))
    shares = [found[kingdom][king], found[kingdom][queen], found[queen][king]]
    assert [f"{share:.1%}" for share in shares] == ["29.5%", "18.3%", "39.5%"]
    tokens, found = weights(capsys, "--no-self", CAT)
    it = found[tokens.index("it")]
    assert [f"{it[tokens.index(word)]:.1%}" for word in ("cat", "because")] == ["3.7%", "22.8%"]
    assert f"{it[tokens.index('mat')]:.3%}" == "0.955%"


def test_rows_sum_to_one_and_masks_leave_exact_zeros(capsys):
    _, found = weights(capsys, "--causal", "--no-scale", CAT)
    for row, line in enumerate(found):
        assert sum(line) == pytest.approx(1, abs=1e-6)
        assert line[row + 1 :] == [0.0] * (len(line) - row - 1)


def test_all_dimensions_are_the_raw_vectors_and_fewer_are_not(capsys):
    assert weights(capsys, "--dim", "50", KING) == weights(capsys, KING)
    assert weights(capsys, "--dim", "2", KING) != weights(capsys, KING)


def test_scale_divides_the_scores_and_its_two_known_cases_are_the_root_of_d_and_one(capsys):
    _, plain = weights(capsys, KING)
    _, by_root = weights(capsys, "--scale", str(50**0.5), KING)
    for row, same in zip(plain, by_root, strict=True):
        assert row == pytest.approx(same, abs=1e-6)
    assert weights(capsys, "--scale", "1", KING) == weights(capsys, "--no-scale", KING)
    _, halved = weights(capsys, "--scale", str(2 * 50**0.5), KING)
    for row, flatter in zip(
        plain, halved, strict=True
    ):  # softmax(x / 2) is the square roots of softmax(x), made to sum to 1
        roots = [weight**0.5 for weight in row]
        assert flatter == pytest.approx([root / sum(roots) for root in roots], abs=1e-5)


def test_the_largest_scale_shares_equally_and_the_smallest_gives_all_to_the_largest_score(capsys):
    _, equal = weights(capsys, "--scale", "1e300", "king queen ruled")
    assert equal == [pytest.approx([1 / 3] * 3)] * 3
    _, hard = weights(capsys, "--scale", "1e-20", "king queen ruled")
    assert hard == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_nothing_is_trained_for_similarity_so_it_is_the_raw_vectors(capsys):
    assert weights(capsys, "--model", "taught", "--task", "similarity", KING) == weights(capsys, KING)


def test_an_unknown_word_is_left_out_and_named(capsys):
    status, out, err = run(capsys, "--json", "the zzxqy king")
    assert status == 0
    assert json.loads(out)["tokens"] == ["the", "king"]
    assert json.loads(out)["unknown"] == ["zzxqy"]
    assert "zzxqy" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], "no word"),
        ([], "no word"),
        (["🐈 zzxqy"], "zzxqy"),
        (["--no-self", "king"], "nothing left to look at: leave out --no-self"),
        (["--causal", "--no-self", KING], "nothing left to look at: leave out --no-self"),
        (["--dim", "0", KING], "between 1 and 50"),
        (["--dim", "51", KING], "between 1 and 50"),
        (["--layer", "2", KING], "--layer"),
        (["--model", "minilm", "--layer", "7", KING], "between 1 and 6"),
        (["--model", "minilm", "--head", "0", KING], "between 1 and 12"),
        (["--model", "minilm", "--dim", "3", KING], "--dim"),
        (["--model", "minilm", ""], "no word"),
        (["--query", "dog", KING], "dog"),
        (["--model", "minilm", "--dim", "0", KING], "--dim"),
        (["--model", "taught", "--scale", "2", CAT], "--scale has no meaning"),
        (["--scale", "2", "--no-scale", KING], "--no-scale means --scale 1"),
        (["--scale", "0", KING], "--scale must be a finite number"),
        (["--scale", "-2", KING], "--scale must be a finite number"),
        (["--scale", "inf", KING], "--scale must be a finite number"),
        (["--scale", "nan", KING], "--scale must be a finite number"),
        (["--scale", "1e-300", KING], "--scale must be a finite number"),
        (["--model", "taught", "--task", "gender", "--layers", "7", CAT], "no such model"),
        (["--model", "taught", "--task", "negation", "--heads", "2", "--head", "3", CAT], "between 1 and 2"),
        (["--model", "taught", "--task", "copy", "--layer", "3", CAT], "--layer must be between 1 and 2"),
        (["--model", "taught", "--task", "similarity", "--layer", "1", CAT], "nothing is trained"),
        (["--model", "taught", "--no-scale", CAT], "--no-scale"),
        (["king " * 513], "512"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line_with_status_two(capsys, arguments, message):
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["--model", "elmo", KING], ["--dim", "two", KING], ["--scale", "x", KING], ["--scale", "-inf"], ["--wrong", KING]],
)
def test_a_wrong_option_takes_one_line_too(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_two_taught_layers_follow_the_meaning_of_the_last_word(capsys):
    for word, noun in (("tired", "cat"), ("soft", "mat")):
        sentence = f"the cat sat on the mat because it was {word}"
        tokens, found = weights(capsys, "--model", "taught", "--task", "meaning", "--layers", "2", sentence)
        row = found[tokens.index("it")]
        assert tokens[row.index(max(row))] == noun


def test_the_mean_over_heads_is_the_mean_of_each_head_asked_for(capsys):
    arguments = ("--model", "taught", "--task", "negation", "--heads", "2")
    _, mean = weights(capsys, *arguments, "he was not happy")
    _, first = weights(capsys, *arguments, "--head", "1", "he was not happy")
    _, second = weights(capsys, *arguments, "--head", "2", "he was not happy")
    for row, upper, lower in zip(mean, first, second, strict=True):
        assert row == pytest.approx([(a + b) / 2 for a, b in zip(upper, lower, strict=True)], abs=1e-6)


def test_the_next_words_of_a_copying_model_are_ten_words_and_a_layer_can_be_chosen(capsys):
    arguments = ("--json", "--model", "taught", "--task", "copy", KING.removesuffix("dom"))
    found = json.loads(run(capsys, *arguments)[1])
    assert found["tokens"][-1] == "king"
    words, probabilities = zip(*found["next"], strict=True)
    assert len(set(words)) == 10
    assert words[0] == "and"
    assert list(probabilities) == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1
    second = np.array(found["weights"])
    first = np.array(json.loads(run(capsys, *arguments, "--layer", "1")[1])["weights"])
    assert second[-1].argmax() == found["tokens"].index("and")
    assert (first[range(1, 7), range(6)] > 0.5).all()
    assert not np.triu(first, 1).any()


@pytest.mark.parametrize(
    ("task", "sentence", "query", "found"),
    [
        ("subject", "The dog bit the man", "bit", "dog"),
        ("subject", "The man bit the dog", "bit", "man"),
        ("subject", "The letter was written by the nurse", "written", "letter"),
        ("adjective", "The dog that chased the cat was tired", "tired", "dog"),
        ("adjective", "The dog chased the tired cat", "tired", "cat"),
    ],
)
def test_positions_tell_subjects_from_objects_and_whose_an_adjective_is(task, sentence, query, found, capsys):
    tokens, rows = weights(capsys, "--model", "taught", "--task", task, sentence)
    row = rows[tokens.index(query)]
    assert tokens[row.index(max(row))] == found


def test_the_table_of_tasks_is_printed_as_it_is_kept(capsys):
    status, out, _ = run(capsys, "--gap")
    assert status == 0
    kept = json.loads((files.DATA / "taught" / "gap.json").read_text("utf-8"))["rows"]
    assert {line.split()[0] for line in out.splitlines()} == set(kept)


def test_512_tokens_are_taken(capsys):
    tokens, _ = weights(capsys, "king queen " * 256)
    assert len(tokens) == 512


def test_standard_input_gives_one_object_a_line_and_an_error_does_not_stop_it():
    text = f"{KING}\n\nzzxqy\n{CAT}\n"
    command = [sys.executable, "-m", "attention_core", "--json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [sorted(line) for line in lines] == [
        ["tokens", "unknown", "weights"],
        ["error"],
        ["error"],
        sorted(lines[0]),
    ]
    assert (len(lines[0]["tokens"]), len(lines[3]["tokens"])) == (7, 10)
    assert done.returncode == 0


def process(arguments, given=b"", **environment):
    """The command as a shell runs it: status, output, errors."""
    command = [sys.executable, "-m", "attention_core", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, check=False, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("model", ["glove", "minilm"])
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii"])
def test_bytes_that_are_no_text_cost_no_other_line_whatever_the_terminal_speaks(model, encoding):
    arguments = ["--model", model, "--json", "-"]
    status, out, err = process(arguments, b"the king\ncaf\xff king\ncaf\xc3\xa9\n", PYTHONIOENCODING=encoding)
    assert status == 0
    assert b"Traceback" not in err
    assert ["weights" in json.loads(line) for line in out.splitlines()] == [True] * 3


def test_each_line_is_answered_before_the_next_one_is_asked():
    command = [sys.executable, "-m", "attention_core", "--json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as asked:
        for word in ("king", "queen"):
            asked.stdin.write(f"{word}\n")
            assert json.loads(asked.stdout.readline())["tokens"] == [word]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_leaves_is_no_fault_and_a_full_disk_is_one_line(unbuffered):
    command = [sys.executable, "-m", "attention_core", KING]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    ends = os.pipe()
    os.close(ends[0])
    for out, status, lines in ((ends[1], 0, 0), (os.open("/dev/full", os.O_WRONLY), 2, 1)):
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, check=False, env=environment)
        os.close(out)
        assert (done.returncode, done.stderr.count(b"\n")) == (status, lines)


@pytest.mark.parametrize(("sentence", "status"), [("the king zzxqy", 0), ("zzxqy", 2)])
def test_a_complaint_that_cannot_be_written_costs_no_answer_and_no_status(sentence, status):
    command = [sys.executable, "-m", "attention_core", sentence]
    whole = subprocess.run(command, capture_output=True, check=False)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, check=False)
    assert (done.returncode, done.stdout) == (whole.returncode, whole.stdout) == (status, whole.stdout)
    assert whole.stderr
    assert bool(whole.stdout) == (status == 0)


@pytest.mark.parametrize(
    ("arguments", "closed"),
    [
        *((["--json", KING], closed) for closed in (">&-", ">&- 2>&-", "2>&-", "<&-")),
        *((arguments, ">&-") for arguments in (["zzxqy"], ["--help"], ["--json", "-"])),
        *((arguments, "2>&-") for arguments in (["zzxqy"], ["--wrong"])),
    ],
)
def test_whatever_stream_is_closed_there_is_no_traceback_and_no_complaint_among_the_answers(arguments, closed):
    shell = f'exec "$@" {closed}'
    command = ["sh", "-c", shell, "sh", sys.executable, "-m", "attention_core", *arguments]
    done = subprocess.run(command, input=b"the king\n", capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Error" not in done.stderr
    assert done.returncode in (0, 2)
    for line in done.stdout.splitlines() if "--json" in arguments else []:
        assert "weights" in json.loads(line)
    if arguments == ["zzxqy"]:
        assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    "options",
    [[], ["--json"], pytest.param(["--model", "taught"], marks=pytest.mark.nightly), ["--query", "x" * 100_000]],
)
def test_a_word_of_three_million_letters_is_not_echoed_whole(options):
    status, out, err = process([*options, "-"], b"the king " + b"zx" * 1_500_000)
    assert status == 0
    assert len(err) < 300
    if "--json" in options:
        assert json.loads(out)["unknown"] == ["zx" * 1_500_000]  # a program gets what it gave
    else:
        assert len(out) < 1000
    status, out, err = process([*options, "-"], b"zx" * 1_500_000)
    assert (status, err) == (0, b"")
    assert len(out) < 300


def test_what_is_wrong_takes_one_line_even_where_an_option_holds_a_line_end(capsys):
    status, out, err = run(capsys, "--query", "a\nb", KING)
    assert (status, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--model", "taught", "--task", "similarity", "--layers", "2", KING],
        ["--model", "taught", "--task", "similarity", "--head", "0", KING],
        ["--json", "--query", "dog", KING],
        ["--gap", KING],
        ["--gap", "--model", "minilm"],
        ["--train", "--json"],
    ],
)
def test_no_option_is_passed_over_in_silence(capsys, arguments):
    status, out, err = run(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_options_may_stand_among_the_words(capsys):
    assert weights(capsys, "king", "--no-self", "queen") == weights(capsys, "--no-self", "king queen")


def test_a_damaged_data_file_is_one_clear_line(capsys, tmp_path, monkeypatch):
    import shutil

    from attention_core import __main__ as command_line
    from attention_core import files

    shutil.copytree(files.DATA, tmp_path / "data", ignore=shutil.ignore_patterns("minilm", "taught"))
    monkeypatch.setattr(files, "DATA", tmp_path / "data")
    command_line.glove.cache_clear()
    with (tmp_path / "data" / "glove" / "vectors.npy").open("r+b") as file:
        file.truncate(1_000_000)
    status, _, err = run(capsys, KING)
    command_line.glove.cache_clear()
    assert status == 2
    assert err.count("\n") == 1
    assert "data/glove/vectors.npy is damaged" in err
