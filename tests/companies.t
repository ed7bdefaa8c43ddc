#!/bin/sh
# Who is who: help desks, those who only look like a company, those who write
# about one, and the same mail that comes twice.
. "$(dirname "$0")/lib.sh"

p() { "$promised" -c "$tmp/owner/config" --now 2026-03-20T12:00:00+00:00 "$@"; }
fresh() {
	rm -rf "$tmp/owner"
	mkdir "$tmp/owner"
	"$promised" -c "$tmp/owner/config" init --address nora@feld.example \
	    --timezone Europe/London --region GB \
	    --store "$tmp/owner/promised.db" >/dev/null
	: >"$tmp/mails"
}
# mail FROM TO DAY SUBJECT [FIELD...]: the text comes on stdin.
mail() {
	echo >>"$tmp/mails" # a line each: the text comes from a pipe
	mails=$(wc -l <"$tmp/mails")
	{
		printf 'From: %s\nTo: %s\nDate: %s Mar 2026 10:15:00 +0000\n' \
		    "$1" "$2" "$3"
		printf 'Subject: %s\nMIME-Version: 1.0\n' "$4"
		shift 4
		for field; do printf '%s\n' "$field"; done
		case "$*" in *Message-ID*) ;; *) echo "Message-ID: <$mails@test>" ;; esac
		printf 'Content-Type: text/plain; charset=utf-8\n\n'
		cat
	} | p deliver || fail "deliver $mails"
}
# One line a case: number, company, how many mails.
cases() {
	p cases --json | sed 's/.*"case":\([0-9]*\),"company":"\([^"]*\)".*/\1 \2/' >"$tmp/names"
	p cases --json | sed 's/"sha256"/\n&/g' | awk '
	    /"case":/ { if (seen++) print n; n = 0 }
	    /^"sha256"/ { n++ }
	    END { if (seen) print n }' | paste -d ' ' "$tmp/names" -
}
why() { p cases --json | grep -o '"why":"[^"]*"' | sed -n "$1p"; }
due() { p due | grep -c '^[0-9]'; }

nora='Nora Feld <nora@feld.example>'
bank='Northgate Bank <care@northgatebank.example>'
promise='Dear Nora,

We will refund you within 10 working days.

Priya Shah'
forward="---------- Forwarded message ---------
From: $bank
Date: Mon, 2 Mar 2026 at 10:15
Subject: Your complaint
To: <nora@feld.example>

$promise"

# --- the same mail twice ---

fresh
echo "$forward" | mail "$nora" me@promised.example 3 'Fwd: Your complaint'
printf 'Once more.\n\n%s\n' "$forward" |
    mail "$nora" me@promised.example 4 'Fwd: Your complaint'
is "forwarded twice it is one mail of one case" "$(cases)" '1 northgatebank.example 2'
is "which says so" "$(why 2)" '"why":"is message 1 again"'
is "and promises once" "$(due)" 1

fresh
echo "$promise" | mail "$bank" "$nora" 2 'Your complaint'
echo "$forward" | mail "$nora" me@promised.example 3 'Fwd: Your complaint'
is "fetched and forwarded it is one" "$(cases) $(why 2) $(due)" \
    '1 northgatebank.example 2 "why":"is message 1 again" 1'
echo "$promise" | mail "$bank" "$nora" 16 'Your complaint'
is "what is said again a fortnight later is another mail" \
    "$(p cases --json | grep -c 'message 1 again.*message [12] again')" 0

fresh
echo 'Your statement is ready, and the weather is fine for this time of year.' |
    mail "$bank" "$nora" 2 'Your statement' 
is "no dispute" "$(cases)" ''
printf '%s\n' '---------- Forwarded message ---------' "From: $bank" \
    'Date: Mon, 2 Mar 2026 at 10:15' 'Subject: Your statement' \
    'To: <nora@feld.example>' '' \
    'Your statement is ready, and the weather is fine for this time of year.' |
    mail "$nora" me@promised.example 3 'Fwd: Your statement'
is "until the owner forwards it: then both are there" "$(cases)" \
    '1 northgatebank.example 2'

fresh
echo "$promise" | mail "$bank" "$nora" 2 'Your complaint' 'Message-ID: <a@b>'
echo "We are sorry, it will take until 27 March." |
    mail "$bank" "$nora" 9 'Your complaint' 'Message-ID: <a@b>'
is "a reused Message-ID loses nothing" "$(cases)" '1 northgatebank.example 2'

# --- help desks ---

fresh
echo 'We will reply to your complaint within 2 days. https://www.acme.example/help' |
    mail 'Acme Support <support@acme.zendesk.com>' "$nora" 2 'Your lamp' \
    'Reply-To: Acme Support <support+id4471@acme.zendesk.com>'
echo 'We will reply to your complaint within 3 days.' |
    mail 'Bolt Support <support@bolt.zendesk.com>' "$nora" 2 'Your drill'
echo 'We are sorry for the delay and will call you by Friday.' |
    mail 'Cobalt <notify@intercom-mail.com>' "$nora" 2 'Your chair'
echo 'We are sorry for the delay and will call you by Thursday.' |
    mail 'Delft <notify@intercom-mail.com>' "$nora" 2 'Your table'
is "companies at one help desk are told apart" "$(cases)" \
    '1 acme.example 1
2 bolt.zendesk.com 1
3 cobalt@intercom-mail.com 1
4 delft@intercom-mail.com 1'
echo 'We will send another lamp by 20 March.' |
    mail 'Acme <help@acme.example>' "$nora" 9 'Your lamp'
is "the company's own domain is known from the help desk's links" \
    "$(cases | head -1)" '1 acme.example 2'

fresh
echo 'We will send a new lamp (AC-4471) within 5 days.' |
    mail 'Acme <care@acme.example>' "$nora" 2 'Your lamp AC-4471'
echo 'We will call you by 27 March about AC-4471.' |
    mail 'Acme <support@acme.zendesk.com>' "$nora" 9 'Your lamp AC-4471'
is "a company's part of a help desk is the company" "$(cases) $(why 2)" \
    '1 acme.example 2 "why":"names AC-4471"'
is "and its promise counts" "$(due)" 2

fresh
echo 'We will send a new lamp within 5 days. Its number is AC-4471.' |
    mail 'Acme <care@acme.example>' "$nora" 2 'Your lamp AC-4471'
echo 'Acme is now Bolt. We will send the lamp by 28 March. Number AC-4471.' |
    mail 'Bolt (formerly Acme) <care@bolthome.example>' "$nora" 9 'Your lamp AC-4471'
echo 'We apologise. We will send the lamp by 30 March.' |
    mail 'Bolt <care@bolthome.example>' "$nora" 12 'Your lamp'
is "a company with a new name goes on with its case" "$(cases)" \
    '1 acme.example 3'

# --- look-alikes ---

fresh
echo "$promise NB-204417" | mail "$bank" "$nora" 2 'Your complaint NB-204417'
echo 'We have refunded you. Please confirm your card for NB-204417.' |
    mail 'Northgate Bank <care@northgatebonk.example>' "$nora" 3 'Re: Your complaint NB-204417'
echo 'Your account NB-204417 will be closed by Friday. Please confirm.' |
    mail 'Northgate Bank <care@nоrthgatebank.example>' "$nora" 4 'Your complaint NB-204417'
is "who only looks like a company joins no case" "$(cases)" '1 northgatebank.example 1'
like "and is said to" "$(p unfiled --json | head -1)" \
    'northgatebonk.example is not northgatebank.example'
like "in whatever alphabet" "$(p unfiled --json | tail -1)" \
    'xn--[a-z0-9-]*.example is not northgatebank.example'
p once >/dev/null 2>&1
like "the digest has what is in no case" \
    "$(cat "$tmp"/owner/*/new/* | sed -n '/^Subject: Open/,/^-- $/p' | tr '\n' ' ')" \
    'message 3, in no case: "Your complaint NB-204417", from Northgate Bank'
like "the owner is warned" "$(cat "$tmp"/owner/*/new/* 2>/dev/null | grep -A2 -h 'Be careful')" \
    'northgatebonk'

p do 1 move 2 new >/dev/null
echo 'We have your card, and will write by Friday.' |
    mail 'Northgate Bonk <care@northgatebonk.example>' "$nora" 5 'Your card'
is "a look-alike that the owner has let in is asked about no more" \
    "$(cases | tail -1)" '2 northgatebonk.example 2'

fresh
n=0
for name in bank1 bank11 banks; do
	n=$((n + 1))
	echo "We are sorry, and will refund you by $((20 + n)) March." |
	    mail "Sisters <care@northgate$name.example>" "$nora" $((2 + n)) \
	    "Your complaint NG-10$n"
done
is "sisters of a company are no look-alikes" "$(p unfiled --json)" ''

# --- who writes about a company ---

fresh
echo "$promise" | mail "$bank" "$nora" 2 'Your complaint'
echo 'Thank you for your complaint about Northgate Bank. We have opened PNX-88231.' |
    mail 'Money Ombudsman <team@ombudsman.example>' "$nora" 9 'PNX-88231'
echo 'We have now decided your complaint.' |
    mail 'Money Ombudsman <team@ombudsman.example>' "$nora" 16 'PNX-88231'
is "an ombudsman joins the case that it writes about" "$(cases)" \
    '1 northgatebank.example 3'
is "and it is said why" "$(why 2)" '"why":"writes about this company"'
echo 'We apologise for the delay of your order GY-1188. Paid by Northgate Bank card.' |
    mail 'Gym Co <care@gymco.example>' "$nora" 9 'Your order GY-1188'
is "who only names a company does not" "$(cases | tail -1)" '2 gymco.example 1'

# --- the owner's own mail ---

echo 'When will you pay?' | mail "$nora" "$bank" 17 'Re: Your complaint'
echo 'My lamp is broken. Please send a new one by 30 March.' |
    mail "$nora" 'Lamps <help@lamps.example>' 17 'Broken lamp'
is "the owner's letters are filed, and open cases" "$(cases | sort | tr '\n' ';')" \
    '1 northgatebank.example 4;2 gymco.example 1;3 lamps.example 1;'

fresh
echo 'My card is blocked. Please pay back 20 pounds by 30 March.' |
    mail "$nora" "$bank" 2 'My card'
echo 'My lamp is broken. Please send a new one by 30 March.' |
    mail "$nora" 'Lamps <help@lamps.example>' 3 'Broken lamp'
p do 1 move 1 2 >/dev/null
like "a mail that was moved away" "$(cases)" '2 lamps.example 2'
p do 1 undo >/dev/null
is "comes back by undo in the case that it left" "$(cases | head -1)" \
    '1 northgatebank.example 1'
p do 1 move 1 unfiled >/dev/null
p do 1 undo >/dev/null
is "from none, too" "$(cases | head -1)" '1 northgatebank.example 1'

# --- a parent company; the name as people say it ---

fresh
echo 'We will refund you by 27 March. Our number is NB-204417.' |
    mail 'Northgate Bank Care <care@northgatebank.example>' "$nora" 2 'Your card'
echo 'Northgate is part of Calder Group. We look after NB-204417 and will
answer by 29 March.' |
    mail 'Calder Group <cases@calder-group.example>' "$nora" 5 'Your complaint'
echo 'Your order NB-204417 will be delivered by 28 March.' |
    mail 'Zed <help@zed.example>' "$nora" 6 'Your order'
is "a parent company joins by name and number, another not by the number" \
    "$(cases | tr '\n' ' ')" '1 northgatebank.example 2 '

# --- a mail that could be about anything ---

fresh
echo 'We are sorry about the card. We will refund you by 27 March. Our
number is NB-204417.' | mail "$bank" "$nora" 2 'Your card NB-204417'
echo 'We will call you by 25 March.' | mail "$bank" "$nora" 4 'An update'
is "it opens no case beside the one that lives" \
    "$(cases | tr '\n' ' ')" '1 northgatebank.example 1 '
like "the owner is asked" "$(p unfiled)" 'tells of no case in particular'
echo 'The money for the card has been refunded to you today.' |
    mail "$bank" "$nora" 6 'The card'
is "what has ended has begun before" \
    "$(cases | tr '\n' ' ')" '1 northgatebank.example 2 '
echo 'We are sorry for the delay, and will call you by 25 March.' |
    mail "$bank" "$nora" 7 'An update'
is "what speaks of a dispute goes on with the one that lives" \
    "$(cases | tr '\n' ' ')" '1 northgatebank.example 3 '

done_testing
