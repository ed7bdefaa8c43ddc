#!/bin/sh
# What a hostile company writes runs on no page, and what is private is on no
# public one.  SEED=N makes up other payloads and canaries.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
seed=${SEED:-1}
at() {
	"$promised" -c "$config" --now 2026-04-29T10:00:00Z "$@"
}
# A store of one's own, with the mails of payloads.py in it.
fill() { # KIND COUNT
	rm -rf "$config" "$tmp/store"
	"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
	    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
	"$tests/payloads.py" "$1" "$2" "$seed" "$tmp/$1.mbox" "$tmp/$1.list"
	at import "$tmp/$1.mbox" >/dev/null
	at cases --json | sed 's/^{"case": *\([0-9]*\).*/\1/'
}
# Dossier and ticket of a case, with every word released that can be.
show() { # N FOLDER
	at export "$1" "$2/dossier-$1" >/dev/null
	python3 - "$1" "$2/dossier-$1/case.json" >"$tmp/commands" <<'END'
import json, sys
print("publish title")
for o in json.load(open(sys.argv[2]))["obligations"]:
    print("publish %s.%d" % (sys.argv[1], o["number"]))
END
	rm -f "$tmp"/batch.*
	split -l 50 "$tmp/commands" "$tmp/batch."
	for batch in "$tmp"/batch.*; do
		at do "$1" "$(cat "$batch")" >/dev/null
	done
	at ticket "$1" "$2/web" >/dev/null
}

# --- scripts ---

mkdir "$tmp/scripts"
for number in $(fill scripts 2000); do
	show "$number" "$tmp/scripts"
done
at site "$tmp/scripts/site" >/dev/null
cd "$tmp/scripts" || exit 1
pages=$(echo dossier-*/index.html web/*/ticket.html site/*.html)
python3 - "$tmp/scripts.list" dossier-*/index.html <<'END'
import html, json, re, sys
def plain(text):
    """Without references, and what no page shows: controls, turned
    directions, blanks."""
    for i in range(3):
        text = html.unescape(text)
    return re.sub(r"[\x00-\x20\x7f-\xa0\u00ad\u200b\u2028\u202a-\u202e\u2066-\u2069\ufffd-\uffff]", "", text)
page = plain("".join(open(p).read() for p in sys.argv[2:]).replace("<br/>", ""))
texts = [json.loads(l) for l in open(sys.argv[1])]
lost = [t for t in texts if plain(t) not in page]
for t in lost[:5]:
    print("# not to be seen: %r" % t)
# Some look like quoted text, which is in messages/ alone.
sys.exit(len(texts) != 2000 or len(lost) > 20)
END
is "payloads stand in the dossiers as they were written" "$?" 0
like "in the words of promises too" "$(grep -c '<q>' web/*/ticket.html)" '[1-9][0-9][0-9]$'
# shellcheck disable=SC2086
run xmllint --noout $pages web/*/ticket.svg web/*/feed.atom
is "every page, badge and feed is well-formed XML" "$err" ""
ok "ticket.json is JSON" python3 -c 'import json, sys
[json.load(open(f)) for f in sys.argv[1:]]' web/*/ticket.json dossier-*/case.json
# shellcheck disable=SC2086
is "in a browser none runs, asks for anything or brings an element" \
    "$("$tests/browser.py" $pages web/*/ticket.svg)" ""
# shellcheck disable=SC2086
is "nor without the pages' policy" \
    "$("$tests/browser.py" --without-policy $pages)" ""
python3 - "$tmp/scripts.list" >raw.html <<'END'
import html, json, sys
print("<!DOCTYPE html><html><head><title>raw</title></head><body>")
texts = [json.loads(l) for l in open(sys.argv[1])]
for text in [t for t in texts if "onerror" in t or "<script>" in t][:100]:
    print('<iframe srcdoc="%s"></iframe>' % html.escape(text))
END
like "on a page that does not escape them they would" \
    "$("$tests/browser.py" raw.html | grep -c 'ran: payload')" '^[1-9][0-9]+$'
cd "$tmp" || exit 1

# --- canaries ---

mkdir "$tmp/canaries"
for number in $(fill canaries 500); do
	show "$number" "$tmp/canaries"
done
python3 - "$tmp/canaries.list" "$tmp/canaries" <<'END'
import glob, html, json, os, re, sys
def bare(text):
    return re.sub(r"[\W_]+", "", text).lower()
canaries = [json.loads(l) for l in open(sys.argv[1])]
private = html.unescape("".join(open(f).read() for f in glob.glob(sys.argv[2] + "/dossier-*/index.html")))
public = ""
for folder, _, names in os.walk(sys.argv[2] + "/web"):
    for name in names:
        public += folder + " " + name + "\n" + html.unescape(open(os.path.join(folder, name)).read())
hidden = bare(public)
leaks = [c for c in canaries if c in public or bare(c) in hidden]
missed = [c for c in canaries if c not in private]
for c in leaks:
    print("# on a public file: %r" % c)
for c in missed[:5]:
    print("# not even in the dossier: %r" % c)
if "\u2588" not in public or "We will" not in public:
    leaks.append("no word was released")
sys.exit(len(canaries) != 500 or bool(leaks) or bool(missed))
END
is "500 canaries are in the dossiers, none is on a public file" "$?" 0

# --- other languages: the same pages, as whole ---

for language in $(cd "$root/examples/pages" && ls -d */ | tr -d / | grep -vx en); do
	is "$language has the pages of en" "$(ls "$root/examples/pages/$language")" "$(ls "$root/examples/pages/en")"
	tags() { # of a page, each once
		grep -ho '{[#^/]*[a-z-]*}' "$1" | sort -u
	}
	bad=$(for page in "$root"/examples/pages/en/*; do
		name=${page##*/}
		[ "$(tags "$page")" = "$(tags "$root/examples/pages/$language/$name")" ] || echo "$name"
	done)
	is "and says all that they do" "$bad" ""
	sed -i '/^languages/d; s/^\[owner\]/&\nlanguages = '"$language"'/' "$config"
	mkdir "$tmp/$language"
	at export 1 "$tmp/$language/dossier" >/dev/null
	at site "$tmp/$language/site" >/dev/null
	at ticket 1 "$tmp/$language/web" >/dev/null
	pages=$(echo "$tmp/$language"/dossier/index.html "$tmp/$language"/site/*.html "$tmp/$language"/web/*/ticket.html)
	# shellcheck disable=SC2086
	run xmllint --noout $pages "$tmp/$language"/web/*/ticket.svg "$tmp/$language"/web/*/feed.atom
	is "well-formed" "$err" ""
	# shellcheck disable=SC2086
	is "their scripts are those that their policies allow" "$("$tests/browser.py" $pages)" ""
	unlike "and in no other language" "$(cat "$tmp/$language"/web/*/feed.atom "$tmp/$language"/web/*/ticket.svg)" \
	    ' (days|promised|overdue|March|put off)[ .,:<]'
done
done_testing
