"""Loggers beside wandb: what they are given is told to hpsearch, and goes where it went.

MLflow, TensorBoard's writers (torch.utils.tensorboard, tensorboardX), Keras (its callbacks'
logs), the Hugging Face Trainer and Lightning. Written against mlflow 2 and 3, tensorboardX 2,
Keras 2 and 3, transformers 4 and 5, Lightning 1.5 to 2.
"""
import hpsearch_hook
from hpsearch_hook import observe


def log(source, values, **place):
    hpsearch_hook.channel.log(source, values, **place)


class Steps:
    """MLflow has no "no step": it is 0. Where a key comes again at 0, no step was meant."""

    def __init__(self):
        self.seen = set()

    def place(self, key, step):
        if step:
            return {"step": step}
        if key in self.seen:
            return {}
        self.seen.add(key)
        return {"step": 0}


def mlflow(module):
    steps = Steps()

    def tell(key, value, step):
        log("mlflow", {key: value}, **steps.place(key, step))

    def log_metric(_, client, run_id, key, value, timestamp=None, step=None, *args, **kwargs):
        tell(key, value, step)

    def log_batch(_, client, run_id, metrics=(), *args, **kwargs):
        rows = {}
        for m in metrics or ():
            rows.setdefault(m.step, {})[m.key] = m.value
        for step, values in rows.items():
            place = [steps.place(key, step) for key in values]
            log("mlflow", values, **place[0])

    observe(module.MlflowClient, "log_metric", log_metric)
    observe(module.MlflowClient, "log_batch", log_batch)


def place_of(step):
    return {} if step is None else {"step": step}


def tensorboard(module):
    def add_scalar(_, writer, tag, scalar_value, global_step=None, *args, **kwargs):
        log("tensorboard", {tag: scalar_value}, **place_of(global_step))

    def add_scalars(_, writer, main_tag, tag_scalar_dict, global_step=None, *args, **kwargs):
        values = {"%s/%s" % (main_tag, tag): v for tag, v in tag_scalar_dict.items()}
        log("tensorboard", values, **place_of(global_step))

    observe(module.SummaryWriter, "add_scalar", add_scalar)
    observe(module.SummaryWriter, "add_scalars", add_scalars)


def keras(module):
    def on_epoch_end(_, callbacks, epoch, logs=None, *args, **kwargs):
        log("keras", logs or {}, epoch=epoch)

    if hasattr(module, "CallbackList"):
        observe(module.CallbackList, "on_epoch_end", on_epoch_end)


def transformers(module):
    def on_log(_, handler, args, state, control, logs=None, *more, **kwargs):
        log("transformers", logs or {}, step=state.global_step, epoch=state.epoch)

    observe(module.CallbackHandler, "on_log", on_log)


def lightning(module):
    """What Lightning gives to its loggers, be there one or none."""
    def log_metrics(_, connector, metrics, step=None, *args, **kwargs):
        trainer = connector.trainer
        if step is None:
            step = getattr(trainer, "global_step", None)
        log("lightning", metrics, step=step, epoch=getattr(trainer, "current_epoch", None))

    for name in ("_LoggerConnector", "LoggerConnector"):
        if hasattr(module, name):
            observe(getattr(module, name), "log_metrics", log_metrics)


def lightning_logger(module):
    """A logger used by itself, as with Fabric."""
    def log_metrics(_, logger, metrics, step=None, *args, **kwargs):
        log("lightning logger", metrics, **place_of(step))

    for name in ("CSVLogger", "TensorBoardLogger"):
        if hasattr(module, name):
            observe(getattr(module, name), "log_metrics", log_metrics)
