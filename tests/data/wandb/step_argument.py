import wandb
from model import EPOCHS, val_loss

run = wandb.init(id="fixed", resume="allow", settings=wandb.Settings())
for epoch in range(EPOCHS):
    run.log({"loss": 1.0}, step=10 * epoch)
    run.log({"val_loss": val_loss(run.config.lr, run.config.width, epoch)}, step=10 * epoch)
