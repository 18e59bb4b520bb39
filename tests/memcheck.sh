#!/bin/sh
# Runs a program under valgrind's memcheck; reports go to MEMCHECK_LOG.PID.
exec valgrind -q --leak-check=full --errors-for-leak-kinds=definite --track-fds=yes \
	--num-callers=30 --log-file="$MEMCHECK_LOG.%p" "$@"
