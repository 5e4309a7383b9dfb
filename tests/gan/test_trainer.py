"""Every loss, optimiser and strategy learns a small table; one's own networks take part."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import toy

from ganaug import GANAugmenter
from ganaug.columns.layout import Block, Layout
from ganaug.gan import fit
from ganaug.gan.contracts import Plan
from ganaug.gan.trainer import _schedule
from ganaug.modality.base import Size
from ganaug.modality.image import networks as image
from ganaug.modality.image.pixels import ImageLayout
from ganaug.modality.registry import modality_of
from ganaug.modality.table import networks as built_in

X, Y = toy.toy()
CHOICES: dict[str, dict[str, Any]] = {
    "relativistic": {},
    "wgan-gp": {"loss": "wgan-gp"},
    "wasserstein": {"loss": "wasserstein"},
    "non-saturating": {"loss": "non-saturating"},
    "hinge": {"loss": "hinge"},
    "SGD": {"optimizer": "sgd", "steps": 2500},
    "RMSprop": {"optimizer": keras.optimizers.RMSprop(1e-3)},
    "XLA": {"jit_compile": True},
    "strategy": {"strategy": tf.distribute.OneDeviceStrategy("/cpu:0")},
}
# measured over three seeds: total variation up to 0.04, KS up to 0.06, colours up to 0.04 off, correlation from 0.5 on
BOUNDS = {"total variation": 0.08, "KS": 0.1, "wrong colours": 0.1}
CORRELATION = {"SGD": 0.05}  # it learns, but slowly


@pytest.mark.parametrize(
    "choice", [c if c == "relativistic" else pytest.param(c, marks=pytest.mark.slow) for c in CHOICES]
)
def test_every_choice_learns_the_table(choice: str) -> None:
    options = {"steps": 600, "batch_size": 128, "refine": False, "random_state": 0, **CHOICES[choice]}
    model = GANAugmenter(**options).fit(X, Y)
    found = toy.distances(model, X)
    assert {name: found[name] for name, bound in BOUNDS.items() if found[name] > bound} == {}
    assert found["correlation"] > CORRELATION.get(choice, 0.35)
    assert model.stopped_by_ == "steps"


def test_an_optimizer_of_ones_own_is_copied_and_stays_as_it_was() -> None:
    optimizer = keras.optimizers.RMSprop(1e-3)
    GANAugmenter(steps=3, refine=False, optimizer=optimizer, random_state=0).fit(X, Y)
    assert not optimizer.built
    assert float(optimizer.learning_rate) == pytest.approx(1e-3)
    assert int(optimizer.iterations) == 0


def test_an_optimizer_that_scales_losses_takes_the_same_steps() -> None:
    def numbers(optimizer: Any) -> Any:
        model = GANAugmenter(steps=3, loss="wgan-gp", refine=False, optimizer=optimizer, random_state=0).fit(X, Y)
        return model.sample(50, random_state=0)[0].select_dtypes("number").to_numpy()

    sgd = keras.optimizers.SGD
    expected = numbers(sgd(0.05))
    for scaling in (sgd(0.05, loss_scale_factor=1024.0), keras.optimizers.LossScaleOptimizer(sgd(0.05))):
        np.testing.assert_allclose(numbers(scaling), expected, rtol=1e-3, atol=1e-3)


def own_generator(layout: Layout) -> Any:
    noise, condition = keras.Input([5]), keras.Input([layout.condition_width])
    hidden = keras.layers.Dense(32, "relu", name="mine")(keras.layers.Concatenate()([noise, condition]))
    return keras.Model([noise, condition], keras.layers.Dense(layout.raw_width)(hidden))


class Idle(keras.layers.Layer):
    """Has a variable that takes no part."""

    def build(self, _shape: Any) -> None:
        self.unused = self.add_weight(shape=(3,), name="unused")

    def call(self, x: Any) -> Any:
        return x


def test_a_discriminator_may_have_a_variable_that_takes_no_part() -> None:
    def idle(layout: Layout) -> Any:
        rows = keras.Input(layout.row_shape)
        return keras.Model(rows, keras.layers.Dense(1)(keras.layers.Dense(8, "relu")(Idle()(rows))))

    with pytest.warns(UserWarning, match="Gradients do not exist for variables .*unused"):
        model = GANAugmenter(steps=3, refine=False, discriminator=idle, random_state=0).fit(X, Y)
    assert model.stopped_by_ == "steps"


def own_discriminator(layout: Layout) -> Any:
    rows, condition = keras.Input([layout.width]), keras.Input([layout.condition_width])
    hidden = keras.layers.Dense(32, "relu")(keras.layers.Concatenate()([rows, condition]))
    return keras.Model([rows, condition], keras.layers.Dense(1)(hidden))


def test_networks_of_ones_own_are_trained() -> None:
    made: list[Any] = []

    def noted(build: Any) -> Any:
        return lambda layout: made.append(build(layout)) or made[-1]

    networks = {"generator": noted(own_generator), "discriminator": noted(own_discriminator)}
    keras.utils.set_random_seed(0)
    model = GANAugmenter(steps=300, refine=False, random_state=0, **networks).fit(X, Y)
    generator, discriminator = made[:2]
    assert [w.shape for w in model._model.generator.weights] == [w.shape for w in generator.get_weights()]
    assert discriminator.count_params() < 2_000
    assert toy.distances(model, X)["total variation"] < 0.15


def test_one_of_the_networks_may_be_ones_own() -> None:
    model = GANAugmenter(steps=3, refine=False, discriminator=own_discriminator, random_state=0).fit(X, Y)
    assert len(model.sample(7)[0]) == 7


@pytest.mark.parametrize(
    ("options", "gpus", "compiled"),
    [
        ({}, 1, True),
        ({}, 0, False),
        ({"steps": 2_999}, 1, False),
        ({"time_budget": 60}, 1, False),
        ({"time_budget": 600}, 1, True),
        ({"generator": own_generator}, 1, False),
        ({"optimizer": keras.optimizers.RMSprop(1e-3)}, 1, False),
        ({"strategy": tf.distribute.OneDeviceStrategy("/cpu:0")}, 1, False),
        ({"jit_compile": True, "steps": 5}, 0, True),
        ({"jit_compile": False}, 1, False),
    ],
)
def test_long_fits_of_the_built_in_networks_are_compiled_for_a_graphics_processor(
    options: dict[str, Any], gpus: int, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []

    def note(*given: Any) -> Any:
        plans.extend(each for each in given if isinstance(each, Plan))
        raise InterruptedError

    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [kind] * gpus)
    monkeypatch.setattr(fit, "train", note)
    with pytest.raises(InterruptedError):
        GANAugmenter(**{"steps": 3_000, **options}).fit(X, Y)
    assert [plan.compiled for plan in plans] == [compiled]


def three_inputs(layout: Layout) -> Any:
    parts = [keras.Input([2]), keras.Input([layout.condition_width]), keras.Input([1])]
    return keras.Model(parts, keras.layers.Dense(layout.raw_width)(keras.layers.Concatenate()(parts)))


def narrow(layout: Layout) -> Any:
    parts = [keras.Input([layout.width]), keras.Input([layout.condition_width])]
    return keras.Model(parts, keras.layers.Dense(3, name="out")(keras.layers.Concatenate()(parts)))


@pytest.mark.parametrize(
    ("networks", "error", "message"),
    [
        ({"generator": lambda _: None}, TypeError, r"generator= must be or return a keras.Model, got NoneType"),
        ({"discriminator": lambda _: len}, TypeError, r"discriminator= must be or return a keras.Model, got builtin"),
        ({"generator": three_inputs}, ValueError, r"generator=.*a second input if it has one.*has 3 inputs"),
        ({"generator": narrow}, ValueError, r"generator=.*layout.raw_shape = .* last layer 'out' gives shape \(3,\)"),
        ({"discriminator": narrow}, ValueError, r"discriminator=.*'out' gives shape \(3,\), expected \(1,\)"),
        ({"discriminator": own_generator}, ValueError, r"discriminator=.*layout\.row_shape.*its input .* shape \(5,\)"),
        ({"generator": 7}, TypeError, r"generator=7 must be a callable"),
        ({"discriminator": "big"}, TypeError, r"discriminator='big' must be a callable"),
    ],
)
def test_networks_that_do_not_fit_are_named_with_what_is_wanted(
    networks: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        GANAugmenter(steps=3, refine=False, **networks).fit(X, Y)


def test_built_in_networks_depend_on_their_seed_alone() -> None:
    layout = Layout(built_in_blocks(), Layout(()))
    keras.utils.set_random_seed(1)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, same, other = (built_in.generator(layout, Size(4, 8), seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("depth", [1, 2])
def test_the_shapes_of_the_built_in_networks_are_known(depth: int) -> None:
    layout, size = Layout(built_in_blocks(), Layout((Block(0, 5),))), Size(4, 8, depth)
    made = built_in.generator(layout, size, 0).get_weights()
    assert modality_of(layout).weight_shapes(layout, size) == [weight.shape for weight in made]


@pytest.mark.parametrize(("shape", "depth"), [((8, 8, 1), 1), ((21, 30, 3), 2)])
@pytest.mark.parametrize("condition", [Layout((Block(0, 5),)), Layout(())], ids=["classes", "none"])
def test_the_shapes_of_the_networks_for_images_are_known(
    shape: tuple[int, int, int], depth: int, condition: Layout
) -> None:
    layout, size = ImageLayout(shape, 256, condition), Size(4, 8, depth)
    made = image.generator(layout, size, 0)
    assert modality_of(layout).weight_shapes(layout, size) == [weight.shape for weight in made.get_weights()]
    assert made.output_shape == (None, *shape)
    assert image.discriminator(layout, size, 0).output_shape == (None, 1)


def built_in_blocks() -> tuple[Any, ...]:
    return Block(0, 3), Block(2, 4)


def test_the_learning_rate_warms_up_stays_and_falls_to_0() -> None:
    total = 1000
    rates = np.array([float(_schedule(tf.constant(step), tf.constant(total))) for step in range(0, total, 10)])
    assert rates[0] < 0.1
    assert (np.diff(rates[:3]) > 0).all()
    np.testing.assert_allclose(rates[5:40], 1)
    assert (np.diff(rates[40:]) < 0).all()
    assert rates[-1] < 0.05
