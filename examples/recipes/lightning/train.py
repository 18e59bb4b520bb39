"""A straight line through noisy points, fitted by Lightning (line.py is the model)."""
import argparse
import json
import os
import sys

try:
    import lightning as L
    from line import Line, points
except ImportError as missing:
    print(f"{missing}: standin.py, which has Lightning's callbacks, trains instead",
          file=sys.stderr)
    import standin as L
    from standin import Line, points

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--momentum", type=float, default=0.0)
parser.add_argument("--batch", type=int, default=32)
args = parser.parse_args()


class Report(L.Callback):
    def on_validation_end(self, trainer, pl_module):
        if trainer.is_global_zero and not trainer.sanity_checking:
            values = {name: float(value) for name, value in trainer.callback_metrics.items()}
            print(json.dumps({"epoch": trainer.current_epoch + 1, **values}), flush=True)


L.seed_everything(int(os.environ.get("HPSEARCH_SEED", 1)))
trainer = L.Trainer(max_epochs=10, callbacks=[Report()], accelerator="cpu", logger=False,
                    enable_checkpointing=False, enable_progress_bar=False)
trainer.fit(Line(args.lr, args.momentum), *points(args.batch))
