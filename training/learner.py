"""How a network learns: from faces that are changed and mixed, of labels, votes and teachers."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from training.augment import augment
from training.dataset import HEADS
from training.run import Config

SOON = 10  # steps, after which the momentum of the average is half of what it can be
MIXED = 0.3  # of the beta distribution that says how much of two mixed faces is whose

Tensors = dict[str, keras.KerasTensor]


class Learner(keras.Model):
    """Trains a network on changed and mixed faces; keeps the moving average of its weights.

    It takes what Batches gives. `average` is the same network with averaged weights, batch
    statistics included (those of the raw weights would not fit it): it is what a run is judged by
    and keeps. Teachers see the very faces that the network sees.
    """

    def __init__(
        self,
        network: keras.Model,
        average: keras.Model,
        teachers: Sequence[keras.Model],
        config: Config,
    ) -> None:
        # Else Keras would round targets and votes to the precision in which the network computes.
        super().__init__(dtype="float32")
        self.network, self.average, self.teachers = network, average, list(teachers)
        for model in (average, *teachers):
            model.trainable = False
        self.seeds = keras.random.SeedGenerator(config.seed)
        self._config = config
        self._steps = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.built = True

    def call(self, batch: Tensors) -> Tensors:
        """The logits of each of HEADS for changed faces, with the loss added."""
        faces = ops.cast(batch["faces"], "float32")[..., None]
        faces = augment(faces, self.seeds, self._config.strength)
        faces, targets = self._mix(faces, {name: batch[name] for name in (*HEADS, "voted")})
        if self.teachers:
            targets = self._ask(faces, targets)
        logits = self.network(faces, training=True)
        self.add_loss(ops.mean(loss(targets, logits)))
        self._remember()
        return logits

    def _mix(self, faces: keras.KerasTensor, targets: Tensors) -> tuple[keras.KerasTensor, Tensors]:
        """Mixup (Zhang et al. 2018): a share of the faces with another one, targets likewise."""
        if not self._config.mix:
            return faces, targets
        count = (ops.shape(faces)[0],)
        part = keras.random.beta(count, MIXED, MIXED, seed=self.seeds)
        mixed = keras.random.uniform(count, seed=self.seeds) < self._config.mix
        part = ops.where(mixed, part, 1.0)

        def mix(each: keras.KerasTensor) -> keras.KerasTensor:
            own = ops.reshape(part, (-1, *[1] * (len(each.shape) - 1)))
            return own * each + (1 - own) * ops.roll(each, 1, axis=0)

        return mix(faces), {name: mix(each) for name, each in targets.items()}

    def _ask(self, faces: keras.KerasTensor, targets: Tensors) -> Tensors:
        """The targets with `teachers_weight` of the teachers' mean answer."""
        answers = [teacher(faces, training=False) for teacher in self.teachers]
        weight = self._config.teachers_weight
        for name in HEADS:
            answer = sum(ops.softmax(each[name]) for each in answers) / len(answers)
            own = (1 - weight) * targets[name]
            targets[name] = own + weight * ops.stop_gradient(answer)
        if weight == 1:
            targets["voted"] = ops.ones_like(targets["voted"])
        return targets

    def _remember(self) -> None:
        """The average takes in the weights as they were before this step.

        Its momentum grows from 0.1 on, so that short runs do not end with what they began with.
        """
        self._steps.assign_add(1.0)
        momentum = ops.minimum(self._config.average, self._steps / (SOON + self._steps))
        for mean, weight in zip(self.average.weights, self.network.weights, strict=True):
            latest = ops.stop_gradient(ops.cast(weight, mean.dtype))
            mean.assign(mean + (1 - momentum) * (latest - mean))


def steps_to_momentum(average: float) -> float:
    """The steps after which the momentum of the average is the one given, 0 to 1."""
    return SOON * average / (1 - average)


def loss(targets: Tensors, logits: Tensors) -> keras.KerasTensor:
    """Cross-entropy of both heads, added up, for each face; people's only where there are votes."""
    label, people = (
        -ops.sum(targets[name] * ops.log_softmax(logits[name]), axis=-1)
        for name in ("label", "people")
    )
    return label + targets["voted"] * people
