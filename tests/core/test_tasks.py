"""What the tasks promise: no word on both sides, sentences that differ only where they should, the same each time."""

import itertools
import json
import re

import numpy as np
import pytest

from attention_core import files, tasks
from attention_core.embeddings import UnknownWords
from attention_core.glove_sources import load_glove
from attention_core.tasks import Example

TAUGHT = ("object", "subject", "adjective", "gender", "meaning", "negation")


@pytest.fixture(scope="module")
def glove():
    return load_glove()


def written(name: str) -> dict:
    return json.loads((files.DATA / "tasks" / f"{name}.json").read_text("utf-8"))


def listed() -> dict[str, set[str]]:
    return {name: set(" ".join(lines).split()) for name, lines in written("words").items()}


def spelt_out(name: str) -> set[str]:
    """The words that the templates of a task spell out, pairs aside."""
    phrases = itertools.chain(*written(name)["phrases"].values(), written(name)["sentences"])
    return set(re.sub(r"\{\w+\}|[\[\]|^*+]|\^-", " ", " ".join(phrases)).split())


def paired(name: str) -> set[str]:
    options = {word for pair in written(name).get("pairs", []) for words in pair for word in words.split()}
    return {word for word in options if word[0] != "{"}


def test_every_word_of_lists_templates_and_natural_sentences_has_a_vector(glove):
    words = set().union(*listed().values())
    for name in tasks.TASKS:
        words |= spelt_out(name) | paired(name)
    for name in TAUGHT:
        words |= {token for example in tasks.natural_sentences(name) for token in example.tokens}
    missing = [word for word, row in zip(sorted(words), glove.rows(sorted(words)), strict=True) if row is None]
    assert missing == []


@pytest.mark.parametrize("task", TAUGHT)
def test_the_marks_of_a_task_are_those_of_its_sentences(task):
    sides = [tasks.make_examples(task, 2000, np.random.default_rng(1), testing=testing) for testing in (False, True)]
    tokens = {token for sentences in sides for sentence in sentences for token in sentence.tokens}
    assert tasks.marks(task) == {token for token in tokens if not re.search(r"\w", token)}


@pytest.mark.parametrize("task", TAUGHT)
def test_no_word_of_the_lists_is_on_both_sides(task):
    lists = set().union(*listed().values()) | paired(task)
    shared = spelt_out(task)
    sides = []
    for testing in (False, True):
        sentences = tasks.make_examples(task, 4000, np.random.default_rng(0), testing=testing)
        sides.append({token for sentence in sentences for token in sentence.tokens} & lists - shared)
    training, testing = sides
    assert training.isdisjoint(testing)
    assert training.isdisjoint(listed()["held_out"])
    assert testing <= listed()["held_out"]
    assert len(testing) > 150


@pytest.mark.parametrize("task", TAUGHT)
def test_the_templates_spell_out_no_word_that_is_kept_for_testing(task):
    assert spelt_out(task).isdisjoint(listed()["held_out"])


def test_the_lists_are_large():
    sizes = {name: len(words) for name, words in listed().items()}
    for name in ("things", "female_names", "male_names", "people", "positive", "negative", "lifeless"):
        assert sizes[name] >= 200, name
    assert min(sizes["animals"], sizes["living"]) >= 150
    assert min(sizes["male_nouns"], sizes["female_nouns"]) >= 60


def test_no_word_is_said_of_both_the_living_and_the_lifeless_nor_called_good_and_bad():
    lists = listed()
    for one, other in (("living", "lifeless"), ("positive", "negative"), ("animals", "things"),
                       ("male_nouns", "female_nouns"), ("male_names", "female_names")):  # fmt: skip
        assert lists[one].isdisjoint(lists[other])


@pytest.mark.parametrize("task", tasks.TASKS)
def test_the_same_seed_gives_the_same_sentences_and_another_does_not(task):
    first, again, other = (
        list(tasks.make_examples(task, 40, np.random.default_rng(seed), testing=False)) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert len(first) == 40


def test_a_and_an_stand_where_english_wants_them():
    sentences = {
        tuple(sentence.tokens)
        for task in tasks.TASKS
        for sentence in tasks.make_examples(task, 2000, np.random.default_rng(5), testing=False)
    }
    pairs = {pair for tokens in sentences for pair in itertools.pairwise(tokens)}
    for article, word in (("an", "apple"), ("a", "cat"), ("a", "uniform"), ("an", "umbrella"), ("an", "heir")):
        assert (({"a": "an", "an": "a"}[article]), word) not in pairs
    assert {word for article, word in pairs if article == "an" and word[0] not in "aeiouh"} == set()
    assert {word for article, word in pairs if article == "a" and word[0] in "ai"} == set()
    assert len({word for article, word in pairs if article == "an"}) > 20


@pytest.mark.parametrize("task", tasks.TASKS)
def test_every_sentence_asks_from_one_word_and_is_answered_by_another(task):
    for sentence in tasks.make_examples(task, 400, np.random.default_rng(3), testing=True):
        assert 0 <= sentence.query < len(sentence.tokens)
        if task == "negation":
            assert sentence.answer in (0, 1)
            assert sentence.tokens[sentence.query] in listed()["positive"] | listed()["negative"]
        else:
            assert 0 <= sentence.answer < len(sentence.tokens)
            assert sentence.query != sentence.answer


def test_tired_and_soft_share_all_words_but_what_is_said_and_so_cannot_be_told_apart_by_the_pronoun():
    lists = listed()
    both = iter(tasks.make_examples("meaning", 400, np.random.default_rng(0), testing=True))
    for living, lifeless in zip(both, both, strict=True):
        assert (living.query, living.tokens[living.query]) == (lifeless.query, "it")
        assert len(living.tokens) == len(lifeless.tokens)
        differ = {pair for pair in zip(living.tokens, lifeless.tokens, strict=True) if pair[0] != pair[1]}
        assert differ
        for one, other in differ:
            assert one in lists["living"]
            assert other in lists["lifeless"]
        assert living.tokens[living.answer] in lists["animals"]
        assert lifeless.tokens[lifeless.answer] in lists["things"]


def test_good_and_bad_with_and_without_not_come_four_at_a_time_and_balance():
    one_by_one = iter(tasks.make_examples("negation", 400, np.random.default_rng(0), testing=True))
    lists = listed()
    for good, not_good, bad, not_bad in zip(*[one_by_one] * 4, strict=True):
        assert [example.answer for example in (good, not_good, bad, not_bad)] == [1, 0, 0, 1]
        assert good.tokens[good.query] == not_good.tokens[not_good.query] in lists["positive"]
        assert bad.tokens[bad.query] == not_bad.tokens[not_bad.query] in lists["negative"]
        negators = {"not", "n't", "never", "longer"}
        assert negators.isdisjoint(good.tokens)
        assert not negators.isdisjoint(not_good.tokens)


def test_a_pronoun_answers_to_its_gender_and_kind():
    lists = listed()
    for example in tasks.make_examples("gender", 600, np.random.default_rng(0), testing=True):
        answer, pronoun = example.tokens[example.answer], example.tokens[example.query]
        kinds = {name for name, words in lists.items() if answer in words}
        fitting = {
            "he": {"male_nouns", "male_names", "people"},
            "she": {"female_nouns", "female_names", "people"},
            "it": {"things", "animals"},
        }
        assert kinds & fitting[pronoun]


@pytest.mark.parametrize("task", TAUGHT)
def test_marks_written_and_read_are_the_same(task):
    for example in [
        *tasks.natural_sentences(task),
        *tasks.make_examples(task, 40, np.random.default_rng(0), testing=True),
    ]:
        assert tasks.parse_marked(tasks.add_marks(example, task)) == example


def test_there_are_sixty_natural_sentences_and_more_in_shapes_of_their_own():
    for task in ("gender", "meaning", "negation", "subject", "adjective", "copy"):
        assert len(set(tasks.natural_sentences(task))) >= 60


@pytest.mark.parametrize(
    ("task", "sentence", "query"),
    [
        ("gender", "the queen told her brother that she was leaving", "she"),
        ("meaning", "the cat sat on the mat because it was tired", "it"),
        ("negation", "the food was not good", "good"),
        ("object", "the king ruled the kingdom", "ruled"),
        ("gender", "the queen is leaving", None),
        ("subject", "the letter was written by the nurse", "written"),
        ("adjective", "the dog that chased the cat was tired", "tired"),
        ("copy", "the king and queen ruled the king", "king"),
        ("copy", "the queen is leaving", None),
    ],
)
def test_the_query_is_found_in_a_sentence_without_marks(task, sentence, query):
    place = tasks.find_query(task, sentence.split())
    assert query == (None if place is None else sentence.split()[place])


def test_encoding_keeps_words_places_and_answers_and_hides_what_is_only_padding(glove):
    short, long = Example(("she", "slept"), 0, 1), Example(("the", "cat", "saw", "the", "dog"), 2, 4)
    batch = tasks.encode([short, long], glove).batch(slice(None))
    assert batch.x.shape == (2, 5, 50)
    np.testing.assert_array_equal(batch.x[1], glove.look_up(list(long.tokens)))
    assert batch.mask[:, 0, 0].tolist() == [[True, True, False, False, False], [True] * 5]
    assert (batch.queries.tolist(), batch.answers.tolist()) == ([0, 2], [1, 4])


def test_a_word_without_a_vector_is_named(glove):
    with pytest.raises(UnknownWords, match="qzxv"):
        tasks.encode([Example(("the", "qzxv"), 0, 1)], glove)
