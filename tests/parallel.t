#!/bin/sh
# Many deliveries at once, through procmail and through the Sieve filter of
# Dovecot's LMTP: each mail arrives once and is in the store once.
# MAILS=10000 AT_ONCE=50 for the longer campaign (make parallel); WAYS=lmtp for
# one of them.
. "$(dirname "$0")/lib.sh"
. "$tests/installed.sh"

mails=${MAILS:-60}
at_once=${AT_ONCE:-12}

fresh() {
	fresh_owner
	# Beside files that are younger than a moment nothing is kept.
	wait_for 60 has_image
}
has_image() {
	"$p" once && [ -s "$tmp/owner/promised.db.image" ]
}
stored() { # the Message-ID of each mail in the store
	{ "$p" cases --json; "$p" unfiled --json; } |
	    grep -o '"message_id":"[^"]*","sha256":"[^"]*"' | sort -u |
	    cut -d '"' -f 4 | sort
}
arrived() { # and of each that lies in these folders
	grep -rhIi '^Message-ID:' "$@" | sed 's/.*<//; s/>.*//' | sort
}
seq "$mails" | sed 's/.*/&@acme.example/' | sort >"$tmp/wanted"

# procmail defers what promised cannot take.
by_procmail() {
	fresh
	mkdir -p "$tmp/pm"
	cat >"$tmp/procmail" <<END
#!/bin/sh
exec procmail PROMISED="$p" MAILDIR="$tmp/pm" DEFAULT="$tmp/pm/other/" \
    "$root/examples/procmail/deliver.procmailrc"
END
	chmod 755 "$tmp/procmail"
	run "$tests/parallel.py" "$mails" "$at_once" "$tmp/procmail"
	is "procmail is content with each" "$rc $err" "0 "
	echo "# procmail: $out"
	stored >"$tmp/stored"
	ok "each is in the store, once" cmp "$tmp/wanted" "$tmp/stored"
	ok "and went nowhere else" test ! -e "$tmp/pm/other"
	run "$p" doctor
	is "the store is sound" "$rc" 0
}

by_lmtp() {
	fresh
	"$tests/servers/certs.sh" "$tmp/certs"
	at_exit "$tests/servers/stop.sh $tmp/dovecot"
	"$tests/servers/sieve.sh" "$tmp/dovecot" "$tmp/certs" "$p"
	. "$tmp/dovecot/env"
	[ "$(id -u)" != 0 ] || chown -R nobody "$tmp/owner"
	run "$tests/parallel.py" "$mails" "$at_once" "$LMTP_PORT"
	is "LMTP takes each" "$rc $err" "0 "
	echo "# LMTP: $out"
	arrived "$MAIL_HOME/sam@home.example" >"$tmp/arrived"
	ok "each arrives, once" cmp "$tmp/wanted" "$tmp/arrived"
	# Of one for which the store was busy too long Sieve keeps what came, and
	# promised files it later.
	echo "# LMTP: $(find "$tmp"/owner/*.left -type f 2>/dev/null | wc -l) left for later"
	run "$p" once
	is "a pass goes on with what was left" "$rc" 0
	stored >"$tmp/stored"
	ok "each is in the store, once" cmp "$tmp/wanted" "$tmp/stored"
	run "$p" doctor
	is "the store is sound" "$rc" 0
}

for way in ${WAYS:-procmail lmtp}; do
	by_$way
done
done_testing
