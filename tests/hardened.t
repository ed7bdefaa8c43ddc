#!/bin/sh
# What the linker and the compiler were told shows in each program: positions
# that nobody can guess, tables that are read-only, a guarded stack.
. "$(dirname "$0")/lib.sh"
bin=$(dirname "$promised")

says() { # WHAT PATTERN readelf-options: of $program
	what=$1 pattern=$2
	shift 2
	like "$name: $what" "$(readelf -W "$@" "$program" 2>&1)" "$pattern"
}
lacks() {
	what=$1 pattern=$2
	shift 2
	unlike "$name: $what" "$(readelf -W "$@" "$program" 2>&1)" "$pattern"
}

for name in promised promised-fetch promised-send promised-lookup promised-oauth; do
	program=$bin/$name
	says "runs at any address" 'FLAGS_1.* PIE' -d
	says "looks up all symbols at its start" 'FLAGS_1.* NOW' -d
	says "tables read-only from then on" 'GNU_RELRO' -l
	says "a stack that is not run" 'GNU_STACK .* RW  ' -l
	lacks "no memory both written and run" 'LOAD .* RWE ' -l
	lacks "no code that is written to, no path to libraries" \
	    'TEXTREL|RPATH|RUNPATH' -d
	# Sanitizers watch in their own way, and their builds lack these.
	if readelf -W --dyn-syms "$program" | grep -q __asan_init; then
		continue
	fi
	says "guards its stack" ' __stack_chk_fail' --dyn-syms
	says "checks sizes of buffers" ' __[a-z]+_chk' --dyn-syms
	like "$name: is compiled for guarded jumps" \
	    "$(objdump -d --disassemble=main "$program")" 'endbr64|bti'
done

done_testing
