#!/bin/sh
# Runs a program under valgrind's memcheck; reports go to MEMCHECK_LOG.PID. Processes that it
# forks count as well, but for a test program's (MEMCHECK_ALONE=1), which end however they like.
# shellcheck disable=SC2086 # no word, or one
exec valgrind -q ${MEMCHECK_ALONE:+--child-silent-after-fork=yes} --leak-check=full \
	--errors-for-leak-kinds=definite --track-fds=yes --num-callers=30 \
	--log-file="$MEMCHECK_LOG.%p" "$@"
