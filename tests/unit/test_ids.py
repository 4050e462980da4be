"""References survive being read out; codes cannot be guessed; derived ids are derived."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import ALPHABET, clean_reference, derived_id, new_reference, tracking_code

REFERENCES = st.builds(new_reference)


@given(REFERENCES)
def test_a_reference_is_itself_however_it_is_typed(reference: str) -> None:
    assert clean_reference(reference) == reference
    assert clean_reference(f" {reference.lower().replace('-', ' ')} ") == reference


@given(REFERENCES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_misheard_character_is_noticed(reference: str, place: int, heard: str) -> None:
    bare = reference.replace("-", "")
    said = bare[:place] + heard + bare[place + 1 :]
    assert clean_reference(said) == (reference if said == bare else None)


@given(REFERENCES, st.integers(0, 6))
def test_two_characters_swapped_are_noticed(reference: str, place: int) -> None:
    bare = reference.replace("-", "")
    said = bare[:place] + bare[place + 1] + bare[place] + bare[place + 2 :]
    assert clean_reference(said) == (reference if said == bare else None)


@given(st.text(max_size=12))
def test_anything_else_is_no_reference(typed: str) -> None:
    cleaned = clean_reference(typed)
    assert cleaned is None or cleaned.replace("-", "") == typed.upper().replace("-", "").replace(" ", "")


def test_no_two_characters_look_alike() -> None:
    for alike in ("0O", "1IL", "5S", "2Z", "8B", "UV"):
        assert len(set(alike) & set(ALPHABET)) <= 1


def test_a_tracking_code_follows_from_the_secret_alone() -> None:
    code = tracking_code(b"secret", "7K3F-9XQC")
    assert code == tracking_code(b"secret", "7K3F-9XQC")
    assert len(code) == 26
    assert code != tracking_code(b"other", "7K3F-9XQC")
    assert code != tracking_code(b"secret", "7K3F-9XQD")


def test_derived_ids_do_not_run_together() -> None:
    assert derived_id("a", "b") == derived_id("a", "b")
    assert derived_id("a", "b") != derived_id("ab", "")
