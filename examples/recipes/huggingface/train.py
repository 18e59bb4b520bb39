"""A straight line through noisy points, fitted by the Trainer (line.py is the model)."""
import argparse
import json
import os
import sys

try:
    from line import Line, points
    from transformers import (PrinterCallback, ProgressCallback, Trainer, TrainerCallback,
                              TrainingArguments)
except ImportError as missing:
    print(f"{missing}: standin.py, which has the Trainer's callbacks, trains instead",
          file=sys.stderr)
    from standin import (Line, PrinterCallback, ProgressCallback, Trainer, TrainerCallback,
                         TrainingArguments, points)

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--momentum", type=float, default=0.0)
parser.add_argument("--batch", type=int, default=32)
args = parser.parse_args()


class Report(TrainerCallback):
    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        if state.is_world_process_zero:
            print(json.dumps({"step": state.global_step, **metrics}), flush=True)


train, valid = points()
trainer = Trainer(
    model_init=Line, train_dataset=train, eval_dataset=valid, callbacks=[Report()],
    args=TrainingArguments(
        output_dir=os.environ.get("HPSEARCH_DIR", "out"), num_train_epochs=8,
        eval_strategy="epoch", save_strategy="no", report_to="none", use_cpu=True,
        optim="sgd", learning_rate=args.lr, optim_args=f"momentum={args.momentum}",
        per_device_train_batch_size=args.batch, per_device_eval_batch_size=200,
        seed=int(os.environ.get("HPSEARCH_SEED", 1))))
trainer.remove_callback(PrinterCallback)  # they print the same, rounded
trainer.remove_callback(ProgressCallback)
trainer.train()
