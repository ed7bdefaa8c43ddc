#!/bin/sh
# scan --explain: a person sees what was found where, by which rule, and why
# what came near was not taken; nothing that the mail holds reaches the
# terminal but text.
. "$(dirname "$0")/lib.sh"

explain() { # BODY, to $out
	{
		printf 'From: Acme Care <care@acme.example>\n'
		printf 'Date: Mon, 02 Mar 2026 10:15:00 +0000\n'
		printf 'Content-Type: text/plain; charset=utf-8\n'
		printf "Subject: ${subject:-Your complaint}\n\n"
		printf "$1\n"
	} >"$tmp/mail.eml"
	run "$promised" scan --explain --region GB "$tmp/mail.eml"
}
# What is said of the sentence that holds the words.
notes() { # WORDS
	printf '%s\n' "$out" | awk -v words="$1" '
	    /^[a-z]/ { on = index($0, words) > 0 }
	    /^$/ { on = 0 }
	    on' | tr -s ' \n' ' '
}
why() { # WHAT SENTENCE PATTERN
	explain "$2"
	like "$1" "$(notes "$2")" "$3"
}

# --- what is found ---

run "$promised" scan --explain --region GB "$tests/mail/promise.eml"
is "it explains" "$rc" 0
like "the head says whose mail it is, and its date" "$out" \
    '^from the company acme\.example, 2026-03-02T10:15:00\+00:00$'
like "a promise: who, kind, action, due, rule" \
    "$(notes "I will write to you")" \
    '=> company promise: reply, due 2026-03-09 \(en/promise\.rules:[0-9]+\)'
words=$(printf '%s\n' "$out" | grep -A1 'I will write to you within')
is "the words that say it are underlined, and those that say when" "$words" \
"body        I will write to you within five working days.
            ^^^^^^^^^^^^        ~~~~~~~~~~~~~~~~~~~~~~~~"
like "a signal" "$(notes "sorry for")" '=> signal apology \(en/signal\.rules:'
like "a reference, in the subject too" "$out" \
    '^subject .*NB-204417'
like "and its rule" "$(notes "Your complaint NB")" \
    '=> reference NB-204417 \(en/reference\.rules:'
like "zones stand in the margin" "$out" '^signature +Alice Byrne'
like "who signs" "$out" '^signed by Alice Byrne \(en/agent\.rules:'
like "and the sum" "$out" '^2 obligations, 3 signals, 1 reference$'

# --- what came near ---

why "negated" "We will not be able to refund you by Friday." \
    'not taken: negated, en/nothing\.rules:[0-9]+'
why "a question" "Will you be refunded by Friday?" \
    'not taken: question, en/nothing\.rules:'
why "what should have been" "The refund should have been sent by Friday." \
    'not taken: would-have, en/nothing\.rules:[0-9]+; came near: en/promise\.rules:'
why "policy" "We usually refund within 5 days." \
    'not taken: policy, en/nothing\.rules:'
why "reported words" "You were told that someone would ring you within 24 hours." \
    'not taken: reported-by-company, en/nothing\.rules:'
why "a day that is past" "Our courier will collect it by 1 February 2026." \
    'promise, not taken: its day was past already; came near: en/promise'
why "no time" "We will think about it." 'promise, not taken: no time; came near'
why "nobody who acts" "Enjoy the sunshine on Friday." \
    'a time, not taken: no rule says who will do what then'
why "a guard, by its own line" "I am sorry to hear that you are ill." \
    'apology, not taken: a guard of rule [a-z-]+, en/signal\.rules:[0-9]+; came near: en/signal'
explain 'We will refund you by Friday.\n\nWe will refund you by Friday.'
is "what is said twice counts once" \
    "$(printf '%s\n' "$out" | grep -c 'not taken: said already')" 1
explain 'We will refund you.\n\nWe will refund you by Friday.'
like "the one with a time counts" "$(notes "We will refund you.")" \
    'not taken: said again below, with a time'
explain 'Hello.\n\nKind regards,\n\nAlice\n\nThis email is confidential. We will refund you by Friday.'
like "a footer is not read" "$(notes "We will refund")" \
    'promise, not taken: footer is not read for promises'
like "and nothing is found" "$out" '^0 obligations'

# --- watching changes nothing ---

"$promised" scan --region GB "$tests"/corpus/messages/*.eml |
    sed -n 's/^    \([a-z][a-z]\/[a-z.]*:[0-9]*\)$/\1/p' | sort >"$tmp/plain"
"$promised" scan --explain --region GB "$tests"/corpus/messages/*.eml |
    tr '\n' ' ' | tr -s ' ' |
    grep -Eo '=> (company|customer) (promise|deadline): [^(]*\([^ ]*\)' |
    sed 's/.*(\(.*\))/\1/' | sort >"$tmp/explained"
is "the same is found with --explain and without" \
    "$(cat "$tmp/explained")" "$(cat "$tmp/plain")"
ok "and that is not nothing" test -s "$tmp/plain"

# --- the terminal ---

subject='=?utf-8?q?Re=3A_=1B=5D0=3Bowned=07_=E2=80=AEtxt_=C2=9B31m?='
explain 'We will \033[31mrefund\033]0;owned\007 you \342\200\256by\302\23331m Friday.\r\n\nx\010\010y\177 \342\200\250z \357\277\275 \377'
unset subject
is "hostile text: read" "$rc" 0
is "no control character gets through" "$(printf '%s' "$out" |
    LC_ALL=C tr -d '\n' | LC_ALL=C grep -c '[[:cntrl:]]')" 0
is "nor C1 controls, nor what turns the line" "$(printf '%s' "$out" |
    LC_ALL=C grep -cE "$(printf '\302[\200-\237]|\342\200[\250-\256]')")" 0
ok "what comes out is UTF-8" sh -c 'printf %s "$1" | iconv -f utf-8 -t utf-8 >/dev/null' - "$out"
long=$(printf '%0300d' 0)
explain "We will call you in the $long by Friday, 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字."
is "no line is wider than 80 columns" "$(printf '%s\n' "$out" | python3 -c '
import sys, unicodedata
width = lambda s: sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print([l for l in sys.stdin.read().split("\n") if width(l) > 80])')" "[]"

run "$promised" scan --explain --json "$tests/mail/promise.eml"
is "--explain is not for programs: 64" "$rc" 64

done_testing
