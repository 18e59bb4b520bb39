import argparse

import wandb
from model import EPOCHS, val_loss

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.9)
parser.add_argument("--width", type=int, default=1)
parser.add_argument("--script")
args = parser.parse_args()
wandb.init(config=vars(args))
for epoch in range(EPOCHS):
    wandb.log({"val_loss": val_loss(args.lr, args.width, epoch)})
