import sys

from tensorboardX import SummaryWriter

writer = SummaryWriter("runs")
for epoch in range(3):
    writer.add_scalar("Loss/val", float(sys.argv[1]) / 2 ** epoch, epoch)
    writer.add_scalars("Loss", {"train": 1.0}, epoch)
writer.close()
