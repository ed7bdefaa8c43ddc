#!/bin/sh
# The image of the rules beside the store: made, used, and never missed.
. "$(dirname "$0")/lib.sh"

mail=$tests/mail/promise.eml
image=$tmp/owner/promised.db.image
own=$tmp/home/.config/promised/rules
mkdir -p "$tmp/owner"
"$promised" init --address sam@home.example --timezone Europe/London \
    --region GB --store "$tmp/owner/promised.db" >/dev/null
rm -f "$image"
plain=$("$promised" -n filter <"$mail" | grep '^X-Promised')

filter() { # what it says on stderr is in $err, its headers in $headers
	run "$promised" -v filter <"$mail"
	headers=$(printf '%s\n' "$out" | grep '^X-Promised')
}
# A file that was changed within 2 seconds is read anew, so this may take that.
made() {
	"$promised" -v filter <"$mail" 2>&1 >/dev/null | grep -q 'image: used'
}

ok "a rehearsal leaves none" test ! -e "$image"
ok "a filter makes it again" wait_for 60 made
is "for its owner alone" "$(stat -c %a "$image")" 600
filter
like "the next one uses it" "$err" 'promised\.db\.image: used$'
is "and finds the same" "$headers" "$plain"
run "$promised" -v due
like "so do other commands" "$err" 'promised\.db\.image: used$'

# --- stale ---

mkdir -p "$own/en"
cat >"$own/en/mine.rules" <<'END'
rule mine
	says signal handoff
	match written off
	match refund
END
filter
like "a rule of the owner's makes it stale" "$err" 'image: .*changed'
like "and is found at once" "$headers" '^X-Promised-Signals: .*handoff'
ok "it is made again" wait_for 60 made
filter
like "with that rule in it" "$headers" '^X-Promised-Signals: .*handoff'
sed -i 's/handoff/closure/' "$own/en/mine.rules"
filter
like "an edited rule counts at once" "$headers" '^X-Promised-Signals: .*closure'
sed -i 's/match refund/match ref(und/' "$own/en/mine.rules"
filter
like "a bad one is told, image or not" "$err" 'mine\.rules:4:'
is "and the mail tried again later" "$rc" 78
rm -r "$own"
filter
is "a rule that is gone is gone" "$headers" "$plain"
ok "it is made again" wait_for 60 made

# --- not fit for use ---

cp -p "$image" "$tmp/good"
broken() { # "what" COMMAND...: the image made so is ignored
	what=$1
	shift
	rm -f "$image"
	cp -p "$tmp/good" "$image"
	chmod 600 "$image"
	"$@"
	filter
	is "$what: the same is found" "$rc $headers" "0 $plain"
	unlike "$what: it is not used" "$err" 'image: used'
}
flip() {
	printf "not as it was" | dd of="$image" bs=1 seek=700001 conv=notrunc status=none
}
broken "cut short" truncate -s -4096 "$image"
broken "empty" truncate -s 0 "$image"
broken "one byte wrong" flip
broken "written by others" chmod 666 "$image"
# Only root can give a file away.
[ "$(id -u)" -ne 0 ] || broken "of somebody else" chown nobody "$image"
elsewhere() {
	rm "$image"
	ln -s "$tmp/good" "$image"
}
broken "a link to one" elsewhere

# --- many at once ---

rm -f "$image"
for i in 1 2 3 4; do
	"$promised" filter <"$mail" >"$tmp/out.$i" 2>&1 &
done
wait
is "of four at once each finds the same" \
    "$(cat "$tmp"/out.? | grep -c '^X-Promised-Owed: company 2026-03-09 reply')" 4
filter
like "and one is there in the end" "$err" 'image: used'
is "with nothing left beside it" \
    "$(find "$tmp/owner" -name '*image*' | wc -l)" 1

# --- where none can be written ---

rm "$image"
mkdir "$image"
filter
is "without a place for it all is as before" "$rc $headers" "0 $plain"

done_testing
