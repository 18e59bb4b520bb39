"""What the scripts of this folder train: the loss of an epoch, exactly."""
EPOCHS = 4


def val_loss(lr, width, epoch):
    return (lr - 0.03) ** 2 + width / 1024 + 0.5 ** epoch
