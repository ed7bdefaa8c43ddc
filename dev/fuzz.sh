#!/bin/sh
# Fuzz the targets of tests/fuzz/targets, two at a time.
# usage: fuzz.sh SECONDS [TARGET...]    (make fuzz TIME=SECONDS builds them)
#
# build/fuzz/corpus/TARGET keeps what was worth keeping, from run to run;
# build/fuzz/crash/TARGET-* is what a fault was found with.  One line for each
# target; exits 1 when there was a fault.
set -eu
cd "$(dirname "$0")/.."
time=$1
shift
out=build/fuzz
mkdir -p $out/crash $out/log

rows() {
	sed '/^#/d' tests/fuzz/targets | while read -r name rest; do
		case " ${*:-$name} " in *" $name "*) echo "$name $rest" ;; esac
	done
}

# One target: NAME LONGEST SEED...
fuzz_one() {
	name=$1 longest=$2
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
	ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 \
	"$out/fuzz-$name" -max_total_time="$time" -max_len="$longest" $dict \
	    -entropic=0 \
	    -timeout=10 -rss_limit_mb=1500 -print_final_stats=1 \
	    -artifact_prefix="$out/crash/$name-" "$corpus" "$seeds" \
	    >"$log" 2>&1 || rc=$?
	runs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
	cover=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -1)
	if [ $rc -eq 0 ]; then
		echo "ok     $name: ${runs:-?} runs, $cover edges"
		return
	fi
	echo "FAULT  $name: $(grep -m1 -E 'not so|ERROR|runtime error|SUMMARY' \
	    "$log" || tail -n 1 "$log")"
	found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
	echo "       see $log; again: $out/fuzz-$name $found"
	echo "       when mended: cp $found tests/fuzz/seeds/$name/"
	return 1
}

if [ "${FUZZ_ONE:-}" = 1 ]; then
	# shellcheck disable=SC2068
	fuzz_one $@
	exit
fi
rows "$@" | FUZZ_ONE=1 xargs -P2 -L1 dev/fuzz.sh "$time"
