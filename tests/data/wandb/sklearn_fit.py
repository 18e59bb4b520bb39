import wandb
from model import EPOCHS, val_loss

run = wandb.init(project="sklearn")
scores = [val_loss(run.config["lr"], run.config["width"], EPOCHS - 1)]
wandb.summary["n_scores"] = len(scores)
wandb.run.summary["val_loss"] = sum(scores) / len(scores)
