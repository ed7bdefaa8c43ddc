#!/bin/sh
# What a machine can see: both compilers with every warning fatal, clang-tidy,
# cppcheck, the floors, the manual pages, the format, and functions of over 80
# lines.  usage: lint.sh "WARNING FLAGS"
set -u
cd "$(dirname "$0")/.."
warn=$1
bad=0
sources=$(git ls-files '*.c')
flags="-std=c11 -D_GNU_SOURCE -DPROMISED_PREFIX=\"/usr/local\" -I. $(pkg-config --cflags pangocairo | sed 's/-I/-isystem /g')"

step() {
	name=$1
	shift
	if out=$("$@" 2>&1); then
		echo "ok    $name"
	else
		echo "WRONG $name"
		printf '%s\n' "$out" | head -40
		bad=1
	fi
}

compile() {
	# shellcheck disable=SC2086
	for f in $sources; do echo "$f"; done |
	    xargs -P2 -I{} "$1" $flags $warn $2 -Werror -O2 -c {} -o /dev/null
}

long_functions() {
	# shellcheck disable=SC2086
	awk '/^\{/ { s = FNR } /^\}/ { if (s && FNR - s > 80) {
		print FILENAME ":" s ": " FNR - s " lines"; bad = 1 } s = 0 }
	    END { exit bad }' $sources
}

manuals() {
	out=$(mandoc -Tlint -Wstyle man/*.[15] |
	    grep -v 'referenced manual not found\|outdated mandoc.db')
	[ -z "$out" ] || { printf '%s\n' "$out"; return 1; }
}

step "gcc" compile gcc ""
step "clang" compile clang ""
tidy() {
	# shellcheck disable=SC2086
	echo $sources | tr ' ' '\n' | xargs -P2 -n8 sh -c '
	    flags=$1; shift
	    clang-tidy --quiet --warnings-as-errors="*" "$@" -- $flags 2>&1 |
	        grep -v "warnings generated\|Suppressed\|Use -header-filter"
	    ' sh "$flags" >"$tidied" 2>&1
	! grep "error:" "$tidied"
}
tidied=$(mktemp)
trap 'rm -f "$tidied"' EXIT
step "clang-tidy" tidy
# shellcheck disable=SC2086
step "cppcheck" cppcheck -j2 --quiet --error-exitcode=1 --std=c11 -I. \
    --enable=warning,portability --inline-suppr \
    --suppress=missingIncludeSystem -D_GNU_SOURCE $sources
step "layers" dev/layers.sh
step "functions of at most 80 lines" long_functions
step "manual pages" manuals
exit $bad
