#!/bin/sh
# What the rules find in the labelled mail of tests/corpus must not get worse
# than tests/corpus/reached says.  make accuracy prints the figures alone.
. "$(dirname "$0")/lib.sh"

corpus=$tests/corpus
python3 "$corpus/fresh.py" "$tmp/fresh" >/dev/null
figures() { # SET LABELS FOLDER
	python3 "$corpus/score.py" "$promised" "$2" "$3" | tr ' ' '\n' |
	    sed "s/^/$1 /"
}
{
	figures corpus "$corpus/labels.jsonl" "$corpus/messages"
	figures fresh "$tmp/fresh/labels.jsonl" "$tmp/fresh"
	for file in "$corpus"/fresh/set*.txt "$corpus"/fresh/??.txt; do
		language=$(basename "$file" .txt)
		python3 "$corpus/fresh.py" "$tmp/$language" "$language"
		figures "$language" "$tmp/$language/labels.jsonl" \
		    "$tmp/$language"
	done
	for bank in phrases signals; do
		python3 "$corpus/$bank.py" "$promised" |
		    while read -r half figures; do
			echo "$figures" | tr ' ' '\n' |
			    sed "s/^/$bank-$half /"
		done
	done
} >"$tmp/figures"
sed 's/^/# /' "$tmp/figures"

reached() { # SET FIGURE LEAST
	got=$(sed -n "s/^$1 $2=//p" "$tmp/figures")
	ok "$1: $2 is $got, at least $3" \
	    awk "BEGIN { exit !(\"$got\" != \"\" && $got + 0 >= $3) }"
}
while read -r set figure least; do
	reached "$set" "$figure" "$least"
done <"$corpus/reached"

done_testing
