import wandb
from model import EPOCHS, val_loss

sweep_configuration = {
    "method": "random",
    "name": "in Python",
    "metric": {"goal": "minimize", "name": "val_loss"},
    "parameters": {
        "lr": {"min": 0.0001, "max": 0.1},
        "width": {"values": [16, 32, 64]},
    },
}


def train():
    with wandb.init() as run:
        for epoch in range(EPOCHS):
            run.log({"val_loss": val_loss(run.config.lr, run.config.width, epoch)})


if __name__ == "__main__":
    wandb.login(key="0" * 40)
    sweep_id = wandb.sweep(sweep=sweep_configuration, project="my-first-sweep")
    wandb.agent(sweep_id, function=train, count=10)
    best = wandb.Api().sweep(sweep_id).best_run()
    print(best)
