from __future__ import annotations

import copy
import pickle

import pytest

from torchvitals import words
from torchvitals.words import (
    UnknownLanguageError,
    Words,
    catalogue,
    check_language,
    listed,
    say,
    translated,
)

CHINESE = {
    "{dead} of {units} units are dead": "{units} 个单元中有 {dead} 个已死亡",
    " They can't recover.": "它们无法恢复。",
    "the layer {name}": "{name} 层",
    ", ": "、",
    "healthy": "健康",
    "{a} {b}": "{b}{a}",
}


@pytest.fixture(autouse=True)
def _a_small_catalogue(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "catalogue", lambda _language: CHINESE)


def test_the_text_is_english():
    said = say("{dead} of {units} units are dead", dead=3, units=16)
    assert said == "3 of 16 units are dead"
    assert isinstance(said, str)
    assert hash(said) == hash("3 of 16 units are dead")
    assert translated(said, "en") == said
    assert type(translated(said, "en")) is str


def test_a_translation_takes_the_same_values_in_its_own_order():
    said = say("{dead} of {units} units are dead", dead=3, units=16)
    assert translated(said, "zh") == "16 个单元中有 3 个已死亡"


def test_values_that_are_words_are_translated_too():
    said = say("{a} {b}", a=say("the layer {name}", name="fc1"), b=2)
    assert said == "the layer fc1 2"
    assert translated(said, "zh") == "2fc1 层"


def test_a_sum_remembers_its_parts():
    said = (
        say("{dead} of {units} units are dead", dead=1, units=2) + "." + say(" They can't recover.")
    )
    said += " [x]"
    assert said == "1 of 2 units are dead. They can't recover. [x]"
    assert translated(said, "zh") == "2 个单元中有 1 个已死亡.它们无法恢复。 [x]"


def test_plain_text_before_words_keeps_them():
    said = "fc1: " + say("healthy")
    assert isinstance(said, Words)
    assert translated(said, "zh") == "fc1: 健康"


def test_a_list_translates_its_separator():
    said = listed([say("healthy"), "fc1"], ", ")
    assert said == "healthy, fc1"
    assert translated(said, "zh") == "健康、fc1"
    assert listed([], ", ") == ""


def test_a_value_of_the_user_is_never_translated():
    assert translated(say("the layer {name}", name="healthy"), "zh") == "healthy 层"
    assert translated("healthy", "zh") == "健康"


def test_what_the_catalogue_lacks_stays_english():
    assert translated(say("{n} more", n=3), "zh") == "3 more"
    assert translated("anything", "zh") == "anything"


def test_a_template_without_values_keeps_its_braces():
    assert say("{'lr': 0.1}") == "{'lr': 0.1}"
    assert translated(say("{'lr': 0.1}"), "zh") == "{'lr': 0.1}"


@pytest.mark.parametrize("carried", [copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_can_still_be_translated(carried):
    said = say("the layer {name}", name="fc1") + "!"
    assert translated(carried(said), "zh") == "fc1 层!"


def test_an_unknown_language_is_an_error_that_names_those_there_are():
    with pytest.raises(
        UnknownLanguageError, match="Expected en or zh as the language but got 'fr'"
    ):
        check_language("fr")
    with pytest.raises(UnknownLanguageError):
        translated("healthy", "fr")


def test_the_catalogue_of_each_language_is_read_from_its_files():
    assert catalogue("zh")["healthy"] == "健康"
