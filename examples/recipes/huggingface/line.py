"""What train.py fits where transformers and PyTorch are installed."""
import torch


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(1, 1)

    def forward(self, x, labels):
        y = self.line(x)
        return {"loss": torch.nn.functional.mse_loss(y, labels), "logits": y}


def points():
    """200 points for training, as many for validation; the same ones always."""
    rng = torch.Generator().manual_seed(0)
    x = 2 * torch.rand(400, 1, generator=rng) - 1
    y = 3 * x - 1 + 0.3 * torch.randn(400, 1, generator=rng)
    rows = [{"x": a, "labels": b} for a, b in zip(x, y)]
    return rows[:200], rows[200:]
