"""All features of all pairs of two catalogues."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assist.mapping.catalogue import Catalogue, Field
from assist.mapping.lexicon.book import Lexicon
from assist.mapping.matcher import FEATURES
from assist.mapping.name_features import NAMES, name_features
from assist.mapping.naming import Naming
from assist.mapping.value_features import comparable, value_features
from assist.mapping.value_profile import Profile, profile


def pair_features(
    sources: Catalogue,
    targets: Catalogue,
    named: tuple[Sequence[Naming], Sequence[Naming]],
    lexicon: Lexicon,
) -> NDArray[np.float32]:
    """Return the features of shape (sources, targets, len(FEATURES)).

    Args:
        named: what the names of both catalogues' fields say, in the catalogues' order.
    """
    cube = np.zeros((len(sources), len(targets), len(FEATURES)), dtype=np.float32)
    if not len(sources) or not len(targets):
        return cube
    cube[:, :, : len(NAMES)] = name_features(*named, lexicon)
    profiles = [[_profile(one) for one in of] for of in (sources, targets)]
    both = comparable(*profiles)
    if both.any():
        cube[:, :, len(NAMES) : -1] = value_features(*profiles)
        cube[:, :, -1] = both
    return cube


def _profile(one: Field) -> Profile | None:
    """Return the look of a field's samples; a list's options stand in for samples that are missing."""
    return profile(one.samples) or profile(one.options)
