#!/bin/sh
# Processes killed at their system calls, disks that fail, memory that runs
# out: each message once, each mail to the owner, none to a company twice.
# tests/faults/faults.py has what is looked at; make faults has every point, and
# KINDS="kill disk" some kinds of it.
. "$(dirname "$0")/lib.sh"

faults() { # KIND STEP SCENARIO...
	kind=$1
	case " ${KINDS:-$kind} " in *" $kind "*) ;; *) return ;; esac
	mkdir -p "$tmp/$kind"
	run "$tests/faults/faults.py" "$promised" "$tmp" "$@"
	printf '%s\n' "$out" | sed -n '/^[a-z].* points/s/^/# /p'
	is "$kind: nothing is lost, and nothing comes twice" \
	    "$rc $(printf '%s\n' "$out" | grep '^#')" "0 "
}

# A kill or a fault of the disk is seen best where mail goes out.
faults kill "${KILL_STEP:-307}" ${SCENARIOS:-deliver letter send publish init}
faults disk "${DISK_STEP:-257}" ${SCENARIOS:-deliver letter send publish}
# A sanitizer has an allocator of its own.
if ! grep -q __asan_init "$promised"; then
	cc -O1 -shared -fPIC -o "$tmp/alloc.so" "$tests/faults/alloc.c" -ldl
	FAULTS_PRELOAD=$tmp/alloc.so
	export FAULTS_PRELOAD
	faults alloc "${ALLOC_STEP:-2017}" ${SCENARIOS:-deliver letter}
	faults alloc "${LOOK_STEP:-401}" look
fi
done_testing
