"""Lists: a few values of each group, laid end to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from health.quality import Floats, Integers


@dataclass(frozen=True)
class Lists:
    """The values of all groups, group after group, and how many belong to each."""

    values: Floats | Integers
    sizes: Integers


Column = NDArray[Any] | Lists
"""One value of each group, or some."""


def end_to_end(parts: Sequence[Column]) -> pl.Series:
    """One column of the groups of all parts, part after part; parts are all of one kind."""
    lists = [part for part in parts if isinstance(part, Lists)]
    if not lists:
        return pl.Series(np.concatenate([part for part in parts if not isinstance(part, Lists)]))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([part.sizes for part in lists]))])
    return pl.Series(pa.LargeListArray.from_arrays(offsets, np.concatenate([part.values for part in lists])))
