import wandb

run = wandb.init(mode="online", project="x")
run.log({"val_loss": 1.0})
