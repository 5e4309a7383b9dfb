"""Large images begin at half their size, and the layers that both sizes share are handed over."""

from __future__ import annotations

import signal
import time
from typing import Any

import numpy as np
import pytest

from ganaug import GANAugmenter
from ganaug.gan import training
from ganaug.gan.kept import KeptTrainers
from ganaug.modality.base import Size
from ganaug.modality.image.halving import halved
from ganaug.modality.image.modality import ImageModality
from ganaug.modality.image.pixels import ImageLayout, Pixels
from ganaug.modality.networks import build

SIZE = Size(latent=8, width=4, depth=3)


@pytest.mark.parametrize(("shape", "depth"), [((32, 64, 1), 3), ((40, 40, 1), 1)])
def test_small_images_are_not_halved(shape: tuple[int, int, int], depth: int) -> None:
    rows = Pixels(np.zeros((2, *shape), np.uint8))
    assert halved(ImageLayout(shape, 256), Size(width=4, depth=depth), rows) is None


@pytest.mark.parametrize(("levels", "dtype"), [(256, np.uint8), (0, np.float32)])
def test_a_pixel_is_the_mean_of_four(levels: int, dtype: type) -> None:
    values = np.random.default_rng(0).integers(0, 2, (3, 36, 43, 2)).astype(dtype) * 200
    half = halved(ImageLayout((36, 43, 2), levels), SIZE, Pixels(values))
    assert half is not None
    assert half.layout == ImageLayout((18, 22, 2), levels)
    assert half.rows.values.shape == (3, 18, 22, 2)
    assert half.rows.values.dtype == dtype
    np.testing.assert_array_equal(half.rows.values[:, 0, 0], values[:, :2, :2].astype(float).mean((1, 2)))
    np.testing.assert_array_equal(half.rows.values[:, -1, -1], values[:, -2:, -1].astype(float).mean(1))


def test_layers_that_both_sizes_have_are_handed_over() -> None:
    layout = ImageLayout((40, 40, 3), 256)
    half = halved(layout, SIZE, Pixels(np.zeros((2, 40, 40, 3), np.uint8)))
    assert half is not None
    small, large = build(half.layout, half.size, 0, None, None), build(layout, SIZE, 1, None, None)
    before = [{layer.name: layer.get_weights() for layer in network.layers} for network in large]
    half.hand_over(small, large)
    for name in ("first", "first_norm", "up0", "up0_norm", "up1", "up1_norm"):
        pairs = zip(small[0].get_layer(name).get_weights(), large[0].get_layer(name).get_weights(), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)
    for mine, theirs in (("down1", "down2"), ("last", "last")):
        assert np.array_equal(small[1].get_layer(mine).get_weights()[0], large[1].get_layer(theirs).get_weights()[0])
    for network, name, old in (
        (large[0], "up2", before[0]),
        (large[1], "down1", before[1]),
        (large[1], "logit", before[1]),
    ):
        assert np.array_equal(network.get_layer(name).get_weights()[0], old[name][0])


@pytest.fixture
def sizes_trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Of the images that each training saw."""
    shapes = []

    def borrowed(self: KeptTrainers, networks: Any, layout: Any, data: Any, *others: Any, **options: Any) -> Any:
        shapes.append(layout.shape)
        assert data.rows.values.shape[1:] == layout.shape
        return original(self, networks, layout, data, *others, **options)

    original = KeptTrainers.borrowed
    monkeypatch.setattr(KeptTrainers, "borrowed", borrowed)
    monkeypatch.setattr(training, "LEAST_STEPS", 3)
    return shapes


def images(side: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.arange(24) % 2
    noise = np.random.default_rng(0).integers(0, 120, (24, side, side, 1))
    return (noise + 100 * y[:, None, None, None]).astype(np.uint8), y


def fitted(side: int, **options: Any) -> GANAugmenter:
    options = {"steps": 3, "batch_size": 8, "refine": False, "random_state": 0, **options}
    return GANAugmenter(**options).fit(*images(side))


def test_large_images_begin_at_half_their_size(sizes_trained: list[tuple[int, ...]], monkeypatch) -> None:
    model = fitted(36)
    assert sizes_trained == [(18, 18, 1), (36, 36, 1)]
    assert model.history_["step"].iloc[-1] == 3
    made, labels = model.sample(6, random_state=0)
    assert made.shape == (6, 36, 36, 1)
    assert made.dtype == np.uint8
    assert len(labels) == 6
    monkeypatch.setattr(ImageModality, "halved", lambda *_: None)
    assert not np.array_equal(made, fitted(36).sample(6, random_state=0)[0])


@pytest.mark.parametrize("options", [{}, {"steps": 2}, {"time_budget": 50}, {"time_budget": 1e-3}])
def test_small_images_and_brief_fits_do_not(sizes_trained: list[tuple[int, ...]], options: dict[str, Any]) -> None:
    side = 36 if options else 20
    fitted(side, **options)
    assert sizes_trained == [(side, side, 1)]


@pytest.mark.slow
def test_what_was_begun_goes_on_at_full_size(sizes_trained: list[tuple[int, ...]], tmp_path) -> None:
    model = fitted(36, checkpoint=tmp_path / "fit.ckpt", warm_start=True)
    del sizes_trained[:]
    fitted(36, checkpoint=tmp_path / "fit.ckpt")
    model.set_params(checkpoint=None).fit(*images(36))
    assert sizes_trained == [(36, 36, 1)] * 2


def test_the_seconds_at_half_the_size_count(sizes_trained: list[tuple[int, ...]], monkeypatch) -> None:
    finish = training.Unwatched.finish

    def slow(*given: Any) -> Any:
        time.sleep(2)
        return finish(*given)

    monkeypatch.setattr(training.Unwatched, "finish", slow)
    assert fitted(36).history_["seconds"].iloc[0] > 2
    assert sizes_trained == [(18, 18, 1), (36, 36, 1)]


def test_ctrl_c_at_half_the_size_ends_the_fit_at_once(sizes_trained: list[tuple[int, ...]], monkeypatch) -> None:
    def pressed(_: Any, state: Any, *__: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return state, None

    monkeypatch.setattr(training.Unwatched, "after", pressed)
    with pytest.raises(KeyboardInterrupt, match="still at half the size"):
        fitted(36)
    assert sizes_trained == [(18, 18, 1)]


def test_the_bar_tells_what_is_trained_first(sizes_trained: list[tuple[int, ...]], capsys) -> None:
    fitted(36, verbose=1)
    shown = capsys.readouterr().err
    assert "1/3 training at half the size, step 3 of 3" in shown
    assert shown.rstrip().split("\r")[-1].count("half") == 0
    assert sizes_trained
