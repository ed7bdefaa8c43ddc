#!/bin/sh
# Mail that comes after mail that was sent later: what was placed without it is
# placed again, the owner is told and can take it back, and what the owner has
# said stays.
. "$(dirname "$0")/lib.sh"

now=2026-03-20T12:00:00+00:00
p() { "$promised" -c "$tmp/owner/config" --now "$now" "$@"; }
fresh() {
	rm -rf "$tmp/owner"
	mkdir "$tmp/owner"
	"$promised" -c "$tmp/owner/config" init --address nora@feld.example \
	    --timezone Europe/London --region GB \
	    --store "$tmp/owner/promised.db" >/dev/null
}
# mail DAY NAME SUBJECT [FIELD...]: from the bank; the text comes on stdin.
mail() {
	{
		printf 'From: Northgate Bank <care@northgatebank.example>\n'
		printf 'To: nora@feld.example\nMessage-ID: <%s@bank>\n' "$2"
		printf 'Date: %s Mar 2026 10:15:00 +0000\nSubject: %s\n' "$1" "$3"
		shift 3
		for field; do printf '%s\n' "$field"; done
		echo
		cat
	} | p deliver || fail "deliver $2"
}
# Number and Message-IDs of each case.
cases() {
	p cases --json | sed 's/"message_id":"\([^@]*\)@bank"/\n=\1\n/g' |
	    awk '/"case":/ { if (line != "") print line
		    line = $0; sub(/.*"case":/, "", line); sub(/,.*/, "", line) }
		/^=/ { line = line " " substr($0, 2) }
		END { print line }' | grep ' '
}
sent() { cat "$tmp"/owner/*/new/* 2>/dev/null; }
two_matters() {
	mail 5 card 'NB-204417' <<-END
	We are sorry about your card. We will refund you by 12 March. Our
	number is NB-204417.
	END
	mail 6 loan 'NB-998130' <<-END
	We are sorry about the letter. We will write to you by 27 March. Our
	number is NB-998130.
	END
}
first() {
	mail 3 first 'Your complaint' <<-END
	Thank you for your complaint. We deal with it under NB-204417, and with
	the letter about it under NB-998130. We will call you by 31 March.
	END
}

fresh
two_matters
is "two numbers, two cases" "$(cases)" '1 card
2 loan'
p once >/dev/null 2>&1
like "a reminder of the first" "$(sent)" 'refund.* was due'
before=$(sent | grep -c '^Subject: .*12 March')
first
is "a late mail says that they are one: it keeps the older number" \
    "$(cases)" '1 first card loan'
is "all that was promised is there" "$(p due --json | grep -o '"case":[0-9]*' |
    sort | uniq -c | tr -s ' ')" ' 3 "case":1'
like "the timeline says what has become of the other" "$(p case 1)" \
    'case 2 is part of case 1, since message 3 came late'
p once >/dev/null 2>&1
like "the owner is told" "$(sent | tr '\n' ' ')" \
    'It came late, after mail that was sent later: case 2 is part of case 1. .undo. takes'
is "no reminder comes twice" "$(sent | grep -c '^Subject: .*12 March')" "$before"

p do 1 undo >/dev/null
is "undo brings it back" "$(cases)" '1 first card
2 loan'
like "with its promise" "$(p due)" '2\.1 +open .*27 March'
mail 2 older 'Your complaint' <<-END
We have your letter of 1 March about NB-204417 and NB-998130, and will answer
by 24 March.
END
is "what the owner took back stays so" "$(cases | grep loan)" '2 loan'
run p doctor
is "the chain of events is whole" "$rc" 0

# --- the owner's own placing ---

fresh
two_matters
p do 1 merge 2 >/dev/null
p do 1 split 2 >/dev/null
first
is "a mail that the owner has put in a case of its own stays there" \
    "$(cases | grep loan)" '3 loan'

# --- an answer that came before the question ---

fresh
mail 9 second 'Re: Your card' 'In-Reply-To: <lost@bank>' <<-END
We are sorry. We will refund you by 27 March.
END
mail 4 lost 'Your card' 'In-Reply-To: <begin@bank>' <<-END
We are sorry for the delay, and will write by 11 March.
END
mail 2 begin 'Your card' <<-END
We apologise for what happened and will look into it by 9 March.
END
is "a thread that comes backwards is one case" "$(cases)" '1 begin lost second'
like "which began with its first mail" "$(p cases --json)" '"opened":"2026-03-02'
like "a promise put off is so whatever came first" \
    "$(p case 1)" '27 March'

# --- a history that is imported in two parts ---

"$tests/shuffle.py" "$tmp/box" 7 3
parts() {
	p cases --json | while read -r line; do
		printf '%s\n' "$line" | grep -o '"message_id":"[^"]*"' | sort |
		    tr '\n' ' '
		echo
	done | grep . | sort
}
now=2026-06-01T12:00:00+00:00
fresh
sed -i 's/^address = .*/address = sam@home.example/' "$tmp/owner/config"
p import "$tmp"/box >/dev/null
parts >"$tmp/wanted"
fresh
sed -i 's/^address = .*/address = sam@home.example/' "$tmp/owner/config"
p import "$tmp"/box/*[13579].eml >/dev/null
p import "$tmp"/box/*[02468].eml >/dev/null
parts >"$tmp/got"
ok "the second half in between the first: the same cases" \
    diff "$tmp/wanted" "$tmp/got"
unlike "nothing is said of the past" "$(sent)" 'It came late'

# --- of one second ---

# of_one_second NAME...: the mails in that order; the cases.
of_one_second() {
	fresh
	for name; do
		case $name in
		card) numbers=NB-204417 ;;
		loan) numbers=NB-998130 ;;
		both) numbers='NB-204417 and NB-998130' ;;
		esac
		echo "We are sorry. We deal with it under $numbers." |
		    mail 5 "$name" "About $numbers"
	done
	cases | while read -r number names; do
		echo "$names" | tr ' ' '\n' | sort | tr '\n' ' '
		echo
	done | sort
}
wanted=$(of_one_second card loan both)
for order in 'card both loan' 'loan card both' 'both card loan' \
    'both loan card' 'loan both card'; do
	# shellcheck disable=SC2086 # one argument a mail
	is "three of one second: $order" "$(of_one_second $order)" "$wanted"
done

# --- a robot whose clock stands still ---

mkdir "$tmp/robot"
for i in $(seq 12); do
	cat >"$tmp/robot/$i.eml" <<-END
	From: Northgate Bank <care@northgatebank.example>
	To: nora@feld.example
	Message-ID: <robot$i@bank>
	Date: 5 Mar 2026 10:15:00 +0000
	Subject: Your order $i

	We have your complaint about order ORD-$((100000 + i)) and will reply by 27 March.
	END
done
fresh
p import "$tmp/robot" >/dev/null
is "of a robot, each mail is a case" "$(cases | grep -c .)" 12

done_testing
