#!/bin/sh
# The law's clocks: what runs, what has run out, what is told and when.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
begin() { # REGION
	rm -rf "$config" "$tmp/store"
	"$promised" -c "$config" init --address sam@home.example \
	    --name "Sam Okafor" --timezone Europe/London --region "$1" \
	    --store "$tmp/store/promised.db" >/dev/null
}
mail() { # FROM TO ID DATE SUBJECT TEXT
	printf 'From: %s\nTo: %s\nMessage-ID: <%s>\nReferences: <s1@home.example>\nDate: %s\nSubject: %s\n\n%s\n' \
	    "$@"
}
bank=care@acmebank.example
owner=sam@home.example
complain() { # on Saturday 28 February; the bank answers on 2 March
	begin "$1"
	mail $owner $bank s1@home.example "Sat, 28 Feb 2026 10:00:00 +0000" \
	    "Complaint: current account" "You took 42 pounds twice from my current account." |
	    at 2026-02-28T10:01:00Z deliver
	mail "Anna Bell <$bank>" $owner a1@acmebank.example \
	    "Mon, 02 Mar 2026 10:00:00 +0000" "Re: Complaint: current account" \
	    "Thank you for your complaint, we have received it. Our bank will look at your current account.

Anna Bell" | at 2026-03-02T11:00:00Z deliver
}
final() { # TEXT: the final response, on 1 April
	mail "Anna Bell <$bank>" $owner a2@acmebank.example \
	    "Wed, 01 Apr 2026 10:00:00 +0000" "Re: Complaint: current account" \
	    "$1" | at 2026-04-01T11:00:00Z deliver
}
mails() {
	cat "$tmp"/store/outbox/new/* 2>/dev/null | tr -s '\n ' ' '
}
quiet() {
	rm -f "$tmp"/store/outbox/new/*
}

complain GB
run at 2026-03-12T10:00:00Z do 1 ladder
like "the line of business is guessed from the mail" "$out" 'sector finance \(my guess'
like "the clock runs from the complaint" "$out" 'Saturday 28 February 2026: complaint \(message 1\)'
like "eight weeks, ended on a day of work" "$out" \
    'the firm: final response.*by Monday 27 April 2026 \(8 weeks from Saturday 28 February'
like "what has not begun is said too" "$out" 'once this happens: firm sends final response'

at 2026-04-27T10:00:00Z once 2>/dev/null
quiet
at 2026-04-27T12:00:00Z once 2>/dev/null
ok "on the last day nobody is accused" sh -c "! ls '$tmp'/store/outbox/new | grep -q ."
at 2026-04-28T12:00:00Z once 2>/dev/null
like "on the day after the owner is told" "$(mails)" \
    'That ended on Monday 27 April 2026, and nothing that I have seen says that it was done'
like "by which rule" "$(mails)" 'FCA DISP 1.6.1R'
like "what can be done now, and where" "$(mails)" \
    'refer to FOS even without a final response. Where: Financial Ombudsman Service, financial-ombudsman.org.uk'
quiet
at 2026-04-30T12:00:00Z once 2>/dev/null
unlike "once" "$(mails)" 'time is up'

complain GB
final "This is our final response. We do not uphold your complaint.

Anna Bell"
run at 2026-04-02T10:00:00Z do 1 ladder
like "a final response ends the firm's clock" "$out" 'done on Wednesday 1 April 2026: the firm: final response'
like "and starts the owner's" "$out" 'you: refer to FOS, by Wednesday 30 September 2026'
like "that it names no ombudsman is seen" "$out" \
    'Their letter does not name Financial Ombudsman Service'
for day in 2026-08-30 2026-09-01 2026-09-22 2026-09-24 2026-09-29; do
	at ${day}T10:00:00Z once 2>/dev/null
done
is "its end is told 30, 7 and 1 days before" \
    "$(grep -l '^Subject: .*a time limit of yours' "$tmp"/store/outbox/new/* | wc -l)" 3
like "by the earlier way of counting" "$(mails)" 'You have until Wednesday 30 September 2026 to refer to FOS'

complain GB
final "This is our final response. We do not uphold your complaint. You may go to the Financial Ombudsman Service within six months.

Anna Bell"
run at 2026-04-02T10:00:00Z do 1 ladder
unlike "a letter that names it is right" "$out" 'does not name'

# --- the owner's word ---

complain GB
run at 2026-03-12T10:00:00Z do 1 sector goods, data protection
like "the owner corrects the sector" "$out" 'goods,data-protection'
run at 2026-03-12T10:00:00Z do 1 event delivery 3 March
run at 2026-03-12T10:00:00Z do 1 ladder
like "an event starts its clock" "$out" 'you: reject for full refund, by Wednesday 1 April 2026 \(30 days from Tuesday 3 March'
at 2026-03-12T10:00:00Z do 1 undo >/dev/null
at 2026-03-12T10:00:00Z do 1 undo >/dev/null
run at 2026-03-12T10:00:00Z do 1 ladder
like "undo restores both" "$out" 'sector finance \(my guess'
run at 2026-03-12T10:00:00Z do 1 sector nonsense
is "a sector that is none" "$rc" 64
run at 2026-03-12T10:00:00Z do 1 event nonsense 3 March
like "an event that is none: what there is" "$out" 'for this case: complaint'

# --- what nobody has confirmed ---

complain GB
at 2026-03-12T10:00:00Z do 1 sector water >/dev/null
run at 2026-03-12T10:00:00Z do 1 ladder
like "a rule that nobody has confirmed is shown as such" "$out" \
    'water company: .*Not confirmed; check it'
quiet
for day in 2026-03-17 2026-04-01 2026-05-01; do
	at ${day}T10:00:00Z once 2>/dev/null
done
unlike "and accuses nobody" "$(mails)" 'time is up'

# --- places ---

complain DE
run at 2026-03-12T10:00:00Z do 1 sector payments
run at 2026-03-12T10:00:00Z do 1 ladder
like "the Union's clocks run for its members" "$out" 'EU-PAY|Directive|15 working days'
complain US
run at 2026-03-12T10:00:00Z do 1 sector credit-report
run at 2026-03-12T10:00:00Z do 1 event dispute 3 March
run at 2026-03-12T10:00:00Z do 1 ladder
like "and those of the United States there" "$out" '30 days from Tuesday 3 March'
begin none
run at 2026-03-12T10:00:00Z do 1 ladder
is "no such case: 64" "$rc" 64

# --- letters ---

complain GB
run at 2026-03-12T10:00:00Z do 1 draft ombudsman
like "a complaint to the body, to be pasted" "$out" 'To Financial Ombudsman Service'
like "with a timeline and numbered exhibits" "$out" '1\. Saturday 28 February 2026: Sam Okafor: Complaint'
unlike "it cannot be sent to the company" "$out" '^send '
run at 2026-03-12T10:00:00Z do 1 draft court
like "a letter before claim" "$out" 'LETTER BEFORE CLAIM'
like "that can" "$out" '^send [0-9]+-'
run at 2026-03-12T10:00:00Z do 1 draft nonsense
is "a letter that is none" "$rc" 64
done_testing
