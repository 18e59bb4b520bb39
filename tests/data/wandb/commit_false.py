import wandb
from model import EPOCHS, val_loss

wandb.init()
for epoch in range(EPOCHS):
    wandb.log({"val_loss": val_loss(wandb.config.lr, wandb.config.width, epoch)}, commit=False)
    wandb.log({"epoch": epoch})
