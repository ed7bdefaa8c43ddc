#!/bin/sh
# What README.md and the manual pages tell is there, and what is there is told:
# commands, options, mail commands, settings, and what is printed.
. "$(dirname "$0")/lib.sh"

page=$root/man/promised.1
conf=$root/man/promised.conf.5
config=$tmp/owner/config
mkdir "$tmp/owner"
"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/owner/db" >/dev/null
p() { "$promised" -c "$config" --now 2026-03-02T18:21:00+00:00 "$@"; }

# same WHAT, of two lists in $tmp, a word a line.
same() {
	ok "$1: there are some" test -s "$tmp/$2"
	is "$1" "$(sort -u "$tmp/$2")" "$(sort -u "$tmp/$3")"
}

# --- promised(1) ---

"$promised" help | awk '/^  [a-z]/ { print $1 }' >"$tmp/commands"
sed -n '/^\.Sh WHICH/q; s/^\.It Cm \([a-z]*\).*/\1/p' "$page" >"$tmp/told"
same "commands" commands told

sed -n 's/^    {"\([a-z-]*\)", [a-z]*_argument, .*/\1/p' "$root/main.c" \
    >"$tmp/options"
grep -o '\<Fl -[a-z-]*' "$page" | sed 's/Fl -//' >"$tmp/told"
same "options" options told

# Of the help those of the left column, around slashes, and those beside it.
verbs() { awk '{ print $1 == "not" ? "not kept" : $1 }'; }
p deliver <"$root/examples/demo/forward.eml"
p do 1 help >"$tmp/help"
{
	sed -n '/^  [a-z]/ { s/^  \(.\{23\}\).*/\1/; s| / |\n|g; p }' "$tmp/help"
	sed -n 's/.*(or: //p' "$tmp/help"
	echo help
} | verbs >"$tmp/verbs"
sed -n '/^\.Sh MAIL COMMANDS/,/^\.Ed/p' "$page" | sed '1,/^\.Bd/d' |
    sed -n '/^[a-z]/ { s/   *.*//; s/, /\n/g; p }' | verbs >"$tmp/told"
same "mail commands" verbs told
while read -r verb; do
	unlike "$verb is understood" "$(p do 1 "$verb" 2>&1)" 'no command that I know'
done <"$tmp/told"

sed -n 's/^\.Dl \$ promised //; t ok; d; :ok; s/\\(dq/"/g; p' "$page" \
    >"$tmp/examples"
ok "there are examples" test -s "$tmp/examples"
cp "$root/examples/demo/forward.eml" "$tmp/reply.eml"
while IFS= read -r line; do
	run sh -c "cd '$tmp' && '$promised' $line"
	is "promised $line" "$rc" 0
done <"$tmp/examples"

# --- promised.conf(5) ---

# keys SECTION: those that the program knows, by its own word.
keys() {
	printf '[%s]\nnone = 1\n' "$1" >"$tmp/wrong"
	"$promised" -c "$tmp/wrong" cases 2>&1 | sed -n 's/.*it knows //p' |
	    sed 's/, /\n/g'
}
# And those that the page has.
told() {
	awk -v head="^\\\\.Ss Sections? $1( |\$)" '
	    /^\.S[sh] / { on = $0 ~ head }
	    on && /^\.It Ic / { gsub(/^\.It Ic | ,/, ""); print }' "$conf" |
	    tr -s ' ' '\n'
}
printf '[none]\nnone = 1\n' >"$tmp/wrong"
"$promised" -c "$tmp/wrong" cases 2>&1 | sed -n 's/.*there are //p' |
    sed 's/, /\n/g; s/ NAME//' >"$tmp/sections"
sed -n 's/^\.Ss Sections\{0,1\} \([a-z]*\).*/\1/p' "$conf" >"$tmp/told"
same "sections" sections told
while read -r section; do
	keys "$section" >"$tmp/keys"
	told "$section" >"$tmp/told"
	same "[$section]" keys told
done <"$tmp/sections"

sed 's/^#\([a-z[]\)/\1/' "$config" >"$tmp/all"
chmod 600 "$tmp/all"
run "$promised" -c "$tmp/all" cases
is "what init leaves commented out can be had" "$rc" 0

# --- README.md ---

grep -o '[`/ ]promised [a-z][a-z]*[` ]' "$root/README.md" | sed 's/.*promised //; s/[` ]$//' |
    sort -u >"$tmp/named"
ok "README.md names commands" test -s "$tmp/named"
is "and none that is not there" "$(grep -vxFf "$tmp/commands" "$tmp/named")" ''

# What it looks like: as make demo shows it.
PROMISED=$promised "$root/dev/demo.sh" | sed 's/^ *//; s/rules:[0-9]*$/rules/' \
    >"$tmp/demo"
sed -n '/^## What it/,/^On /p' "$root/README.md" |
    sed -n 's/^    \([^$>]\)/\1/p' | sed 's/rules:[0-9]*$/rules/' >"$tmp/looks"
ok "README.md shows what is printed" test -s "$tmp/looks"
is "and that is what is printed" "$(grep -vxFf "$tmp/demo" "$tmp/looks")" ''
like "the demo ends with a letter that lies ready" "$(cat "$tmp/demo")" \
    'This letter lies ready'

done_testing
