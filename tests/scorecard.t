#!/bin/sh
# The scorecard of a company, from the mail that came: what was promised, kept,
# put off and left; who promised; what it has cost; and when to leave.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
"$promised" -c "$config" init --address sam@home.example --timezone UTC \
    --region GB --store "$tmp/store/promised.db" >/dev/null
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
mails=0
mail() { # FROM DAY-OF-MARCH TEXT
	mails=$((mails + 1))
	to=sam@home.example
	[ "$1" = sam@home.example ] && to=care@acme.example
	printf 'From: %s\nTo: %s\nMessage-ID: <%s@test>\nSubject: Complaint AC-10023\n' \
	    "$1" "$to" "$mails"
	printf 'Date: %s Mar 2026 10:00:00 +0000\n\n%b\n' "$2" "$3"
}
acme='Acme Care <care@acme.example>'
file() {
	mail "$@" | at "2026-03-$2T11:00:00Z" deliver
}

run at 2026-03-01T12:00:00Z company
is "nothing to tell" "$out" "no company yet"

file sam@home.example 02 'My washing machine leaks. Please refund me.'
file "$acme" 02 'Thank you for your complaint, which we have received.\n\nThis is an automatic reply.'
file "$acme" 04 'I am sorry. I will refund you by 9 March.\n\nKind regards\nAnna Bell'
file "$acme" 10 'We will refund you by 13 March.\n\nKind regards\nAnna Bell'
file "$acme" 14 'Your refund will reach you by 18 March. I have escalated your complaint to my manager.\n\nKind regards\nAnna Bell'
file "$acme" 16 'I have taken over your complaint. We will call you by 17 March.\n\nKind regards\nRaj Singh'
at 2026-03-17T12:00:00Z do 1 'spent £12.50 stamps' >/dev/null
at 2026-03-17T12:00:00Z do 1 'spent 3 EUR phone' >/dev/null
at 2026-03-17T12:00:00Z do 1 'call 40 min Mia: nothing new' >/dev/null

run at 2026-03-20T12:00:00Z company acme.example
like "by its domain" "$out" '\(acme\.example\), case 1$'
like "what became of the promises" "$out" '^  promises   4 made: 2 put off, 2 overdue$'
like "how often one was put off" "$out" '^  slips      2 times, in 1 matter$'
like "how long an answer takes" "$out" '^  answers    2 days, the median of 1$'
like "an apology" "$out" '^  apologies  1, in 4 mails$'
like "what it has cost, each currency for itself" "$out" \
    '^  you        1 letter, 1 call, 0 visits; 40 min; £12\.50; €3\.00$'
like "who promised, and who came after" "$out" \
    '^  Anna Bell: 3 promises, 2 put off, 1 overdue; last heard Saturday 14 March 2026; handed over to Raj Singh$'
like "who was spoken to" "$out" '^  Mia: last heard Tuesday 17 March 2026$'
unlike "one reason is none" "$out" 'elsewhere'
run at 2026-03-20T12:00:00Z company Acme Care
like "by its name, which is none of theirs who signed" "$out" '^Acme Care \(acme'
run at 2026-03-20T12:00:00Z company nobody
is "an unknown one" "$rc" 64
run at 2026-03-20T12:00:00Z company --json
like "as JSON" "$out" '"made":4,"kept":0,"late":0,"broken":0,"slipped":2,"lapsed":2,"open":0'
like "with the money" "$out" '"money":\[\{"currency":"£","cents":1250\},\{"currency":"€","cents":300\}\]'
like "and the advice" "$out" '"leave":false,"reasons":\["broken"\]'

# --- one of them, told whole ---

run at 2026-03-20T12:00:00Z case 1
like "in the case, with every day" "$out" '1\.3 they owe a refund.*; promised for 9 March, 13 March, 18 March$'
run at 2026-03-20T12:00:00Z why 1.3
like "and by itself" "$out" '^before:   promised for 9 March, 13 March, 18 March$'
like "with its state" "$out" '^state:    overdue$'
run at 2026-03-20T12:00:00Z why 1.1
like "what took its place" "$out" '^state:    put off to 1\.2, on Tuesday 10 March 2026 at 10:00, by mail 4$'

printf '[scorecard]\nslips = 2\n' >>"$config"
run at 2026-03-20T12:00:00Z company
like "thresholds are the owner's: time to leave" "$out" 'Take your business elsewhere:'
like "with the reasons" "$out" '^    put off 2 times to a later date$'
sed -i 's/^slips = 2/slips = two/' "$config"
run at 2026-03-20T12:00:00Z company
is "what is no number is told" "$rc" 78
like "with the line" "$err" 'config:[0-9]+: slips = two'

done_testing
