"""One condition of a program against a company's profile, with the reason in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from kb.programs import wording
from kb.programs.conditions import (
    AgeRule,
    OtherRule,
    PortfolioRule,
    RaisedRule,
    RegionRule,
    Rule,
    StageRule,
    Words,
)
from kb.programs.names import Parties
from kb.programs.partial_dates import bounds, months_before
from kb.programs.profile import Profile, ProfileField, in_words
from kb.programs.regions import lies_in, region_name
from kb.programs.wording import both

Outcome = Literal["pass", "fail", "unknown"]
Judged = tuple[Outcome, Words, ProfileField | None]
"""Outcome, reason, and the field of the profile that is missing."""


class Judge:
    """Decides single rules for one profile on one day."""

    def __init__(self, profile: Profile, today: date, parties: Parties) -> None:
        self._profile, self._today, self._parties = profile, today, parties

    def judge(self, rule: Rule) -> Judged:
        """How the company fares with one condition, and why."""
        match rule:
            case StageRule():
                return self._stage(rule)
            case RaisedRule():
                return self._raised(rule)
            case PortfolioRule():
                return self._portfolio(rule)
            case RegionRule():
                return self._region(rule)
            case AgeRule():
                return self._age(rule)
            case OtherRule():
                return self._answered(rule)

    def _answered(self, rule: OtherRule) -> Judged:
        asked = rule.ask
        answer = (self._profile.answers or {}).get(rule.key or "")
        if answer is None:
            why = both(f"only you know: {asked.en}", f"需要你们确认：{asked.zh_hans}")
            return "unknown", why, None
        said, chinese = ("yes", "是") if answer else ("no", "否")
        why = both(f"you say {said}: {asked.en}", f"你们回答“{chinese}”：{asked.zh_hans}")
        return ("pass" if answer else "fail"), why, None

    def _stage(self, rule: StageRule) -> Judged:
        stage, wanted = self._profile.stage, wording.stages(rule.any_of)
        if stage is None:
            return _not_given("stage", "your stage", "所处轮次", wanted)
        mine = both(*wording.STAGES[stage])
        if stage in rule.any_of:
            return (
                "pass",
                both(
                    f"your stage, {mine.en}, is within: {wanted.en}",
                    f"你们处于{mine.zh_hans}，在要求的范围内：{wanted.zh_hans}",
                ),
                None,
            )
        return (
            "fail",
            both(
                f"your stage, {mine.en}, is not within: {wanted.en}",
                f"你们处于{mine.zh_hans}，不在要求的范围内：{wanted.zh_hans}",
            ),
            None,
        )

    def _raised(self, rule: RaisedRule) -> Judged:
        wanted, raised = wording.raised(rule.raised), self._profile.raised
        if raised is None:
            return _not_given("raised", "how much you have raised", "累计融资额", wanted)
        mine = wording.sum_of(raised.amount, raised.currency)
        if raised.currency != rule.raised.currency and raised.amount:
            return (
                "unknown",
                both(
                    f"the {mine.en} that you have raised is in another currency, and no exchange "
                    f"rate is assumed; asked for: {wanted.en}",
                    f"你们融资{mine.zh_hans}，币种不同，不按汇率换算，要求：{wanted.zh_hans}",
                ),
                "raised",
            )
        inside = _within(raised.amount, rule)
        word, chinese = ("fits", "符合") if inside else ("does not fit", "不符合")
        return (
            ("pass" if inside else "fail"),
            both(
                f"the {mine.en} that you have raised {word}: {wanted.en}",
                f"你们融资{mine.zh_hans}，{chinese}要求：{wanted.zh_hans}",
            ),
            None,
        )

    def _portfolio(self, rule: PortfolioRule) -> Judged:
        funds, wanted = self._profile.funds, wording.parties(rule.any_of, self._parties.called)
        if funds is None:
            return _not_given("funds", "who backs you", "投资方或所在计划", wanted)
        for fund in funds:
            if any(self._parties.same(fund, name) for name in rule.any_of):
                return (
                    "pass",
                    both(
                        f"you are with {fund}; asked for: {wanted.en}",
                        f"你们已获{fund}支持，要求：{wanted.zh_hans}",
                    ),
                    None,
                )
        named = both(", ".join(funds) or "nobody", "、".join(funds) or "没有")
        return (
            "fail",
            both(
                f"your backers ({named.en}) are not among: {wanted.en}",
                f"你们的投资方（{named.zh_hans}）不在其中：{wanted.zh_hans}",
            ),
            None,
        )

    def _region(self, rule: RegionRule) -> Judged:
        country, wanted = self._profile.country, wording.regions(rule.any_of)
        if country is None:
            return _not_given("country", "your country", "所在国家或地区", wanted)
        english, chinese = region_name(country)
        if lies_in(country, rule.any_of):
            return (
                "pass",
                both(
                    f"{english} is within: {wanted.en}",
                    f"{chinese}在要求的地区内：{wanted.zh_hans}",
                ),
                None,
            )
        return (
            "fail",
            both(
                f"{english} is not within: {wanted.en}",
                f"{chinese}不在要求的地区内：{wanted.zh_hans}",
            ),
            None,
        )

    def _age(self, rule: AgeRule) -> Judged:
        founded, wanted = (
            self._profile.founded,
            wording.age(rule),
        )
        if founded is None:
            return _not_given("founded", "when you were founded", "成立时间", wanted)
        when = in_words(self._profile)["founded"] or both("", "")
        limit = months_before(self._today, int(rule.under_years * 12))
        first, last = bounds(founded)
        if first > limit:
            outcome: Outcome = "pass"
        elif last <= limit:
            outcome = "fail"
        else:
            last_day = wording.day(limit.isoformat())
            return (
                "unknown",
                both(
                    f"founded {when.en} is too coarse to tell: the limit is {last_day.en}",
                    f"成立时间{when.zh_hans}不够精确：界限是{last_day.zh_hans}",
                ),
                "founded",
            )
        word, chinese = ("fits", "符合") if outcome == "pass" else ("does not fit", "不符合")
        return (
            outcome,
            both(
                f"founded {when.en} {word}: {wanted.en}",
                f"{when.zh_hans}成立，{chinese}要求：{wanted.zh_hans}",
            ),
            None,
        )


def _not_given(field: ProfileField, english: str, chinese: str, wanted: Words) -> Judged:
    why = both(
        f"{english} is not given; asked for: {wanted.en}",
        f"未提供{chinese}，要求：{wanted.zh_hans}",
    )
    return "unknown", why, field


def _within(amount: Decimal, rule: RaisedRule) -> bool:
    limit = rule.raised
    if limit.exactly is not None:
        return amount == limit.exactly
    return (limit.at_least is None or amount >= limit.at_least) and (
        limit.up_to is None or amount <= limit.up_to
    )
