#!/bin/sh
# Every fuzz target over what it would begin with, and over all that ever
# brought one down (tests/fuzz/seeds); make fuzz makes up its own input.
. "$(dirname "$0")/lib.sh"

build=${FUZZ_BUILD:-$root/build}
cd "$root" || exit 1
while read -r name longest seeds; do
	case $name in '#'* | '') continue ;; esac
	kept=
	[ ! -d "tests/fuzz/seeds/$name" ] || kept=tests/fuzz/seeds/$name
	# shellcheck disable=SC2086
	run timeout 120 "$build/fuzz-$name" $kept $seeds
	is "$name: no fault in its seeds" "$rc" 0
done <tests/fuzz/targets
is "every target has its row" \
    "$(sed -n '/^[a-z]/s/ .*//p' tests/fuzz/targets)" \
    "$(cd tests/fuzz && grep -l LLVMFuzzerTestOneInput ./*.c |
	grep -v 'replay.c' | sed 's|^./||; s|\.c$||' | LC_ALL=C sort)"
done_testing
