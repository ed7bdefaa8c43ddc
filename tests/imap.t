#!/bin/sh
# promised-fetch against a real Dovecot: every way in, every mail whole, once
# and in order; nothing changed on the server but what was asked for.
. "$(dirname "$0")/lib.sh"

fetch=${PROMISED_FETCH:-$(dirname "$promised")/promised-fetch}
servers=$tests/servers
user=agent@example.test

"$servers/certs.sh" "$tmp/certs"
mkdir "$tmp/dovecot"
cat >"$tmp/dovecot/users" <<END
$user:{PLAIN}s3cret::::
old@example.test:{PLAIN}s3cret::::
mover@example.test:{PLAIN}s3cret::::
reader@example.test:{PLAIN}s3cret::::
keyword@example.test:{PLAIN}s3cret::::
partly@example.test:{PLAIN}s3cret::::
waiter@example.test:{PLAIN}s3cret::::
jane@example.test:{PLAIN}pässwörd "\\ ::::
END
at_exit "$servers/stop.sh $tmp/dovecot"
"$servers/dovecot.sh" "$tmp/dovecot" "$tmp/certs" || exit 1
. "$tmp/dovecot/env"
inbox=$MAIL_HOME/$user

# put NUMBER...: mails that can be told apart; $tmp/sent/NUMBER as they were
put() {
	mkdir -p "$tmp/sent"
	for n; do
		printf 'Subject: mail %s\r\n\r\nThis is (mail) %s {12}\r\n' \
		    "$n" "$n" >"$tmp/sent/$n"
		"$servers/put.sh" "$inbox" <"$tmp/sent/$n"
	done
}

plan() { # URL [KEY=VALUE...]: the first frame
	url=$1
	shift
	echo "fetch url=$url ca=$tmp/certs/ca.pem $*" | sed 's/ $//'
}

session() { # [FIRST FRAME]...: one whole session; $out its lines, mail/ its mail
	rm -rf "$tmp/mail"
	mkdir "$tmp/mail"
	printf '%s\n' "$@" >"$tmp/first"
	rc=0
	timeout 60 "$fetch" <"$tmp/first" >"$tmp/frames" 2>"$tmp/errors" || rc=$?
	out=$("$tests/frames.py" "$tmp/mail" <"$tmp/frames")
	if [ "$rc" -gt 78 ] || [ -s "$tmp/errors" ]; then
		fail "promised-fetch ends quietly, by itself" "status $rc" \
		    "$(cat "$tmp/errors")"
	fi
}

mails() { # numbers of the mails that came, from what is in them
	sed -sn 's/^Subject: mail \([0-9]*\).*/\1/p' "$tmp"/mail/*.eml \
	    2>/dev/null | sort -n | tr '\n' ' '
}

tls=imaps://$user@localhost:$IMAPS_PORT/INBOX
starttls=imap://$user@localhost:$IMAP_PORT
put 1 2 3

session "$(plan "$tls" password=s3cret)"
is 'IMAPS and LOGIN: every mail comes' "$(mails)" '1 2 3 '
like 'the end is told, with where to go on' "$out" '^done next=4$'
like 'each with number, size, date' "$(echo "$out" | grep ' uid=2 ')" \
    "^mail uid=2 size=[0-9]+ internaldate=20..-..-..T..:..:..\+00:00 flags= "
for n in 1 2 3; do
	uid=$(grep -l "Subject: mail $n" "$tmp"/mail/*.eml)
	ok "mail $n is whole, byte for byte" cmp "$uid" "$tmp/sent/$n"
done
is 'nothing was touched: all mail is still new' \
    "$(find "$inbox/new" -type f | wc -l)" 3

session "$(plan "$starttls" password=s3cret)"
is 'STARTTLS' "$(mails)" '1 2 3 '
session "$(plan "$starttls" "token=$("$servers/token.sh" $user)")"
is 'XOAUTH2' "$(mails)" '1 2 3 '
like 'the server saw it' "$(tail -5 "$tmp/dovecot/log")" 'method=XOAUTH2'
session "$(plan "imaps://jane@example.test@localhost:$IMAPS_PORT" \
    "password=p%C3%A4ssw%C3%B6rd%20%22%5C%20")"
like 'a password of any characters' "$out" '^done'
session "$(plan "imaps://$user@127.0.0.1:$IMAPS_PORT" password=s3cret)"
is 'a server by its address' "$(mails)" '1 2 3 '

session "$(plan "$tls" password=wrong)"
like 'a wrong password: what to do is said' "$out" \
    '^fault code=77 text=.*refused.*password.*doctor'
session "$(plan "$tls" token=nonsense)"
like 'a bad access token too' "$out" '^fault code=77 .*refused.*token'
session "$(plan "$tls/../Nowhere" password=s3cret)"
like 'a folder that is not there' "$out" '^fault code=78 .*folder'
session "$(plan "ftp://$user@localhost" password=s3cret)"
like 'a scheme that is none' "$out" '^fault code=78 .*imaps://'
session "$(plan "imaps://$user@no-such-host.invalid" password=s3cret)"
like 'a host that is not there' "$out" '^fault code=(78|69) .*check'
session "$(plan "$tls" password=s3cret since=yesterday)"
like 'a day that is none' "$out" '^fault code=78 .*2026-03-09'
session "$(plan "$tls" password=s3cret 'filed=%5CDeleted')"
like 'nothing is ever flagged as deleted' "$out" '^fault code=78 .*flagged'
session 'hello'
like 'a first frame that is none' "$out" '^fault code=64'

session "$(plan "$tls" password=s3cret)"
validity=$(echo "$out" | sed -n 's/^mailbox uidvalidity=\([0-9]*\).*/\1/p')
put 4 5
session "$(plan "$tls" password=s3cret "uidvalidity=$validity" uidnext=4)"
is 'the next session brings what is new' "$(mails)" '4 5 '
session "$(plan "$tls" password=s3cret "uidvalidity=$validity" uidnext=6)"
is 'and nothing when nothing is' "$(mails)" ''
like 'which it says' "$out" '^done next=6$'
session "$(plan "$tls" password=s3cret uidvalidity=7 uidnext=6)"
is 'a mailbox that was numbered anew is read whole' "$(mails)" '1 2 3 4 5 '
session "$(plan "$tls" password=s3cret since=now)"
is 'since=now: only what comes from now on' "$(mails) $out" \
    " mailbox uidvalidity=$validity next=6
done next=6"
session "$(plan "$tls" password=s3cret batch=2 skip=3)"
is 'small batches, and one left alone' "$(mails)" "$(
	for uid in 1 2 4 5; do
		sed -n 's/^Subject: mail \([0-9]*\).*/\1/p' "$tmp/mail/$uid.eml"
	done | sort -n | tr '\n' ' ')"
like 'which is told' "$out" '^skipped uid=3 .*import'

head -c 3700000 /dev/urandom | base64 | {
	printf 'Subject: mail 6\n\n'
	cat
} | sed 's/$/\r/' >"$tmp/sent/6"
"$servers/put.sh" "$inbox" <"$tmp/sent/6"
session "$(plan "$tls" password=s3cret "uidvalidity=$validity" uidnext=6)"
ok 'a mail of 5 MB comes in slices, whole' cmp "$tmp/mail/6.eml" "$tmp/sent/6"

# A mail that is old: Dovecot takes the file's time for INTERNALDATE.
user=old@example.test inbox=$MAIL_HOME/old@example.test
put 1
find "$inbox/new" -type f -exec touch -d 2020-05-05T12:00:00Z {} +
put 2
old=imaps://$user@localhost:$IMAPS_PORT/INBOX
session "$(plan "$old" password=s3cret)"
like 'INTERNALDATE is told' "$out" 'internaldate=2020-05-05T12:00:00\+00:00'
session "$(plan "$old" password=s3cret since=2024-01-01)"
is 'since a day: older mail is left alone' "$(mails)" '2 '
session "$(plan "$old" password=s3cret since=2090-01-01)"
is 'since a day after all of them' "$(mails) $(echo "$out" | tail -1)" \
    ' done next=3'

trap '' PIPE # a helper that ended early is found by what it did not say

# From here on sessions in which promised answers.
begin() { # FIRST FRAME: in the background; say and lines to talk with it
	rm -rf "$tmp/mail" "$tmp/to" "$tmp/lines"
	mkdir "$tmp/mail"
	mkfifo "$tmp/to"
	{
		rc=0
		timeout 120 "$fetch" <"$tmp/to" 2>"$tmp/errors" || rc=$?
		echo $rc >"$tmp/status"
	} | "$tests/frames.py" "$tmp/mail" >"$tmp/lines" &
	talk=$!
	exec 8>"$tmp/to"
	echo "$1" >&8
}

say() {
	echo "$1" >&8
}

told() { # PATTERN [SECONDS]: it says so, soon
	wait_for "${2:-60}" grep -Eq "$1" "$tmp/lines"
}

finish() { # closes the pipe; $rc is how it ended
	exec 8>&-
	wait "$talk"
	rc=$(cat "$tmp/status")
	[ ! -s "$tmp/errors" ] || fail 'it ends quietly' "$(cat "$tmp/errors")"
}

count() { # FOLDER: its mails
	find "$inbox/$1" -path '*/tmp' -prune -o -path '*/new/*' -print \
	    -o -path '*/cur/*' -print 2>/dev/null | wc -l
}

file_all() { # FILED: has every mail filed; then stop
	begin "$(plan "$mine" password=s3cret "$1")"
	told '^done' || fail 'it never says done' "$(cat "$tmp/lines")"
	v=$(sed -n 's/^mailbox uidvalidity=\([0-9]*\).*/\1/p' "$tmp/lines")
	for u in $(sed -n 's/^mail uid=\([0-9]*\) .*/\1/p' "$tmp/lines"); do
		say "filed uidvalidity=$v uid=$u"
	done
	say stop
	finish
}

someone() { # NAME: the mailbox of this user, with mails 1 to 3
	user=$1@example.test inbox=$MAIL_HOME/$1@example.test
		mine=imaps://$user@localhost:$IMAPS_PORT/INBOX
	put 1 2 3
}

someone mover
file_all filed=Filed
is 'filed mail is moved to its folder' \
    "$rc: $(count cur) $(count new) $(count .Filed)" '0: 0 0 3'
put 4
file_all 'filed=R%C3%A9clamations%20%26%20Co'
is 'the folder is made when it is missing' \
    "$rc: $(count 'cur') $(count '.R&AOk-clamations &- Co')" '0: 0 1'

someone reader
file_all 'filed=%5CSeen'
is 'or it is flagged and stays' \
    "$rc: $(find "$inbox/cur" -name '*:2,S' | wc -l)" '0: 3'
someone keyword
file_all 'filed=%24Promised'
is 'by a keyword too' \
    "$rc: $(find "$inbox/cur" -name '*:2,a' | wc -l)" '0: 3'

someone partly
begin "$(plan "$mine" password=s3cret filed=Filed)"
told '^done'
say "filed uidvalidity=1 uid=1" # of a mailbox that is no more
finish
is 'mail that was not filed stays, and so does what a stale number names' \
    "$rc: $(($(count cur) + $(count new))) $(count .Filed)" '0: 3 0'

someone waiter
begin "$(plan "$mine" password=s3cret mode=idle)"
ok 'IDLE: all is told first' told '^idle next=4$'
put 4
ok 'then new mail wakes it' told '^mail uid=4 '
ok 'and it waits again' told '^idle next=5$'
put 5
ok 'and again' told '^idle next=6$'
pid=$(pgrep -n -f "^$fetch" || pgrep -n promised-fetch)
is 'no secret in its arguments or environment' \
    "$(cat "/proc/$pid/cmdline" "/proc/$pid/environ" | grep -ac s3cret)" 0
like 'it leaves no core' "$(cat "/proc/$pid/limits")" 'core file size +0 +0 '
say stop
finish
is 'until it is told to stop' "$rc $(tail -1 "$tmp/lines")" '0 done next=6'

begin "$(plan "$mine" password=s3cret mode=idle)"
told '^idle'
finish
is 'or until promised is gone' "$rc" 0

begin "$(plan "$mine" password=s3cret mode=idle wait=1)"
told '^idle'
ok 'a wait that ends without news ends in another look' \
    wait_for 60 sh -c "[ \$(grep -c ^idle '$tmp/lines') -ge 3 ]"
finish

begin "$(plan "$mine" password=s3cret mode=idle)"
told '^idle'
"$servers/stop.sh" "$tmp/dovecot"
ok 'a server that goes down is a fault with a text' \
    told '^fault code=69 .*tried%20again'
finish
session "$(plan "$mine" password=s3cret)"
like 'and so is one that is not there' "$out" \
    '^fault code=69 text=cannot%20connect.*refused'

log=$(cat "$tmp/dovecot/log"*)
unlike 'nothing was deleted or expunged in all this' "$log" \
    '(deleted|expunged)=[1-9]'
done_testing
