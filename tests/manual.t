#!/bin/sh
# promised-rules(5): what its examples of whole files say is true.  A block
# after '.\" test: PATH' is that file of a pack; one after '.\" test: NAME when'
# or 'NAME days' is what comes of it.
. "$(dirname "$0")/lib.sh"

page=$root/man/promised-rules.5
block() { # NAME
	awk -v head=".\\\\\" test: $1" '
	    $0 == head { on = 1; next }
	    on && /^\.Bd/ { next }
	    on && /^\.Ed/ { exit }
	    on' "$page" | sed 's/\\&//g; s/\\(dq/"/g; s/\\e/\\/g'
}

mkdir -p "$tmp/data/rules/eo" "$tmp/data/rules/xe"
for part in mail cases examples; do ln -s "$root/$part" "$tmp/data/$part"; done
for file in eo/language eo/zones.rules eo/time xe/holidays; do
	block "$file" >"$tmp/data/rules/$file"
	ok "the page has an example of $file" test -s "$tmp/data/rules/$file"
done
export PROMISED_DATA="$tmp/data"

run "$promised" rules check "$tmp/data/rules"
is "the examples are a pack that proves itself" "$rc" 0
like "with its rules" "$out" '^[1-9][0-9]* rules, .* 0 faults'

# --- time ---

block "eo when" >"$tmp/when"
ok "the page has phrases" test -s "$tmp/when"
while IFS= read -r line; do
	text=$(printf '%s' "$line" | sed 's/   *.*//')
	due=$(printf '%s' "$line" | sed 's/.*   *//')
	run "$promised" when --language eo --region XE \
	    --at 2026-03-02T10:15:00+00:00 "$text"
	is "$text" "$(printf '%s\n' "$out" | sed 's/^.*: //; q')" "$due"
done <"$tmp/when"

# --- language, zones ---

{
	printf 'From: Acme <care@acme.example>\nDate: Mon, 02 Mar 2026 10:15:00 +0000\n\n'
	printf 'Saluton Petro,\n\nni respondos al via plendo.\n\nKun afablaj salutoj\n\nAnna Berg\n'
} >"$tmp/mail.eml"
run "$promised" scan --explain "$tmp/mail.eml"
like "a greeting" "$out" '^salutation +Saluton Petro,'
like "a closing" "$out" '^closing +Kun afablaj salutoj'
like "and a signature below it" "$out" '^signature +Anna Berg'

# --- holidays ---

# One working day from the day before, over a weekend from its Friday: what is
# skipped is named.
block "xe days" >"$tmp/days"
ok "the page has days" test -s "$tmp/days"
while read -r region day name; do
	before=$(date -u -d "$day -1 day" +%F)
	case $(date -u -d "$day" +%u) in 1) before=$(date -u -d "$day -3 days" +%F) ;; esac
	run "$promised" when --language eo --region "$region" \
	    --at "${before}T10:00:00+00:00" "ene de unu labortago"
	if [ "$name" = - ]; then
		unlike "$region $day is no holiday" "$out" 'skipping'
	else
		like "$region $day is $name" "$out" "skipping ([^,]*, )*$name"
	fi
done <"$tmp/days"

done_testing
