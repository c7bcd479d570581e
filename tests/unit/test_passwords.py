"""The password policy in both profiles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.passwords import common, expired, normal, one_time_password, weaknesses
from services.auth.policy import POLICIES, Profile


def codes(password: str, profile: Profile = "dengbao", *own: str) -> set[str]:
    return {error.code for error in weaknesses(password, profile, own_words=own)}


@pytest.mark.parametrize(
    "password", ["Kletter-Rose-88!", "雨打芭蕉-Night-7", "x" * 20 + "Y9-abcdef", "A1b" + "长城万里春" * 12]
)
def test_good_ones(password: str) -> None:
    assert codes(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Kurz-1!", "password_too_short"),
        ("Aa1-" + "xyzw" * 32, "password_too_long"),
        ("nur-kleine-buchstaben", "password_too_simple"),
        ("Qwertyuiop1", "password_common"),
        ("Sommer-123456-X", "password_guessable"),
        ("Ranqi-Bureau-7", "password_guessable"),
        ("Aa1!Aa1!Aa1!", "password_repeats"),
    ],
)
def test_bad_ones(password: str, code: str) -> None:
    assert code in codes(password)


def test_own_words() -> None:
    assert codes("Zhangsan-Rose-8", "dengbao", "zhangsan", "张三", "E0042") == {"password_guessable"}
    assert codes("Rose-E0042-klettert", "dengbao", "zhangsan", "张三", "E0042") == {"password_guessable"}


def test_the_profile_asvs_asks_for_no_classes_and_no_change() -> None:
    assert codes("nur kleine buchstaben hier", "asvs") == set()
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert expired(long_ago, "dengbao", datetime.now(UTC))
    assert not expired(long_ago, "asvs", datetime.now(UTC))
    assert not expired(datetime.now(UTC) - timedelta(days=89), "dengbao", datetime.now(UTC))


def test_the_same_letters_are_the_same_password() -> None:
    assert normal("e\u0301") == normal("\u00e9")


def test_one_time_passwords_are_long_and_different() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    # 24 letters of 55: 138 bits.
    assert all(len(text.replace("-", "")) == 24 for text in made)


def test_the_list_of_common_passwords_is_long_and_in_use() -> None:
    assert len(common()) >= 100_000
    assert "password_common" in codes(next(text for text in sorted(common()) if len(text) > 12))


@pytest.mark.parametrize("profile", ["dengbao", "asvs"])
def test_every_refusal_is_announced_with_its_basis(profile: Profile) -> None:
    """What the form lists while a password is typed is what the server refuses, no more and no less."""
    announced = {rule.code for rule in POLICIES[profile].rules()}
    refused = {code for text in ("a", "Qwertyuiop1", "aaaaaaaaaaaa", "safework-1A") for code in codes(text, profile)}
    assert refused | {"password_reused"} == announced
    assert all(rule.basis for rule in POLICIES[profile].rules())
    assert POLICIES[profile].as_json()["max_age_days"] == {"dengbao": 90, "asvs": None}[profile]
