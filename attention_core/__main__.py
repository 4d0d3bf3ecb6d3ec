"""The command line: `python -m attention_core "The king and queen ruled the kingdom"`."""

import argparse
import contextlib
import json
import math
import os
import sys
from functools import cache
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from attention_core import gap, tasks
from attention_core.answers import Answer, as_bars, as_json, normalized, on_one_line
from attention_core.attention import NothingToAttend
from attention_core.bert import MiniLM, load_minilm
from attention_core.copying import next_words
from attention_core.embeddings import MIN_FLOAT32_DIVISOR, Embeddings, raw_attention
from attention_core.files import DamagedData
from attention_core.glove_sources import load_glove
from attention_core.taught import taught_attention
from attention_core.text import shortened, tokenize

if TYPE_CHECKING:
    from attention_core.llama import Llama

MAX_SENTENCE_TOKENS = 512


class OneLineParser(argparse.ArgumentParser):
    """A parser whose error messages take one line."""

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with status 2."""
        self.exit(2, f"{self.prog}: {on_one_line(shortened(message, 300))}\n")


def command_name() -> str:
    """The name of the command: `attention` once it is installed, `attention_core` after `python -m`."""
    return "attention" if Path(sys.argv[0]).stem == "attention" else "attention_core"


def parser() -> argparse.ArgumentParser:
    """The options."""
    parse = OneLineParser(
        prog=command_name(),
        description="Show where each word of a sentence looks.",
        epilog="`-` in place of the sentence reads one sentence a line from standard input.",
    )
    parse.add_argument("sentence", nargs="*", help="the sentence; several words need no quotes")
    parse.add_argument("--model", choices=tuple(MODELS), default="glove", help="what looks")
    parse.add_argument("--query", metavar="TOKEN", help="only the rows of this token (with --json: all)")
    parse.add_argument("--json", action="store_true", help="for programs: one object a sentence, full precision")
    glove = parse.add_argument_group("raw word vectors (--model glove)")
    glove.add_argument("--no-self", action="store_true", help="a token may not look at itself")
    glove.add_argument("--no-scale", action="store_true", help="do not divide the scores by √d")
    glove.add_argument("--scale", type=float, metavar="X", dest="divisor", help="divide the scores by X instead of √d")
    glove.add_argument("--causal", action="store_true", help="a token may look only at itself and at what came before")
    glove.add_argument("--dim", type=int, metavar="D", help="keep the D most telling directions of the vectors")
    taught = parse.add_argument_group("projections trained on GloVe (--model taught)")
    taught.add_argument("--task", choices=(*tasks.TASKS, "copy"), help="what they were trained for (gender)")
    taught.add_argument("--layers", type=int, metavar="N", help="how many layers they have; the best model if not said")
    taught.add_argument("--heads", type=int, metavar="N", help="how many heads in each; the best model if not said")
    heads = parse.add_argument_group("a pretrained transformer (--model minilm) or language model (--model smollm2)")
    heads.add_argument(
        "--layer", type=int, metavar="L", help="its layer, counted from 1 (6; smollm2: 14; taught: the last)"
    )
    heads.add_argument(
        "--head", type=int, metavar="H", help="the head in it, counted from 1 (12; smollm2: 9; taught: the mean of all)"
    )
    table = parse.add_argument_group("the gap, instead of a sentence")
    table.add_argument("--gap", action="store_true", help="print the table of tasks that comes with the app")
    table.add_argument(
        "--train", action="store_true", help="train every model again, measure the table, store both in data/"
    )
    return parse


def with_glove(options: argparse.Namespace, sentence: str) -> Answer:
    """Raw word vectors looking at each other."""
    raw = raw_attention(
        check_length(tokenize(sentence)),
        glove(),
        dim=options.dim,
        divisor=1.0 if options.no_scale else options.divisor,
        see_self=not options.no_self,
        causal=options.causal,
    )
    return Answer(raw.tokens, raw.unknown, raw.attention.weights)


def check_length(tokens: list[str]) -> list[str]:
    """The tokens, if they are not too many.

    Raises:
        ValueError: there are more than MAX_SENTENCE_TOKENS.
    """
    if len(tokens) > MAX_SENTENCE_TOKENS:
        raise ValueError(f"the sentence has {len(tokens)} tokens; up to {MAX_SENTENCE_TOKENS} are taken")
    return tokens


@cache
def glove() -> Embeddings:
    """The word vectors, opened once."""
    return load_glove()


@cache
def minilm() -> MiniLM:
    """The pretrained transformer, opened once."""
    return load_minilm()


def with_minilm(options: argparse.Namespace, sentence: str) -> Answer:
    """One head of the pretrained transformer."""
    config = minilm().config
    layer = parse_index("layer", options.layer, config.n_layers)
    head = parse_index("head", options.head, config.n_heads)
    reading = minilm().read(sentence)
    return Answer(reading.tokens.pieces, [], reading.layers[layer].attention(head).weights)


@cache
def smollm2() -> "Llama":
    """The language model, opened once."""
    from attention_core.llama import load_llama

    return load_llama()


def with_smollm2(options: argparse.Namespace, text: str) -> Answer:
    """One head of the language model, and the likeliest next tokens."""
    from attention_core.next_word import likeliest, next_probabilities

    model = smollm2()
    layer, head = (
        parse_index(name, value, count, default=min(default, count))
        for name, value, count, default in (
            ("layer", options.layer, model.config.n_layers, 14),
            ("head", options.head, model.config.n_heads, 9),
        )
    )
    tokens = model.tokens(text)
    check_length(tokens.pieces)
    reading = model.read(tokens)
    ids, probabilities = likeliest(reading.logits), next_probabilities(reading.logits)
    following = list(zip(model.tokens_of(ids).pieces, probabilities[ids].tolist(), strict=True))
    return Answer(tokens.pieces, [], reading.layers[layer].weights[head], following)


def with_taught(options: argparse.Namespace, sentence: str) -> Answer:
    """A layer of a trained model, the mean over its heads or the head of --head; for copy also the next words."""
    task, tokens = options.task or "gender", check_length(tokenize(sentence))
    if task == "similarity":  # nothing is trained for it: its projections are the identity
        if any(option is not None for option in (options.layers, options.heads, options.layer, options.head)):
            raise ValueError(
                "nothing is trained for --task similarity, so it has no --layers, --heads, --layer or --head"
            )
        raw = raw_attention(tokens, glove())
        return Answer(raw.tokens, raw.unknown, raw.attention.weights)
    found = taught_attention(tokens, task, glove(), options.layers, options.heads)
    every_head = found.layers[parse_index("layer", options.layer, len(found.layers))].attention.weights
    weights = every_head.mean(axis=0)
    if options.head is not None:
        weights = every_head[parse_index("head", options.head, len(every_head))]
    following = next_words(found.model, found.layers, found.tokens, glove()) if task == "copy" else None
    return Answer(found.tokens, found.unknown, weights, following)


def print_gap(train: bool) -> None:
    """Print the table of tasks, a line for each figure; with `train`, train everything again and measure it first."""
    if train:
        gap.train_all(glove(), minilm(), lambda line: print(line, flush=True))
        return
    for task, row in gap.load_table()["rows"].items():
        for column, cell in row["cells"].items():
            print(gap.format_cell(task, column, cell))


def parse_index(name: str, value: int | None, count: int, default: int | None = None) -> int:
    """The index, from 0, of a value counted from 1; of None the default (counted from 1), or the last.

    Raises:
        ValueError: it is not between 1 and `count`.
    """
    if value is None:
        return (default or count) - 1
    if not 1 <= value <= count:
        raise ValueError(f"--{name} must be between 1 and {count}, not {value}")
    return value - 1


MODELS = {"glove": with_glove, "taught": with_taught, "minilm": with_minilm, "smollm2": with_smollm2}
OWN_OPTIONS = {
    "glove": ("no_self", "no_scale", "divisor", "causal", "dim"),
    "taught": ("task", "layers", "heads", "layer", "head"),
    "minilm": ("layer", "head"),
    "smollm2": ("layer", "head"),
}


def check_options(options: argparse.Namespace) -> None:
    """Check that the options can be used together.

    Raises:
        ValueError: an option has no meaning beside the others.
    """
    alone = {"gap": False, "train": False}
    if (options.gap or options.train) and vars(options) | alone != vars(parser().parse_args([])):
        raise ValueError("--gap and --train take no sentence and no other option")
    own = OWN_OPTIONS[options.model]
    for names in OWN_OPTIONS.values():
        for name in names:
            value = getattr(options, name)
            if name not in own and value is not None and value is not False:
                option = "scale" if name == "divisor" else name.replace("_", "-")
                raise ValueError(f"--{option} has no meaning for --model {options.model}")
    if options.divisor is not None:
        if options.no_scale:
            raise ValueError("--scale and --no-scale exclude each other: --no-scale means --scale 1")
        if not MIN_FLOAT32_DIVISOR <= options.divisor < math.inf:
            least = f"{MIN_FLOAT32_DIVISOR:g}"
            raise ValueError(f"--scale must be a finite number from {least} on, not {options.divisor:g}")


def answer(options: argparse.Namespace, sentence: str) -> Answer:
    """Run the chosen model on a sentence.

    Raises:
        ValueError: with a message for the user.
    """
    try:
        return MODELS[options.model](options, sentence)
    except NothingToAttend:
        raise ValueError("a token has nothing left to look at: leave out --no-self") from None


def run_one(options: argparse.Namespace, sentence: str) -> None:
    """Answer one sentence on standard output.

    Raises:
        ValueError: it has no answer, or the query is not one of its tokens; with a message for the user.
    """
    found, query = answer(options, sentence), options.query
    names = [normalized(on_one_line(token)) for token in found.tokens]
    if query is not None and normalized(query) not in names:
        tokens = " ".join(map(shortened, names))
        raise ValueError(f"--query {shortened(query)} is not a token of the sentence; its tokens are: {tokens}")
    lines = [as_json(found)] if options.json else list(as_bars(found, query))
    if found.unknown:
        unknown = " ".join(map(shortened, found.unknown))
        print_error(f"left out, because they have no vector: {unknown}")
    print(*lines, sep="\n", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status: 0, or 2 for an error that the user can correct."""
    options = parser().parse_intermixed_args(arguments)
    sentence = " ".join(options.sentence).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        check_options(options)
        if options.gap or options.train:
            print_gap(options.train)
        elif sentence == "-":
            run_lines(options)
        else:
            run_one(options, sentence)
    except ValueError as error:
        print_error(f"{command_name()}: {on_one_line(str(error))}")
        return 2
    return 0


def print_error(line: str) -> None:
    """Print a line on standard error; a failure, as on a full disk, is ignored."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)


def run_lines(options: argparse.Namespace) -> None:
    """Answer each line of standard input as soon as it is read.

    Raises:
        ValueError: there is no standard input, or a data file is missing or altered.
    """
    if sys.stdin is None:
        raise ValueError("there is no standard input to read sentences from")
    for line in sys.stdin:
        try:
            run_one(options, line.rstrip("\r\n"))
        except DamagedData:
            raise
        except ValueError as error:
            text = (
                json.dumps({"error": str(error)}, ensure_ascii=False)
                if options.json
                else f"error: {on_one_line(str(error))}"
            )
            print(text, flush=True)


def command() -> int:
    """`main` as a process of its own, in any shell: it sets UTF-8 and handles a closed pipe, a full disk and Ctrl-C."""
    sys.stdout = sys.stdout or StringIO()  # None if the caller has closed it
    sys.stderr = sys.stderr or StringIO()  # else messages would be printed among the answers
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or what is left would be written at the end
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            return 0
        print_error(f"{command_name()}: the answer cannot be written ({error.strerror})")
        return 2
    return status


if __name__ == "__main__":
    sys.exit(command())
