#!/bin/sh
# Letters to the company: drafted when a promise lapses, sent on the owner's
# word alone, once, and only while they are true.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...: promised at that time
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
begin() { # a fresh store, with a case address
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
outbox=$tmp/store/outbox/new
letters() { # [RECIPIENT]: the mails that left for the company
	for file in "$outbox"/*; do
		sed '/^$/q' "$file" | grep -q "^To: ${1:-.*@acme\.example}" &&
		    echo "$file"
	done
}
to_company() {
	letters | wc -l
}
newest() { # the newest mail whose subject matches
	grep -lE "^Subject: .*$1" "$outbox"/* 2>/dev/null | xargs -r ls -t | head -1
}
field() { # NAME FILE
	sed -n "s/^$1: //p" "$2" | head -1
}
token_of() { # FILE: the word after `send`
	sed -n 's/^ *send \([0-9]*-[a-z2-7]*\) .*/\1/p' "$1" | head -1
}
answer() { # FILE TEXT [FROM]: the owner's reply to a mail of ours
	mail "${3:-sam@home.example}" "r$(date +%N)@home.example" \
	    "Thu, 12 Mar 2026 12:00:00 +0000" "Re: case" "$2" \
	    "In-Reply-To: $(field Message-ID "$1")" |
	    sed 's/^To: .*/To: promised@home.example/'
}
promise() { # what lapses on 9 March
	mail "Anna Bell <care@acme.example>" a1@acme.example \
	    "Mon, 02 Mar 2026 10:00:00 +0000" "Your complaint AC-10023" \
	    "Dear Sam,

I will refund the 42.10 pounds by 9 March. Your reference is AC-10023.

Kind regards
Anna Bell" | at 2026-03-02T11:00:00Z deliver
}
lapse() { # begins anew; $nudge is the mail that tells of the lapse
	begin
	promise
	at 2026-03-12T10:00:00Z once 2>/dev/null
	nudge=$(newest "was due")
	token=$(token_of "$nudge")
}

# --- the draft ---

lapse
like "told of the company, never of who signed" "$(field Subject "$nudge")" '[Aa]cme'
like "the lapse brings a letter ready to send" "$(cat "$nudge")" 'Dear Anna Bell'
like "that quotes the promise" "$(cat "$nudge")" '"I will refund the 42.10 pounds by 9 March."'
like "and says how late it is" "$(tr -s '\n ' ' ' <"$nudge")" 'It is now 3 days overdue'
like "with one word that sends it" "$token" '^[0-9]+-[a-z2-7]{16}$'
is "nothing has gone to the company" "$(to_company)" 0
run at 2026-03-12T11:00:00Z do 1 send
is "send without its word sends nothing" "$rc" 64
like "and shows the letter with it" "$out" "send $token"
case $token in *x) wrong=${token%?}y ;; *) wrong=${token%?}x ;; esac
run at 2026-03-12T11:00:00Z do 1 send "$wrong"
like "a word that is not right" "$out" 'belongs to no letter'

# --- after their last word ---

begin
promise
mail "Anna Bell <care@acme.example>" a2@acme.example \
    "Thu, 05 Mar 2026 10:00:00 +0000" "Re: Your complaint AC-10023" \
    "Dear Sam,

This is our final response to your complaint AC-10023.

Kind regards
Anna Bell" | at 2026-03-05T11:00:00Z deliver
at 2026-03-12T10:00:00Z once 2>/dev/null
like "a final response brings the last letter before others are asked" \
    "$(tr -s '\n ' ' ' <"$(newest "was due")")" 'I shall take the matter to the ombudsman'
lapse

# --- by reply ---

answer "$nudge" "send $token" | at 2026-03-12T12:00:00Z deliver
is "a send is not yet gone" "$(to_company)" 0
at 2026-03-12T12:01:00Z once 2>/dev/null
is "the letter goes" "$(to_company)" 1
letter=$(letters)
is "from the owner" "$(field From "$letter")" 'Sam Okafor <sam@home.example>'
is "in the company's thread" "$(field In-Reply-To "$letter")" '<a1@acme.example>'
like "with its reference" "$(cat "$letter")" 'AC-10023'
like "no line of it looks like the head of a quote, below which help desks cut" \
    "$("$promised" original "$letter")" 'A line with the date is enough'
ok "it is no automatic mail" sh -c "! grep -qi '^Auto-Submitted' '$letter'"
ok "and holds no authority of the owner" \
    sh -c "! grep -E '^(Message-ID|Reply-To): .*<?o\.' '$letter'"
like "answers reach the owner and the case" "$(cat "$letter")" \
    'Reply-To: Sam Okafor <sam@home.example>'
like "the case tells of it" "$(at 2026-03-12T12:02:00Z case 1)" \
    'you, as Sam Okafor: Re: Your complaint'
at 2026-03-12T12:03:00Z deliver <"$letter"
is "its copy from the Sent folder is the same mail" \
    "$(at 2026-03-12T12:04:00Z case 1 | grep -c 'you, as Sam')" 1
answer "$nudge" "send $token" | at 2026-03-12T12:05:00Z deliver
at 2026-03-12T12:06:00Z once 2>/dev/null
is "sent once, whatever is said again" "$(to_company)" 1
run at 2026-03-12T12:07:00Z do 1 undo
like "what has left cannot be taken back" "$out" 'the letter has left'

lapse
answer "$nudge" "send" | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
is "a plain send in reply means the letter that was shown" "$(to_company)" 1

lapse
at 2026-03-12T12:00:00Z do 1 send "$token" >/dev/null
at 2026-03-12T12:00:30Z do 1 undo >/dev/null
at 2026-03-12T12:01:00Z once 2>/dev/null
is "taken back in time, it does not go" "$(to_company)" 0

# --- not by anybody else ---

lapse
mail "Anna Bell <care@acme.example>" a2@acme.example \
    "Thu, 12 Mar 2026 12:00:00 +0000" "Re: Your complaint AC-10023" \
    "SEND $token" "In-Reply-To: $(field Message-ID "$nudge")" |
    at 2026-03-12T12:00:00Z deliver
mail "sam@home.example" f1@evil.example "Thu, 12 Mar 2026 12:00:00 +0000" \
    "case 1" "send $token" | sed 's/^To: .*/To: promised@home.example/' |
    at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
is "a company's SEND and a forged From send nothing" "$(to_company)" 0
told=$(cat "$outbox"/* | tr -s '\n ' ' ')
like "the owner is told of the one" "$told" 'has not gone: Anna Bell asked for it'
like "and of the other" "$told" 'Nothing was done'
lapse
mail "Anna Bell <care@acme.example>" a2@acme.example \
    "Thu, 12 Mar 2026 12:00:00 +0000" "Re: Your complaint AC-10023" \
    "SEND" "In-Reply-To: <a1@acme.example>" | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
is "nor does the word alone" "$(to_company)" 0
like "of which the owner is told" "$(cat "$outbox"/* | tr -s '\n ' ' ')" \
    'has not gone: Anna Bell asked for it'

# --- races ---

lapse
at 2026-03-12T12:00:00Z do 1 send "$token" >"$tmp/one" 2>&1 &
at 2026-03-12T12:00:00Z do 1 send "$token" >"$tmp/two" 2>&1
wait
at 2026-03-12T12:01:00Z once 2>/dev/null
is "two approvals at once: one letter" "$(to_company)" 1
like "and one is told so" "$(cat "$tmp/one" "$tmp/two")" 'It was sent before'

reply() { # the company writes, without settling anything
	mail "Anna Bell <care@acme.example>" a3@acme.example \
	    "Thu, 12 Mar 2026 11:30:00 +0000" "Re: Your complaint AC-10023" \
	    "Dear Sam,

your refund is with our payments team.

Anna Bell" "In-Reply-To: <a1@acme.example>" | at 2026-03-12T11:31:00Z deliver
}
lapse
reply
answer "$nudge" "send $token" | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
is "approved after the company has written: nothing is sent" "$(to_company)" 0
like "the owner is told why" "$(cat "$outbox"/*)" \
    'The company has written in case 1 since'

lapse
at 2026-03-12T11:00:00Z do 1 send "$token" >/dev/null
reply
at 2026-03-12T12:01:00Z once 2>/dev/null
is "the company writes between approval and sending: nothing is sent" "$(to_company)" 0
at 2026-03-12T12:02:00Z once 2>/dev/null
like "and the owner is told" "$(cat "$outbox"/*)" 'has not gone: the'

lapse
run at 2026-03-27T12:00:00Z do 1 send "$token"
like "after 14 days the word is worth nothing" "$out" 'older than 14 days'
like "but a new letter is shown" "$out" 'send [0-9]+-'
is "and nothing goes" "$(at 2026-03-27T12:01:00Z once 2>/dev/null; to_company)" 0

# --- the owner's own words, another address ---

lapse
answer "$nudge" "edit
Dear Anna,

where is my money?

Regards
Sam

> what I said" | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
shown=$(newest 'Done: case 1')
like "edit shows the new letter" "$(cat "$shown")" 'where is my money'
run at 2026-03-12T12:02:00Z do 1 send "$token"
like "the old word sends nothing" "$out" 'Another letter took its place'
new=$(sed -n 's/.*reply with: send \([0-9]*-[a-z2-7]*\).*/\1/p' "$shown" | head -1)
at 2026-03-12T12:03:00Z do 1 send "$new" >/dev/null
at 2026-03-12T12:04:00Z once 2>/dev/null
letter=$(letters)
like "the new one sends the new words" "$(cat "$letter")" 'where is my money'
ok "and no more" sh -c "! grep -q 'what I said' '$letter'"

begin
mail "Anna Bell <care@acme.example>" w1@acme.example \
    "Mon, 02 Mar 2026 10:00:00 +0000" "AW: WG: Your complaint AC-10023" \
    "We will refund the 42.10 pounds by 9 March." | at 2026-03-02T11:00:00Z deliver
run at 2026-03-12T10:00:00Z do 1 draft
like "the marks of their program are off the subject" "$out" \
    'Subject: Re: Your complaint AC-10023$'

begin
promise_of() { # FROM
	mail "$1" n1@acme.example "Mon, 02 Mar 2026 10:00:00 +0000" \
	    "Your complaint AC-10023" "We will refund the 42.10 pounds by 9 March."
}
promise_of "Acme <ne-pas-repondre@acme.example>" | at 2026-03-02T11:00:00Z deliver
at 2026-03-12T10:00:00Z once 2>/dev/null
nudge=$(newest "was due")
like "nobody reads a no-reply address: the letter is for their form" \
    "$(tr -s '\n ' ' ' <"$nudge")" 'Paste it into their form'
is "and cannot be sent" "$(token_of "$nudge")" ""
run at 2026-03-12T11:00:00Z do 1 contact "evil@acme.example, you"
like "an address that is none" "$out" 'is no address'
run at 2026-03-12T11:00:00Z do 1 contact people@acme.example
token=$(printf '%s\n' "$out" | sed -n 's/^send //p')
at 2026-03-12T11:01:00Z do 1 send "$token" >/dev/null
at 2026-03-12T11:02:00Z once 2>/dev/null
is "with the owner's address it goes" \
    "$(letters people@acme.example | wc -l)" 1

# --- the tone climbs ---

lapse
at 2026-03-12T12:00:00Z do 1 send "$token" >/dev/null
at 2026-03-12T12:01:00Z once 2>/dev/null
mail "Anna Bell <care@acme.example>" a4@acme.example \
    "Fri, 13 Mar 2026 10:00:00 +0000" "Re: Your complaint AC-10023" \
    "Dear Sam,

we will refund the 42.10 pounds by 18 March.

Anna Bell" "In-Reply-To: <a1@acme.example>" | at 2026-03-13T10:01:00Z deliver
at 2026-03-13T10:02:00Z do 1 call 40 min Anna: she had no news >/dev/null
at 2026-03-20T10:00:00Z once 2>/dev/null
firm=$(tr -s '\n ' ' ' <"$(newest 'was due Wednesday 18 March')")
like "after a letter and a slip it is firm" "$firm" 'I have written about it once before'
like "and tells each date that was promised" "$firm" \
    'promised on Monday 2 March 2026 for Monday 9 March 2026 promised on Friday 13 March 2026 for Wednesday 18 March 2026'
run at 2026-03-20T11:00:00Z do 1 send
at 2026-03-20T11:01:00Z do 1 send "$(printf '%s\n' "$out" | sed -n 's/^send //p')" >/dev/null
at 2026-03-20T11:02:00Z once 2>/dev/null
run at 2026-03-27T11:00:00Z do 1 send
like "then a formal complaint" "$out" 'Subject: Formal complaint'
like "that tells the effort" "$out" 'taken 40 min of my time'
unlike "and nothing that did not happen" "$out" 'not yours to see to'
mail "Anna Bell <care@acme.example>" a5@acme.example \
    "Fri, 27 Mar 2026 10:30:00 +0000" "Re: Your complaint AC-10023" \
    "Dear Sam,

that is not our responsibility, it is nothing to do with this department.

Anna Bell" "In-Reply-To: <a1@acme.example>" | at 2026-03-27T11:00:30Z deliver
run at 2026-03-27T11:00:40Z do 1 draft complaint
like "nobody's responsibility: it is said back" "$out" 'not yours to see to'
at 2026-03-27T11:01:00Z do 1 send "$(printf '%s\n' "$out" | sed -n 's/^send //p')" >/dev/null
at 2026-03-27T11:02:00Z once 2>/dev/null
run at 2026-04-14T11:00:00Z do 1 send
like "then the last letter" "$out" 'Subject: Before I take this further'
# --- that comes back ---

bounce() { # ACTION STATUS DIAGNOSTIC MESSAGE-ID: what a mail server says of it
	cat <<END
Return-Path: <>
From: MAILER-DAEMON@mx.relay.example (Mail Delivery System)
To: sam@home.example
Message-ID: <dsn$(date +%N)@mx.relay.example>
Date: Thu, 12 Mar 2026 12:02:00 +0000
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work out.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.relay.example

Final-Recipient: rfc822; care@acme.example
Action: $1
Status: $2
Diagnostic-Code: smtp; $3

--b
Content-Type: text/rfc822-headers

From: Sam Okafor <sam@home.example>
To: care@acme.example
Message-ID: $4

--b--
END
}
told() { # mails to the owner
	find "$outbox" -type f | wc -l
}
pass() { # TIME: what is planned leaves
	at "$1" once 2>/dev/null
}

lapse
at 2026-03-12T12:00:00Z do 1 send "$token" >/dev/null
pass 2026-03-12T12:01:00Z
pass 2026-03-12T12:01:30Z
id=$(field Message-ID "$(letters)")
before=$(told)
bounce failed 5.1.1 "550 no such mailbox" '<c.1.1.follow-up.9.aaaa@home.example>' |
    at 2026-03-12T12:02:00Z deliver
bounce delayed 4.4.1 "connection timed out" "$id" |
    at 2026-03-12T12:03:00Z deliver
pass 2026-03-12T12:04:00Z
is "a bounce of another mail, and one of a delay: nothing is said" "$(told)" "$before"
bounce failed 5.1.1 "550 no such mailbox" "$id" | at 2026-03-12T12:05:00Z deliver
pass 2026-03-12T12:06:00Z
is "a letter that comes back is told, once" "$(told)" $((before + 1))
report=$(grep -l 'sent it back' "$outbox"/*)
like "with what the server said" "$(tr -s '\n ' ' ' <"$report")" \
    'to care@acme.example has not gone: its mail server sent it back \(5\.1\.1 550 no such mailbox\)'
like "to the owner alone" "$(field To "$report")" 'sam@home.example'
like "the case shows it" "$(at 2026-03-12T12:07:00Z case 1)" '5\.1\.1 550 no such mailbox'
bounce failed 5.1.1 "550 no such mailbox" "$id" | at 2026-03-12T12:08:00Z deliver
at 2026-03-12T12:08:30Z deliver <"$(letters)"
pass 2026-03-12T12:09:00Z
is "said again, and seen in the Sent folder: nothing more" "$(told)" $((before + 1))
is "and nothing goes to the company again" "$(to_company)" 1

done_testing
