#!/bin/sh
sleep 0.2; exec ./train.sh "$@"
