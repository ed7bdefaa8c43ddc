#!/bin/sh
# Prove that no two files of the house call each other, at whatever distance: a
# circle cannot be understood, tested or linked but whole.
# usage: circles.sh OBJECTS        (their folder; make layers)
#
# Who uses whose name is told by nm(1), whether that goes in a circle by
# tsort(1).  Prints the files of each circle and exits 1.
set -eu
cd "$(dirname "$0")/.."

objects=$(for c in ./*.c base/*.c mail/*.c rules/*.c cases/*.c record/*.c; do
	echo "$1/${c%.c}.o"
done)
# shellcheck disable=SC2086 # a list of files without blanks
nm -A $objects |
awk '
{ sub(/:/, " ", $0); n = split($0, w, " ") }
w[n - 1] ~ /^[TDBRVC]$/ { home[w[n]] = w[1] }
w[n - 1] == "U" { user[++uses] = w[1]; used[uses] = w[n] }
END {
	for (i = 1; i <= uses; i++)
		if (used[i] in home && home[used[i]] != user[i])
			print user[i], home[used[i]]
}' | tsort 2>&1 >/dev/null | sed "s|^tsort: ||; s|^$1/||; s|\.o\$|.c|" |
grep . && exit 1
exit 0
