import wandb
from model import EPOCHS, val_loss


def fold(number):
    run = wandb.init(group="cross-validation", job_type="fold", name=f"fold-{number}", reinit=True)
    loss = val_loss(run.config.lr, run.config.width, number)
    run.log({"val_loss": loss})
    run.finish()
    return loss


losses = [fold(number) for number in range(2)]
run = wandb.init(reinit=True)
run.summary.update({"val_loss": val_loss(run.config.lr, run.config.width, EPOCHS - 1)})
run.finish()
