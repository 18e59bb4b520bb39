import wandb
from model import EPOCHS, val_loss


class Tensor:
    """Of one element."""

    def __init__(self, value):
        self.value = value

    def item(self):
        return self.value


def main():
    run = wandb.init(project="torch", entity="nobody", name="first", tags=["a"], mode="online")
    lr, width = run.config["lr"], run.config.width
    for epoch in range(1, EPOCHS + 1):
        for batch in range(3):
            run.log({"train/loss": Tensor(1 / (batch + 1)).item()})
        run.log({"epoch": epoch, "val_loss": val_loss(lr, width, epoch - 1),
                 "examples": [1, 2, 3], "table": wandb.Table(columns=["a"], data=[[1]])})
    run.finish()


if __name__ == "__main__":
    wandb.login()
    main()
