"""Images that are no member of their class, or no image of the kind at all, are turned down; others are not."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import glyphs

from ganaug.columns.layout import Block, Encoded, Layout
from ganaug.modality.image import recognition
from ganaug.modality.image.encoder import ImageEncoder
from ganaug.modality.image.pixels import ImageLayout, Pixels
from ganaug.modality.image.recognition import Recogniser

X, Y = glyphs(60)
CODES = np.unique(Y, return_inverse=True)[1].astype(np.int32)
ENCODER, ROWS = ImageEncoder.fit(X[..., None])


def conditions(codes):
    none = np.zeros((len(codes), 0), np.float32)
    return Encoded(codes[:, None], none, none)


def fitted(seconds: float | None = None) -> Recogniser:
    layout = ImageLayout(ENCODER.shape, ENCODER.layout.levels, Layout((Block(0, 3),)))
    return Recogniser.fit(layout, conditions(CODES[::2]), ROWS.take(np.arange(0, 180, 2)), 0, seconds)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return fitted()


@pytest.mark.parametrize(("seconds", "learnt_from"), [(0.01, [30]), (3.0, [30, 60]), (1e9, [30, 500]), (None, [500])])
def test_fewer_images_are_learnt_from_where_seconds_are_few(monkeypatch, seconds, learnt_from):
    """A first attempt takes one second here."""
    attempts: list[int] = []
    moments = iter([0.0, 1.0])
    original = recognition._equally

    def noted(codes, each, rng):
        attempts.append(each)
        return original(codes, each, rng)

    monkeypatch.setattr(recognition, "_equally", noted)
    monkeypatch.setattr(recognition.time, "monotonic", lambda: next(moments))
    found = fitted(seconds)
    assert attempts == learnt_from
    assert (found.log_odds(conditions((CODES + 1) % 3), ROWS) < -5).mean() > 0.9


def test_nearly_all_real_images_are_kept(recogniser):
    unseen = np.arange(1, 180, 2)
    assert (recogniser.log_odds(conditions(CODES[unseen]), ROWS.take(unseen)) == 0).mean() > 0.8


def test_images_of_another_class_are_turned_down(recogniser):
    assert (recogniser.log_odds(conditions((CODES + 1) % 3), ROWS) < -5).mean() > 0.95


def test_noise_is_turned_down(recogniser):
    noise = Pixels(np.random.default_rng(0).integers(0, 256, ROWS.values.shape).astype(np.uint8))
    assert (recogniser.log_odds(conditions(CODES), noise) < -5).mean() > 0.95


@pytest.mark.parametrize("levels", [256, 0])
def test_without_classes_there_is_still_what_the_images_look_like(levels):
    encoder, rows = ImageEncoder.fit(X[..., None] if levels else X[..., None] / 255)
    layout = ImageLayout(encoder.shape, encoder.layout.levels, Layout(()))
    recogniser = Recogniser.fit(layout, Encoded.none(len(rows)), rows, 0)
    assert recogniser.perceptron is None
    assert (recogniser.log_odds(Encoded.none(len(rows)), rows) == 0).mean() > 0.9


def test_what_is_kept_is_moved_by_a_pixel_and_images_too_small_for_it_not_at_all(recogniser):
    for size, most in ((8, 0), (28, 1), (50, 2)):
        dot = np.zeros((200, size, size, 1), np.uint8)
        dot[:, size // 2, size // 2] = 1
        place = np.argwhere(recogniser.finished(Pixels(dot), np.random.default_rng(0)).values[..., 0])[:, 1:]
        assert np.abs(place - size // 2).max() == most


def test_shifts_are_small_and_repeat_the_border():
    ramp = Pixels(np.arange(12, dtype=np.uint8)[None, :, None, None].repeat(50, 0).repeat(9, 2))
    moved = ramp.shifted(1 / 12, np.random.default_rng(0)).values[..., 0]
    for image in moved:
        assert (image == image[:, :1]).all()
        assert np.abs(image[:, 0].astype(int) - np.arange(12)).max() <= 1
    assert len(np.unique(moved, axis=0)) == 3
