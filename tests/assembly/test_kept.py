"""Tables that models share are those that each would build for itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spinesim.assembly import person
from spinesim.assembly.subject import scale_subject
from spinesim.model.spine import Uncertainty
from spinesim.model.uncertainty import scaled
from spinesim.scenario.conditions import Subject
from spinesim.simulation import load_model

MODEL = load_model()


@pytest.mark.parametrize("entry", MODEL.uncertainties, ids=lambda entry: entry.name)
def test_no_table_is_kept_that_rests_on_what_has_changed(entry: Uncertainty) -> None:
    subject = scale_subject(MODEL, Subject())
    person.build_person(MODEL, subject)
    changed = scaled(MODEL, entry, 1.25)
    kept, names = person.build_person(changed, subject)
    for cache in (person._kept_strands, person._kept_facets, person._kept_lines):
        cache.cache_clear()
    fresh, own = person.build_person(changed, subject)
    assert names == own
    assert_same(kept, fresh)


def assert_same(a: Any, b: Any) -> None:
    for here, there in zip(a, b, strict=True):
        if isinstance(here, tuple):
            assert_same(here, there)
        else:
            assert np.array_equal(here, there)


def test_people_of_other_size_share_nothing() -> None:
    tall, short = (scale_subject(MODEL, Subject.model_validate({"height": height})) for height in ("1.9 m", "1.6 m"))
    a, b = (person.build_person(MODEL, own)[0] for own in (tall, short))
    assert a.strands.slack[0] > b.strands.slack[0] and a.facets.radius[0] > b.facets.radius[0]
    assert a.lines.optimal[0] > b.lines.optimal[0]
