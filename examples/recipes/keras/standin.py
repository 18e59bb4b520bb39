"""Not Keras, only as much of its interface as train.py uses: Sequential of one Dense(1),
squared error, SGD, and the callbacks. It shows the recipe where Keras is not installed.
"""
import random
from types import SimpleNamespace


class Callback:
    def on_epoch_end(self, epoch, logs=None):
        pass


class Dense:
    def __init__(self, units):
        assert units == 1, "the stand-in knows one unit"


class SGD:
    def __init__(self, learning_rate=0.01, momentum=0.0):
        self.learning_rate, self.momentum = learning_rate, momentum


class Sequential:
    def __init__(self, layers):
        assert len(layers) == 1, "the stand-in knows one layer"
        self.weights = [random.gauss(0, 1), 0.0]

    def compile(self, optimizer, loss):
        assert loss == "mse", "the stand-in knows the squared error"
        self.optimizer = optimizer

    def errors(self, rows):
        return [(self.weights[0] * x + self.weights[1] - y, x) for (x,), (y,) in rows]

    def fit(self, x, y, validation_data, epochs, batch_size, verbose, callbacks):
        rows, valid = list(zip(x, y)), list(zip(*validation_data))
        speed = [0.0, 0.0]
        for epoch in range(epochs):
            random.shuffle(rows)
            loss = 0.0
            for first in range(0, len(rows), batch_size):
                errors = self.errors(rows[first:first + batch_size])
                loss += sum(e * e for e, _ in errors)
                slopes = sum(2 * e * x for e, x in errors), sum(2 * e for e, _ in errors)
                for i, slope in enumerate(slopes):
                    step = self.optimizer.learning_rate * slope / len(errors)
                    speed[i] = self.optimizer.momentum * speed[i] - step
                    self.weights[i] += speed[i]
            val_loss = sum(e * e for e, _ in self.errors(valid)) / len(valid)
            for callback in callbacks:
                callback.on_epoch_end(epoch, {"loss": loss / len(rows), "val_loss": val_loss})


callbacks = SimpleNamespace(Callback=Callback)
layers = SimpleNamespace(Dense=Dense)
optimizers = SimpleNamespace(SGD=SGD)
ops = SimpleNamespace(convert_to_tensor=list)
utils = SimpleNamespace(set_random_seed=random.seed)
