"""The tasks of Teach it as pages show them: their titles, explanations and sample sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from attention_core import tasks, taught
from attention_core.examples import PRESETS
from attention_core.taught import ModelSpec
from ui.state.table import TASK_TITLES, Value

VERDICTS = ("bad", "good")


@dataclass(frozen=True)
class Lesson:
    """A task as the page shows it.

    Attributes:
        task: its name in the core.
        goal: what the model should do, in a sentence.
        learned: what the best model does once it is trained, in a sentence.
        reason: why it takes this many layers or heads, or positions.
        limits: what the task does not show.
        marked: sample sentences, with marks as in `tasks`.
        needs: the kind of word that a sentence must have for the task to mean anything.
        without: experiments without a part that the model needs: the label of each and the settings that it changes.
    """

    task: str
    goal: str
    learned: str
    reason: str
    limits: str
    marked: tuple[str, ...]
    needs: str
    without: Mapping[str, Mapping[str, Value]] = field(default_factory=dict, hash=False)

    @property
    def title(self) -> str:
        """The name of the task on pages and in links."""
        return TASK_TITLES[self.task]

    @property
    def best(self) -> ModelSpec:
        """The best model that comes with the app."""
        return taught.find_spec(self.task)

    @property
    def texts(self) -> list[str]:
        """The sample sentences as a visitor reads them."""
        return [sample.text for sample in sample_sentences(self)]


LESSONS = (
    Lesson(
        "gender",
        "A pronoun should look at the noun it stands for.",
        "“she” now asks for a woman, “he” for a man, “it” for a thing or an animal.",
        "One layer is enough, for “she” asks for the same in every sentence.",
        "Gender is all that it has learned to ask for: with two women in the sentence it has to guess. And it knows a "
        "name by its vector alone. In “Taylor called Travis because she missed him”, “she” goes to Travis: the vector "
        "of “taylor” is mostly that of a surname.",
        (
            "Mary* gave John the keys because she^ trusted him",
            "Mary gave John* the keys because he^ trusted her",
            "My uncle sold the boat* because it^ was too old",
            "My uncle* sold the boat because he^ was too old",
        ),
        "“he”, “she” or “it”",
    ),
    Lesson(
        "object",
        "A verb should look at its object, what it is done to.",
        "A verb now looks at what it is done to.",
        "To be alike does not help here. “drove” must ask for things that can be driven: W_Q makes the verb a question "
        "and W_K makes the nouns answers. The two heads answer together: the mean of their weights counts.",
        "Without positions, “the dog bit the man” and “the man bit the dog” are one and the same.",
        (
            "The king and queen ruled^ the kingdom*",
            "She drove^ the old car* to the river",
            "The dog bit^ the man*",
            "The man bit^ the dog*",
        ),
        "verb that the task knows",
        {"Take one head away": {"nh": 1}},
    ),
    Lesson(
        "meaning",
        "“it” should look at the cat when it was tired, at the mat when it was soft.",
        "Layer 1 brings something of “tired” or “soft” to “it”; layer 2 asks with that.",
        "“it” has the same vector in both sentences, so one layer asks the same question twice and is right once at "
        "most. With two layers, “it” first takes up what is said of it, and then asks.",
        "What the living do and what things are like is all that it tells apart. It knows nothing of cats and mats "
        "beyond their vectors.",
        (
            "The cat* sat on the mat because it^ was tired",
            "The cat sat on the mat* because it^ was soft",
            "The dog* slept under the blanket because it^ was hungry",
            "The dog slept under the blanket* because it^ was woolen",
        ),
        "“it”",
        {"Take a layer away, and three of four heads": {"layers": 1, "nh": 1}},
    ),
    Lesson(
        "negation",
        "Good or bad? “not good” should be read as bad.",
        "One head looks for “not” for good words, the other for bad words.",
        "“not” turns good into bad and bad into good; one head can hardly do both. The weights of a head always sum to "
        "100 %: where it finds no “not”, they go to some other word, such as “the”, and that means “nothing found”.",
        "It finds a “not” anywhere in the sentence: without positions it cannot tell whose it is.",
        (
            "The soup was good^+",
            "The soup was not good^-",
            "The soup was bad^-",
            "The soup was not bad^+",
        ),
        "good or bad word that the task knows",
        {"Take one head away": {"nh": 1}},
    ),
    Lesson(
        "subject",
        "A verb should look at its subject: who or what does it.",
        "A verb now finds its subject by meaning and by place.",
        "Who bit whom is told by the order of the words, and attention alone sees no order. So each word is given its "
        "place as well: positions.",
        "Of a passive it finds the grammatical subject: “the letter was written by the nurse”. A clause without “that” "
        "can mislead it: in “the boy the girl liked laughed”, “laughed” goes to the girl.",
        (
            "The dog* bit^ the man",
            "The man* bit^ the dog",
            "The letter* was written^ by the nurse",
            "The keys* to the cabinet were lost^",
        ),
        "verb that the task knows",
        {"Take the positions away": {"pos": False}},
    ),
    Lesson(
        "adjective",
        "An adjective should look at the noun it describes.",
        "An adjective now finds its noun by meaning and by place.",
        "The noun may stand before or after its adjective, and another noun is near. Where both would fit, only their "
        "places tell which is meant.",
        "A noun close by can mislead it: in “the fox that stole the chicken looked hungry”, “hungry” goes to the "
        "chicken.",
        (
            "The tired^ dog* slept",
            "The dog* that chased the cat was tired^",
            "The dog chased the cat* that was tired^",
            "The nurse helped the sick^ patient*",
        ),
        "adjective that the task knows",
        {"Take the positions away": {"pos": False}},
    ),
    Lesson(
        "copy",
        "What comes next? Find the same word earlier in the sentence, and copy the word that followed it.",
        "Layer 1 looks at the word before; layer 2 finds the same word earlier and copies what followed.",
        "One layer cannot do it: a word can look for a word like itself, but not for “the word after it”, since no "
        "vector says what stood before. Layer 1 writes the word before into each vector, and then layer 2 can look for "
        "it: together they are called an induction head.",
        "It knows no grammar and no meaning: it copies. Large language models learn such heads among many others.",
        (
            "The king and* queen ruled the king^",
            "Mary gave* John the keys because Mary^",
            "He reads* books and she writes letters while he^",
            "In Paris we* ate bread and in Paris^",
        ),
        "word that stands twice",
        {"Take a layer away": {"layers": 1}, "Take the positions away": {"pos": False}},
    ),
)
BY_TITLE = {lesson.title: lesson for lesson in LESSONS}
BY_TASK = {lesson.task: lesson for lesson in LESSONS}


def lesson_of(task: str) -> Lesson | None:
    """The lesson on a task, None if there is nothing to train for it."""
    return BY_TASK.get(task)


@dataclass(frozen=True)
class SampleSentence:
    """A sentence to try: its text; its words in lower case, with the query and the answer."""

    text: str
    example: tasks.Example


@lru_cache(maxsize=8)
def sample_sentences(lesson: Lesson) -> tuple[SampleSentence, ...]:
    """The sentences of a task."""
    found = []
    for text in lesson.marked:
        example = tasks.parse_marked(text)
        lowered = tasks.Example(tuple(word.lower() for word in example.tokens), example.query, example.answer)
        found.append(SampleSentence(" ".join(example.tokens), lowered))
    return tuple(found)


@cache
def offered_sentences() -> frozenset[str]:
    """The sentences that the app offers, on any page."""
    samples = (sample.text for lesson in LESSONS for sample in sample_sentences(lesson))
    return frozenset(samples).union(preset.sentence for preset in PRESETS)
