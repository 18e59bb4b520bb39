#!/bin/sh
orion -v hunt -n exp --max-trials 20 python3 main.py --lr~'loguniform(1e-5, 1.0)' \
   --opt~'choices(["adam", "sgd"])' --epochs~'fidelity(1, 27, 3)' --depth~'uniform(1, 8, discrete=True, default_value=3)' --wd 'orion~choices({"0.1": 0.8, "0.2": 0.2})' --fixed 3
