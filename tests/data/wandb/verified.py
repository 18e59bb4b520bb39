import os

import wandb
from model import val_loss

run = wandb.init(config={"lr": 0.1})
split = os.environ["HPSEARCH_SPLIT"]
noise = int(os.environ["HPSEARCH_SEED"]) % 97 / 1e6
for epoch in range(3):
    loss = val_loss(run.config.lr, 0, epoch) + noise
    run.log({"test_loss" if split == "test" else "val_loss": loss, "epoch": epoch})
