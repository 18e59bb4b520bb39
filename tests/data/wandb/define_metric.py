import wandb
from model import val_loss

run = wandb.init()
run.define_metric("epoch")
run.define_metric("val_*", step_metric="epoch", summary="min")
for epoch in (0, 3, 1):
    wandb.log({"epoch": epoch, "val_loss": val_loss(run.config.lr, run.config.width, epoch)})
