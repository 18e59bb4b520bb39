import wandb

run = wandb.init()
data = run.use_artifact("team/data:latest").download()
run.log({"val_loss": 1.0})
