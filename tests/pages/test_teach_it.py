"""Teach it, without a browser: what is trained is what the core trains, and whatever may go wrong is said."""

import json
import re
import threading
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from attention_core import learning, query_matches, tasks
from attention_core.layers import forward, new_model
from attention_core.taught import ModelSpec
from tests.support.page import facts, html_of, lines, reading_of, states, text_of
from ui.models import loaders, training
from ui.models.lessons import BY_TITLE, LESSONS, sample_sentences
from ui.models.training import EVERY, Settings, usual_settings
from ui.state.table import CONTROLS, FINISHED
from ui.teach_it.experiments import missing_part_label
from ui.teach_it.samples import compute_answer
from ui.teach_it.session import values_of

HERE = "teach_it"
SHE = {"s": "Mary gave John the keys because she trusted him", "q": "7"}
THIN = "\u202f"
GENDER = ModelSpec("gender", 1, 1)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    training.clear_cache()
    monkeypatch.setattr(training, "queue", training.TrainingQueue())  # a visitor of another test may be in it


def listed(test) -> list[dict]:
    """The lines of the list of sentences."""
    return next(data["lines"] for data in components(test) if "lines" in data)


def components(test) -> list[dict]:
    return [json.loads(element.proto.json) for element in test.get("bidi_component") if element.proto.json]


def has_button(test, key: str) -> bool:
    return any(button.key == key for button in test.button)


def trained(test, most: int = 60):
    """Run the page as the browser's ticks would, until its training is over."""
    for _ in range(most):
        if not has_button(test, "stop"):
            return test
        test.run()
    raise TimeoutError(html_of(test))


def independent(settings: Settings, steps: int) -> learning.Progress:
    """The same training without the page."""
    spec, generator = settings.spec, np.random.default_rng(settings.seed)
    model = new_model(
        generator, 50, spec.n_layers, spec.n_heads, settings.d_k, spec.residual, spec.kind, spec.d_positions
    )
    how = replace(spec.recipe, rate=settings.rate, every=EVERY)
    reports = learning.train(model, *training.datasets(spec.task), generator, how)
    return next(report for report in reports if report.step == steps)


def step_of(test) -> int:
    """The step that the bar of the training shows."""
    return round(1000 * float(re.search('<progress value="([^"]*)"', html_of(test))[1]))


def asked_for(test) -> set[str]:
    """The words that stand in the page's headings: those of which it lists what they ask for."""
    return {word for line in lines(test, "heading") for word in re.findall("“([^”]*)”", line)}


def linked(test, name: str):
    """What the page's link says of a control."""
    return dict(parse_qsl(next(d["link"] for d in components(test) if "link" in d).partition("?")[2])).get(name)


def test_a_first_visit_is_untrained_and_the_finished_model_is_a_click_away(app):
    test = app(HERE)
    assert not test.exception
    assert len(listed(test)) == 4
    assert test.text_input(key="s").value == SHE["s"]
    assert reading_of(test)[:2] != ["she", "mary"]
    assert test.button(key="train").label == "Train"
    test.button(key="finished").click().run()
    assert reading_of(test)[:2] == ["she", "mary"]
    right = np.mean(learning.is_correct(training.shipped(Settings(GENDER)), training.datasets("gender")[1]))
    assert states(test, f"{100 * right:.0f}%", "1,000")  # of so many sentences
    assert linked(test, "trained") == str(FINISHED)


def test_a_link_to_the_finished_model_shows_it_and_where_none_came_with_the_app_it_is_trained(app):
    assert step_of(app(HERE, **SHE, trained=str(FINISHED))) == 1000
    test = trained(app(HERE, **SHE, trained=str(FINISHED), dk="4"))
    assert test.session_state["training"].step == 1000


def test_what_the_model_needs_can_be_taken_away_and_given_back(app):
    lesson = BY_TITLE["Tired or soft"]
    sample = sample_sentences(lesson)[0]
    test = app(HERE, task=lesson.title, s=sample.text, q="8", layers="2", nh="4", trained=str(FINISHED))
    test.button(key="without-0").click().run()
    assert test.button(key="give-back").label == "Give it a second layer"
    assert (linked(test, "layers"), linked(test, "nh"), linked(test, "trained")) == (None, None, str(FINISHED))
    assert [line["value"].endswith("right") for line in listed(test)][:2].count(True) <= 1
    test.button(key="give-back").click().run()
    assert (linked(test, "layers"), linked(test, "nh"), linked(test, "trained")) == ("2", "4", str(FINISHED))


@pytest.mark.parametrize(
    ("task", "changed", "label"),
    [
        ("Happy or not", {"n_heads": 1}, "Give it a second head"),
        ("Tired or soft", {"n_heads": 1}, "Give it 4 heads"),
        ("Verb and subject", {"positions": False}, "Give it positions"),
        ("He, she, it", {"n_heads": 4}, "Back to what this task takes"),
    ],
)
def test_the_way_back_names_what_was_taken_away(task, changed, label):
    best = BY_TITLE[task].best
    assert missing_part_label(replace(best, **changed), best) == label


def test_why_a_task_takes_its_layers_is_told_after_training_and_not_before(app):
    reason = BY_TITLE["He, she, it"].reason
    assert reason not in text_of(app(HERE, **SHE))
    assert reason in text_of(app(HERE, **SHE, trained=str(FINISHED)))


def test_tired_or_soft_asks_for_a_guess_before_its_reason_and_the_link_leaves_the_guess_out(app):
    lesson = BY_TITLE["Tired or soft"]
    test = app(HERE, task=lesson.title)
    assert lesson.reason not in text_of(test)
    test.segmented_control(key="g2").set_value("never").run()
    assert any("never" in line and "half" in line for line in lines(test))  # the guess, and what is right
    assert lesson.reason in text_of(test)
    assert linked(test, "g2") is None
    one_layer = training.shipped(Settings(ModelSpec(lesson.task, 1, 1)))
    right = np.mean(learning.is_correct(one_layer, training.datasets(lesson.task)[1]))
    assert right == pytest.approx(0.5, abs=0.05)  # as the answer says
    trained_already = app(HERE, task=lesson.title, trained=str(FINISHED))
    assert lesson.reason in text_of(trained_already)


def test_under_a_sentence_of_ones_own_stands_what_the_task_does_not_show(app):
    lesson = BY_TITLE["He, she, it"]
    taylor = {"s": "Taylor called Travis because she missed him", "trained": str(FINISHED)}
    assert reading_of(app(HERE, **taylor))[:2] == ["she", "travis"]
    assert lesson.limits in text_of(app(HERE, **taylor))
    assert lesson.limits not in text_of(app(HERE, **taylor, q="2"))  # “called” is not what the task is about
    assert lesson.limits not in text_of(app(HERE, **SHE, trained=str(FINISHED)))


def test_what_a_word_asks_for_is_listed_once_something_is_trained_and_for_the_words_that_ask(app):
    trained = {"trained": str(FINISHED)}
    assert asked_for(app(HERE, **SHE)) == set()
    assert asked_for(app(HERE, **SHE, **trained)) == {"she"}
    assert asked_for(app(HERE, **(SHE | {"q": "2"}), **trained)) == set()  # “gave” asks for nothing here
    assert asked_for(app(HERE, task="Happy or not", s="The soup was not good", nh="2", **trained)) == set()


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson.best.kind == "pointer"])
def test_a_list_of_words_stands_only_where_most_of_them_are_answers(app, lesson):
    sample = sample_sentences(lesson)[0]
    words = {"s": sample.text, "q": sample.example.query + 1, "task": lesson.title, "trained": FINISHED}
    values = {name: str(value) for name, value in (words | values_of(lesson.best)).items()}
    text = html_of(app(HERE, **values | {name: values[name].lower() for name in ("pos", "res")}))
    assert "Trained: " in text
    table = re.search('<table class="matches">(.*?)</table>', text)
    finds = {"gender": ("female_names", "female_nouns", "people"), "meaning": ("animals", "things")}.get(lesson.task)
    assert bool(table) == bool(finds)
    if finds:
        right = {word for name in finds for word in tasks.word_lists()[name]}
        last_column = re.findall(r"<td>(?:<i>)?([^ <]+)[^/]*(?:</i>[^/]*)?</td></tr>", table[1])
        assert len(last_column) == 8
        assert sum(word in right for word in last_column) > 4


def test_before_training_nothing_is_drawn_that_says_nothing(app):
    untrained, trained = app(HERE, **SHE), app(HERE, **SHE, trained=str(FINISHED))
    assert "Right on new sentences" not in text_of(untrained)
    assert "Right on new sentences" in text_of(trained)
    assert ("Italics" in text_of(trained)) == ("<i>" in html_of(trained))


def test_what_can_be_taken_away_says_what_it_takes_and_why_it_cannot_be_pressed_yet(app):
    lesson = BY_TITLE["Tired or soft"]
    shape = {"task": lesson.title, "layers": "2", "nh": "4"}
    button = app(HERE, **shape).button(key="without-0")
    assert button.disabled
    assert "Train" in button.help
    assert "three of four heads" in button.label
    assert not app(HERE, **shape, trained=str(FINISHED)).button(key="without-0").help


def test_no_line_above_the_guess_answers_it(app):
    lesson, one_layer = BY_TITLE["Tired or soft"], {"layers": "1", "nh": "1", "trained": str(FINISHED)}
    asked = {control.key for control in app(HERE, task=lesson.title).segmented_control}
    test = app(HERE, task=lesson.title, **one_layer)
    assert "g2" in asked
    assert "g2" not in {control.key for control in test.segmented_control}
    spec = ModelSpec(lesson.task, 1, 1)
    right = np.mean(learning.is_correct(training.shipped(Settings(spec)), training.datasets(lesson.task)[1]))
    assert states(test, "1", "1", f"{100 * right:.0f}%")  # the share of right answers with 1 layer, 1 head


def test_a_sentence_of_ones_own_without_the_word_stays_and_one_with_it_is_offered(app):
    test = app(HERE, s="The doctor saw the nurse")
    assert test.text_input(key="s").value == "The doctor saw the nurse"
    assert facts(test.button(key="show-one").label)[:3] == ["he", "she", "it"]
    test.button(key="show-one").click().run()
    assert test.text_input(key="s").value == SHE["s"]
    assert reading_of(test)[0] == "she"


def test_whoever_types_a_sentence_looks_from_the_word_that_asks_and_a_link_holds(app):
    test = app(HERE, s="The doctor saw the nurse")
    test.text_input(key="s").set_value("My sister phoned grandpa since she missed him").run()
    assert reading_of(test)[0] == "she"
    test.session_state["q"] = 2
    test.run()
    assert reading_of(test)[0] == "sister"
    assert reading_of(app(HERE, s="My sister phoned grandpa since she missed him", q="4"))[0] == "grandpa"
    assert reading_of(app(HERE, s="My sister phoned grandpa since she missed him"))[0] == "she"


def test_a_link_with_a_number_of_steps_trains_the_same_model_to_that_step(app):
    test = trained(app(HERE, **SHE, trained="200", init="3"))
    report = independent(Settings(GENDER, seed=3), 200)
    testing = training.datasets("gender")[1]
    assert report.accuracy == np.mean(learning.is_correct(report.model, testing))
    assert states(test, f"{100 * report.accuracy:.0f}%", "1,000")
    assert step_of(test) == 200
    for name, value in report.model.parameters.items():
        assert np.array_equal(test.session_state["training"].history[-1].model.parameters[name], value)


def test_training_can_be_stopped_looked_at_and_gone_on_with(app, monkeypatch):
    monkeypatch.setattr("ui.teach_it.progress.STOP_DISABLED_FOR", 600)
    test = app(HERE, **SHE)
    test.button(key="train").click().run()
    assert step_of(test) == 0
    assert test.button(key="stop").disabled  # a second press where Train stood does not stop it
    monkeypatch.setattr("ui.teach_it.progress.STOP_DISABLED_FOR", 0)
    for _ in range(2):
        test.run()
    assert test.session_state["training"].step == 20
    test.session_state["q"] = 1  # choosing a word does not disturb it
    test.run()
    assert test.session_state["training"].step == 30
    test.button(key="stop").click().run()
    stopped = test.session_state["training"].history[-1]
    assert linked(test, "trained") == str(stopped.step)
    assert not has_button(test, "stop")
    test.run()
    assert test.session_state["training"].history[-1] is stopped
    fresh = app(HERE, **SHE, trained=str(stopped.step))
    assert step_of(fresh) == stopped.step  # kept, so that a link opens at once
    assert not has_button(fresh, "stop")
    assert listed(fresh) == listed(test)
    test.button(key="train").click().run()
    assert test.session_state["training"].step == stopped.step + 40
    test.button(key="afresh").click().run()
    assert linked(test, "trained") is None


def test_another_setting_is_another_model_and_starts_untrained(app):
    test = trained(app(HERE, trained="100", tset="true"))
    test.number_input(key="init").set_value(2).run()
    assert linked(test, "trained") is None
    assert linked(test, "init") == "2"
    test.segmented_control(key="task").set_value("Tired or soft").run()
    assert linked(test, "layers") == "2"
    assert test.text_input(key="s").value == "The cat sat on the mat because it was tired"
    assert len({line["name"] for line in listed(test)}) == 4


def test_a_training_that_repeats_a_link_says_so_and_one_that_goes_on_does_not(app):
    test = app(HERE, **SHE, trained="50")
    assert "Training again" in html_of(test)
    assert "Training again" not in html_of(trained(test))
    test.button(key="train").click().run()
    assert "Training again" not in html_of(test)


def test_a_sentence_of_ones_own_stays_when_the_task_changes(app):
    test = app(HERE, s="The doctor saw the nurse")
    test.segmented_control(key="task").set_value("Happy or not").run()
    assert test.text_input(key="s").value == "The doctor saw the nurse"
    assert "choose a good or bad word" in html_of(test)


def test_one_layer_gives_both_sentences_of_a_pair_the_same_question():
    lesson = BY_TITLE["Tired or soft"]
    model = training.shipped(Settings(ModelSpec("meaning", 1, 1)))
    pair = sample_sentences(lesson)[:2]
    first_layers = [forward(model, loaders.glove().look_up(list(sample.example.tokens)))[0] for sample in pair]
    q = [layer.q[0, sample.example.query] for layer, sample in zip(first_layers, pair, strict=True)]
    assert np.array_equal(*q)
    assert sum(compute_answer(model, sample).correct for sample in pair) <= 1


def test_training_that_runs_away_is_said(app):
    test = trained(app(HERE, **SHE, rate="10", trained="1000", tset="true"))
    assert not test.exception
    assert "Training ran away at step" in html_of(test)
    assert "learning rate 10 is too large" in html_of(test)
    test.button(key="afresh").click().run()
    assert "ran away" not in html_of(test)
    assert linked(test, "trained") is None


@pytest.mark.parametrize("task", [lesson.title for lesson in LESSONS])
def test_every_fold_of_every_task_opens(app, task):
    lesson = BY_TITLE[task]
    folds = dict.fromkeys(("tset", "tmat", "tcell", "tsay", "ttry", "tcode", "ttake"), "true")
    sample = sample_sentences(lesson)[0]
    where = {
        "s": sample.text,
        "q": str(sample.example.query + 1),
        "layers": str(lesson.best.n_layers),
        "nh": str(lesson.best.n_heads),
    }
    test = app(HERE, task=task, **where, **folds, was="Before training", hd="Head 1", map="Layer 1")
    assert not test.exception
    assert lesson.goal.split(".")[0].split("“")[0] in html_of(test)
    assert "def layer(" in " ".join(code.value for code in test.code)
    assert [line["name"] for line in listed(test)] == [each.text for each in sample_sentences(lesson)]
    assert sum(line["chosen"] for line in listed(test)) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"s": ""}, "Type a sentence above"),
        ({"s": "zzxqy qqqzx"}, "GloVe, which knows English words, has no vector for any of these"),
        ({"s": "she zzxqy"}, "Left out, because GloVe has no vector for it: zzxqy"),
        ({"s": "she"}, "“she” looks only at itself"),
        ({"s": "i " * 999}, "Only the first 512 words are used"),
        ({"s": "she <img src=x onerror=alert(1)> $x$", "q": "1"}, "“she” looks most at"),
    ],
)
def test_what_cannot_be_shown_is_said_and_the_rest_of_the_page_stays(app, query, words):
    test = app(HERE, **query, trained=str(FINISHED), tmat="true", tcell="true", ttake="true")
    assert not test.exception
    assert words in html_of(test)
    assert "<img src=x" not in html_of(test)
    assert len(listed(test)) == 4


def test_the_tasks_to_choose_are_those_with_a_lesson():
    assert tuple(lesson.title for lesson in LESSONS) == CONTROLS["task"].options


def test_impossible_settings_in_a_link_fall_back(app):
    test = app(
        HERE, task="cooking", layers="9", nh="3", dk="0", rate="-1", init="0", trained="-5", map="x", hd="Head 4"
    )
    assert not test.exception
    assert len(listed(test)) == 4


def test_a_link_to_an_odd_step_shows_the_next_picture(app):
    test = trained(app(HERE, trained="1"))
    assert step_of(test) == 10
    assert step_of(trained(app(HERE, trained="201"))) == 250


def test_a_visitor_who_clicks_during_training_waits_for_the_steps_that_run_and_then_goes_on():
    run, failed = training.VisitorTraining(Settings(GENDER)), []

    def advance():
        try:
            run.advance(1000)
        except ValueError as error:  # "generator already executing"
            failed.append(error)

    threads = [threading.Thread(target=advance) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    steps = [report.step for report in run.history]
    assert len(steps) >= 4
    assert steps == sorted(set(steps))
    assert run.history[-1].accuracy == independent(run.settings, run.step).accuracy


def test_a_model_that_was_never_trained_is_not_called_taught(app):
    test = app(HERE, init="7", layers="2", tcmp="true")
    assert "with random matrices" in html_of(test)
    assert "Trained, as it came" not in html_of(test)


def test_only_layers_and_heads_that_the_model_has_are_offered(app):
    test = app(HERE, layers="2", nh="2", map="Layer 3", hd="Head 4")
    assert not test.exception
    assert list(test.selectbox(key="map").options) == ["Last layer", "Layer 1", "Layer 2"]
    assert list(test.selectbox(key="hd").options) == ["All heads", "Head 1", "Head 2"]
    test.selectbox(key="hd").set_value("Head 2").run()
    test.session_state["nh"] = 1
    test.run()
    assert not test.exception
    assert linked(test, "hd") is None


def test_few_trainings_are_kept_and_the_one_not_watched_for_longest_goes_first():
    def training_of(seed):
        return training.training_of(Settings(GENDER, seed=seed))

    kept = [training_of(seed) for seed in range(training.MAX_CACHED)]
    assert training_of(0) is kept[0]
    training_of(training.MAX_CACHED)
    assert training_of(0) is kept[0]
    assert training_of(1) is not kept[1]


def test_a_key_tried_in_the_place_of_a_word_is_the_one_it_would_have_there():
    glove, generator = loaders.glove(), np.random.default_rng(1)
    model = new_model(generator, glove.d_model, 3, 2, 4)
    words = ["the", "cat", "sat", "on", "the", "mat"]
    layers = forward(model, glove.look_up(words))
    for l in (1, 2, 3):
        keys = query_matches.substituted_keys(model, layers, l, 1, glove.look_up(["cat"]))
        assert np.allclose(keys[0], layers[l - 1].k[:, 1], atol=1e-5)
    other = forward(model, glove.look_up(["dog" if word == "cat" else word for word in words]))
    assert np.allclose(
        query_matches.substituted_keys(model, layers, 1, 1, glove.look_up(["dog"]))[0], other[0].k[:, 1], atol=1e-6
    )
    tried = ["dog", "sofa", "happy"]
    found = query_matches.best_matches(model, layers, 1, 1, 0, 1, tried, glove.look_up(tried), 2)
    scores = glove.look_up([match.word for match in found]) @ model.parameters["1.W_K"][:, 4:] @ layers[0].q[1, 0] / 2
    assert np.allclose([match.score for match in found], scores, atol=1e-4)
    every = glove.look_up(tried) @ model.parameters["1.W_K"][:, 4:] @ layers[0].q[1, 0] / 2
    assert [match.word for match in found] == [tried[row] for row in sorted(range(3), key=lambda row: -every[row])[:2]]
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert [match.unseen for match in found] == [match.word in tasks.held_out() for match in found]


def test_every_task_s_best_model_is_right_in_what_its_lesson_says():
    right = {
        lesson.task: [
            compute_answer(training.shipped(usual_settings(lesson.best)), sample).correct
            for sample in sample_sentences(lesson)
        ]
        for lesson in LESSONS
    }
    assert right == {
        "object": [True, True, False, True],
        **dict.fromkeys(("gender", "meaning", "negation", "subject", "adjective", "copy"), [True] * 4),
    }


def test_two_heads_share_the_work_of_not_as_the_lesson_says():
    lesson = BY_TITLE["Happy or not"]
    model = training.shipped(usual_settings(lesson.best))
    on_not = []
    for sample in sample_sentences(lesson)[1::2]:  # not good, not bad
        example = sample.example
        weights = forward(model, loaders.glove().look_up(list(example.tokens)))[0].attention.weights
        on_not.append(weights[:, example.query, example.tokens.index("not")].round().tolist())
    assert sorted(on_not) == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("title", "sentence", "query", "found"),
    [
        ("Verb and subject", "the boy the girl liked laughed", "laughed", "girl"),
        ("Adjective and noun", "the fox that stole the chicken looked hungry", "hungry", "chicken"),
    ],
)
def test_what_misleads_a_taught_head_is_as_its_lesson_says(title, sentence, query, found):
    lesson, words = BY_TITLE[title], sentence.split()
    layers = forward(training.shipped(usual_settings(lesson.best)), loaders.glove().look_up(words))
    weights = layers[-1].attention.weights.mean(axis=0)[words.index(query)]
    assert words[weights.argmax()] == found
    assert f"in “{sentence}”, “{query}” goes to the {found}" in lesson.limits


def test_every_sentence_to_ask_has_only_known_words_and_a_right_answer():
    for lesson in LESSONS:
        for sample in sample_sentences(lesson):
            assert None not in loaders.glove().rows(list(sample.example.tokens))
            assert loaders.tokenized(sample.text).tokens == list(sample.example.tokens)


def test_a_model_opened_by_its_link_goes_on_from_the_step_it_shows(app):
    first = app(HERE, **SHE, init="4", trained="300")
    trained(first)
    second = app(HERE, **SHE, init="4", trained="300")
    second.button(key="train").click().run()
    steps = [second.session_state["training"].step]
    for _ in range(3):
        second.run()
        steps.append(second.session_state["training"].step)
    assert steps == sorted(steps)
    assert steps[0] >= 300
    assert (
        trained(second).session_state["training"].history[-1].accuracy
        == independent(Settings(GENDER, seed=4), 1000).accuracy
    )


def test_what_is_untrained_is_not_called_taught_and_has_no_figure_of_another_model(app):
    text = html_of(test := app(HERE, **SHE, dk="4", tmat="true", tsay="true"))
    assert "Untrained" in text
    assert "<sub>Q</sub>, untrained" in text
    assert "<sub>Q</sub>, trained" not in text
    assert test.button(key="finished").disabled
    notes = " ".join(element.value for element in test.markdown)
    assert "other splits of the words" not in notes
    assert "other splits of the words" in " ".join(e.value for e in app(HERE, **SHE, tsay="true").markdown)


def test_the_axis_of_the_loss_ends_above_every_point(app):
    test = trained(app(HERE, **SHE, rate="0.03", trained="30", tsay="true"))
    spec = next(json.loads(e.proto.spec) for e in test.get("vega_lite_chart") if '"loss' in e.proto.spec)
    high = next(p["value"] for p in spec["params"] if p["name"] == "high")
    assert high >= max(r.loss for r in test.session_state["training"].history[1:])


def test_a_training_that_ran_away_before_its_first_report_has_taught_nothing(app):
    test = trained(
        app(
            HERE, task="Happy or not", layers="3", nh="4", rate="10", trained="1000", was="Before training", tcmp="true"
        )
    )
    assert "ran away at step" in html_of(test)
    assert "Both are the same untrained model" in html_of(test)
    assert "Trained" not in html_of(test)
