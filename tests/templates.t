#!/bin/sh
# The words of mails are files: each language has all of them, the owner's own
# take their place, and a wrong one is told before anything is sent.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
outbox=$tmp/store/outbox/new
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
begin() { # LANGUAGE
	rm -rf "$config" "$tmp/store" "$tmp/templates"
	"$promised" -c "$config" init --address sam@home.example \
	    --name "Sam Okafor" --timezone Europe/Berlin --region DE \
	    --store "$tmp/store/promised.db" >/dev/null
	sed -i "s/^region = .*/&\nlanguages = $1/" "$config"
	printf '[send]\nfrom = promised@home.example\ncase-address = promised+{case}@home.example\n' \
	    >>"$config"
}
mail() { # FROM ID DAY SUBJECT TEXT: in March
	printf 'From: %s\nTo: sam@home.example\nMessage-ID: <%s>\nDate: %s Mar 2026 10:00:00 +0000\nSubject: %s\n\n%s\n' \
	    "$1" "$2" "$3" "$4" "$5"
}
# Every mail that there is, in one language.
tell_all() {
	mail "Anna Bell <care@acme.example>" a1@acme.example 02 "AC-10023" \
	    "We will refund the 42.10 pounds by 9 March." |
	    at 2026-03-02T11:00:00Z deliver
	mail "Bob Hill <help@oak.example>" b1@oak.example 02 "OM-55210" \
	    "We are sorry for the delay. Please send us the form by 16 March." |
	    at 2026-03-02T11:00:00Z deliver
	at 2026-03-02T11:01:00Z do 1 sector payments >/dev/null
	at 2026-03-02T11:01:00Z do 1 event complaint 2 January 2026 >/dev/null
	for day in 10 12 14 17; do
		at 2026-03-${day}T10:00:00Z once 2>/dev/null
	done
	mail sam@home.example c1@home.example 17 "Re: case" "help
status
draft final
nonsense" | sed "s/^To: .*/To: $(sed -n 's/^Reply-To: .*<\(promised+1.*\)>/\1/p' "$outbox"/* | head -1)/" |
	    at 2026-03-17T11:00:00Z deliver
	at 2026-03-17T11:01:00Z once 2>/dev/null
}
# What is said by promised itself: words in it that are English alone.
english() {
	python3 - "$outbox" <<'END'
import email, email.policy, os, re, sys
seen = set()
for name in os.listdir(sys.argv[1]):
    m = email.message_from_binary_file(open(os.path.join(sys.argv[1], name), "rb"), policy=email.policy.default)
    for kind in ("plain", "html"):
        text = m.get_body((kind,)).get_content()
        text = re.sub(r"<head>.*</head>|<code>.*?</code>|<[^>]*>|`[^`]*`|(?<=\n) *(?:>|&gt;)[^\n]*", " ", text, flags=re.S)
        text += m["Subject"]
        seen.update(re.findall(r"\b(?:you|your|from|with|which|said|the letter|nothing|reply|owes|overdue|Case)\b", text))
print(" ".join(sorted(seen)))
END
}

for language in de fr es; do
	is "$language has every file that English has" \
	    "$(cd "$root/examples/templates" && ls en | while read -r f; do [ -e "$language/$f" ] || echo "$f"; done)" ""
	is "and every phrase" "$(cd "$root/examples/templates" &&
	    sed -n 's/^\([a-z0-9-]*\) = .*/\1/p' en/words | while read -r key; do
		    grep -q "^$key = " "$language/words" || echo "$key"
	    done)" ""
	begin "$language"
	run at 2026-03-02T10:00:00Z doctor
	like "which can be read" "$out" '^ok +templates'
	tell_all
	ok "mails come" test "$(find "$outbox" -type f | wc -l)" -ge 5
	is "in that language alone" "$(english)" ""
	run at 2026-03-12T10:00:00Z due
	like "what a command prints is English" "$out" '1\.1 +overdue .* owes a refund'
done

# --- help ---

# What is longer than a mail's 71 columns would be folded.
help_lines() { # LANGUAGE: how many lines it takes, and of them folded ones
	python3 - "$root/examples/templates/$1/transcript.txt" <<'END'
import sys, textwrap
text = open(sys.argv[1], encoding="utf-8").read()
lines = text.split("{#help}\n")[1].split("{/help}")[0].splitlines()
rows = [max(1, len(textwrap.wrap(line, 71))) for line in lines]
folded = [n for n, line in zip(rows, lines) if n > 1 and line[0] == " "]
print(sum(rows), len(folded))
END
}
for language in en de fr es; do
	lines=$(help_lines "$language")
	ok "help fits a screen of 24 lines ($language)" \
	    test "${lines% *}" -le 24
	is "a command has a line ($language)" "${lines#* }" 0
done

# --- the owner's own ---

begin de
mkdir -p "$tmp/templates/de"
printf 'Subject: {company} schuldet {what-}\n\n{#rows}\n{what}\n{/rows}\n' >"$tmp/templates/de/lapse.txt"
run at 2026-03-02T10:00:00Z once
is "an unknown placeholder stops it" "$rc" 78
like "with file, line and column" "$err" 'templates/de/lapse\.txt:1:29: \{what-\} is no placeholder here'
printf 'Subject: {company} schuldet etwas\n\n{#rows}\n{>promise}\n{/rows}\n' >"$tmp/templates/de/lapse.txt"
printf '{number} EIGENES {what}\n' >"$tmp/templates/de/part-promise.txt"
echo 'what-refund = das Geld' >"$tmp/templates/de/words"
mail "Anna Bell <care@acme.example>" a1@acme.example 02 "AC-10023" \
    "We will refund the 42.10 pounds by 9 March." | at 2026-03-02T11:00:00Z deliver
at 2026-03-12T10:00:00Z once 2>/dev/null
mine=$(grep -l '^Subject: acme.example schuldet etwas' "$outbox"/*)
like "a file, a part and a phrase of the owner's take their place" \
    "$(cat "$mine")" '1\.1 EIGENES das Geld'
sed -i 's/^languages = de/languages = en/' "$config"
rm -rf "$tmp/store/outbox"
mail "Anna Bell <care@acme.example>" a2@acme.example 12 "AC-10024" \
    "We will refund the 50 pounds by 19 March. It is AC-10024." | at 2026-03-12T11:00:00Z deliver
at 2026-03-23T10:00:00Z once 2>/dev/null
unlike "but not in another language" "$(cat "$outbox"/*)" 'EIGENES|schuldet'
echo 'Subject: x' >"$tmp/templates/de/lapsed.txt"
sed -i 's/^languages = en/languages = de/' "$config"
run at 2026-03-24T10:00:00Z once
like "a file that nothing would read is a slip of the pen" "$err" 'lapsed\.txt: there is no template of this name'
done_testing
