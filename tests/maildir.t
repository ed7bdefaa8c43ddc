#!/bin/sh
# A Maildir as the mailbox: what is new is read at once and once, what is old
# is not read again, and `since` says where to begin.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
inbox=$tmp/inbox

p() {
	"$promised" -c "$config" "$@"
}

# mail N: one of the bank, with a Message-ID of its own
mail() {
	cat <<EOF
From: Acme Customer Care <care@acme.example>
To: Sam Okafor <sam@owner.example>
Date: Mon, 2 Mar 2026 10:15:00 +0000
Subject: Your complaint number $1
Message-ID: <bank-$1@acme.example>

Dear Mr Okafor,

I will write to you again about letter $1 within five working days.
EOF
}

# deliver N [FOLDER]: as an MTA does it
deliver() {
	mail "$1" >"$inbox/tmp/$1.here"
	mv "$inbox/tmp/$1.here" "$inbox/${2:-new}/$1.here"
}

# fresh [LINE...]: a new store, its Maildir and a configuration
fresh() {
	rm -rf "$config" "$tmp"/promised.db* "$inbox"
	"$promised" -c "$config" init --address sam@owner.example --name Sam \
	    --timezone UTC --region GB --store "$tmp/promised.db" >/dev/null
	{
		printf '[mailbox bank]\nurl = maildir:%s\n' "$inbox"
		[ $# = 0 ] || printf '%s\n' "$@"
	} >>"$config"
}

known() { # how many mails the store has
	sqlite3 "$tmp/promised.db" 'SELECT count(*) FROM message'
}

has() {
	[ "$(known)" = "$1" ]
}

fresh
run p once
is "with nothing there, all is well" "$rc:$err" "0:"

deliver 1
deliver 2 cur
run p once
is "what is in new and in cur is filed" "$rc:$(known)" "0:2"

run p once
is "a second pass files nothing again" "$rc:$(known)" "0:2"

rm -r "$inbox"
run p once
is "a Maildir that is gone is an error" "$rc" 66
like "with what to do" "$err" "mailbox bank: $inbox: there is no Maildir; .*mkdir -p"
mkdir -p "$inbox/cur" "$inbox/new" "$inbox/tmp"
run p once
is "and that helps" "$rc:$err" "0:"

# --- since ---

# Times of files are told by the second here.
is_after() {
	[ "$(date +%s)" -gt "$1" ]
}
next_second() {
	wait_for 60 is_after "$(date +%s)"
}

fresh 'since = now'
deliver 1
deliver 2 cur
next_second
run p once
is "since = now: what was there is left" "$rc:$(known)" "0:0"
deliver 3
run p once
is "what comes then is filed, that alone" "$rc:$(known)" "0:1"
mv "$inbox/cur/2.here" "$inbox/new/2.here"
run p once
is "an old mail that is put in counts as new" "$rc:$(known)" "0:2"

fresh 'since = 2026-03-05'
deliver 1
deliver 2
touch -d 2026-03-04T23:59:59Z "$inbox/new/1.here"
touch -d 2026-03-05T00:00:00Z "$inbox/new/2.here"
run p once
is "since = DAY: what came before is left" "$rc:$(known)" "0:1"
ok "where it was" test -e "$inbox/new/1.here"

fresh 'since = yesterday'
run p once
is "since = nonsense is an error of the configuration" "$rc" 78
like "with what may be said" "$err" 'since is all, now or a day like'

# --- run ---

fresh
"$promised" -c "$config" run 2>"$tmp/run.log" &
run_pid=$!
at_exit 'kill $run_pid'
wait_for 60 grep -q 'at work' "$tmp/run.log"
deliver 1
ok "run files what is there" wait_for 60 has 1
deliver 2
# Without being woken it looks every ten seconds.
ok "and at once what is delivered" wait_for 60 has 2
ok "a mail that was filed is moved to cur" wait_for 60 test -e "$inbox/cur/2.here:2,S"
run kill -TERM "$run_pid"
wait "$run_pid"
is "it ends when told" $? 0

done_testing
