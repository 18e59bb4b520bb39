import wandb
from model import EPOCHS, val_loss


class MetricsLogger:
    def on_epoch_end(self, epoch, logs):
        wandb.log(dict(logs, epoch=epoch))


def fit(config, callbacks):
    for epoch in range(EPOCHS):
        logs = {"loss": 1.0, "val_loss": val_loss(config.lr, config.width, epoch)}
        for callback in callbacks:
            callback.on_epoch_end(epoch, logs)


wandb.init(project="keras", config={"lr": 0.5, "width": 3, "optimizer": "adam"})
fit(wandb.config, [MetricsLogger()])
