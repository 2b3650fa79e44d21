#!/bin/sh
# Makes again what is copied into lib/: the interface, which the build reads. Authors never need it. The
# types in lib/world.d.ts are written by hand: jco's describe another engine's way to hand over values.
set -eu
cd "$(dirname "$0")"
cp ../../wit/merlon.wit lib/wit/
