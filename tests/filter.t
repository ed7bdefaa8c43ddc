#!/bin/sh
# filter and deliver: alone, and in procmail, maildrop, fdm, Sieve and Postfix
# by the set-ups of examples/.
. "$(dirname "$0")/lib.sh"
. "$tests/installed.sh"

count() { # messages in the store, each once
	"$p" cases --json | grep -o '"sha256"' | wc -l
}
mail=$tests/mail/promise.eml

# --- alone ---

fresh_owner
run "$p" filter <"$mail"
is "filter takes it" "$rc" 0
like "the case is named" "$out" '^X-Promised-Case: 1$'
like "and the company" "$out" '^X-Promised-Company: acme\.example$'
is "what is owed, soonest first" \
    "$(printf '%s\n' "$out" | grep '^X-Promised-Owed')" \
    "X-Promised-Owed: company 2026-03-06 refund
X-Promised-Owed: company 2026-03-09 reply"
like "the signals" "$out" '^X-Promised-Signals: .*apology'
unlike "headers of that name that came with it are gone" "$out" 'forged|folded|Case: 99'
sed '/^X-Promised-Case/d; /^X-Promised-Signals/,/folded/d' "$mail" >"$tmp/plain"
grep -v '^X-Promised-' "$tmp/.out" >"$tmp/rest"
ok "all else is as it came, byte for byte" cmp "$tmp/plain" "$tmp/rest"

sed 's/$/\r/' "$mail" >"$tmp/crlf"
run "$p" filter <"$tmp/crlf"
is "CRLF stays CRLF" "$(grep -vc "$(printf '\r')\$" "$tmp/.out")" 0
{ echo "From care@acme.example Mon Mar  2 10:15:04 2026"; cat "$mail"; } >"$tmp/from"
run "$p" filter <"$tmp/from"
is "the From line of an mbox stays first" "$(head -n 1 "$tmp/.out")" \
    "From care@acme.example Mon Mar  2 10:15:04 2026"
is "the same mail three times is one message" "$(count)" 1

fresh_owner
"$p" --now 2026-03-02T11:00:00Z filter <"$mail" >/dev/null
"$p" --now 2026-03-02T11:05:00Z once 2>/dev/null
like "the receipt carries the dates for a calendar" \
    "$(cat "$tmp"/owner/outbox/new/*)" '^Content-Type: text/calendar'

printf 'this is no mail\n' >"$tmp/none"
run "$p" filter <"$tmp/none"
is "what is no mail: 65" "$rc" 65
ok "but it comes out whole" cmp "$tmp/none" "$tmp/.out"
rm -rf "$tmp/owner/promised.db"*
run "$p" filter <"$mail"
ok "without a store the exit status is not 0" test "$rc" -ne 0
cp "$tmp/.out" "$tmp/rest"
ok "and the mail comes out whole all the same" cmp "$tmp/plain" "$tmp/rest"

fresh_owner
run "$p" deliver <"$mail"
is "deliver takes it" "$rc" 0
is "and it is in the store" "$(count)" 1
run "$p" deliver </dev/null
is "nothing is no mail: 65" "$rc" 65

# Whoever opens the store first reads its log, and each filter is the first.
fresh_owner
for i in $(seq 30); do
	sed "s/^Message-ID: </&$i./; s/NB-204417/NB-$i/" "$mail" | "$p" filter
done >"$tmp/all" 2>&1
ok "the log of a store stays short" \
    test "$(stat -c %s "$tmp/owner/promised.db-wal")" -lt 1000000

# --- a store that is busy: try again ---

fresh_owner
sqlite3 "$tmp/owner/promised.db" 'BEGIN EXCLUSIVE' '.shell touch '"$tmp/held"'; while [ ! -e '"$tmp/release"' ]; do sleep 0.1; done' &
holder=$!
wait_for 60 test -e "$tmp/held"
run "$p" deliver <"$mail"
is "a busy store defers: 75" "$rc" 75
run "$p" filter <"$mail"
is "which a filter tells, too" "$rc" 75
ok "and passes the mail on as it came" cmp "$tmp/plain" "$tmp/.out"
touch "$tmp/release"
wait $holder
run "$p" once
is "the next pass files it" "$rc $(count)" "0 1"
is "and nothing is left beside the store" \
    "$(find "$tmp"/owner/*.left -type f)" ""

# --- procmail ---

fresh_owner
mkdir -p "$tmp/pm"
run procmail PROMISED="$p" MAILDIR="$tmp/pm" DEFAULT="$tmp/pm/inbox/" \
    "$root/examples/procmail/procmailrc" <"$mail"
is "procmail is content" "$rc" 0
ok "the mail is where its headers sent it" \
    grep -rqs '^X-Promised-Owed: company 2026-03-09 reply' "$tmp/pm/owed/new"
run procmail PROMISED=/nonexistent MAILDIR="$tmp/pm" DEFAULT="$tmp/pm/inbox/" \
    "$root/examples/procmail/procmailrc" <"$mail"
ok "without promised procmail keeps it as it came" \
    grep -rqs 'NB-204417' "$tmp/pm/inbox/new"
fresh_owner
sed 's/^To:.*/To: sam+promised@home.example/' "$mail" >"$tmp/to"
run procmail PROMISED="$p" MAILDIR="$tmp/pm" DEFAULT="$tmp/pm/other/" \
    "$root/examples/procmail/deliver.procmailrc" <"$tmp/to"
is "delivered by procmail" "$rc $(count)" "0 1"
run procmail PROMISED=false MAILDIR="$tmp/pm" DEFAULT="$tmp/pm/other/" \
    "$root/examples/procmail/deliver.procmailrc" <"$tmp/to"
is "when promised fails the mail is deferred" "$rc" 75

# --- maildrop ---

# Run by root, maildrop and fdm take the home of the password file for $HOME.
fresh_owner
for d in Maildir Maildir/.Owed; do
	mkdir -p "$HOME/$d/new" "$HOME/$d/cur" "$HOME/$d/tmp"
done
{
	printf 'PROMISED="%s"\nDEFAULT="%s/Maildir"\n' "$p" "$HOME"
	sed "/^PROMISED=/d; s|\$HOME|$HOME|" "$root/examples/maildrop/mailfilter"
} >"$tmp/mailfilter"
chmod 600 "$tmp/mailfilter"
run maildrop "$tmp/mailfilter" <"$mail"
is "maildrop is content" "$rc" 0
ok "the mail is where its headers sent it" \
    grep -rqs '^X-Promised-Case: 1' "$HOME/Maildir/.Owed/new"
sed -i "s|^PROMISED=.*|PROMISED=/nonexistent|" "$tmp/mailfilter"
run maildrop "$tmp/mailfilter" <"$mail"
ok "without promised maildrop keeps it as it came" \
    grep -rqs '^X-Promised-Case: 99' "$HOME/Maildir/new"

# --- fdm ---

fresh_owner
{
	echo "set lock-file \"$tmp/fdm.lock\""
	sed "s|promised filter|$p filter|; s|%h|$tmp/fdm|" \
	    "$root/examples/fdm/fdm.conf"
} >"$tmp/fdm.conf"
mkdir "$tmp/fdm"
chmod 600 "$tmp/fdm.conf"
run fdm -q -f "$tmp/fdm.conf" -a stdin fetch <"$mail"
ok "fdm delivers it with headers" \
    grep -rqs '^X-Promised-Case: 1' "$tmp/fdm/Maildir/new"

# --- Sieve in Dovecot's LMTP ---

fresh_owner
"$tests/servers/certs.sh" "$tmp/certs"
at_exit "$tests/servers/stop.sh $tmp/postfix $tmp/dovecot"
"$tests/servers/sieve.sh" "$tmp/dovecot" "$tmp/certs" "$p"
. "$tmp/dovecot/env"
# Pigeonhole runs the program as the mail's user: that is whose store it is.
[ "$(id -u)" != 0 ] || chown -R nobody "$tmp/owner"
lmtp() { # TO <MAIL
	python3 - "$LMTP_PORT" "$1" <<END
import smtplib, sys
with open("$2", "rb") as mail, smtplib.LMTP("127.0.0.1", int(sys.argv[1])) as server:
    server.sendmail("care@acme.example", [sys.argv[2]], mail.read())
END
}
run lmtp sam@home.example "$mail"
ok "Sieve's filter adds the headers and files by them" wait_for 60 \
    grep -rqs '^X-Promised-Owed: company 2026-03-09 reply' \
    "$MAIL_HOME/sam@home.example/.Owed"
rm -f "$tmp/dovecot/sieve-bin/promised-filter"
sed 's/204417/204418/' "$mail" >"$tmp/second"
run lmtp sam@home.example "$tmp/second"
ok "without promised Sieve keeps the mail as it came" wait_for 60 \
    grep -rqs 'NB-204418' "$MAIL_HOME/sam@home.example/new"

# --- Postfix pipe(8) ---

fresh_owner
[ "$(id -u)" != 0 ] || chown -R nobody "$tmp/owner"
mkdir -p "$tmp/postfix"
sed "s|user=you argv=.*|user=nobody argv=$p deliver|" \
    "$root/examples/postfix/master.cf" >"$tmp/postfix/master.extra"
sed "s|/etc/postfix/promised.transport|$tmp/postfix/transport|" \
    "$root/examples/postfix/main.cf" >"$tmp/postfix/main.extra"
sed 's|you|sam|; s|example\\.org|example\\.test|' \
    "$root/examples/postfix/promised.transport" >"$tmp/postfix/transport"
"$tests/servers/postfix.sh" "$tmp/postfix" "$tmp/certs" "$tmp/dovecot"
. "$tmp/postfix/env"
sed 's/^To:.*/To: sam+promised@example.test/' "$mail" >"$tmp/to"
run "$tests/send.py" "$SMTP_PORT" "$tmp/certs/ca.pem" care@acme.example \
    sam+promised@example.test <"$tmp/to"
is "Postfix takes it" "$rc" 0
counts_one() { [ "$(count)" = 1 ]; }
ok "and its pipe delivers it" wait_for 60 counts_one

done_testing
