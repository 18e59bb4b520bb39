"""What train.py fits where Lightning and PyTorch are installed."""
import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset


class Line(L.LightningModule):
    def __init__(self, lr, momentum):
        super().__init__()
        self.lr, self.momentum = lr, momentum
        self.line = torch.nn.Linear(1, 1)

    def loss(self, batch):
        x, y = batch
        return torch.nn.functional.mse_loss(self.line(x), y)

    def training_step(self, batch, _):
        return self.loss(batch)

    def validation_step(self, batch, _):
        self.log("val_loss", self.loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr, momentum=self.momentum)


def points(batch):
    """200 points for training, as many for validation; the same ones always."""
    rng = torch.Generator().manual_seed(0)
    x = 2 * torch.rand(400, 1, generator=rng) - 1
    y = 3 * x - 1 + 0.3 * torch.randn(400, 1, generator=rng)
    return (DataLoader(TensorDataset(x[:200], y[:200]), batch_size=batch, shuffle=True),
            DataLoader(TensorDataset(x[200:], y[200:]), batch_size=200))
