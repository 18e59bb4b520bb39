"""Ray Tune's PopulationBasedTraining on the problems of pbt.py, which imports this where Ray
is installed: its own class, with the defaults that its documentation gives (a quarter copies a
quarter, resampling 0.25, factors 1.2 and 0.8), at the price of as many whole trainings.

A population is played by `play`: the trainable keeps with its checkpoint what it was trained
with so far, a list of [steps, parameters], so that the schedule of the best member can be
trained afresh.
"""
import json
import logging
import os
import shutil
import tempfile

os.environ.update(
    RAY_USAGE_STATS_ENABLED="0", RAY_AIR_NEW_OUTPUT="0", TUNE_DISABLE_AUTO_CALLBACK_LOGGERS="1",
    RAY_DEDUP_LOGS="0", TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S="0")
import ray  # noqa: E402
from ray import tune  # noqa: E402
from ray.tune.schedulers import PopulationBasedTraining  # noqa: E402


def begin():
    here = os.path.dirname(os.path.abspath(__file__))
    ray.init(num_cpus=2, include_dashboard=False, logging_level=logging.ERROR,
             log_to_driver=False, _node_ip_address="127.0.0.1",
             runtime_env={"env_vars": {"PYTHONPATH": here}})


class Member(tune.Trainable):
    """One step is one interval; `train(folder, history, config)` says the loss after it."""

    def setup(self, config):
        self.folder, self.history = tempfile.mkdtemp(), []

    def step(self):
        train, config = self.config["train"], dict(self.config)
        del config["train"]
        self.history.append(config)
        return {"loss": train(self.folder, self.history), "history": json.dumps(self.history)}

    def save_checkpoint(self, checkpoint_dir):
        shutil.copytree(self.folder, checkpoint_dir, dirs_exist_ok=True)
        with open(f"{checkpoint_dir}/history.json", "w", encoding="utf-8") as f:
            json.dump(self.history, f)

    def load_checkpoint(self, checkpoint):
        shutil.rmtree(self.folder)
        shutil.copytree(checkpoint, self.folder)
        with open(f"{self.folder}/history.json", encoding="utf-8") as f:
            self.history = json.load(f)

    def reset_config(self, new_config):
        """The process is used again, by another member."""
        self.cleanup()
        self.setup(new_config)
        self.config = new_config
        return True

    def cleanup(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def play(space, train, members, intervals, seed, cwd):
    """The least loss of a member at the end, and what that member was trained with."""
    import random
    import numpy
    random.seed(seed)
    numpy.random.seed(seed)
    rule = PopulationBasedTraining(time_attr="training_iteration", perturbation_interval=1,
                                   hyperparam_mutations=space)
    found = tune.Tuner(
        Member, param_space=dict(space, train=train),
        tune_config=tune.TuneConfig(metric="loss", mode="min", scheduler=rule,
                                    num_samples=members, reuse_actors=True),
        run_config=tune.RunConfig(stop={"training_iteration": intervals}, verbose=0,
                                  storage_path=cwd, failure_config=tune.FailureConfig())).fit()
    best = found.get_best_result()
    return best.metrics["loss"], json.loads(best.metrics["history"])
