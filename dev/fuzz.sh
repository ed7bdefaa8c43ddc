#!/bin/sh
# Fuzz the targets of tests/fuzz/targets, JOBS at a time (two).
# usage: fuzz.sh PROGRAMS LIMIT [TARGET...]    (make fuzz, make fuzz-many)
#
# PROGRAMS is their folder; LIMIT is libFuzzer's: -max_total_time=SECONDS or
# -runs=COUNT; with SHORT=8 the longest input is an eighth of what the row says.
# build/fuzz/corpus/TARGET keeps what was worth keeping, from run
# to run; build/fuzz/crash/TARGET-* is what a fault was found with, and
# build/fuzz/runs/TARGET how often it has run in all.  One line for each target;
# exits 1 when there was a fault.
set -eu
cd "$(dirname "$0")/.."
programs=$1 limit=$2
shift 2
out=build/fuzz
mkdir -p $out/crash $out/log $out/runs

rows() {
	sed '/^#/d' tests/fuzz/targets | while read -r name rest; do
		case " ${*:-$name} " in *" $name "*) echo "$name $rest" ;; esac
	done
}

# One target: NAME LONGEST SEED...
fuzz_one() {
	name=$1 longest=$(($2 / ${SHORT:-1}))
	shift 2
	corpus=$out/corpus/$name seeds=$out/seeds/$name log=$out/log/$name
	rm -rf "$seeds"
	mkdir -p "$corpus" "$seeds"
	n=0
	for seed in "$@" tests/fuzz/seeds/"$name"/*; do
		[ -f "$seed" ] || continue
		n=$((n + 1))
		cp "$seed" "$seeds/$n"
	done
	dict=
	[ ! -f "tests/fuzz/$name.dict" ] || dict=-dict=tests/fuzz/$name.dict
	rc=0
	# A small quarantine stays in the cache, and two calls of a stack are
	# enough until there is a fault to be looked at.
	ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0:quarantine_size_mb=8:malloc_context_size=2 \
	"$programs/fuzz-$name" "$limit" -max_len="$longest" $dict \
	    -entropic=0 \
	    -timeout=10 -rss_limit_mb=1500 -print_final_stats=1 \
	    -artifact_prefix="$out/crash/$name-" "$corpus" "$seeds" \
	    >"$log" 2>&1 || rc=$?
	runs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
	cover=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -1)
	all=$(($(cat "$out/runs/$name" 2>/dev/null || echo 0) + ${runs:-0}))
	echo "$all" >"$out/runs/$name"
	if [ $rc -eq 0 ]; then
		echo "ok     $name: ${runs:-?} runs, $all in all, $cover edges"
		return
	fi
	echo "FAULT  $name: $(grep -m1 -E 'not so|ERROR|runtime error|SUMMARY' \
	    "$log" || tail -n 1 "$log")"
	found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
	echo "       see $log; again: $programs/fuzz-$name $found"
	echo "       when mended: cp $found tests/fuzz/seeds/$name/"
	return 1
}

if [ "${FUZZ_ONE:-}" = 1 ]; then
	# shellcheck disable=SC2068
	fuzz_one $@
	exit
fi
rows "$@" | FUZZ_ONE=1 xargs -P"${JOBS:-2}" -L1 dev/fuzz.sh "$programs" "$limit"
