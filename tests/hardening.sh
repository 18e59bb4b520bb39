#!/bin/sh
# Is the binary built the way it should be? PIE, RELRO with immediate binding, no executable
# stack, stack protector, fortified libc calls.
set -eu
bin=$1
fail() { echo "hardening: $*" >&2; exit 1; }
readelf -hW "$bin" | grep -q 'Type: *DYN' || fail "not position independent"
readelf -lW "$bin" | grep -q GNU_RELRO || fail "no RELRO"
readelf -dW "$bin" | grep -Eq 'BIND_NOW|FLAGS.*NOW' || fail "binds lazily"
readelf -lW "$bin" | grep GNU_STACK | grep -q RWE && fail "executable stack"
readelf -sW "$bin" | grep -q __stack_chk_fail || fail "no stack protector"
readelf -sW "$bin" | grep -q '_chk@' || fail "no fortified call"
echo "hardening: all there"
