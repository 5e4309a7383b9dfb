"""A sample as a list of parts, each of which follows from the model, a seed and its place alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from operator import index
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from ..columns.layout import Encoded
from ..data.conditions import checked_counts
from ..data.embedding import Embedding
from ..data.seeds import BLOCK_ROWS, seeds_from
from ..data.targets import encoded_classes
from ..data.validation import check_count
from ..model import GenerativeModel, HoldsModel
from ..persistence.model_file import dump_model, parse_model
from ..plain import Count, PathLike, Verbose
from ..selection.sampler import Sampler
from .shuffle import Shuffle

PART_ROWS = 1_000_000
MOST_ROWS = 2**63 - 1
Decode: TypeAlias = Callable[[Any], Any]
Engine: TypeAlias = Literal["dask", "ray", "spark"]


class SamplePlan:
    """What :meth:`ganaug.GANAugmenter.plan` returns: a sample in parts, of which none is drawn before it is asked for.

    ``plan[i]`` is part `i`, as `sample` returns rows; ``len(plan)`` is how many there are. All parts below one another
    are what ``sample(counts, random_state=...)`` gives at once. A plan can be pickled, and is as large as the model's
    file.

    Parameters
    ----------
    model : GenerativeModel
    counts : int or dict
    random_state : int, default=0
    part_rows : int, default=1,000,000
    shuffle : bool, default=False
    refine : bool, default=True
        As :meth:`ganaug.GANAugmenter.plan` takes them.

    Attributes
    ----------
    rows : int
        Of all parts.
    """

    def __init__(
        self,
        model: GenerativeModel,
        counts: Count,
        *,
        random_state: int = 0,
        part_rows: int = PART_ROWS,
        shuffle: bool = False,
        refine: bool = True,
    ) -> None:
        self.model = model
        self.random_state = check_count(random_state, "random_state")
        self.part_rows = check_count(part_rows, "part_rows")
        if not self.part_rows:
            raise ValueError("part_rows=0 must be positive")
        self.shuffle, self.refine = shuffle, refine
        self.seed = int(seeds_from(self.random_state, 1)[0])
        _check_independent(model)
        self.counts: Count = checked_counts(model.target, counts, "counts", "plan")
        if isinstance(self.counts, Mapping) and model.target is not None:
            model.target.encode_counts(dict.fromkeys(self.counts, 0))  # an unknown class is told now
        self.rows = sum(self.counts.values()) if isinstance(self.counts, Mapping) else int(self.counts)
        if self.rows > MOST_ROWS:
            raise ValueError(
                f"counts: {self.rows:,} rows are more than a plan can number: ask for {MOST_ROWS:,} at most"
            )
        if shuffle and not isinstance(self.counts, Mapping):
            raise ValueError("shuffle=True: rows of a number asked for come in random order anyway; it is for counts")

    def __len__(self) -> int:
        return -(-self.rows // self.part_rows)

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Any:
        """Part `number`, as `sample` returns rows."""
        data, condition = self._drawn(number)
        X = self.model.as_given(data)
        target = self.model.target
        return X if target is None else (X, self.model.labels_as_given(target, target.decode(condition)))

    def __repr__(self) -> str:
        return f"<SamplePlan of {self.rows:,} rows in {len(self):,} parts; random_state={self.random_state}>"

    def __reduce__(self) -> Any:
        own = {"random_state": self.random_state, "part_rows": self.part_rows, "shuffle": self.shuffle}
        decode = None if self.model.embedding is None else self.model.embedding.decode
        return _unpickled, (self._file, self.counts, own | {"refine": self.refine}, decode)

    @cached_property
    def _file(self) -> bytes:
        return dump_model({"model": self.model})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the model."""
        return hashlib.sha256(self._file).hexdigest()

    def range_of(self, number: int) -> range:
        """The rows of a part."""
        try:
            number = index(number)
        except TypeError:
            raise TypeError(f"part {number!r}: give the number of one part, such as plan[0]") from None
        place = number + len(self) if number < 0 else number
        if not 0 <= place < len(self):
            raise IndexError(f"part {number}: there are {len(self):,}, from 0 on")
        return range(place * self.part_rows, min((place + 1) * self.part_rows, self.rows))

    def classes_of(self, number: int) -> dict[Any, int]:
        """Rows of each class in a part, without drawing it."""
        target, rows = self.model.class_target, self.range_of(number)
        if target is None:
            return {}
        found = np.bincount(self._conditions(rows).codes[:, 0], minlength=len(target.counts))
        return dict(zip(target.class_counts, found.tolist(), strict=True))

    def frame(self, number: int) -> pd.DataFrame:
        """Part `number` as a table of pandas, with labels as the last column; with an encoder, of its features."""
        data, condition = self._drawn(number)
        return self._labelled(data, condition)

    @cached_property
    def example(self) -> pd.DataFrame:
        """Some rows as those of :meth:`frame`, for what asks for names and dtypes beforehand."""
        condition = self._conditions(range(min(self.rows, BLOCK_ROWS)))
        rows = self._sampler.rows(condition, self.seed) if self.rows else self.model.encoder.layout.empty()
        return self._labelled(self.model.encoder.decode(rows, condition), condition)

    def to_parquet(self, folder: PathLike, *, engine: Engine | None = None, verbose: Verbose = "auto") -> None:
        """Write each part to a file of a folder, with a manifest; parts that are there already stay.

        Parameters
        ----------
        folder : path
            Made if need be. A run that was killed goes on where it was: parts that the manifest lists, and whose
            SHA-256 is still right, are not drawn again.
        engine : {"dask", "ray", "spark"} or None, default=None
            Who draws: the workers of an engine, all of which must see the folder, or this process. Files are the same.
        verbose : {"auto", True, False} or int, default="auto"
            Whether to show a progress bar.
            "auto" shows it in a terminal or notebook when the work takes longer than five seconds.

        Raises
        ------
        ValueError
            If the folder holds parts of another plan, or files of something else.
        TypeError
            For images, which Parquet has no columns for.
        """
        from .parquet import write_parts

        write_parts(self, folder, engine, verbose)

    def to_dask(self) -> Any:
        """A DataFrame of Dask with a partition for each part."""
        from .engines import to_dask

        return to_dask(self)

    def to_ray(self) -> Any:
        """A dataset of Ray with a block for each part."""
        from .engines import to_ray

        return to_ray(self)

    def to_spark(self, spark: Any) -> Any:
        """A DataFrame of a session of Spark with a partition for each part."""
        from .engines import to_spark

        return to_spark(self, spark)

    @cached_property
    def label(self) -> str:
        """The column of labels in :meth:`frame`: as they were called, with `_label` added if another is."""
        name = getattr(self.model.target, "name", None)
        return free_name("target" if name is None else str(name), self.model.encoder.features)

    @property
    def _sampler(self) -> Sampler:
        return self.model.sampler_of(refine=self.refine)

    def _drawn(self, number: int) -> tuple[Any, Encoded]:
        rows, sampler = self.range_of(number), self._sampler
        whole = sampler.whole_blocks(rows, self.rows)
        condition = self._conditions(whole)
        drawn = sampler.rows(condition, self.seed, whole.start)
        places = np.arange(rows.start, rows.stop) - whole.start
        condition = condition.take(places)
        return self.model.encoder.decode(drawn.take(places), condition), condition

    def _conditions(self, rows: range) -> Encoded:
        """What rows are drawn for, by arithmetic."""
        target = self.model.target
        if target is None:
            return Encoded.none(len(rows))
        if not isinstance(self.counts, Mapping):
            return target.natural(rows.stop, self.seed, rows.start)
        places = np.arange(rows.start, rows.stop)
        places = self._shuffled(places) if self.shuffle else places
        ends = np.cumsum(list(self.counts.values()))
        codes = target.encode(pd.Series(list(self.counts), dtype=object)).codes[:, 0]
        return encoded_classes(codes[np.searchsorted(ends, places, side="right")])

    @cached_property
    def _shuffled(self) -> Shuffle:
        return Shuffle(self.rows, self.seed)

    def _labelled(self, data: Any, condition: Encoded) -> pd.DataFrame:
        if not isinstance(data, pd.DataFrame):
            raise TypeError("the model draws images, which are no columns of a table: take plan[i]")
        frame = data.set_axis(list(map(str, data.columns)), axis=1)
        target = self.model.target
        return frame if target is None else frame.assign(**{self.label: target.decode(condition).to_numpy()})


class PlanMixin(HoldsModel):
    """What an augmenter draws in parts."""

    def plan(
        self,
        counts: Count,
        *,
        random_state: int = 0,
        part_rows: int = PART_ROWS,
        shuffle: bool = False,
        refine: bool = True,
    ) -> SamplePlan:
        """A sample of any size, in parts that can be drawn one by one, in any order and by any number of machines.

        Parameters
        ----------
        counts : int or dict
            As `n` of `sample`.
        random_state : int, default=0
            As that of `sample`: the parts below one another are what it gives at once.
        part_rows : int, default=1,000,000
            Rows of each part but the last.
        shuffle : bool, default=False
            Whether the labels of `counts` come in random order, so that each part holds all of them; else they come one
            class after the other. Counts are exact in all parts together.
        refine : bool, default=True
            As in `sample`.

        Returns
        -------
        SamplePlan

        Raises
        ------
        ValueError, TypeError
            For unknown classes and counts that make no sense, and for models whose rows depend on all others: with
            identifiers made anew, or values that a rule says are unique.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from ganaug import GANAugmenter
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> augmenter = GANAugmenter(steps=50, random_state=0).fit(X, y)
        >>> plan = augmenter.plan({0: 3000, 2: 2000}, part_rows=2000)
        >>> len(plan), plan.classes_of(1)
        (3, {0: 1000, 1: 0, 2: 1000})
        >>> more_X, more_y = plan[1]
        >>> bool((more_y == augmenter.sample({0: 3000, 2: 2000}, random_state=0)[1][2000:4000].to_numpy()).all())
        True
        """
        options: dict[str, Any] = {"part_rows": part_rows, "shuffle": shuffle, "refine": refine}
        return SamplePlan(self._fitted, counts, random_state=random_state, **options)


def free_name(name: str, taken: Any) -> str:
    """A name that no column has."""
    names = set(map(str, taken))
    while name in names:
        name = f"{name}_label"
    return name


@lru_cache(4)
def _model_in(file: bytes) -> GenerativeModel:
    """A model, read once by each process."""
    model: GenerativeModel = parse_model(file)["model"]
    return model


def _unpickled(file: bytes, counts: Count, options: dict[str, Any], decode: Decode | None = None) -> SamplePlan:
    model = _model_in(file)  # which holds no code
    return SamplePlan(model if decode is None else replace(model, embedding=Embedding(None, decode)), counts, **options)


def _check_independent(model: GenerativeModel) -> None:
    """ValueError if rows depend on all others, so that parts cannot be drawn alone."""
    if model.encoder.faked or model.encoder.unique:
        what = [str(model.encoder.features[place]) for place in model.encoder.faked] or model.encoder.unique
        raise ValueError(
            f"{', '.join(what)}: values differ from those of all other rows, so parts cannot be drawn alone; fit with "
            "identifiers='drop', or with rules=['auto', 'not ...'], and number rows yourself"
        )
