# The shell tests' library: TAP, a folder of one's own, and checks that run
# for every command.  Source it first:  . "$(dirname "$0")/lib.sh"
#
#	ok "what" COMMAND...      passes when the command does
#	is "what" GOT WANTED      compares two strings, shows both
#	like "what" GOT PATTERN   GOT matches the extended regular expression
#	run COMMAND...            runs; $out, $err, $rc.  Fails the test when it
#	                          dies by a signal or leaves a core
#	wait_for SECONDS COMMAND  until the command succeeds; false at the end
#	done_testing              prints the plan; at the end of each file
#
# $tmp is a fresh folder, removed at the end; servers that a test starts are
# put on $stop_at_exit (commands, one a line).

set -u
root=$(cd "$(dirname "$0")/.." && pwd)
promised=${PROMISED:-$root/promised}
tests=$root/tests
tmp=$(mktemp -d "${TMPDIR:-/tmp}/promised.XXXXXX")
# Postfix and other users of lower rights must be able to enter.
chmod 755 "$tmp"
stop_at_exit=
tap_count=0
tap_failed=0
export TZ=UTC LC_ALL=C.UTF-8
export HOME="$tmp/home" XDG_CONFIG_HOME="$tmp/home/.config" \
    XDG_DATA_HOME="$tmp/home/.local/share" XDG_CACHE_HOME="$tmp/home/.cache"
mkdir -p "$HOME"

# A sanitizer's report must fail the test, not hide on stderr.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=0:exitcode=99}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1:exitcode=99}"

clean_up() {
	printf '%s\n' "$stop_at_exit" | while IFS= read -r command; do
		[ -z "$command" ] || eval "$command" >/dev/null 2>&1
	done
	[ -n "${KEEP:-}" ] && echo "# kept $tmp" || rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

at_exit() {
	stop_at_exit="$1
$stop_at_exit"
}

pass() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

fail() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	shift
	for line; do
		printf '%s\n' "$line" | sed 's/^/#   /' | head -40
	done
	return 0
}

ok() {
	what=$1
	shift
	if "$@"; then pass "$what"; else fail "$what" "failed: $*"; fi
}

is() {
	if [ "$2" = "$3" ]; then pass "$1"; else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}

like() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then pass "$1"; else
		fail "$1" "got:    $2" "wanted: /$3/"
	fi
}

unlike() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		fail "$1" "got:      $2" "unwanted: /$3/"
	else pass "$1"; fi
}

run() {
	rc=0
	"$@" >"$tmp/.out" 2>"$tmp/.err" || rc=$?
	out=$(cat "$tmp/.out")
	err=$(cat "$tmp/.err")
	if [ $rc -ge 126 ] || [ $rc -eq 99 ] ||
	    grep -q 'Sanitizer\|runtime error:' "$tmp/.err"; then
		fail "died with $rc: $*" "$err"
	fi
	return 0
}

wait_for() {
	left=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		# The condition is what is awaited; this only spares the CPU.
		sleep 0.05
	done
}

done_testing() {
	echo "1..$tap_count"
	[ $tap_failed -eq 0 ]
	exit $?
}
