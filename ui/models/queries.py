"""The default query of a sentence, and the taught heads that are meant for a word."""

from collections.abc import Sequence

from attention_core import tasks
from ui.models.lessons import LESSONS, Lesson

# Of several tasks of which a word can be the query, the first counts: of "it" meaning, of "he" and "she" gender.
ORDER = ("meaning", "gender", "object", "subject", "adjective", "negation")
NEGATIONS = {"not", "n't", "never", "no"}
_FUNCTION_WORDS = (
    "a an the this that these those my your his her its our their i you he she it we they me him them us and or but "
    "because so if as than then though although while when where which who whom what how why of in on at to from with "
    "by for into over under about after before until since up down out off is are was were be been being am do does "
    "did has have had not no can could will would shall should may might must just also too very even only such some "
    "any all both each other another same later now once still again there here"
)


def is_function_word(word: str) -> bool:
    """Whether a word has a grammatical function and hardly a meaning of its own."""
    return word in _FUNCTION_WORDS.split()


def lessons_for(word: str, tokens: Sequence[str]) -> list[Lesson]:
    """The lessons whose head is meant for a word of a sentence, in the order of ORDER; none for most words.

    Where the sentence has a "not", the lesson on good or bad words comes first.
    """
    order = ["negation", *ORDER] if NEGATIONS.intersection(tokens) else list(ORDER)
    fitting = [lesson for lesson in LESSONS if tasks.find_query(lesson.task, [word]) is not None]
    return sorted(fitting, key=lambda lesson: order.index(lesson.task) if lesson.task in order else len(order))


def default_query(tokens: Sequence[str]) -> int:
    """The position of the word that is the query until the visitor chooses another.

    A pronoun that is not the first word, for its noun may stand before it; else a verb, an adjective, or a good or bad
    word of the tasks' lists; else the first word that is no function word; else the first word.
    """
    for task in ORDER:
        if any(lesson.task == task for lesson in LESSONS) and (place := tasks.find_query(task, list(tokens))):
            return place
    return next((place for place, token in enumerate(tokens) if not is_function_word(token)), 0)
