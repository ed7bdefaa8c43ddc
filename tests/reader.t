#!/bin/sh
# A mail that brings down whatever reads it: it is tried twice, kept as it came
# and told, and no other is kept waiting.  A reader sets its alarm for each
# mail: there it is hit.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
p() {
	"$promised" -c "$config" "$@"
}
struck() { # COMMAND: whose readers die of each mail
	strace -f -qq -o "$tmp/trace" -e trace=alarm,setitimer \
	    -e inject=alarm,setitimer:signal=SEGV "$promised" -c "$config" "$@"
}
watched() {
	strace -f -qq -o "$tmp/trace" -e trace=prctl,seccomp,alarm,setitimer \
	    "$promised" -c "$config" "$@"
}
deaths() {
	grep -c 'killed by SIGSEGV' "$tmp/trace"
}
known() {
	sqlite3 "$tmp/promised.db" 'SELECT count(*) FROM raw'
}
p init --address sam@home.example --timezone Europe/London --region GB \
    --store "$tmp/promised.db" >/dev/null
mail=$tests/mail/promise.eml
p filter <"$mail" >"$tmp/wanted"
for n in 1 2 3; do
	sed "s/^Message-ID: </&$n./; s/NB-204417/NB-$n/" "$mail" >"$tmp/$n.eml"
done

run watched filter <"$mail"
ok "filter: what reads the mail has a filter of system calls" \
    grep -q 'PR_SET_SECCOMP, SECCOMP_MODE_FILTER' "$tmp/trace"
is "and only that process reads" \
    "$(sed -n 's/ .*SECCOMP_MODE_FILTER.*//p' "$tmp/trace")" \
    "$(sed -n 's/ *\(alarm\|setitimer\).*//p' "$tmp/trace" | sort -u)"

# What was decided earlier is told again by reading it again.
run struck filter <"$mail"
is "a mail that was known: 65" "$rc" 65
grep -v '^X-Promised-' "$tmp/wanted" >"$tmp/plain"
ok "it comes out whole" cmp "$tmp/plain" "$tmp/.out"

run struck filter <"$tmp/1.eml"
is "filter: 65" "$rc" 65
is "two readers died of it" "$(deaths)" 2
like "it is told" "$err" 'reading it ends by signal 11'
sed '/^X-Promised-Case/d; /^X-Promised-Signals/,/folded/d' "$tmp/1.eml" \
    >"$tmp/plain"
ok "it comes out whole" cmp "$tmp/plain" "$tmp/.out"
is "and is kept" "$(known)" 2

run struck deliver <"$tmp/2.eml"
is "deliver: it is taken" "$rc" 0
like "and told" "$err" 'the message is kept'
is "it is in the store" "$(known)" 3

for try in 1 2 3 4; do
	run struck once
done
is "once goes on with its work" "$rc" 0
run p doctor
like "doctor tells of those that were given up" "$out" \
    'WRONG mail .*2 mails .*reader'
p filter <"$tmp/3.eml" >/dev/null
is "others are filed as ever" \
    "$(p cases --json | grep -o '"sha256"' | wc -l)" 2
raw() { # each, one a line
	sqlite3 "$tmp/promised.db" 'SELECT hex(bytes) FROM raw' | sort
}
sent() {
	for f in "$mail" "$tmp"/[123].eml; do
		od -An -v -tx1 "$f" | tr -d ' \n' | tr a-f A-F
		echo
	done | sort
}
is "the bytes are as they came" "$(raw | cksum)" "$(sent | cksum)"

done_testing
