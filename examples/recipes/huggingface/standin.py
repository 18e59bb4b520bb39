"""Not transformers, only as much of its interface as train.py uses: a Trainer that fits a
straight line by SGD with a falling rate, and the callbacks. It shows the recipe where
transformers is not installed.
"""
import random
from types import SimpleNamespace

TrainingArguments = SimpleNamespace


class TrainerCallback:
    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        pass


class PrinterCallback(TrainerCallback):
    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        print({name: f"{value:.4g}" for name, value in metrics.items()})


class ProgressCallback(TrainerCallback):
    pass


class Line:
    def __init__(self):
        self.weights = [random.uniform(-1, 1), random.uniform(-1, 1)]

    def errors(self, rows):
        return [(self.weights[0] * x + self.weights[1] - y, x) for x, y in rows]


class Trainer:
    def __init__(self, model_init, args, train_dataset, eval_dataset, callbacks):
        random.seed(args.seed)
        self.model, self.args = model_init(), args
        self.train_rows, self.valid = train_dataset, eval_dataset
        self.callbacks = [*callbacks, PrinterCallback()]
        self.state = SimpleNamespace(global_step=0, is_world_process_zero=True)

    def remove_callback(self, kind):
        self.callbacks = [one for one in self.callbacks if not isinstance(one, kind)]

    def evaluate(self, epoch):
        errors = self.model.errors(self.valid)
        loss = sum(e * e for e, _ in errors) / len(errors)
        for callback in self.callbacks:
            callback.on_evaluate(self.args, self.state, None,
                                 metrics={"eval_loss": loss, "epoch": float(epoch)})

    def train(self):
        size = self.args.per_device_train_batch_size
        momentum, speed = float(self.args.optim_args.split("=")[1]), [0.0, 0.0]
        steps = self.args.num_train_epochs * -(-len(self.train_rows) // size)
        for epoch in range(1, self.args.num_train_epochs + 1):
            random.shuffle(self.train_rows)
            for first in range(0, len(self.train_rows), size):
                errors = self.model.errors(self.train_rows[first:first + size])
                slopes = sum(2 * e * x for e, x in errors), sum(2 * e for e, _ in errors)
                rate = self.args.learning_rate * (1 - self.state.global_step / steps)
                for i, slope in enumerate(slopes):
                    speed[i] = momentum * speed[i] - rate * slope / len(errors)
                    self.model.weights[i] += speed[i]
                self.state.global_step += 1
            self.evaluate(epoch)


def points():
    """200 points for training, as many for validation; the same ones always."""
    rng = random.Random(0)
    rows = [(x, 3 * x - 1 + rng.gauss(0, 0.3)) for x in (rng.uniform(-1, 1) for _ in range(400))]
    return rows[:200], rows[200:]
