#!/bin/sh
# Half a megabyte of anything is read: what grows faster than the mail would
# take minutes.  `make bench` has the same with 1 MB, and tells the time.
. "$(dirname "$0")/lib.sh"

seconds=20 # of CPU for one mail; it takes a fiftieth of one
"$tests/floods.py" "$tmp/floods" 500000
printf 'From: a@b.example\n\nx\n' >"$tmp/mail"
run "$promised" scan --region GB "$tmp/mail"
is "the rules are read" "$rc" 0

for file in "$tmp"/floods/*; do
	(ulimit -t $seconds && exec "$promised" scan --json --region GB "$file") \
	    >"$tmp/out" 2>"$tmp/err"
	echo "$? $(grep -c '"obligations":' "$tmp/out") ${file##*/}"
done >"$tmp/results"
ok "there are floods" test -s "$tmp/results"
is "each is read within its time" "$(grep -v '^0 1 ' "$tmp/results")" ""

# Each is compared with those before it.
is "a mail has so many references" \
    "$("$promised" scan --json "$tmp/floods/references-all" |
	grep -o '"AB-[0-9]*"' | wc -l)" 50
is "and so many obligations" \
    "$("$promised" scan --json "$tmp/floods/promises-all" |
	grep -o '"kind":' | wc -l)" 200
done_testing
