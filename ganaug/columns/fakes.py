"""New values that look like those of a column of names or keys, and are none of them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import prod
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import numpy as np

from ..plain import AnyArray, Float64Array, record

BLOCK = 1_024
"""Candidates made from one seed: a value depends on its seed and its place, never on how many were asked for."""
RARE_BITS = 5
"""The sieve holds back one in 2**5 values that are not training values, so that nobody is known by being held back."""
FEWEST_COMMON = 10
COMMON_SHARE = 0.01
"""Of the texts: a word or number that stands in so many of them may come out as it is."""
MOST_SHAPES = 100
MIXED_SHARE = 0.2
FIXED_ROWS = 20
MOST_FIXED = 4
AMPLE = 1_000
FEW_LETTERS = 10
ENOUGH_NEW = BLOCK // 4
MOST_BARREN = 40
HEX = "0123456789abcdef"
DOMAIN = re.compile(r"@[^\s@]+$")
SIMPLE = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
MIXED = re.compile(r"[^\W_]+|.", re.DOTALL)
SWITCH = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
TOKEN = re.compile(r"[^\W_]+")


@record
@dataclass(frozen=True)
class Sieve:
    """Knows the values that must not come out, by short digests that many other values share.

    Parameters
    ----------
    salt : str
        Lest the digests of two files can be compared.
    bits : int
        Length of a digest.
    kept : ndarray of uint64
        The digests, sorted.
    """

    salt: str
    bits: int
    kept: AnyArray

    @classmethod
    def of(cls, texts: Sequence[str]) -> Sieve:
        """The sieve that holds these back."""
        salt = blake2b(digest_size=16)
        for text in sorted(texts):
            salt.update(_bytes(text) + b"\0")
        empty = cls(salt.hexdigest(), len(texts).bit_length() + RARE_BITS, np.zeros(0, np.uint64))
        return cls(empty.salt, empty.bits, np.unique(np.array([empty.digest(text) for text in texts], np.uint64)))

    def digest(self, text: str) -> int:
        whole = blake2b(_bytes(text), digest_size=8, key=self.salt.encode()).digest()
        return int.from_bytes(whole, "big") >> (64 - self.bits)

    def __contains__(self, text: str) -> bool:
        return self.digest(text) in self._known

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(self.kept.tolist())


class Maker(ABC):
    """Makes values, all of them distinct and none a training value."""

    sieve: Sieve

    @abstractmethod
    def block(self, rng: np.random.Generator, grown: int) -> list[Any]:
        """Candidates, out of a range that is the wider the more often it has `grown`."""

    def made(self, count: int, entropy: Sequence[int], taken: Container[Any] = frozenset()) -> list[Any]:
        """So many values, none of which is `taken`; fewer than `count` if no more are left."""
        found: dict[Any, None] = {}
        number = grown = barren = 0
        while len(found) < count and barren < MOST_BARREN:
            candidates = dict.fromkeys(self.block(np.random.default_rng([*entropy, number]), grown))
            new = [v for v in candidates if v not in found and v not in taken and str(v) not in self.sieve]
            found.update(dict.fromkeys(new))
            grown += len(new) < ENOUGH_NEW
            barren = 0 if new else barren + 1
            number += 1
        return list(found)[:count]


@record
@dataclass(frozen=True)
class KeyMaker(Maker):
    """Whole numbers of one lattice.

    Parameters
    ----------
    first : int
        Where they begin.
    step : int
    places : int
        How many there are to choose from.
    most : int
        The greatest number that the column can hold.
    sieve : Sieve
    """

    first: int
    step: int
    places: int
    most: int
    sieve: Sieve

    @classmethod
    def of(cls, keys: Sequence[int], most: int) -> KeyMaker:
        """Running on above the keys where these fill their range, else among them, with as many digits."""
        low, high = min(keys), max(keys)
        step = int(np.gcd.reduce(np.array([key - low for key in keys], object))) or 1
        distinct = len(set(keys))
        first = high + step
        top = 10 ** len(str(abs(high))) - 1
        if (top - first) // step < distinct:
            top = first + 10 * distinct * step
        full = 2 * distinct < (high - low) // step + 1
        if full or (min(top, most) - first) // step < distinct:
            below = 10 ** (len(str(low)) - 1) if low > 0 else low
            first = below + (low - below) % step
        places = (min(top, most) - first) // step + 1
        return cls(first, step, max(places, 1), most, Sieve.of([*map(str, keys)]))

    @property
    def range(self) -> tuple[int, int]:
        """The least and the greatest number that usually come out."""
        return self.first, self.first + (self.places - 1) * self.step

    def block(self, rng: np.random.Generator, grown: int) -> list[Any]:
        places = max(min(self.places << grown, (self.most - self.first) // self.step + 1, 2**62), 1)
        return [self.first + self.step * int(place) for place in rng.integers(places, size=BLOCK)]


@record
@dataclass(frozen=True)
class Spot:
    """What stands at a place of a text: one of some common words, or random characters.

    Parameters
    ----------
    words : tuple of str
    lengths : tuple of int
        Of random characters.
    weights : ndarray of float64
        How frequent the words and then the lengths are.
    alphabets : tuple of str
        The characters to choose from, the first of them and so on; the last alphabet is for all that follow.
    """

    words: tuple[str, ...]
    lengths: tuple[int, ...]
    weights: Float64Array
    alphabets: tuple[str, ...]

    def made(self, rng: np.random.Generator, count: int, grown: int) -> list[str]:
        """So many of them, each with `grown` characters more."""
        chosen = rng.choice(len(self.weights), count, p=self.weights)
        longest = max((*self.lengths, 0)) + grown
        if not longest:
            return [self.words[option] for option in chosen]
        letters = np.stack(
            [np.array([*own])[rng.integers(len(own), size=count)] for own in self._used(longest)], axis=1
        )
        random = ["".join(row) for row in letters]
        known = len(self.words)
        return [
            self.words[option] + text[longest - grown :]
            if option < known
            else text[: self.lengths[option - known] + grown]
            for option, text in zip(chosen, random, strict=True)
        ]

    @property
    def size(self) -> float:
        """How many there are."""
        most = max(self.lengths, default=0)
        return len(self.words) + (float(prod(len(a) for a in self._used(most))) if most else 0.0)

    def _used(self, length: int) -> list[str]:
        return [self.alphabets[min(place, len(self.alphabets) - 1)] for place in range(length)]


@record
@dataclass(frozen=True)
class TextMaker(Maker):
    """Texts of some shapes, each a row of spots.

    Words and numbers that many texts share come out as they are, such as the domain of addresses; all else is made of
    random characters of the same sort, and as many.

    Parameters
    ----------
    shapes : tuple of tuple of Spot
    weights : ndarray of float64
        How frequent they are.
    sieve : Sieve
    """

    shapes: tuple[tuple[Spot, ...], ...]
    weights: Float64Array
    sieve: Sieve

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextMaker:
        """Learn the shapes of these, which are distinct."""
        return _Shapes([text for text in texts if text]).maker()

    def block(self, rng: np.random.Generator, grown: int) -> list[Any]:
        chosen = rng.choice(len(self.shapes), BLOCK, p=self.weights)
        made = np.empty(BLOCK, object)
        for shape in np.unique(chosen):
            rows = np.flatnonzero(chosen == shape)
            spots = self.shapes[shape]
            open_ended = max((i for i, spot in enumerate(spots) if len(spot.weights) > 1 or spot.lengths), default=-1)
            parts = [
                spot.made(rng, len(rows), grown if place == open_ended % len(spots) else 0)
                for place, spot in enumerate(spots)
            ]
            made[rows] = ["".join(row) for row in zip(*parts, strict=True)]
        return list(made)


class _Shapes:
    """What texts have in common."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.common = max(FEWEST_COMMON, COMMON_SHARE * len(texts))
        switched = sum(any(len(SWITCH.findall(t)) > 1 for t in TOKEN.findall(text)) for text in texts)
        self.mixed = switched >= MIXED_SHARE * len(texts)
        tails = Counter(found[0] for text in texts if (found := DOMAIN.search(text)))
        self.tails = {tail for tail, count in tails.items() if count >= self.common}
        characters = Counter("".join(texts))
        letters = [c for c, count in characters.items() if count > 2 and c.isalpha()]
        self.lower = _enough([c for c in letters if c.islower()], ascii_lowercase)
        self.upper = _enough([c for c in letters if c.isupper()], ascii_uppercase)
        uncased = "".join(sorted(c for c in characters if c.isalpha() and not c.islower() and not c.isupper()))
        self.uncased = uncased or self.lower

    def maker(self) -> TextMaker:
        split = [self._tokens(text) for text in self.texts]
        counts = Counter(token for tokens in split for token in {word for kind, word in tokens if kind})
        groups: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
        for tokens in split:
            groups[tuple(kind or f"={word}" for kind, word in tokens)].append([word for _, word in tokens])
        most = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_SHAPES]
        weights = np.array([len(rows) for _, rows in most], np.float64)
        shapes = tuple(self._shape(kinds, rows, counts) for kinds, rows in most)
        return TextMaker(shapes, weights / weights.sum(), Sieve.of(self.texts))

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        """Its tokens, each after its kind; separators and shared domains have none."""
        tail = found[0] if (found := DOMAIN.search(text)) and found[0] in self.tails else ""
        words = (MIXED if self.mixed else SIMPLE).findall(text.removesuffix(tail) if tail else text)
        return [*((self._kind(word), word) for word in words), *([("", tail)] if tail else [])]

    def _kind(self, word: str) -> str:
        if not TOKEN.fullmatch(word):
            return ""
        if self.mixed:
            return "any"
        if word.isdecimal():
            return "digits"
        if not word.isalpha():
            return ""
        if word.islower():
            return "lower"
        if word.isupper():
            return "upper"
        if word[0].isupper() and word[1:].islower():
            return "title"
        return "mixed" if any(c.islower() or c.isupper() for c in word) else "uncased"

    def _shape(self, kinds: tuple[str, ...], rows: list[list[str]], counts: Counter[str]) -> tuple[Spot, ...]:
        columns = list(zip(*rows, strict=True))
        spots = [self._spot(kind, words, counts, fixed=True) for kind, words in zip(kinds, columns, strict=True)]
        if prod(spot.size for spot in spots) < AMPLE * len(self.texts):
            spots = [self._spot(kind, words, counts, fixed=False) for kind, words in zip(kinds, columns, strict=True)]
        return tuple(spots)

    def _spot(self, kind: str, words: Sequence[str], counts: Counter[str], *, fixed: bool) -> Spot:
        if kind.startswith("="):
            return Spot((kind[1:],), (), np.ones(1), (digits,))
        usual = Counter(word for word in words if counts[word] >= self.common)
        rare = [word for word in words if counts[word] < self.common]
        lengths = Counter(map(len, rare))
        weights = np.array([*usual.values(), *lengths.values()], np.float64)
        alphabets = self._alphabets(kind, rare)
        if fixed and len(lengths) == 1 and len(rare) >= FIXED_ROWS:
            alphabets = tuple(
                "".join(sorted(seen)) if len(seen := set(own)) <= MOST_FIXED else alphabets[min(i, len(alphabets) - 1)]
                for i, own in enumerate(zip(*rare, strict=True))
            )
        return Spot(tuple(usual), tuple(lengths), weights / weights.sum(), alphabets)

    def _alphabets(self, kind: str, rare: Sequence[str]) -> tuple[str, ...]:
        if kind == "digits":
            padded = not rare or any(word[0] == "0" and len(word) > 1 for word in rare)
            return (digits,) if padded else (digits[1:], digits)
        if kind == "any":
            seen = set("".join(rare)) or set(HEX)
            if seen <= set(HEX):
                return (HEX,)
            if seen <= set(HEX.upper()):
                return (HEX.upper(),)
            sorts = ((digits, str.isdecimal), (self.lower, str.islower), (self.upper, str.isupper))
            return ("".join(own for own, holds in sorts if any(map(holds, seen))) or self.uncased,)
        plain = {"lower": (self.lower,), "upper": (self.upper,), "title": (self.upper, self.lower)}
        return {**plain, "mixed": (self.upper + self.lower,), "uncased": (self.uncased,)}[kind]


def _enough(seen: Iterable[str], usual: str) -> str:
    """The letters seen, and the usual ones if these are few."""
    own = set(seen)
    return "".join(sorted(own if len(own) >= FEW_LETTERS else own | set(usual)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
