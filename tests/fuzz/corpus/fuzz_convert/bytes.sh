#!/bin/sh
orion -v hunt -n exp --max'trials 20 p¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢¢ython3 main.ph --lr~'logu-epochs~'fidelity(1, 27, 3)' --depth~'uniform(1, 8, discre%e=True, default_value=3)' --wd 'orion~choices({"0.1": 0.8, "0.2": 0.2})' --fixed 3
