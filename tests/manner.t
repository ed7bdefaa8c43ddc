#!/bin/sh
# How a message is put: told beside the signals, never among them; by what is
# said and by what a message lacks.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
"$promised" -c "$config" init --address sam@home.example --timezone UTC \
    --store "$tmp/store/promised.db" >/dev/null
mail() { # FROM BODY
	printf 'From: %s\nTo: sam@home.example\nSubject: Complaint AB-20441\n' "$1"
	printf 'Date: Mon, 02 Mar 2026 10:15:00 +0000\nMessage-ID: <1@acme.example>\n'
	printf 'X-Promised-Manner: forged\nContent-Type: text/plain; charset=utf-8\n\n'
	printf "$2\n"
}
manner() { # FROM BODY; of it, to $out
	mail "$@" >"$tmp/mail.eml"
	run "$promised" scan --json --me sam@home.example "$tmp/mail.eml"
	signals=$(printf '%s' "$out" | sed 's/.*"signals":\[\([^]]*\)\].*/\1/')
	out=$(printf '%s' "$out" | sed 's/.*"manner":\[\([^]]*\)\].*/\1/')
}

rude="Dear customer,\n\nWe're sorry you feel that way. As already explained, we
are not responsible for the courier. You should have checked the address. I can
find no record of a promised callback. Please open a new ticket. Your claim has
been rejected.\n\nThe Acme Team"
manner 'Acme <care@acme.example>' "$rude"
is "all of it" "$out" '"template","non_apology","no_ownership","dismissive","blame","callback_denied","runaround","no_name"'
unlike "none is a signal" "$signals" 'template|blame|no_name|runaround'
manner sam@home.example "$rude"
is "the customer may say what they like" "$out" ""

manner 'Acme <care@acme.example>' 'Dear Sam,\n\nYour claim has been rejected.\n\nKind regards,\n\nPriya Shah'
is "a refusal without a word of sorrow" "$out" '"no_apology"'
manner 'Acme <care@acme.example>' 'Dear Sam,\n\nI am sorry, but your claim has been rejected.\n\nKind regards,\n\nPriya Shah'
is "with one, and a name" "$out" ''
manner 'Acme <care@acme.example>' 'Dear Sam,\n\nI am sorry, but your claim has been rejected.\n\nKind regards,\n\nThe Claims Team'
is "nobody signs" "$out" '"no_name"'
manner 'Acme <care@acme.example>' 'Dear Sam,\n\nWe will refund you by Friday.\n\nKind regards,\n\nThe Claims Team'
is "a promise needs neither" "$out" ''
manner 'Acme <care@acme.example>' 'Dear Sam,\n\nThis was our fault. You should have received it by now.\n\nKind regards,\n\nPriya Shah'
is "to own it is not to blame" "$out" ''

# --- where it is shown ---

mail 'Acme <care@acme.example>' "$rude" >"$tmp/mail.eml"
run "$promised" -c "$config" filter <"$tmp/mail.eml"
like "a header of its own" "$out" \
    '^X-Promised-Manner: template, non_apology, no_ownership, '
unlike "not one that came in" "$out" 'forged'
run "$promised" -c "$config" case 1
like "in the case, with the mail" "$out" '^ +manner: template, non apology, '
run "$promised" scan --explain "$tmp/mail.eml"
like "with the words and the rule" "$out" \
    '=> manner blame \(en/manner\.rules:[0-9]+\)'
like "and for the whole message" "$out" \
    '^manner no_name \(en/manner\.rules:[0-9]+\)'

done_testing
