#!/bin/sh
# What is shown to others: the dossier proves itself, the ticket tells nothing
# that was not released.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
now=2026-04-29T10:00:00Z
secret="GB29NWBK60161331926819"
"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
cat >"$tmp/first.eml" <<END
From: Sam Okafor <sam@home.example>
To: care@acmebank.example
Message-ID: <s1@home.example>
Date: Sat, 28 Feb 2026 10:00:00 +0000
Subject: Complaint of Sam Okafor about account 70042218

From my bank account $secret, the current account, you took 42.10 twice. Ring me on 020 7946 0958.
END
at 2026-02-28T10:01:00Z deliver <"$tmp/first.eml"
cat >"$tmp/second.eml" <<END
From: Anna Bell <care@acmebank.example>
To: sam@home.example
Message-ID: <a1@acmebank.example>
In-Reply-To: <s1@home.example>
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: Re: Complaint of Sam Okafor about account 70042218
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Dear Sam,

We will refund the 42.10 pounds to account 70042218 by 9 March. Your reference is AC-10023.

Anna Bell
--b
Content-Type: text/csv; name="../../evil<b>.csv"
Content-Disposition: attachment; filename="../../evil<b>.csv"

a,b
--b--
END
at 2026-03-02T11:00:00Z deliver <"$tmp/second.eml"
at 2026-03-03T10:00:00Z do 1 call 40 min Anna: she said that it is on its way >/dev/null

at 2026-03-03T10:01:00Z do 1 sector finance >/dev/null

# --- the dossier ---

run at $now export 1 "$tmp/dossier"
is "export" "$rc" 0
manifest=$(printf '%s\n' "$out" | sed -n 's/.*MANIFEST.sha256 is \([0-9a-f]*\);.*/\1/p')
cd "$tmp/dossier" || exit 1
ok "sha256sum agrees with the manifest" sha256sum --quiet -c MANIFEST.sha256
like "the page quotes the promise in the mail's text" "$(cat index.html)" \
    '<mark>We will refund the 42.10 pounds to account 70042218 by 9 March.<a href="#p1">'
like "and draws it" "$(cat index.html)" 'class="after" x="[0-9]+" y="[0-9]+" width="[0-9]{2,}"'
like "and the silence since" "$(tr -d '\n' <index.html)" '<rect class="gap"[^>]*></rect> *<text[^>]*>58 days<'
like "in numbers" "$(tr -d '\n' <index.html)" '<b>60</b><span>days open.*<b>1</b><span>promises made.*<b>1</b><span>overdue.*40 min</b><span>calls and visits'
like "calls are in it" "$(cat index.html)" 'call Anna, 40 min'
like "what the law says too" "$(cat index.html)" 'FCA DISP 1.6.1R'
unlike "no name of a file becomes markup" "$(cat index.html)" 'evil<b>'
unlike "nothing is loaded from elsewhere" "$(cat index.html)" '(src|href)="(https?:)?//'
like "and nothing could be" "$(cat index.html)" "default-src 'none'"
ok "the mails are as they came, byte for byte" cmp "$tmp/first.eml" messages/001.eml
ok "with what is attached" cmp "$tmp/second.eml" messages/002.eml
like "an attachment is among the exhibits, with its hash" "$(sed '1,/id="exhibits"/d' index.html)" \
    "evil&lt;b&gt;\.csv<br/><code>$(printf 'a,b' | sha256sum | cut -d' ' -f1)"
is "the mbox holds both" "$(grep -c '^From ' case.mbox)" 2
like "the calendar has the promise" "$(cat case.ics)" 'BEGIN:VTODO'
is "the JSON too" "$(python3 -c 'import json
r = json.load(open("case.json"))
print(r["format"], r["case"], len(r["messages"]), r["obligations"][0]["due"], r["messages"][1]["attachments"][0]["size"])')" \
    "promised-record 1 1 2 2026-03-09 3"
cd "$tmp" || exit 1

mkdir "$tmp/broken"
: >"$tmp/broken/libical.so.3"
for what in 'export 1' site; do
	# shellcheck disable=SC2086 # a command and its argument
	LD_LIBRARY_PATH="$tmp/broken" run at $now $what "$tmp/plain"
	is "$what without libical: 69" "$rc" 69
	like "which is said in one line" "$(printf '%s' "$err" | tr '\n' '|')" \
	    '^promised: no calendar: libical 3: [^|]*libical3\)$'
	run "$promised" verify "$tmp/plain"
	is "with all the rest written" "$rc" 0
	rm -r "$tmp/plain"
done
run "$promised" verify "$tmp/dossier" "$manifest"
is "verify finds it whole" "$rc" 0
for file in $(cd "$tmp/dossier" && find . -type f | sed 's|^\./||' | sort); do
	cp "$tmp/dossier/$file" "$tmp/before"
	python3 - "$tmp/dossier/$file" <<'END'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 1
open(sys.argv[1], "wb").write(b)
END
	run "$promised" verify "$tmp/dossier" "$manifest"
	is "one bit flipped in $file: 65" "$rc" 65
	like "and it is named" "$out" "${file##*/}"
	cp "$tmp/before" "$tmp/dossier/$file"
done
rm "$tmp/dossier/messages/002.eml"
touch "$tmp/dossier/messages/003.eml"
run "$promised" verify "$tmp/dossier"
like "a file that is missing" "$out" '002.eml: is missing'
like "and one that was added" "$out" '003.eml: was added'
sed -i 2d "$tmp/dossier/events.log"
run "$promised" verify "$tmp/dossier"
like "a line that is left out of the log" "$out" 'events.log: line 2 does not fit'
rm "$tmp/dossier/messages/003.eml"
run at $now export 1 "$tmp/dossier"
is "a second export mends it" "$("$promised" verify "$tmp/dossier" | cut -c1-7)" "all is "
mkdir "$tmp/other"
echo mine >"$tmp/other/file"
run at $now export 1 "$tmp/other"
is "what is no dossier is not written over: 73" "$rc" 73
is "and stays" "$(ls "$tmp/other")" file
run at $now export 99 "$tmp/none"
is "no such case: 64" "$rc" 64

# --- the ticket ---

run at $now ticket 1 "$tmp/web"
is "ticket" "$rc" 0
ticket=$(echo "$tmp"/web/*)
like "its folder cannot be guessed" "${ticket##*/}" '^[0-9a-f]{32}$'
like "a snippet to paste" "$out" '<a href=".*ticket.html"><img src=".*ticket.svg"'
all() {
	cat "$ticket"/*
}
like "days open" "$(cat "$ticket/ticket.html")" 'data-since="2026-02-28">60<'
like "the badge says it too" "$(cat "$ticket/ticket.svg")" '60 days open, 1 overdue'
for word in Sam Okafor Anna Bell "$secret" 70042218 AC-10023 7946 sam@ Complaint pounds; do
	unlike "nothing of \"$word\" is on it" "$(all)" "$word"
done
like "no index" "$(cat "$ticket/ticket.html")" '<meta name="robots" content="noindex"/>'
hash=$(python3 - "$ticket/ticket.html" <<'END'
import base64, hashlib, re, sys
script = re.search(r"<script>(.*?)</script>", open(sys.argv[1]).read(), re.S).group(1)
print(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode())
END
)
like "its script is the one that its policy allows" "$(cat "$ticket/ticket.html")" "script-src 'sha256-$(printf '%s' "$hash" | sed 's/+/\\+/g')'"
python3 -c 'import sys, xml.dom.minidom as m
[m.parse(p) for p in sys.argv[1:]]' "$ticket/ticket.svg" "$ticket/feed.atom"
is "badge and feed are XML" "$?" 0
at $now do 1 publish 1.1 >/dev/null
at $now do 1 publish title >/dev/null
at $now once 2>/dev/null
like "words that the owner released" "$(all)" 'We will refund the 42.10 pounds to account'
unlike "with numbers blacked out" "$(all)" '70042218'
unlike "and names" "$(all)" 'Sam|Okafor'
before=$(stat -c %Y.%i "$ticket/ticket.html")
at $now once 2>/dev/null
is "what has not changed is not written" "$(stat -c %Y.%i "$ticket/ticket.html")" "$before"
at 2026-04-30T10:00:00Z once 2>/dev/null
like "the next day it is" "$(cat "$ticket/ticket.html")" 'data-since="2026-02-28">61<'
at $now do 1 unpublish >/dev/null
at $now once 2>/dev/null
like "withdrawn: a tombstone" "$(cat "$ticket/ticket.html")" '<h1>Withdrawn'
unlike "and nothing else" "$(all)" 'acmebank|refund'
run at $now do 1 unpublish
is "twice: 64" "$rc" 64

at 2026-03-05T11:00:00Z deliver <<'END'
From: Tom Reed <tom@parcelwise.example>
To: sam@home.example
Message-ID: <p1@parcelwise.example>
Date: Thu, 05 Mar 2026 10:00:00 +0000
Subject: Your complaint PW-20114

Dear Sam,

I will call you back tomorrow, and we will refund the 30 pounds by 12 March.

Tom Reed
END
at $now export 2 "$tmp/two" >/dev/null
like "a sentence that promises two things is marked for both" "$(cat "$tmp/two/index.html")" \
    'by 12 March\.<a href="#p1">2\.1 a call[^<]*</a><a href="#p2">2\.2 a refund'

# --- how far it has come: letters that went out, and days that the owner set ---

at $now do 1 publish >/dev/null
at $now once 2>/dev/null
unlike "no letter, no step" "$(all)" 'Last letter'
at $now do 1 draft firm >"$tmp/draft"
at $now once 2>/dev/null
unlike "nor for a draft" "$(all)" 'Last letter'
at $now do 1 "$(grep '^send [0-9]' "$tmp/draft")" >/dev/null
at $now once 2>/dev/null # hands it over
at $now once 2>/dev/null # reads it
like "the letter that went out" "$(cat "$ticket/ticket.html")" 'Last letter to the company: firm reminder, sent on Wednesday 29 April 2026'
like "in the feed too" "$(cat "$ticket/feed.atom")" '<title>Last letter to the company: firm reminder'
is "and as data" "$(python3 -c 'import json, sys
t = json.load(open(sys.argv[1])); print(t["step"], t["step_taken"], len(t["promises"]))' "$ticket/ticket.json")" "firm 2026-04-29 1"
at $now export 1 "$tmp/dossier" >/dev/null
like "a day that the owner has set them is in the record" "$(cat "$tmp/dossier/index.html")" 'Asked of [^:]*acmebank.example: 1\.2 a reply'
unlike "and none of their promises" "$(all)" 'a reply'
at $now do 1 spent 12.50 GBP stamps >/dev/null
at $now export 1 "$tmp/dossier" >/dev/null
like "what was spent is in the record" "$(cat "$tmp/dossier/index.html")" '<h3>spent.*12\.50'

at $now do 1 unpublish >/dev/null
at $now once 2>/dev/null

# --- [publish] ---

printf '[publish]\ndir = %s/site\ncommand = touch %s/pushed\n' "$tmp" "$tmp" >>"$config"
rm -rf "$tmp/store/x"
at $now do 1 publish >/dev/null
at $now once 2>/dev/null
ok "the command runs when something has changed" test -e "$tmp/pushed"
rm "$tmp/pushed"
at $now once 2>/dev/null
ok "and only then" test ! -e "$tmp/pushed"
done_testing
