#!/bin/sh
# The owner's own pages: what is due, who keeps their word, search from a file.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
mail() { # TIME ID FROM TO SUBJECT BODY [IN-REPLY-TO]
	{
		printf 'From: %s\nTo: %s\nMessage-ID: <%s@x.example>\n' "$3" "$4" "$2"
		printf 'Date: %s\nSubject: %s\n' "$(date -u -R -d "$1")" "$5"
		[ -z "${7:-}" ] || printf 'In-Reply-To: <%s@x.example>\n' "$7"
		printf '\n%s\n' "$6"
	} | at "$1" deliver
}
now=2026-04-29T10:00:00Z
sam='Sam Okafor <sam@home.example>'
bank='Anna Bell <care@acmebank.example>'
post='<help@parcelwise.example>'
"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
mail 2026-02-01T10:00:00Z b1 "$sam" "$bank" 'Charged twice <script>alert(1)</script>' 'You took 42.10 twice. Café Zoë.'
mail 2026-02-03T10:00:00Z b2 "$bank" "$sam" 'Re: Charged twice' 'We will refund the 42.10 pounds by 20 February.

Anna Bell' b1
mail 2026-02-24T10:00:00Z b3 "$bank" "$sam" 'Re: Charged twice' 'We will refund the 42.10 pounds by 9 March.

Anna Bell' b2
mail 2026-02-10T10:00:00Z p1 "$sam" "$post" 'Parcel PW-20114 never came' 'Where is it?'
mail 2026-02-11T10:00:00Z p2 "$post" "$sam" 'Re: Parcel PW-20114 never came' 'We will send a replacement by 18 February.

Tom' p1
mail 2026-04-27T10:00:00Z p3 "$sam" "$post" 'Bill 7 is wrong' 'Please credit it.'
mail 2026-04-28T10:00:00Z p4 "$post" "$sam" 'Re: Bill 7 is wrong' 'We will refund it by 8 May.

Tom' p3
at 2026-02-17T10:00:00Z do 2 kept 2.1 >/dev/null
at 2026-02-18T10:00:00Z do 2 close >/dev/null
at 2026-02-19T10:00:00Z do 1 visit 1 h High Street: nobody knew of it >/dev/null

run at $now site "$tmp/site"
is "site" "$rc" 0
cd "$tmp/site" || exit 1
index=$(cat index.html)
text=$(python3 - index.html <<'END'
import html, re, sys
page = re.sub(r"<style>.*?</style>", "", open(sys.argv[1]).read(), flags=re.S)
print(html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))))
END
)
like "what is overdue comes first" "$text" 'Overdue .*acmebank.example owes you: a refund +51 days ago.* Due next .*parcelwise.example owes you: a refund +in 9 days'
like "counted" "$text" ' 1 overdue +0 due within a week +0 for you to do +2 open cases +1 closed cases'
like "a case that is open" "$text" 'Open cases .*Charged twice .* 87 days'
like "one that is closed stands apart" "$text" 'Closed .*Parcel PW-20114 never came'
like "who keeps their word" "$text" 'acmebank.example +2 promised: 0 kept in time, 0 late, 1 put off, 1 overdue'
like "each promise is a mark" "$index" '<use class="lapsed" href="#lapsed" x="[0-9.]+%" y="[0-9]+"><title>1.2 a refund, Monday 9 March 2026'
like "the kept one too" "$index" '<use class="kept" href="#kept"'
like "it links to the dossier" "$index" 'href="./cases/1/index.html#p2"'
ok "which is there, with its mails" grep -q "We will refund" cases/1/messages/002.eml
unlike "no subject becomes markup" "$(cat ./*.html cases/*/index.html)" '<script>alert'
like "a company's page" "$(cat company-*.html)" '<h1>acmebank.example</h1>'
like "and what a mail says can be searched" "$(cat search.html)" 'Café Zoë'
unlike "nothing is loaded from elsewhere" "$(cat ./*.html)" '(src|href)="(https?:)?//'
is "in a browser keys reach all of it, and it does nothing else" \
    "$("$tests/browser.py" --keys ./*.html cases/1/index.html)" ""
found=$("$tests/browser.py" --ask "HIGH street" search.html)
like "the search finds what was said, in a file" "$found" '^visit High Street'
like "and that alone" "$found" '^1 found'
like "accents and case aside" "$("$tests/browser.py" --ask "cafe zoe" search.html)" 'Café Zoë'
python3 - <<'END'
import base64, glob, hashlib, os, re, sys, urllib.parse
ids = {}
def page(path):
    if path not in ids:
        ids[path] = set(re.findall(r'\bid="([^"]*)"', open(path).read()))
    return ids[path]
bad = 0
for name in glob.glob("*.html") + glob.glob("cases/*/index.html"):
    text = open(name).read()
    for script in re.findall(r"<script>(.*?)</script>", text, re.S):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        if f"'sha256-{digest}'" not in text:
            bad = 1
            print(f"# {name}: its script is not the one that its policy allows")
    levels = [int(n) for n in re.findall(r"<h(\d)", text)]
    if levels[0] != 1 or levels.count(1) != 1 or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        bad = 1
        print(f"# {name}: headings {levels}")
    for link in re.findall(r'href="([^"]*)"', text):
        path, _, mark = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(path))) if path else name
        if not os.path.exists(target) or (mark and mark not in page(target)):
            bad = 1
            print(f"# {name}: {link} leads nowhere")
sys.exit(bad)
END
is "all links lead somewhere, headings are in order, scripts are allowed" "$?" 0
cd "$tmp" || exit 1
run "$promised" verify "$tmp/site"
is "verify proves all of it" "$rc" 0
run "$promised" verify "$tmp/site/cases/1"
is "and each dossier by itself" "$rc" 0
echo x >>"$tmp/site/cases/1/messages/001.eml"
run "$promised" verify "$tmp/site"
like "a mail that was changed is named" "$out" 'cases/1/messages/001.eml: is not as it was written'
at $now site "$tmp/site" >/dev/null
stamps() {
	find "$tmp/site" -type f -printf '%P %i %T@\n' | sort
}
before=$(stamps)
at 2026-04-29T15:00:00Z site "$tmp/site" >/dev/null
is "what has not changed is not written" "$(stamps)" "$before"
at $now do 1 merge 3 >/dev/null
at $now site "$tmp/site" >/dev/null
ok "a case that is gone has no folder" test ! -e "$tmp/site/cases/3"
run "$promised" verify "$tmp/site"
is "and the rest is whole" "$rc" 0
mkdir "$tmp/other"
echo mine >"$tmp/other/file"
run at $now site "$tmp/other"
is "what is no site is not written over: 73" "$rc" 73
run at $now -n site "$tmp/none"
ok "-n writes nothing" test ! -e "$tmp/none"

# --- the badges of the ticket, by what they say ---

for number in 1 2; do
	at $now ticket $number "$tmp/web" >/dev/null
done
python3 - "$tmp"/web/*/ticket.svg <<'END'
import re, sys
def light(h):
    def linear(n):
        c = int(n, 16) / 255
        return c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4
    return .2126 * linear(h[1:3]) + .7152 * linear(h[3:5]) + .0722 * linear(h[5:])
bad = 0 if len(sys.argv) == 3 else 1
for name in sys.argv[1:]:
    text = open(name).read()
    for ground in re.findall(r'<rect[^>]*fill="(#[0-9a-f]{6})"', text):
        if 1.05 / (light(ground) + .05) < 4.5:
            bad = 1
            print(f"# {name}: white on {ground}")
sys.exit(bad)
END
is "the words of a badge can be read" "$?" 0

# --- contrast: WCAG 2.2, 1.4.3 and 1.4.11, from the colours as they stand ---

python3 - "$root"/examples/pages/*.css <<'END'
import re, sys
TEXT = "ink dim word kept late open you bad good cool".split()
def light(colour):
    def linear(n):
        c = int(n, 16) / 255
        return c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4
    h = colour.lstrip("#")
    h = "".join(c * 2 for c in h) if len(h) == 3 else h
    return .2126 * linear(h[:2]) + .7152 * linear(h[2:4]) + .0722 * linear(h[4:])
def ratio(a, b):
    a, b = sorted((light(a), light(b)))
    return (b + .05) / (a + .05)
seen = bad = 0
for name in sys.argv[1:]:
    first = None
    for block in re.findall(r":root\s*\{([^}]*)\}", open(name).read()):
        now = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]+)", block))
        first = first or now
        now = {**first, **now}
        pairs = [(t, b, 4.5) for t in TEXT for b in ("paper", "card")]
        pairs += [(t, "mark", 4.5) for t in ("ink", "word", "cool")]
        pairs += [("edge", b, 3) for b in ("paper", "card")]
        for a, b, least in pairs:
            if a in now and b in now:
                seen += 1
                if ratio(now[a], now[b]) < least:
                    bad = 1
                    print(f"# {name}: {a} on {b} is {ratio(now[a], now[b]):.2f}, wanted {least}")
sys.exit(bad or seen < 50)
END
is "every text can be read on every ground, light, dark and in print" "$?" 0
done_testing
