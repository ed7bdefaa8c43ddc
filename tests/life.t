#!/bin/sh
# The life of a promise as its owner meets it: by mail, by the calendar, by
# commands.  Letters to the company have a test of their own (follow_up.t).
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
begin() {
	rm -rf "$config" "$tmp/store"
	"$promised" -c "$config" init --address sam@home.example \
	    --name "Sam Okafor" --timezone Europe/London --region GB \
	    --store "$tmp/store/promised.db" >/dev/null
	printf '[send]\nfrom = promised@home.example\ncase-address = promised+{case}@home.example\n' \
	    >>"$config"
}
mail() { # FROM ID DATE SUBJECT TEXT [FIELD...]
	printf 'From: %s\nTo: sam@home.example\nMessage-ID: <%s>\nDate: %s\nSubject: %s\n' \
	    "$1" "$2" "$3" "$4"
	text=$5
	shift 5
	for field; do printf '%s\n' "$field"; done
	printf '\n%s\n' "$text"
}
acme="Anna Bell <care@acme.example>"
outbox=$tmp/store/outbox/new
newest() { # PATTERN: the newest mail whose subject matches
	grep -lE "^Subject: .*$1" "$outbox"/* 2>/dev/null | xargs -r ls -t | head -1
}
field() { # NAME FILE
	sed -n "s/^$1: //p" "$2" | head -1
}
answer() { # FILE TEXT: the owner's reply to a mail of ours
	mail sam@home.example "r$(date +%N)@home.example" \
	    "Thu, 12 Mar 2026 12:00:00 +0000" "Re: case" "$2" \
	    "In-Reply-To: $(field Message-ID "$1")" |
	    sed 's/^To: .*/To: promised@home.example/'
}
part() { # TYPE FILE: the first part of that type, decoded
	python3 - "$@" <<'END'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[2], "rb"), policy=email.policy.default)
for p in m.walk():
    if p.get_content_type() == sys.argv[1] and (sys.argv[1] != "text/html" or p.is_attachment()):
        print(p.get_filename(), p.get_content())
        break
END
}

# --- export, by mail ---

begin
mail "$acme" a1@acme.example "Mon, 02 Mar 2026 10:00:00 +0000" \
    "Complaint AC-10023" "Dear Sam,

I will refund the 42.10 pounds by 9 March.

Anna Bell" | at 2026-03-02T11:00:00Z deliver
at 2026-03-12T10:00:00Z once 2>/dev/null
answer "$(newest 'was due')" export | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
reply=$(newest 'Done: case 1')
like "the answer brings the page of the dossier" "$(part text/html "$reply")" \
    '^case-1\.html'
like "whole" "$(part text/html "$reply")" 'I will refund the 42\.10 pounds'
folder=$tmp/store/dossiers/sam@home.example/1
like "and says where the rest lies" "$(part text/plain "$reply" | tr -d '\n ')" "$folder"
run "$promised" verify "$folder"
is "which proves itself" "$rc" 0
run at 2026-03-12T12:02:00Z do 1 export
like "from the shell too" "$out" "$folder"
mkdir -p "$tmp/store/dossiers/sam@home.example"
rm -rf "$folder"
echo mine >"$folder"
answer "$(newest 'was due')" "export
status" | at 2026-03-12T12:03:00Z deliver
at 2026-03-12T12:04:00Z once 2>/dev/null
like "what cannot be written is told, and stops no other command" \
    "$(cat "$(newest 'Done in part: case 1')")" 'Not done.*dossiers'
run at 2026-03-12T12:05:00Z do 9 export
is "no such case" "$rc" 64
run at 2026-03-12T12:06:00Z do 9 kept
like "which is said of every command" "$out" '^there is no case 9$'

told() { # PATTERN: mails whose subject matches
	grep -lE "^Subject: .*$1" "$outbox"/* 2>/dev/null | wc -l
}
said() { # DAY TEXT: the company writes in March
	mail "$acme" "p$1@acme.example" "$1 Mar 2026 10:00:00 +0000" \
	    "Complaint AC-10023" "Dear Sam,

$2

Anna Bell" | at "2026-03-$1T11:00:00Z" deliver
}

# --- many at once, at a time fit for people ---

begin
said 02 "I will refund you by 6 March. We will write to you by 6 March. We will call you by 6 March. We will deliver the parcel by 6 March. We will repair the boiler by 6 March. We will cancel the contract by 6 March. We will investigate your claim by 6 March. We will write to you by 7 March. You will be paid by 7 March. We will collect the old one by 8 March."
made=$(at 2026-03-02T11:01:00Z due | wc -l)
like "ten sentences, of which some say the same again" "$made" '^([7-9]|10)$'
for time in 06T22:00 07T10:00 08T10:00 08T23:00 09T07:59; do
	at "2026-03-$time:00Z" once 2>/dev/null
done
is "nothing is said at night or on a weekend" "$(told overdue)" 0
at 2026-03-09T08:00:00Z once 2>/dev/null
is "in the morning it is" "$(told "$made promises are overdue")" 1
at 2026-03-09T12:00:00Z once 2>/dev/null
is "all of it in one mail" "$(grep -l '^Subject: .*\(overdue\|was due\)' "$outbox"/* | wc -l)" 1

# --- chased after the reply had come ---

begin
said 02 "I will refund you by 6 March."
at 2026-03-02T11:01:00Z once 2>/dev/null
mkdir -p "$tmp/store/inbox/new"
mail "$acme" k1@acme.example "09 Mar 2026 07:00:00 +0000" "Re: Complaint AC-10023" \
    "Your refund was issued today." >"$tmp/store/inbox/new/k1"
at 2026-03-09T09:00:00Z once 2>/dev/null
is "what lies in the mailbox is read before anything is told" "$(told 'was due')" 0
run at 2026-03-09T09:01:00Z why 1.1
like "it was late, and that mail says so" "$out" '^state:    kept late, on Monday 9 March.* by mail 2$'

# --- the digest ---

begin
sed -i 's/^digest = .*/digest = daily/' "$config"
said 02 "I will refund you by 27 March."
for day in 02 03 04; do
	at 2026-03-${day}T12:00:00Z once 2>/dev/null
	at 2026-03-${day}T15:00:00Z once 2>/dev/null
done
is "a daily digest comes each day but the first" "$(told Open)" 2
sed -i 's/^digest = .*/digest = weekly/' "$config"
for day in 05 06 09 10; do
	at 2026-03-${day}T12:00:00Z once 2>/dev/null
done
is "a weekly one on Monday" "$(told Open)" 3
sed -i 's/^digest = .*/digest = none/' "$config"
at 2026-03-16T12:00:00Z once 2>/dev/null
is "none is none" "$(told Open)" 3

# --- holidays ---

begin
said 30 "I will refund you within 7 working days."
run at 2026-03-30T12:00:00Z why 1.1
like "why tells the words" "$out" '^"I will refund you within 7 working days\."'
like "the rule" "$out" '^read by: +en/[a-z]+\.rules:[0-9]+$'
like "the anchor and each step, with the holidays left out" "$out" \
    '^7 working days from Monday 30 March 2026, skipping Good Friday, Friday 3 April 2026; Easter Monday, Monday 6 April 2026$'
mkdir "$tmp/data"
(cd "$root" && cp -r rules mail cases record examples "$tmp/data")
sed -i '0,/^\[GB,.*/s//&\n2026-04-08: Day of the test/' "$tmp/data/rules/gb/holidays"
PROMISED_DATA=$tmp/data at 2026-03-31T12:00:00Z once 2>/dev/null
run at 2026-03-31T12:01:00Z due
like "a new holiday moves what is open" "$out" 'Monday 13 April 2026'
like "and the record says so" "$(at 2026-03-31T12:01:00Z case 1)" \
    '1\.1 is now due 2026-04-13: the holidays have changed'

# --- several owners ---

begin
said 02 "I will refund you by 6 March."
sed 's/sam@home/mia@home/; s/Sam Okafor/Mia Roth/; s#Europe/London#America/New_York#' "$config" >"$tmp/mia"
mia() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$tmp/mia" --now "$when" "$@"
}
mail "$acme" m1@acme.example "02 Mar 2026 10:00:00 +0000" "Complaint AC-10023" \
    "We will refund you by 10 March. It is AC-10023." | sed 's/^To: sam/To: mia/' |
    mia 2026-03-02T11:00:00Z deliver
run mia 2026-03-03T12:00:00Z due
like "each owner has cases of her own" "$out" 'Tuesday 10 March'
unlike "and sees no other's" "$out" 'Friday 6 March'
mia 2026-03-03T12:00:00Z do 1 company Other >/dev/null
run at 2026-03-03T12:00:00Z company
unlike "what she says changes nothing of another's" "$out" Other
mia 2026-03-11T11:30:00Z once 2>/dev/null
is "half past seven in New York is early" "$(told 'was due')" 0
mia 2026-03-11T12:30:00Z once 2>/dev/null
is "half past eight is not" "$(told 'was due')" 1
at 2026-03-09T09:00:00Z once 2>/dev/null
answer "$(grep -lE '^Subject: Other.*was due' "$outbox"/*)" kept |
    at 2026-03-12T12:00:00Z deliver
run mia 2026-03-12T13:00:00Z due --all
like "and her proof is worth nothing to him" "$out" '1\.1 +overdue'

done_testing
