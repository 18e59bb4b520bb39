import wandb
from model import EPOCHS, val_loss

with wandb.init(project="nested", config={"lr": 1.0}) as run:
    for epoch in range(EPOCHS):
        loss = val_loss(run.config.lr, run.config.width, epoch)
        run.log({"eval": {"loss": loss, "deep": {"er": epoch}}, "val_loss": loss})
