#!/bin/sh
# Mail that comes in any order gives the cases of mail that comes in order.
# SHUFFLES=20 COMPANIES=8 for the longer campaign (make shuffle).
. "$(dirname "$0")/lib.sh"

shuffles=${SHUFFLES:-3}
companies=${COMPANIES:-3}
seed=${SEED:-1}
echo "# SEED=$seed SHUFFLES=$shuffles COMPANIES=$companies"
"$tests/shuffle.py" "$tmp/box" "$seed" "$companies"

config=$tmp/config
p() {
	"$promised" -c "$config" --now 2026-06-01T12:00:00+00:00 "$@"
}
fresh() {
	rm -rf "$config" "$tmp"/promised.db*
	p init --address sam@home.example --timezone Europe/London \
	    --region GB --store "$tmp/promised.db" >/dev/null
}

# One line a case: the Message-IDs of its mails, sorted, whatever its number.
parts() {
	p cases --json | while read -r line; do
		printf '%s\n' "$line" | grep -o '"message_id":"[^"]*"' | sort |
		    tr '\n' ' '
		echo
	done | grep . | sort
}

# What was promised, and what has become of it, whatever its number.
promises() {
	p cases --json | grep -o '^{"case":[0-9]*' | grep -o '[0-9]*$' |
	    while read -r number; do p case "$number"; done |
	    sed -n 's/  [0-9]*\.[0-9]* \(.*owe [^;]*; [a-z ]*\).*/ \1/p' | sort
}

fresh
run p import "$tmp"/box
is "in order: all is taken" "$rc" 0
parts >"$tmp/wanted"
promises >"$tmp/promised"
ok "in order: it has promises" test -s "$tmp/promised"
is "in order: a case for each dispute" "$(grep -c . "$tmp/wanted")" \
    $((2 * companies))
unlike "nothing of them is left out" "$(p unfiled --json)" 'CMP-|omplain'

round=0
while [ "$round" -lt "$shuffles" ]; do
	round=$((round + 1))
	fresh
	python3 - "$tmp/box" "$seed.$round" >"$tmp/order" <<'END'
import os, random, sys
names = sorted(os.listdir(sys.argv[1]))
random.Random(sys.argv[2]).shuffle(names)
print("\n".join(names))
END
	while read -r name; do
		p deliver <"$tmp/box/$name" || echo "$name: $?"
	done <"$tmp/order" >"$tmp/out" 2>&1
	parts >"$tmp/got"
	is "shuffle $round: all is taken" "$(cat "$tmp/out")" ""
	ok "shuffle $round: the same cases" diff "$tmp/wanted" "$tmp/got"
	promises >"$tmp/got"
	ok "shuffle $round: the same promises" diff "$tmp/promised" "$tmp/got"
done

done_testing
