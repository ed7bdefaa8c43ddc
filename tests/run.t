#!/bin/sh
# run, which stays: what it sends has been looked at against the mailbox just
# before, and each owner of a store has one of their own.
. "$(dirname "$0")/lib.sh"

begin() { # NAME: a configuration for an owner of the one store
	"$promised" -c "$tmp/$1" init --address "$1@home.example" \
	    --timezone Europe/London --region GB --store "$tmp/promised.db" >/dev/null
	sed -i "s|^digest = .*|digest = none|" "$tmp/$1"
	mkdir -p "$tmp/$1.in/cur" "$tmp/$1.in/new" "$tmp/$1.in/tmp"
	printf '[mailbox home]\nurl = maildir:%s\n[send]\nurl = maildir:%s\n' \
	    "$tmp/$1.in" "$tmp/$1.out" >>"$tmp/$1"
}
at() { # NAME TIME COMMAND...
	name=$1 when=$2
	shift 2
	"$promised" -c "$tmp/$name" --now "$when" "$@"
}
mail() { # NAME ID DAY TEXT: the company writes in March
	printf 'From: Acme Care <care@acme.example>\nTo: %s@home.example\nMessage-ID: <%s@acme.example>\nDate: %s Mar 2026 10:00:00 +0000\nSubject: Complaint AC-10023\n\n%s\n' \
	    "$1" "$2" "$3" "$4"
}
start() { # NAME TIME: its process is $pid
	"$promised" -c "$tmp/$1" --now "$2" run 2>"$tmp/$1.log" &
	pid=$!
	at_exit "kill $pid"
}
told() { # NAME: how often a lapse was told
	grep -l '^Subject: .*was due' "$tmp/$1.out"/new/* 2>/dev/null | wc -l
}
says() { # FILE TEXT
	grep -q "$2" "$1"
}

begin sam
begin mia

# --- the answer lies in the mailbox, unread ---

for name in sam mia; do
	mail $name p1 02 'We will refund you by 9 March.' |
	    at $name 2026-03-02T11:00:00Z deliver
done
at sam 2026-03-02T11:01:00Z once 2>/dev/null
mail sam k1 10 'Your refund has been sent.' >"$tmp/sam.in/new/k1"
start sam 2026-03-10T12:00:00Z
sam=$pid
start mia 2026-03-10T12:00:00Z
mia=$pid
ok "two owners of one store, each with a process that stays" \
    wait_for 120 sh -c "grep -q 'at work' '$tmp/sam.log' && grep -q 'at work' '$tmp/mia.log'"
kept() {
	at sam 2026-03-10T12:10:00Z due --all | grep -q '1\.1 *kept late'
}
lapsed() {
	[ "$(told mia)" -eq 1 ]
}
ok "what came is filed" wait_for 120 kept
ok "a lapse is told where no answer came" wait_for 120 lapsed
is "and not where it had come before anything was sent" "$(told sam)" 0
kill -TERM "$sam" "$mia"
wait "$sam"
is "run ends when told" "$?" 0
wait "$mia"

# --- one of each ---

start mia 2026-03-10T12:00:00Z
wait_for 120 says "$tmp/mia.log" 'at work'
run at mia 2026-03-10T12:00:00Z once
is "a second one of the same owner leaves it to the first" "$rc" 75
run at sam 2026-03-10T12:00:00Z once
is "another owner's does its work" "$rc" 0
kill -TERM "$pid"
wait "$pid"
done_testing
