#!/bin/sh
# The command line: what to do next, exit codes, bad input, -n, --json.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
p() {
	"$promised" -c "$config" "$@"
}
mail=$tests/mail/promise.eml

run "$promised"
like "alone it says what to do next" "$out" 'promised init'
run "$promised" nonsense
is "an unknown command: 64" "$rc" 64
like "and where the list is" "$err" 'promised help'
run "$promised" cases
is "no configuration: 78" "$rc" 78
like "and what writes one" "$err" 'promised init'

# --- init ---

run p init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db"
is "init" "$rc" 0
is "the configuration is for the owner alone" "$(stat -c %a "$config")" 600
is "and so is the store" "$(stat -c %a "$tmp/store/promised.db")" 600
cp "$config" "$tmp/before"
run p init --address other@home.example
ok "a second init fails" test "$rc" -ne 0
ok "and overwrites nothing" cmp "$config" "$tmp/before"
mkdir "$tmp/drafts"
echo mine >"$tmp/drafts/mine"
ln -s mine "$tmp/drafts/config.new"
run "$promised" -c "$tmp/drafts/config" init --address sam@home.example \
    --store "$tmp/drafts/promised.db"
is "a link where the draft goes" "$rc $(cat "$tmp/drafts/mine")" '0 mine'
ok "the configuration is no link" test ! -L "$tmp/drafts/config"
run "$promised" -c "$tmp/other" init --address nobody --store "$tmp/o.db"
is "an address that is none: 64" "$rc" 64

# --- the configuration ---

bad() { # WHAT LINE PATTERN
	{ cat "$tmp/before"; printf '%s\n' "$2"; } >"$tmp/bad"
	chmod 600 "$tmp/bad"
	run "$promised" -c "$tmp/bad" cases
	is "$1: 78" "$rc" 78
	like "$1: where, and what is known" "$err" "$3"
}
lines=$(wc -l <"$tmp/before")
bad "a typo in a key" 'pth = x' "bad:$((lines + 1)): .*no key pth; it knows path"
bad "a line that is none" 'what is this' "bad:$((lines + 1)):"
bad "an unknown section" '[nonsense]
a = b' "bad:$((lines + 2)): no section \[nonsense\]"
bad "quiet hours that are none" '[owner]
quiet-hours = late' 'like 21:00-08:00'
{ cat "$tmp/before"; printf '[send]\nurl = smtps://a@b.example\npassword = x\n'; } >"$tmp/bad"
chmod 644 "$tmp/bad"
run "$promised" -c "$tmp/bad" cases
is "a secret that others can read: 77" "$rc" 77
like "and how to mend it" "$err" 'chmod 600'

# --- what is no mail, or a bad one ---

printf 'no mail at all\n' >"$tmp/none"
run "$promised" scan "$tmp/none" "$mail"
is "one bad file: 65" "$rc" 65
like "the next one is read all the same" "$out" 'within five working days'
run "$promised" scan "$tmp/missing"
ok "a missing file is an error" test "$rc" -ne 0
like "that names it" "$err" 'missing: No such file'

hostile() { # WHAT COMMAND-THAT-PRINTS-A-MAIL...
	what=$1
	shift
	"$@" >"$tmp/hostile.eml"
	run timeout 20 "$promised" scan --json "$tmp/hostile.eml"
	is "$what: read, or told" "$rc" 0
	run timeout 20 "$promised" -c "$tmp/other/config" deliver <"$tmp/hostile.eml"
	is "$what: kept" "$rc" 0
}
"$promised" -c "$tmp/other/config" init --address sam@home.example \
    --store "$tmp/other/promised.db" >/dev/null
head='From: a@b.example\nTo: sam@home.example\nSubject: x\nMIME-Version: 1.0\n'
nested() {
	printf "$head"
	python3 -c 'print("Content-Type: message/rfc822\n\n" * 200000)'
}
multiparts() {
	printf "$head"
	python3 -c 'print("".join("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(20000)))'
}
big() {
	printf "${head}Content-Transfer-Encoding: base64\n\n"
	python3 -c 'import sys; [sys.stdout.write("QUJD" * 19 + "\n") for _ in range(800000)]'
}
charset() {
	printf "${head}Content-Type: text/plain; charset=klingon\n\nWe will refund you within 5 days. \344\366\n"
}
nuls() {
	printf "${head}\n\000We will refund you\000 within 5 days.\000\n"
}
parentheses() {
	printf "${head}Cc: "
	python3 -c 'print("(" * 150000 + "\n\nx")'
}
truncated() {
	head -c 500 "$mail"
}
html() {
	printf "${head}Content-Type: text/html\n\n"
	python3 -c 'print("<div>" * 200000 + "We will refund you within 5 days.")'
}
hostile "messages within messages, 200,000 deep" nested
hostile "20,000 parts within parts" multiparts
hostile "60 MB of base64" big
hostile "an unknown charset" charset
hostile "NUL bytes" nuls
hostile "150,000 parentheses" parentheses
hostile "a truncated mail" truncated
hostile "HTML 200,000 deep" html
charset >"$tmp/charset.eml"
run "$promised" scan --json "$tmp/charset.eml"
like "of an unknown charset the ASCII is read" "$out" 'We will refund you within 5 days'

# --- the readers, for programs ---

run "$promised" scan --json --region GB "$mail"
like "scan --json" "$out" '"action":"reply","due":"2026-03-09","vague":false,"condition":false'
run "$promised" scan --json --region GB --me care@acme.example "$mail"
like "--me says who the customer is" "$out" '"sender":"customer"'
run "$promised" when --at 2026-03-02T10:15:00+00:00 --region GB "within 5 working days"
like "when" "$out" '2026-03-09'
printf '%s\n' '{"id":"a","text":"by Friday","anchor":"2026-03-02T10:15:00+00:00","region":"GB"}' \
    >"$tmp/lines"
run "$promised" when --json <"$tmp/lines"
like "when --json, line by line" "$out" '"id":"a".*"due":"2026-03-06"'
run "$promised" original --json "$root/examples/demo/forward.eml"
like "original --json" "$out" '"forwarded":true,"from":\{"name":"Northbank Customer Care","address":"care@northbank.example"\}'
like "with the original's date" "$out" '"date":"2026-03-02T10:15:00'

# --- rules ---

run "$promised" rules check
is "every rule is proven by its examples" "$rc" 0
mkdir "$tmp/pack"
cp -r "$root/rules" "$tmp/pack/rules"
printf 'rule broken\n\tsays signal x\n\tmatch (unclosed\n' >"$tmp/pack/rules/en/zz.rules"
run "$promised" rules check "$tmp/pack/rules"
is "a bad pattern: 78" "$rc" 78
like "with file, line and column" "$out$err" 'zz\.rules:[0-9]+:[0-9]+'

mkdir -p "$tmp/runaway/xx"
printf 'words the a\n' >"$tmp/runaway/xx/language"
cat >"$tmp/runaway/xx/a.rules" <<'RULES'
rule runs-away
	says signal apology
	match alas(?: (?:woe|woe is|is))* me
	example alas woe is me
	example alas me
	counter alas you
rule first
	says signal delay
	match late
	example late
	example too late
	counter early
rule second
	says signal delay
	match (?:too|very) late
	example too late
	example very late
	counter late
rule thin
	says signal offer
	match offer
	example offer
RULES
run "$promised" rules check "$tmp/runaway"
is "rules that prove nothing: 78" "$rc" 78
like "a pattern that runs away on what it is made of" "$out" \
    'a\.rules:3:8: gives up on ".*" and a long run of ".*"'
like "a rule that an earlier one makes idle" "$out" \
    'a\.rules:13:1: rule second is never reached: rule first \(xx/a\.rules:7\)'
like "too few examples" "$out" 'a\.rules:19:1: rule thin wants 2 examples and a counter'

PROMISED_DATA=$root run "$promised" rules coverage "$mail" "$mail"
is "coverage" "$rc" 0
like "how often a rule was taken" "$out" '^ +2 +[1-9][0-9]* +sorry \(en/signal\.rules:'
like "which never matched" "$out" 'en/[a-z]+\.rules:[0-9]+:1: rule [a-z-]+ never matched'
like "which pattern of a rule never did" "$out" \
    'en/[a-z]+\.rules:[0-9]+:8: pattern [0-9]+ of [0-9]+ of rule [a-z-]+ never matched'
like "and the sum" "$out" '^en: 2 messages; [0-9]+ of [0-9]+ rules and'

run "$promised" rules holidays --region GB-SCT 2026
like "rules holidays" "$out" "^2026-11-30 St Andrew's Day\$"
unlike "of that region" "$out" 'Easter Monday'
run "$promised" rules holidays 26x
is "a year that is none: 64" "$rc" 64

# --- the ledger ---

run p import "$mail" "$tests/mail"
is "import" "$rc" 0
like "it counts" "$out" '1 in cases, 0 unfiled, 1 seen before'
run p cases
like "cases" "$out" 'NB-204417'
run p cases --json
like "cases --json" "$out" '"case":1,"company":"acme.example","title":"[^"]*","state":"open","opened":"2026-03-02T10:15:00\+00:00","messages":\[\{"file":"'
run p --now 2026-03-03 due
like "due, in words" "$out" '1\.1 .*in 6 days'
run p why 1.1
like "why quotes" "$out" 'I will write to you within five working days'
like "why shows the arithmetic" "$out" '5 working days'
run p do 1 void 1.2
is "do" "$rc" 0
run p due --all
like "it is done" "$out" '1\.2 +struck out'
run p do 1 undo
run p due --all
like "and undone" "$out" '1\.2 +overdue'
run p do 1 frobnicate
ok "an unknown command fails" test "$rc" -ne 0
run p case 7
is "a case that is not there: 64" "$rc" 64
run p unfiled
like "nothing is unfiled" "$out" 'all mail is in a case'

# --- -n ---

sed 's/204417/300300/; s/^Message-ID:.*/Message-ID: <300300@acme.example>/' \
    "$mail" >"$tmp/third.eml"
before=$(sha256sum <"$tmp/store/promised.db")
run p -n import "$tmp/third.eml"
like "-n says what it would do" "$out" '1 in cases'
is "and changes nothing" "$(sha256sum <"$tmp/store/promised.db")" "$before"

# --- the terminal ---

# In the name, in the subject raw and encoded, and in the words of a promise:
# ESC, BEL, C1 controls, what turns the direction of writing, and no UTF-8.
hostile=$(printf '\033[31m\033]0;owned\007\302\23331m\342\200\256\201')
cat >"$tmp/hostile" <<END
From: "Anna $hostile Bell" <care@acme.example>
To: sam@home.example
Message-ID: <hostile@acme.example>
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: Your $hostile complaint AC-1002 =?utf-8?q?=1B[31m=C2=9B31m=E2=80=AE?=

Dear Sam,

I will refund $hostile the 42.10 pounds by 9 March. Your reference is AC-1002.

Anna $hostile Bell
END
p --now 2026-03-02T11:00:00Z deliver <"$tmp/hostile" 2>"$tmp/told"
unfit() { # lines with what no terminal should get, or no UTF-8
	LC_ALL=C grep -acP \
	    '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$1"
	iconv -f utf-8 -t utf-8 "$1" >/dev/null 2>&1 || echo 'not UTF-8'
}
p cases >"$tmp/shown"
ok "the hostile mail is listed" grep -q AC-1002 "$tmp/shown"
for command in cases "cases --json" "case 1" "case 1 --json" due "due --json" \
    "why 1.1" company unfiled "scan $tmp/hostile" "original $tmp/hostile" \
    "scan --json $tmp/hostile" "original --json $tmp/hostile"; do
	# shellcheck disable=SC2086
	p --now 2026-03-02T11:00:00Z $command >"$tmp/shown" 2>>"$tmp/told"
	is "${command%% /*}: nothing for the terminal" "$(unfit "$tmp/shown")" 0
done
is "nor on stderr" "$(unfit "$tmp/told")" 0
is "in JSON it is escaped, not lost" "$(p cases --json |
    python3 -c 'import json, sys; print(any("\u202e" in json.dumps(json.loads(l), ensure_ascii=False) for l in sys.stdin))')" \
    True

done_testing
