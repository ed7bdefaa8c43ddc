#!/bin/sh
# promised-fetch against servers that lie, stall and hang up: each session ends
# by itself, in time, with a text that says what to do; no password leaves
# before the server has proved itself; mail that can be had is had.
. "$(dirname "$0")/lib.sh"

fetch=${PROMISED_FETCH:-$(dirname "$promised")/promised-fetch}
"$tests/servers/certs.sh" "$tmp/certs"
trap '' PIPE

mkdir "$tmp/logs"
"$tests/hostile-imap.py" "$tmp/certs" "$tmp/logs" >"$tmp/ports" &
at_exit "kill $!"
wait_for 60 grep -q '^$' "$tmp/ports" || exit 1

serve() { # SCENARIO: $port of its server, $log of what it heard
	port=$(sed -n "s/^$1 //p" "$tmp/ports")
	log=$tmp/logs/$1
	: >"$log"
}

# The session's deadline in seconds: short only where it is to be met, for a
# busy machine must not meet it elsewhere.
patience=30

talk() { # URL WORDS: one session; $out, $rc
	rm -rf "$tmp/mail"
	mkdir "$tmp/mail"
	echo "fetch url=$1 password=s3cret timeout=$patience${2:+ $2}" >"$tmp/first"
	rc=0
	timeout -s KILL 90 "$fetch" <"$tmp/first" >"$tmp/frames" \
	    2>"$tmp/errors" || rc=$?
	out=$("$tests/frames.py" "$tmp/mail" <"$tmp/frames")
	wait_for 60 grep -q '^-- the end' "$log" ||
	    fail "$1: the server sees the end"
}

mails() { # numbers of the mails that came, from what is in them
	sed -sn 's/^Subject: mail \([0-9]*\).*/\1/p' "$tmp"/mail/*.eml \
	    2>/dev/null | sort -n | tr '\n' ' '
}

# session SCENARIO PATTERN MAILS [WORDS]: what it must say, which mails come
session() {
	serve "$1"
	case $1 in
	*starttls* | preauth) scheme=imap ;;
	*) scheme=imaps ;;
	esac
	case $2 in
	*in%20time*) patience=2 ;;
	esac
	talk "$scheme://ann@${host:-localhost}:$port" "ca=$tmp/certs/ca.pem${4:+ $4}"
	patience=30
	if [ "$rc" -gt 78 ] || [ -s "$tmp/errors" ]; then
		fail "$1: it ends by itself and quietly" "status $rc" \
		    "$(cat "$tmp/errors")"
	else
		like "$1" "$out" "$2"
	fi
	[ "$(mails)" = "$3" ] || is "$1: the mails" "$(mails)" "$3"
	unlike "$1: nothing deleted" "$(cat "$log")" 'EXPUNGE|Deleted|CLOSE'
}

# No secret may leave: not by LOGIN, not by AUTHENTICATE, in none of these.
refused() { # SCENARIO PATTERN [WORDS]
	session "$1" "^fault code=(77|69) text=.*$2" '' "${3:-}"
	unlike "$1: no secret was sent" "$(cat "$log")" \
	    'LOGIN|AUTHENTICATE|s3cret|czNjcmV0'
}

for how in '' -starttls; do
	session "cert-good$how" '^done next=4$' '1 2 3 '
	refused "cert-wrong$how" 'another%20host.*pin'
	refused "cert-other$how" 'another%20host'
	refused "cert-expired$how" 'expired%20on%202021-01-01.*operator'
	refused "cert-future$how" 'not%20valid%20yet.*clock'
	refused "cert-client$how" 'not%20for%20servers'
	refused "cert-self$how" 'no%20authority'
done
host=127.0.0.1
session cert-good '^done' '1 2 3 '
refused cert-wrong 'another%20host'
host=
pin=$(openssl x509 -in "$tmp/certs/self.pem" -outform DER | sha256sum |
    cut -d ' ' -f 1)
session cert-self '^done' '1 2 3 ' "pin=$pin"
session cert-self-starttls '^done' '1 2 3 ' "pin=$pin"
refused cert-good 'not%20the%20one%20that%20is%20pinned' "pin=$pin"
refused cert-expired "pin%20%3D%20$(
    openssl x509 -in "$tmp/certs/expired.pem" -outform DER | sha256sum |
    cut -d ' ' -f 1)"

refused starttls-missing 'no%20TLS.*imaps'
refused starttls-refused 'no%20TLS.*not%20now'
refused starttls-injected 'imaps://'
refused starttls-injected-much 'imaps|143'
refused starttls-injected-later 'TLS%20cannot'
refused preauth 'PREAUTH'
refused plain-on-the-tls-port '(TLS%20cannot|in%20time)'
refused handshake-silent 'in%20time'
refused handshake-of-warnings '(in%20time|cannot%20be%20agreed)'
refused greeting-silent 'in%20time'
refused greeting-bye 'too%20many%20users'
refused greeting-garbage 'operator'
refused greeting-endless 'more%20than%20was%20asked'
session login-impossible '^fault code=78 .*no%20password' ''
unlike 'login-impossible: no secret was sent' "$(cat "$log")" s3cret
session login-disabled '^done' '1 2 3 '
session login-no '^fault code=77 .*refused.*password' ''
session login-bye '^fault code=69 .*go%20away' ''
session login-wrong-tag '^fault code=69 .*something%20else' ''
session select-no '^fault code=78 .*such%20mailbox.*url' ''
session no-uidvalidity '^fault code=69 .*UIDVALIDITY' ''
session no-uidnext '^done next=4$' '1 2 3 '

session list-nested '^fault code=69 .*nests' ''
session list-nested-later '^fault code=69 .*nests' ''
session list-long-atom '^fault code=69 .*(was%20asked|in%20time)' ''
session list-odd '^done' '1 2 3 '
session list-backwards '^done' '1 2 3 '
session list-numbers '^(fault code=69 .*cannot%20be%20read|done)' ''
session list-large '^skipped uid=2 size=70000000 text=.*import' '1 3 '

session body-hang-up '^fault code=69 .*(closed|broke).*tried%20again' ''
session body-closed '^fault code=69 .*closed.*tried%20again' ''
session body-silent '^fault code=69 .*in%20time.*tried%20again' ''
session body-drip '^fault code=69 .*in%20time.*tried%20again' '' 
session body-huge '^fault code=69 .*4294967200' ''
session body-huger '^fault code=69 .*announces' ''
session body-endless '^fault code=69 .*more%20than%20was%20asked' ''
session body-nil '^skipped uid=2 .*import' '1 3 '
session body-without-uid '^skipped uid=2 .*import' '1 3 '
session body-missing '^skipped uid=2 .*import' '1 3 '
session body-late '^done' '1 2 3 '
session body-moved '^done' '1 3 '
unlike 'body-moved: nobody is troubled' "$out" skipped
session body-of-another '^done' '1 2 3 '
session body-quoted '^done' '1 2 3 '
session body-bye '^fault code=69 .*maintenance' ''
session body-longer '^done' '1 2 3 '
session slices-end-early '^skipped uid=1 .*import' '2 3 '
session slices-without-end '^skipped uid=1 .*import' '2 3 '

# Plain text: to loopback written as an address, and nowhere else.
serve loopback-plain
talk "imap://ann@127.0.0.1:$port" ''
is 'plain text to 127.0.0.1' "$(mails)" '1 2 3 '
talk "imap://ann@localhost:$port" ''
like 'but not to a name, even of loopback' "$out" '^fault code=77 .*no%20TLS'
unlike 'and no secret was sent' "$(cat "$log")" s3cret

# Sessions in which promised answers.
begin() { # SCENARIO WORDS
	serve "$1"
	rm -rf "$tmp/mail" "$tmp/to" "$tmp/lines"
	mkdir "$tmp/mail"
	mkfifo "$tmp/to"
	timeout -s KILL 180 "$fetch" <"$tmp/to" 2>"$tmp/errors" |
	    "$tests/frames.py" "$tmp/mail" >"$tmp/lines" &
	talk=$!
	exec 8>"$tmp/to"
	echo "fetch url=imaps://ann@localhost:$port ca=$tmp/certs/ca.pem" \
	    "password=s3cret timeout=$patience $2" >&8
}

told() {
	wait_for 60 grep -Eq "$1" "$tmp/lines"
}

finish() {
	exec 8>&-
	wait "$talk"
	is "$1: it ends quietly" "$(cat "$tmp/errors")" ''
}

for how in missing refused; do
	begin move-$how filed=Filed
	told '^done'
	echo 'filed uidvalidity=7 uid=2' >&8
	echo stop >&8
	ok "move-$how: told in a note, no harm done" \
	    told '^note text=.*filed-folder'
	finish move-$how
done

for how in early-news one-segment noop-news; do
	begin idle-$how mode=idle
	ok "idle-$how: the fourth mail comes at once" told '^mail uid=4 '
	finish idle-$how
done
for how in missing refused; do
	begin idle-$how 'mode=idle wait=1'
	ok "idle-$how: it looks again by itself" \
	    wait_for 60 sh -c "[ \$(grep -c ^idle '$tmp/lines') -ge 2 ]"
	finish idle-$how
done
begin idle-chatter 'mode=idle wait=3'
ok 'idle-chatter: it keeps waiting' \
    wait_for 60 sh -c "[ \$(grep -c ^idle '$tmp/lines') -ge 2 ]"
ok 'idle-chatter: without haste' [ "$(grep -c IDLE "$log")" -le 8 ]
finish idle-chatter
begin idle-bye mode=idle
ok 'idle-bye' told '^fault code=69 .*shutting%20down'
finish idle-bye
begin idle-hang-up mode=idle
ok 'idle-hang-up' told '^fault code=69 .*tried%20again'
finish idle-hang-up
patience=2
begin idle-dead 'mode=idle wait=1'
ok 'idle-dead: found out when it looks again' told '^fault code=69 .*in%20time'
finish idle-dead
done_testing
