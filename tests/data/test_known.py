"""Ids that are held are found, whatever their halves; none else is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.known import Ids

# Few different halves, so that many ids share one of theirs.
HALF = st.integers(0, 3) | st.sampled_from([2**63, 2**64 - 1])
IDS = st.lists(st.tuples(HALF, HALF), max_size=40)


def ids_of(pairs):
    return Ids(*(np.array([pair[half] for pair in pairs], np.uint64) for half in (0, 1)))


@given(IDS, IDS)
def test_an_id_is_found_where_both_halves_are_the_same(asked, held):
    assert ids_of(asked).among(ids_of(held).sorted()).tolist() == [pair in held for pair in asked]
