#!/bin/sh
# The disputes of a whole mailbox are told apart, in whatever order it comes.
# SHUFFLES=20 for the longer campaign.
. "$(dirname "$0")/lib.sh"

shuffles=${SHUFFLES:-1}
mailbox=$tests/cases/annika.mailbox
config=$tmp/config
p() {
	"$promised" -c "$config" --now 2026-09-30T12:00:00+00:00 "$@"
}
# From a folder of mails to the figures.
figures() {
	rm -rf "$config" "$tmp"/promised.db*
	p init --address annika.rowe@mailhome.example --name 'Annika Rowe' \
	    --timezone Europe/London --region GB \
	    --store "$tmp/promised.db" >/dev/null
	sed -e 's/^address = .*/&, a.rowe@hafenlicht.example/' \
	    -e '/^address = /a languages = en, de, fr' "$config" >"$tmp/both"
	cat "$tmp/both" >"$config"
	p import "$1" >/dev/null
	p cases --json >"$tmp/cases.jsonl"
	"$tests/mailbox.py" score "$mailbox" "$tmp/cases.jsonl"
}
# FIGURE at-least|at-most LIMIT
reached() {
	got=$(sed -n "1s/.*$1=\([0-9.]*\).*/\1/p" "$tmp/figures")
	ok "$1 is $got, $2 $3" awk "BEGIN {
	    d = \"$got\" - $3
	    exit !(\"$got\" != \"\" && (\"$2\" == \"at-least\" ? d >= 0 : d <= 0))
	}"
}

"$tests/mailbox.py" unpack "$mailbox" "$tmp/box"
figures "$tmp/box" >"$tmp/figures"
sed 's/^/# /' "$tmp/figures"
reached f1 at-least 0.99
reached exact at-least 0.96
reached stray at-most 0.05

round=0
while [ "$round" -lt "$shuffles" ]; do
	round=$((round + 1))
	"$tests/mailbox.py" unpack "$mailbox" "$tmp/box$round" "$round"
	figures "$tmp/box$round" >"$tmp/shuffled"
	is "shuffle $round: the same cases" "$(cat "$tmp/shuffled")" \
	    "$(cat "$tmp/figures")"
done

done_testing
