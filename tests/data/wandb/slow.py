"""Ends only where somebody stops it who hears it while it runs."""
import time

import wandb

run = wandb.init()
for epoch in range(600):
    run.log({"epoch": epoch, "val_loss": run.config.lr})
    if run.config.lr < 0.5 and epoch == 5:
        break
    time.sleep(0.1)
