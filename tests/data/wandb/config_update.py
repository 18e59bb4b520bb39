import wandb
from model import EPOCHS, val_loss

wandb.init()
wandb.config.setdefaults({"lr": 0.7, "momentum": 0.9})
wandb.config.update({"lr": 0.8, "width": 2, "seed": 1}, allow_val_change=True)
wandb.config.lr = 0.6
config = dict(wandb.config)
assert config["momentum"] == 0.9 and config["seed"] == 1, config
for epoch in range(EPOCHS):
    wandb.log({"val_loss": val_loss(config["lr"], config["width"], epoch)})
wandb.finish()
