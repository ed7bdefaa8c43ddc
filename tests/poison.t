#!/bin/sh
# promised against servers that fail it again and again: one mail that cannot
# be had keeps out no other, and a refused login is not tried until the account
# is locked.
. "$(dirname "$0")/lib.sh"

"$tests/servers/certs.sh" "$tmp/certs"
mkdir "$tmp/logs"
"$tests/hostile-imap.py" "$tmp/certs" "$tmp/logs" >"$tmp/ports" &
at_exit "kill $!"
wait_for 60 grep -q '^$' "$tmp/ports" || exit 1

config=$tmp/config
p() {
	"$promised" -c "$config" "$@"
}

fresh() { # SCENARIO: a new store, with that server as its mailbox
	port=$(sed -n "s/^$1 //p" "$tmp/ports")
	log=$tmp/logs/$1
	rm -rf "$config" "$tmp"/promised.db*
	"$promised" -c "$config" init --address ann@owner.example --name Ann \
	    --timezone UTC --region GB --store "$tmp/promised.db" >/dev/null
	cat >>"$config" <<EOF
[mailbox home]
url = imaps://ann@localhost:$port/INBOX
password = s3cret
ca = $tmp/certs/ca.pem
EOF
}

# Which mails the store has, by the number in their text.
known() {
	sqlite3 "$tmp/promised.db" 'SELECT bytes FROM raw' 2>/dev/null |
	    sed -n 's/^Subject: mail \([0-9]\).*/\1/p' | sort | tr '\n' ' '
}

fresh body-poison
run p once
is "a mail that ends each session: the pass comes to its end" "$rc" 0
is "all others are filed" "$(known)" '1 3 '
like "it is told which one" "$err" 'mailbox home: mail 2 .*stays on the server'
like "and what to do" "$err" 'promised import'
is "once" "$(printf '%s\n' "$err" | grep -c 'promised import')" 1
unlike "it is not deleted" "$(cat "$log")" 'EXPUNGE|Deleted|CLOSE'

fresh body-poison
"$promised" -c "$config" run 2>"$tmp/run.log" &
run_pid=$!
at_exit 'kill $run_pid'
has_all() {
	[ "$(known)" = '1 3 ' ]
}
# Three failures, and longer between them each time.
ok "run: all others are filed" wait_for 60 has_all
kill -TERM "$run_pid"
wait "$run_pid"
is "run goes on all the time" $? 0

fresh login-no
logins() {
	run p once
	tried=$(grep -c LOGIN "$log" || :)
}
attempts=0
for try in 1 2 3 4 5; do
	: >"$log"
	logins
	attempts=$((attempts + tried))
done
is "a refused login is tried three times an hour" "$attempts" 3
is "the fifth pass says no as well" "$rc" 77
like "and why it was not tried" "$err" 'refused 3 times.*account.*doctor'
: >"$log"
run p doctor
ok "doctor tries at once" grep -q LOGIN "$log"
is "and says that something is wrong" "$rc" 78

done_testing
