"""Not Lightning, only as much of its interface as train.py uses: a Trainer that fits a
straight line, and the callbacks. It shows the recipe where Lightning is not installed.
"""
import random

seed_everything = random.seed


class Callback:
    def on_validation_end(self, trainer, pl_module):
        pass


class Line:
    def __init__(self, lr, momentum):
        self.lr, self.momentum = lr, momentum
        self.weights, self.speed = [random.uniform(-1, 1), random.uniform(-1, 1)], [0.0, 0.0]

    def errors(self, rows):
        return [(self.weights[0] * x + self.weights[1] - y, x) for x, y in rows]

    def training_step(self, batch):
        errors = self.errors(batch)
        slopes = sum(2 * e * x for e, x in errors), sum(2 * e for e, _ in errors)
        for i, slope in enumerate(slopes):
            self.speed[i] = self.momentum * self.speed[i] - self.lr * slope / len(batch)
            self.weights[i] += self.speed[i]


class Loader:
    def __init__(self, rows, batch):
        self.rows, self.batch = rows, batch

    def __iter__(self):
        order = random.sample(self.rows, len(self.rows))
        return (order[i:i + self.batch] for i in range(0, len(order), self.batch))


class Trainer:
    """As the real one, it validates once before the first epoch: the sanity check."""
    is_global_zero = True

    def __init__(self, max_epochs, callbacks, **_):
        self.max_epochs, self.callbacks = max_epochs, callbacks
        self.current_epoch, self.callback_metrics = 0, {}

    def validate(self, model, loader):
        errors = model.errors(loader.rows)
        self.callback_metrics["val_loss"] = sum(e * e for e, _ in errors) / len(errors)
        for callback in self.callbacks:
            callback.on_validation_end(self, model)

    def fit(self, model, train, valid):
        self.sanity_checking = True
        self.validate(model, valid)
        self.sanity_checking = False
        for self.current_epoch in range(self.max_epochs):
            for batch in train:
                model.training_step(batch)
            self.validate(model, valid)


def points(batch):
    """200 points for training, as many for validation; the same ones always."""
    rng = random.Random(0)
    rows = [(x, 3 * x - 1 + rng.gauss(0, 0.3)) for x in (rng.uniform(-1, 1) for _ in range(400))]
    return Loader(rows[:200], batch), Loader(rows[200:], 200)
