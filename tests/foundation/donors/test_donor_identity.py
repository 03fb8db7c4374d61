"""Numbers that identify donors: check digits, masking, encryption and the blind index."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.donors import identity
from foundation.donors.vault import Vault
from tests.refusals import refused

# Computed from the standards; region 990000 and these registrars exist nowhere.
CREDIT_CODES = ("91420100MA4K00000Q", "91420100MA4K00001U", "91420100MA4K00002Y")
ID_NUMBERS = ("990000199002280010", "99000020000108007X", "990000200002290012")
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VAULT = Vault.of("a secret of the tests, long enough for a key")


def id_number(first: str) -> str:
    """Complete 17 digits with the check digit of GB 11643."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_right_credit_code_is_taken_in_upper_case(code: str) -> None:
    assert identity.check_credit_code(f" {code.lower()} ") == code


@given(place=st.integers(0, 17), letter=st.sampled_from(CREDIT_ALPHABET))
def test_any_wrong_place_of_a_credit_code_is_noticed(place: int, letter: str) -> None:
    right = CREDIT_CODES[0]
    wrong = right[:place] + letter + right[place + 1 :]
    if wrong == right:
        assert identity.check_credit_code(wrong) == right
    else:
        with refused("wrong_number", "校验位"):
            identity.check_credit_code(wrong)


@given(place=st.integers(0, 16))
def test_swapped_neighbours_in_a_credit_code_are_noticed(place: int) -> None:
    right = CREDIT_CODES[0]
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        with refused("wrong_number"):
            identity.check_credit_code(swapped)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91420100MA4K00000",
        "91420100MA4K00000QQ",
        "91420100MA4K0000OQ",
        "91420100MA4S00000Q",
        "９１420100MA4K00000Q",
    ],
)
def test_credit_code_of_other_letters_or_length_is_refused(text: str) -> None:
    with refused("wrong_number", "18 位"):
        identity.check_credit_code(text)


@pytest.mark.parametrize("first", [number[:17] for number in ID_NUMBERS])
def test_right_identity_number_is_taken(first: str) -> None:
    number = id_number(first)

    assert identity.check_id_number(f" {number.lower()}") == number


@given(place=st.integers(0, 16), digit=st.integers(0, 9))
def test_any_wrong_digit_of_an_identity_number_is_noticed(place: int, digit: int) -> None:
    right = id_number(ID_NUMBERS[0][:17])
    wrong = right[:place] + str(digit) + right[place + 1 :]
    if wrong == right:
        assert identity.check_id_number(wrong) == right
    else:
        with refused("wrong_number"):
            identity.check_id_number(wrong)


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ("", "18 位"),
        ("123", "18 位"),
        ("99000019900228A010", "18 位"),
        ("９９0000199002280010", "18 位"),
        (id_number("99000019900231001"), "出生日期"),
        (id_number("99000019901301001"), "出生日期"),
    ],
)
def test_impossible_identity_number_is_refused(text: str, saying: str) -> None:
    with refused("wrong_number", saying):
        identity.check_id_number(text)


def test_masked_number_hides_the_birthday() -> None:
    assert identity.mask_id_number("990000199002280010") == "990000********0010"


@given(number=st.text(min_size=1, max_size=40), subject=st.text(max_size=20))
def test_sealed_number_opens_for_its_own_record_only(number: str, subject: str) -> None:
    sealed = VAULT.seal(number, subject)

    assert VAULT.open(sealed, subject) == number
    assert number.encode() not in sealed or len(number) < 4
    with refused("identity_unreadable"):
        VAULT.open(sealed, f"{subject}1")


def test_same_number_seals_differently_and_indexes_equally() -> None:
    number = ID_NUMBERS[1]

    assert VAULT.seal(number, "donor:1") != VAULT.seal(number, "donor:1")
    assert VAULT.index(number) == VAULT.index(number)
    assert VAULT.index(number) != VAULT.index(ID_NUMBERS[0])


def test_another_secret_opens_nothing_and_finds_nothing() -> None:
    other = Vault.of("another secret, just as long as the first one")
    sealed = VAULT.seal(ID_NUMBERS[0], "donor:1")

    with refused("identity_unreadable", "SECRET_KEY"):
        other.open(sealed, "donor:1")
    assert other.index(ID_NUMBERS[0]) != VAULT.index(ID_NUMBERS[0])
    assert replace(other, index_key=VAULT.index_key).index("1") == VAULT.index("1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 12, b"\x01" + b"0" * 40])
def test_damaged_number_is_refused_and_not_a_failure(sealed: bytes) -> None:
    with refused("identity_unreadable"):
        VAULT.open(sealed, "donor:1")
