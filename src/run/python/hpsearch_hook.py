"""Metrics that a training gives to a library (wandb, mlflow, ...) are given to hpsearch, too.

install() has a library patched at the moment when the training imports it; where it imports
none, nothing happens. What is logged is appended to the file HPSEARCH_HOOK, a JSON object a
line, each with one write. No exception of ours reaches the training.
"""
import functools
import importlib
import json
import os
import sys

TEXT_MAX = 200
DEPTH_MAX = 6
LINE_MAX = 1 << 19

# Which module of ours knows what to do, once that module has been imported.
WATCHED = {
    "wandb": "hpsearch_wandb:patch",
    "wandb.apis.public": "hpsearch_wandb:no_api",
    "mlflow.tracking.client": "hpsearch_loggers:mlflow",
    "torch.utils.tensorboard.writer": "hpsearch_loggers:tensorboard",
    "tensorboardX.writer": "hpsearch_loggers:tensorboard",
    "keras.callbacks": "hpsearch_loggers:keras",
    "keras.src.callbacks": "hpsearch_loggers:keras",
    "keras.src.callbacks.callback_list": "hpsearch_loggers:keras",
    "tensorflow.python.keras.callbacks": "hpsearch_loggers:keras",
    "transformers.trainer_callback": "hpsearch_loggers:transformers",
}
for _package in ("lightning.pytorch", "pytorch_lightning"):
    WATCHED[_package + ".trainer.connectors.logger_connector.logger_connector"] = (
        "hpsearch_loggers:lightning")
for _package in ("lightning.fabric", "lightning_fabric"):
    for _module in ("csv_logs", "tensorboard"):
        WATCHED[_package + ".loggers." + _module] = "hpsearch_loggers:lightning_logger"

NOTHING = object()


def plain(value, depth=0):
    """What JSON can say of a value; NOTHING of images, tables, arrays and their like."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value[:TEXT_MAX]
    if isinstance(value, dict):
        return row(value, depth + 1) if depth < DEPTH_MAX else NOTHING
    for number in (lambda: value.item(), lambda: float(value)):
        try:
            number = number()
        except Exception:
            continue
        if isinstance(number, (bool, int, float)):
            return number
    return NOTHING


def row(values, depth=0):
    out = {}
    for key, value in values.items():
        value = plain(value, depth)
        if value is not NOTHING:
            out[str(key)] = value
    return out


class Channel:
    """The file that hpsearch reads. Where two libraries are given the same key, the one that
    had it first is heard."""

    def __init__(self, path):
        self.path = path
        self.owner = {}
        self.last = {}

    def write(self, record):
        line = (json.dumps(record) + "\n").encode()
        if len(line) > LINE_MAX:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(self.path, flags, 0o666)
        try:
            os.write(fd, line)
        finally:
            os.close(fd)

    def say(self, **facts):
        self.write({"hpsearch": facts})

    def log(self, source, values, **place):
        """A row: values by name, and where it belongs (step, epoch), if that is known."""
        values = row(values)
        mine = {k: v for k, v in values.items() if self.owner.setdefault(k, source) == source}
        if not mine:
            return
        self.last.update(mine)
        for key, value in place.items():
            value = plain(value)
            if value is not None and value is not NOTHING:
                mine.setdefault(key, value)
        self.write(mine)


channel = None  # where install() found somebody who listens


def observe(owner, name, note):
    """Has note(result, *arguments) called behind every call of owner.name that succeeds."""
    method = getattr(owner, name)
    if getattr(method, "_hpsearch", False):
        return

    @functools.wraps(method)
    def observed(*args, **kwargs):
        result = method(*args, **kwargs)
        try:
            note(result, *args, **kwargs)
        except Exception:
            pass
        return result

    observed._hpsearch = True
    setattr(owner, name, observed)


def _patch(module):
    """Called when a watched module has just been executed."""
    try:
        ours, function = WATCHED[module.__name__].split(":")
        getattr(importlib.import_module(ours), function)(module)
    except Exception as error:
        try:
            channel.say(hook="%s: %s: %s" % (module.__name__, type(error).__name__, error))
        except Exception:
            pass


class Finder:
    """Stands in front of sys.meta_path, finds nothing itself, and has what others find
    patched."""

    def __init__(self, names):
        self.names = set(names)

    def find_spec(self, name, path=None, target=None):
        if name not in self.names:
            return None
        self.names.discard(name)
        try:
            for finder in list(sys.meta_path):
                find = None if finder is self else getattr(finder, "find_spec", None)
                spec = find(name, path, target) if find else None
                if spec is not None:
                    self.follow(spec.loader)
                    return spec
        except Exception:
            pass  # it is asked for again, of the others
        self.names.add(name)
        return None

    @staticmethod
    def follow(loader):
        execute = getattr(loader, "exec_module", None)
        if execute is None:
            return

        def exec_module(module):
            try:
                del loader.exec_module
            except AttributeError:
                pass
            execute(module)
            _patch(module)

        try:
            loader.exec_module = exec_module
        except Exception:
            pass


def install():
    global channel
    path = os.environ.get("HPSEARCH_HOOK")
    if channel is not None or not path:
        return
    channel = Channel(path)
    names = set(WATCHED)
    if os.environ.get("HPSEARCH_WANDB") == "off":
        names -= {"wandb", "wandb.apis.public"}
    if os.environ.get("WANDB_MODE") == "online" and os.environ.get("WANDB_SWEEP_ID") == "hpsearch":
        del os.environ["WANDB_SWEEP_ID"]  # W&B's server knows no such sweep
    sys.meta_path.insert(0, Finder(names))
