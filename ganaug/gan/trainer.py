"""Trains a generator against a discriminator: chunks of steps in the graph, a look at clock and health between them."""

from __future__ import annotations

import time
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from ..modality.expanding import expand_condition
from ..modality.protocols import AnyLayout, Model, Tensor
from ..modality.registry import modality_of
from ..modality.tracing import without_autograph
from ..plain import AnyArray
from ..tensorflow import tf
from .checkpoint import Checkpoint, Progress
from .contracts import Data, Observer, Outcome, Plan, Weights
from .interrupts import Interrupt, Parent
from .losses import LOSSES
from .optimizers import make_optimizer
from .state import TrainingState
from .workers import Workers

FIRST_CHUNK = 4
CHUNK_SECONDS = 1.0
MAX_CHUNK = 200
WARM_UP = 0.02
DECAY_FROM = 0.4
RETRIES = 3
REASONS = ("failed", "interrupt", "callback", "early_stopping")
"""Why training ends after a chunk, on all workers if one says so."""


class Pace:
    """How many steps the next chunk takes, so that the clock is looked at about once a second."""

    def __init__(self, plan: Plan, used: float = 0.0) -> None:
        self.plan = plan
        self.chunk_began = time.monotonic()
        self.started = self.chunk_began - used
        self.step_seconds = 0.0
        self.size = FIRST_CHUNK

    def next_chunk(self, step: int) -> tuple[int, int, int] | None:
        """First step, last step + 1 and the steps there will be in all; None when time is up."""
        self.chunk_began = time.monotonic()
        size, total = self.size, self.plan.steps
        if self.plan.seconds is not None and self.step_seconds:
            left = self.plan.seconds - (self.chunk_began - self.started)
            affordable = int(left / self.step_seconds)
            if affordable < 1:
                return None
            size, total = min(size, affordable), min(total, step + affordable)
        return step, min(step + size, self.plan.steps), total

    def chunk_done(self, steps: int) -> float:
        """Learn from a chunk's duration; seconds since the start."""
        now = time.monotonic()
        if self.size > FIRST_CHUNK or self.step_seconds:
            self.step_seconds = (now - self.chunk_began) / steps
            self.size = int(np.clip(CHUNK_SECONDS / self.step_seconds, 1, MAX_CHUNK))
        else:
            self.step_seconds = 1e-9  # the first chunk's time is that of tracing the graph
        return now - self.started


class Trainer:
    """Two networks, their optimisers and the graph that trains them; `run` leaves the generator's moving average, or
    the best one, in the generator.

    The graph takes the training rows as arguments, so another fit of the same shape can train with it.
    """

    def __init__(self, generator: Model, discriminator: Model, layout: AnyLayout, data: Data, plan: Plan) -> None:
        self.generator, self.discriminator, self.plan = generator, discriminator, plan
        self.head, self.label = modality_of(layout).head(layout), layout.label
        self.strategy = tf.distribute.get_strategy()
        self.replicas = self.strategy.num_replicas_in_sync
        self.workers = Workers(self.strategy)
        self.batch_size = -(-plan.batch_size // self.replicas)
        self.loss = LOSSES[plan.loss] if isinstance(plan.loss, str) else plan.loss
        self.optimizers = [
            make_optimizer(plan.optimizer, plan.learning_rate, network) for network in (generator, discriminator)
        ]
        self.g_variables = [v.value for v in generator.trainable_variables]
        self.d_variables = [v.value for v in discriminator.trainable_variables]
        self.moving = [v.value for v in generator.variables if v.dtype == "float32"]
        """Statistics of normalisations, too: averaged weights need theirs."""
        self.average = [tf.Variable(v, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA) for v in self.moving]
        self.seed = tf.Variable(plan.seed, dtype=tf.int64)  # of 32 bits it would not be where XLA's graph is
        self.went_well = False
        self._take(data)
        step = tf.TensorSpec([], tf.int32)
        rows = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in self.tensors]
        chunk = tf.function(without_autograph(self._chunk), jit_compile=plan.compiled or None)
        self.chunk = chunk.get_concrete_function(step, step, step, rows)

    def start_again(self, generator: Model, discriminator: Model, data: Data, plan: Plan) -> None:
        """As if it had been made of these, which are of the same shape."""
        for mine, new in ((self.generator, generator), (self.discriminator, discriminator)):
            mine.set_weights(new.get_weights())
        for optimizer in self.optimizers:
            optimizer.start_again()
        for average, variable in zip(self.average, self.moving, strict=True):
            average.assign(variable)
        self.plan = plan
        self.seed.assign(plan.seed)
        self._take(data)

    def _take(self, data: Data) -> None:
        draw = np.cumsum(data.weight / data.weight.sum())
        condition = (data.condition.codes, data.condition.low, data.condition.high)
        self.tensors = [tf.constant(array) for array in (draw, *condition, *self.head.parts(data.rows))]

    def run(
        self, observer: Observer, interrupt: Interrupt, checkpoint: Checkpoint | None = None, used: float = 0.0
    ) -> Outcome:
        """Train until the steps or the time are used up, `observer` has a reason to end, or Ctrl-C.

        With a checkpoint training goes on from where that stands, and says there how far it got. The seconds `used`
        until now count.
        """
        outcome, failures, parent = Outcome(), 0, Parent()
        self.went_well = False
        if checkpoint is not None and checkpoint.found is not None:
            failures = self._go_on(checkpoint.found, outcome, observer)
        self._be_alike()
        pace = Pace(self.plan, used + outcome.seconds)
        snapshot = self._snapshot()

        def note() -> None:
            if checkpoint is not None:
                checkpoint.write(self._progress(snapshot, failures, outcome, observer))

        try:
            while outcome.steps < self.plan.steps and outcome.stopped_by == "steps":
                parent.check()
                if self.workers.any([interrupt.pressed])[0]:
                    interrupt.pressed = True
                    raise KeyboardInterrupt
                span = pace.next_chunk(outcome.steps)
                if span is None:
                    outcome.stopped_by = "time_budget"
                    break
                start, stop, total = span
                stop = self.workers.first_number(observer.limit(start, stop, total))
                d_loss, g_loss, sound = self.chunk(*map(tf.constant, (start, stop, total)), self.tensors)
                if not (sound and np.isfinite(d_loss) and np.isfinite(g_loss)):
                    self._restore(snapshot)
                    failures += 1
                    if failures > RETRIES:
                        outcome.stopped_by = "diverged"
                        break
                    self._go_gentler()
                    continue
                seconds = pace.chunk_done(stop - start)
                snapshot = self._snapshot()
                state = TrainingState(stop, self.plan.steps, seconds, float(d_loss), float(g_loss))
                outcome.history.append(state)
                outcome.history[-1], reason = self._looked_at(state, observer)
                if reason is not None:
                    outcome.stopped_by = reason
                elif checkpoint is not None and checkpoint.due():
                    note()
            note()
        except KeyboardInterrupt:
            if outcome.history:
                self._restore(snapshot)
                note()
            if not (interrupt.keeps and outcome.history):
                raise
            outcome.stopped_by = "interrupt"
        for variable, average in zip(self.moving, self.average, strict=True):
            variable.assign(average)
        if outcome.history:
            self._settle(outcome, observer, interrupt)
        self._be_alike()
        self.went_well = outcome.stopped_by not in ("diverged", "interrupt")
        return outcome

    def _looked_at(self, state: TrainingState, observer: Observer) -> tuple[TrainingState, str | None]:
        """The state as the observer notes it, and a reason of any worker's to end training."""
        try:
            state, reason = observer.after(state, self.weights)
        except KeyboardInterrupt:
            reason = "interrupt"
        except BaseException:
            self._agreed("failed")  # the others would wait for this one
            raise
        reason = self._agreed(reason)
        if reason == "failed":
            raise RuntimeError("training ended because that of another worker failed: see its error")
        if reason == "interrupt":
            raise KeyboardInterrupt
        return state, reason

    def _agreed(self, reason: str | None) -> str | None:
        """The first of `REASONS` that a worker has."""
        given = self.workers.any([each == reason for each in REASONS])
        return next((each for each, is_given in zip(REASONS, given, strict=True) if is_given), None)

    def _be_alike(self) -> None:
        """Take the first worker's variables: a user's networks may begin, and processors round, in their own way."""
        if self.workers.several:
            self._restore(self.workers.first(self._snapshot()))

    def _settle(self, outcome: Outcome, observer: Observer, interrupt: Interrupt) -> None:
        """Go back to the best check's weights if the last ones are clearly worse."""
        try:
            with nullcontext() if interrupt.pressed or self.workers.several else interrupt.breakable():
                outcome.history[-1], best = observer.finish(outcome.history[-1], self.generator.get_weights)
        except KeyboardInterrupt:
            if not interrupt.keeps:
                raise
            outcome.stopped_by = "interrupt"
            return
        if best is not None:
            self.generator.set_weights(best)

    def _go_on(self, found: Progress, outcome: Outcome, observer: Observer) -> int:
        """Take up a training where it stands; how often it was rolled back."""
        expected = [tuple(variable.shape) for variable in self._state()]
        if [value.shape for value in found.variables] != expected:
            raise ValueError("the checkpoint's networks are of another size: delete it to begin anew")
        self._restore(found.variables)
        self.seed.assign(found.seed)
        for optimizer, gentleness in zip(self.optimizers, found.gentleness, strict=True):
            optimizer.gentleness.assign(gentleness)
        outcome.history = list(found.history)
        outcome.stopped_by = found.stopped_by
        observer.go_on(found.history, found.best)
        return found.failures

    def _progress(self, snapshot: list[AnyArray], failures: int, outcome: Outcome, observer: Observer) -> Progress:
        return Progress(
            snapshot,
            int(self.seed.numpy()),
            [float(optimizer.gentleness.numpy()) for optimizer in self.optimizers],
            failures,
            list(outcome.history),
            observer.best,
            outcome.stopped_by,
        )

    def weights(self) -> Weights:
        """The generator's, as they are on average, in the order of `get_weights`."""
        moving = [v for v in self.generator.variables if v.dtype == "float32"]
        average = {id(variable): mean for variable, mean in zip(moving, self.average, strict=True)}
        return [tf.convert_to_tensor(average.get(id(v), v)).numpy() for v in self.generator.weights]

    def _chunk(
        self, start: Tensor, stop: Tensor, total: Tensor, tensors: list[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        def body(step: Tensor, d_sum: Tensor, g_sum: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            rate = self.plan.learning_rate * _schedule(step, total)
            for optimizer, waits in zip(self.optimizers, (self.plan.waits, 0.0), strict=True):
                optimizer.scheduled(rate * _after(waits, step, total))
            losses = self.strategy.run(without_autograph(self._step), (step, tensors))
            d_loss, g_loss = (self.strategy.reduce("SUM", loss, axis=None) for loss in losses)
            return step + 1, d_sum + d_loss, g_sum + g_loss

        zero = tf.constant(0.0)
        at_once = 1 if self.workers.several else 10  # no reduction is to overtake another
        _, d_sum, g_sum = tf.while_loop(
            lambda step, *_: step < stop, body, (start, zero, zero), parallel_iterations=at_once
        )
        count = tf.cast(stop - start, tf.float32)
        sound = tf.reduce_all([tf.reduce_all(tf.math.is_finite(v)) for v in self.average + self.d_variables])
        return d_sum / count, g_sum / count, sound

    def _step(self, step: Tensor, tensors: list[Tensor]) -> tuple[Tensor, Tensor]:
        """One step of the discriminator, then one of the generator against it on the same batch."""
        plan = self.plan
        draw = step * self.replicas + tf.distribute.get_replica_context().replica_id_in_sync_group
        real, condition = self._batch(draw, tensors)
        latent_shape = [self.batch_size, *self.generator.inputs[0].shape[1:]]
        latent = tf.random.stateless_normal(latent_shape, self._seeds(3, draw))
        with tf.GradientTape() as g_tape:
            raw = self.generator([latent, condition], training=True)
            fake = self.head.fake(raw, partial(self._uniform, draw), plan.temperature)
            with g_tape.stop_recording():
                d_loss, real_logits = self._discriminator_step(step, draw, real, fake, condition)
            _, g_loss = self._share(self.loss.pair(real_logits, self.discriminator([fake, condition], training=True)))
            g_scaled = self.optimizers[0].scaled(g_loss)
        self.optimizers[0].apply(g_tape.gradient(g_scaled, self.g_variables))
        done = tf.cast(step, tf.float32)
        keep = tf.minimum(plan.average, (done + 1) / (done + 10))
        for average, variable in zip(self.average, self.moving, strict=True):
            average.assign_add((1 - keep) * (variable - average))
        return d_loss, g_loss

    def _share(self, losses: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One replica's part of both losses; optimisers add the replicas' gradients up."""
        return losses[0] / self.replicas, losses[1] / self.replicas

    def _discriminator_step(
        self, step: Tensor, draw: Tensor, real: Tensor, fake: Tensor, condition: Tensor
    ) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            real_logits = self.discriminator([real, condition], training=True)
            loss, _ = self._share(self.loss.pair(real_logits, self.discriminator([fake, condition], training=True)))
            scaled = self.optimizers[1].scaled(loss)
        slope = tape.gradient(scaled, self.d_variables)

        def penalty_slope() -> list[Tensor]:
            with tf.GradientTape() as tape:
                mix = self._uniform(draw, 5, [self.batch_size])
                penalty = self.loss.penalty(self.discriminator, real, fake, condition, mix)
                penalty *= self.loss.weight * self.loss.every / self.replicas
                penalty = self.optimizers[1].scaled(penalty)
            return tape.gradient(penalty, self.d_variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        def none() -> list[Tensor]:
            return [tf.zeros_like(v) for v in self.d_variables]

        extra = tf.cond(step % self.loss.every == 0, penalty_slope, none)
        slopes = [None if one is None else one + more for one, more in zip(slope, extra, strict=True)]
        self.optimizers[1].apply(slopes)  # without one for a variable that takes no part
        return loss, real_logits

    def _batch(self, at: Tensor, tensors: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Training rows drawn by weight, as the discriminator is shown them, and their conditions."""
        draw, *arrays = tensors
        spot = tf.searchsorted(draw, self._uniform(at, 0, [self.batch_size], draw.dtype))
        spot = tf.minimum(spot, tf.shape(draw)[0] - 1)
        codes, low, high, *parts = (tf.gather(array, spot) for array in arrays)
        position = low + (high - low) * self._uniform(at, 2, [self.batch_size, self.label.numbers])
        return self.head.real(parts, partial(self._uniform, at)), expand_condition(self.label, codes, position)

    def _uniform(self, at: Tensor, stream: int, shape: list[int], dtype: Any = tf.float32) -> Tensor:
        return tf.random.stateless_uniform(shape, self._seeds(stream, at), dtype=dtype)

    def _seeds(self, stream: int, at: Tensor) -> list[Tensor]:
        return [tf.cast(self.seed, tf.int32) + stream, at]

    def _state(self) -> list[Any]:
        networks = [*self.generator.variables, *self.discriminator.variables]
        return [*networks, *self.average, *(v for optimizer in self.optimizers for v in optimizer.variables)]

    def _snapshot(self) -> list[AnyArray]:
        return [tf.convert_to_tensor(v).numpy() for v in self._state()]

    def _restore(self, snapshot: list[AnyArray]) -> None:
        for variable, value in zip(self._state(), snapshot, strict=True):
            variable.assign(value)

    def _go_gentler(self) -> None:
        """After a rollback: other noise, half the learning rate."""
        self.seed.assign_add(1_000_003)
        for optimizer in self.optimizers:
            optimizer.halve()


def _schedule(step: Tensor, total: Tensor) -> Tensor:
    """Share of the highest learning rate: warm up, stay, fall to 0."""
    done = tf.cast(step, tf.float32) / tf.cast(total, tf.float32)
    return tf.minimum(tf.minimum(1.0, (done + 0.001) / WARM_UP), (1 - done) / (1 - DECAY_FROM))


def _after(waits: float, step: Tensor, total: Tensor) -> Tensor:
    """0 for a network that waits until that share of the steps is taken, then 1."""
    return tf.cast(tf.cast(step, tf.float32) >= waits * tf.cast(total, tf.float32), tf.float32)
