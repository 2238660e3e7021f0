"""Greetings and changes of subject, whom "he" or "it" means after an answer, and the parts of a
message that ask by themselves."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.context import Past, past_of
from assistant.question import Ask
from assistant.reading import read
from assistant.reading.message import read_parts
from assistant.reading.openings import opened, without_asides
from kb.programs.program import Program
from kb.starter import programs as starter_programs


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


def asked(question: str, lead: str = "") -> Past:
    language = "en" if question.isascii() else "zh-Hans"
    return Past(question=question, language=language, lead=lead)


@pytest.mark.parametrize(
    ("message", "rest", "leaves"),
    [
        ("Thanks a lot! who leads Benchmark?", "who leads Benchmark?", False),
        ("That helps. New topic: who leads Benchmark?", "who leads Benchmark?", True),
        ("Right now, who has H100s?", "Right now, who has H100s?", False),
        ("what about another question mark?", "what about another question mark?", False),
        ("謝謝！換個問題，誰在賣卡？", "誰在賣卡？", True),
        ("嗯嗯，好的，换成A100呢", "换成A100呢", False),
        ("thanks!", "thanks!", False),
    ],
)
def test_what_opens_a_message_is_no_question(message: str, rest: str, leaves: bool) -> None:
    assert opened(message) == (rest, leaves)


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("My boss keeps nagging me, who built Andromeda? thanks", "who built Andromeda?"),
        ("周五要交报告，仙女座是谁建的？谢谢", "仙女座是谁建的？"),
        ("If prices halve, who loses?", "If prices halve, who loses?"),
        ("Luma raised a round, who led it?", "Luma raised a round, who led it?"),
        ("We are in France, who can help?", "We are in France, who can help?"),
    ],
)
def test_only_asides_are_left_out(question: str, bare: str, records: list[Program]) -> None:
    assert without_asides(question, records) == bare


def test_a_new_subject_drops_the_old_one(records: list[Program]) -> None:
    past = [asked("How much credit does Modal give?")]
    assert read("and how long does it last?", past, records).programs == ("modal-for-startups",)
    assert read("Different subject: is anything free?", past, records).programs == ()


@pytest.mark.parametrize(
    ("before", "lead", "question", "text"),
    [
        (
            "Which bank lends to Crusoe?",
            "Crusoe borrowed from Northbank Lending.",
            "how big is it?",
            "how big is Northbank?",
        ),
        (
            "Who told Forbes that?",
            "Ada Lovelace of Analytical Capital said so.",
            "what does she expect?",
            "what does Ada Lovelace expect?",
        ),
        (
            "谁这么说？",
            "阿达·洛芙莱斯在2024年说过。",
            "她怎么看价格？",
            "阿达·洛芙莱斯怎么看价格？",
        ),
        (
            "Who is Ada Lovelace?",
            "Ada Lovelace works with Charles Babbage.",
            "what is her view?",
            "what is Ada Lovelace's view?",
        ),
    ],
)
def test_a_pronoun_means_whom_the_answer_named(
    before: str, lead: str, question: str, text: str, records: list[Program]
) -> None:
    assert read(question, [asked(before, lead)], records).text == text


@pytest.mark.parametrize(
    ("before", "question", "text"),
    [
        (
            "What do credits pay in the first year?",
            "and in year three?",
            "What do credits pay in year three?",
        ),
        ("Is Oracle cheap?", "does the same go for Nebius?", "Is Nebius cheap?"),
        ("Is Oracle cheap?", "what do you mean?", "Is Oracle cheap?"),
        (
            "What credit does a startup with $3M get?",
            "and if we raised 9 million?",
            "What credit does a startup with $9 million get?",
        ),
        ("GPU是债务资产吗？", "谁说的？", "谁说的：GPU是债务资产吗？"),
        ("Who wrote the report?", "when was that?", "Who wrote the report? when was that?"),
        ("Is Nebius cheap?", "says who?", "who said that: Is Nebius cheap?"),
        ("How long do Oracle's credits last?", "Nebius's?", "How long do Nebius's credits last?"),
        (
            "Did Oracle pay Nebius?",
            "and Google to Anthropic?",
            "Did Google pay Anthropic?",
        ),
        ("甲骨文给Nebius付钱吗？", "谷歌给Anthropic呢？", "谷歌给Anthropic付钱吗？"),
    ],
)
def test_a_few_words_change_the_question_before(
    before: str, question: str, text: str, records: list[Program]
) -> None:
    assert read(question, [asked(before)], records).text == text


@pytest.mark.parametrize(
    ("before", "question", "program"),
    [
        ("Compare Modal and EuroHPC", "tell me of the second one", "eurohpc-ai-factories"),
        (
            "What does Google's Start tier give?",
            "and the larger tier?",
            "google-for-startups-cloud",
        ),
        ("对比一下Modal和Lambda", "第一个怎么申请？", "modal-for-startups"),
    ],
)
def test_one_of_several_is_meant(
    before: str, question: str, program: str, records: list[Program]
) -> None:
    assert read(question, [asked(before)], records).programs[:1] == (program,)


def test_an_answer_that_names_nothing_leads_nowhere(records: list[Program]) -> None:
    answer = Answer(
        id="a", question="Who?", answer="**Nobody.** (reported, 2024) [1]", language="en"
    )
    assert past_of(answer).lead == "Nobody."
    unknown = answer.model_copy(update={"abstained": True})
    assert past_of(unknown).lead == ""


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        (
            "Modal给多少额度，收不收美国公司？",
            ["Modal给多少额度", "Modal 收不收美国公司？"],
        ),
        ("Oracle和Nebius分别给多少额度？", ["Oracle和Nebius分别给多少额度？"]),  # one table
        (
            "That Modal offer for new teams, how long is it valid, and who can apply?",
            [
                "That Modal offer for new teams, how long is it valid",
                "That Modal offer for new teams: who can apply?",
            ],
        ),
        (
            "Tell me the credit, duration and strings of Modal",
            [
                "What is the credit of Modal?",
                "What is the duration of Modal?",
                "What is the strings of Modal?",
            ],
        ),
        (
            "氧气计划的价格、期限和附带条件？",
            [
                "氧气计划的价格是什么？",
                "氧气计划的期限是什么？",
                "氧气计划的附带条件是什么？",
            ],
        ),
        (
            "wats the Modal credit n how long is it valid",
            ["what's the Modal credit", "how long is Modal valid"],
        ),
    ],
)
def test_each_part_asks_by_itself(message: str, texts: list[str], records: list[Program]) -> None:
    readings = read_parts(message, [], records)
    assert [reading.text for reading in readings] == texts
    assert all(reading.programs or reading.sponsored for reading in readings)


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        (
            "Is Generate open to banks, and on what terms does it lend?",
            ["Is Generate open to banks", "on what terms does Generate lend?"],
        ),
        (
            "First, who owns Modal? Second, how did Acme lose its lead?",
            ["who owns Modal?", "how did Acme lose its lead?"],
        ),
        (
            "Modal's two tiers, plus what eight L40S rent for today",
            ["Modal's two tiers", "what eight L40S rent for today"],
        ),
        (
            "I have two questions. Who leads Luma, and do investors like it?",
            ["Who leads Luma", "do investors like Luma?"],
        ),
        (
            "Andromeda 有多少張卡，and who pays for the power?",
            ["Andromeda 有多少張卡", "Andromeda: who pays for the power?"],
        ),
        (
            "Who says that chips lose value, and what growth do they forecast?",
            ["Who says that chips lose value", "what growth do they forecast?"],
        ),
        ("When did they merge, and for how much?", ["When did they merge, and for how much?"]),
    ],
)
def test_what_each_part_is_about(message: str, texts: list[str], records: list[Program]) -> None:
    assert [reading.text for reading in read_parts(message, [], records)] == texts


def test_what_others_train_is_told_by_sources(records: list[Program]) -> None:
    first, second = read_parts("Who funds Luma, and how many chips do they train on?", [], records)
    assert first.asks == second.asks == (Ask.FACT,)


def test_a_name_asks_for_no_price(records: list[Program]) -> None:
    question = "What share of GPU stock is sold, says Ann Price-Jones?"
    assert read(question, [], records).asks == (Ask.FACT,)


def test_the_company_told_first_is_held_against_the_programs(records: list[Program]) -> None:
    message = "我們剛募到$3M天使輪，人在日本。哪些計畫可以申請？另外Generate給多少額度？"
    first, second = read_parts(message, [], records)
    assert first.asks == (Ask.MATCH,)
    assert first.company == {"stage": "seed", "raised": "3000000 USD", "country": "日本"}
    assert second.programs == ("generate",)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("ok, back to Modal: who can apply?", "Modal: who can apply?"),
        ("going back to the vouchers, how many cities give them?", None),
        ("说回刚才的算力券，有多少个城市？", "算力券: 有多少个城市？"),
    ],
)
def test_an_earlier_subject_is_returned_to(
    question: str, whole: str | None, records: list[Program]
) -> None:
    past = [
        asked("What are the Chinese vouchers (算力券) worth?"),
        asked("How much credit does Modal give?"),
        asked("Who is Bill Gurley?"),
    ]
    text = read(question, past, records).text
    assert text == whole if whole else "Gurley" not in text


@pytest.mark.parametrize(
    ("earlier", "question", "provider"),
    [
        ("What credits does Nebius give?", "and what do they charge for a B200?", "Nebius"),
        ("Nebius给多少额度？", "它家B200一小时多少钱？", "Nebius"),
        ("Who leads Benchmark?", "and what do they charge for a B200?", None),
    ],
)
def test_whose_price_it_is(
    earlier: str, question: str, provider: str | None, records: list[Program]
) -> None:
    assert read(question, [asked(earlier)], records).provider == provider


def test_what_is_told_of_us_completes_the_last_question(records: list[Program]) -> None:
    past = [asked("What credit does Together AI give startups?")]
    reading = read("we are at $7M raised by the way", past, records)
    assert reading.programs == ("together-accelerator",)
    assert "$7M" in reading.text


def test_more_money_matches_again(records: list[Program]) -> None:
    call = {"name": "match_programs", "args": {"stage": "seed", "raised": "2000000 USD"}}
    before = asked("We raised $2M, what can we apply for?").model_copy(update={"calls": [call]})
    reading = read("and with 6 million?", [before], records)
    assert reading.asks == (Ask.MATCH,)
    assert reading.repeat == call


def test_the_cost_of_an_estimate_is_asked_of_it(records: list[Program]) -> None:
    call = {"name": "estimate_training", "args": {"params": "7B", "tokens": "2T", "gpu": "H100"}}
    before = asked("How long for 7B on 2T tokens?").model_copy(update={"calls": [call]})
    assert read("and the cost?", [before], records).repeat == call
    assert read("what do they charge?", [before], records).repeat is None


def test_those_compared_are_asked_of_again(records: list[Program]) -> None:
    pair = ["modal-for-startups", "lambda-credits"]
    call = {"name": "compare_programs", "args": {"programs": pair}}
    before = asked("Compare them").model_copy(update={"calls": [call]})
    assert list(read("which one suits a seed company?", [before], records).programs) == pair
