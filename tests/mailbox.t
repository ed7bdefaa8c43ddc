#!/bin/sh
# The disputes of whole mailboxes are told apart, in whatever order they come.
# tests/cases/NAME.mailbox says at its head whose it is and what is reached.
# The long ones are shuffled once; SHUFFLES=20 for the longer campaign, which
# shuffles the short ones, too.
. "$(dirname "$0")/lib.sh"

shuffles=${SHUFFLES:-1}
config=$tmp/config
p() {
	"$promised" -c "$config" --now 2026-10-30T12:00:00+00:00 "$@"
}
# head MAILBOX KEY
head_of() {
	sed -n "/^==== /q; s/^$2 //p" "$1"
}
# From a folder of mails to the figures: MAILBOX FOLDER
figures() {
	rm -rf "$config" "$tmp"/promised.db*
	p init --address "$(head_of "$1" address | cut -d , -f 1)" \
	    --name "$(head_of "$1" owner)" --timezone Europe/London \
	    --region GB --store "$tmp/promised.db" >/dev/null
	sed -e "s/^address = .*/address = $(head_of "$1" address)/" \
	    -e "/^address = /a languages = $(head_of "$1" languages)" \
	    "$config" >"$tmp/both"
	cat "$tmp/both" >"$config"
	p import "$2" >/dev/null
	p cases --json >"$tmp/cases.jsonl"
	"$tests/mailbox.py" score "$1" "$tmp/cases.jsonl"
}
# NAME FIGURE at-least|at-most LIMIT
reached() {
	got=$(sed -n "1s/.*$2=\([0-9.]*\).*/\1/p" "$tmp/figures")
	ok "$1: $2 is $got, $3 $4" awk "BEGIN {
	    d = \"$got\" - $4
	    exit !(\"$got\" != \"\" && (\"$3\" == \"at-least\" ? d >= 0 : d <= 0))
	}"
}

for mailbox in "$tests"/cases/*.mailbox; do
	name=$(basename "$mailbox" .mailbox)
	"$tests/mailbox.py" unpack "$mailbox" "$tmp/$name"
	figures "$mailbox" "$tmp/$name" >"$tmp/figures"
	sed "s/^/# $name: /" "$tmp/figures"
	# shellcheck disable=SC2046 # three pairs
	set -- $(head_of "$mailbox" reach)
	reached "$name" "$1" at-least "$2"
	reached "$name" "$3" at-least "$4"
	reached "$name" "$5" at-most "$6"
	case $name in *-[0-9]) round=1 ;; *) round=0 ;; esac # short ones
	while [ "$round" -lt "$shuffles" ]; do
		round=$((round + 1))
		"$tests/mailbox.py" unpack "$mailbox" "$tmp/$name.$round" "$round"
		figures "$mailbox" "$tmp/$name.$round" >"$tmp/shuffled"
		is "$name: shuffle $round: the same cases" \
		    "$(cat "$tmp/shuffled")" "$(cat "$tmp/figures")"
	done
done

done_testing
