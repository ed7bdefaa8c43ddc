#!/bin/sh
# Tickets on a web server: put there when they change, over TLS that is
# checked, and tried again when that goes wrong.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
now=2026-04-29T10:00:00Z
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
"$tests/servers/certs.sh" "$tmp/certs"
serve() { # NAME [CERT]
	CERT=${2:-good} "$tests/servers/apache.sh" "$tmp/$1" "$tmp/certs" sam secret
	at_exit "$tests/servers/apache.sh stop $tmp/$1"
	wait_for 60 test -s "$tmp/$1/pid"
	port=$(cat "$tmp/$1/port")
}
publish() { # URL [LINE...]: the [publish] section
	sed -i '/^\[publish\]/,$d' "$config"
	printf '[publish]\ndir = %s/web\nurl = %s\n' "$tmp" "$1" >>"$config"
	shift
	printf '%s\n' "$@" >>"$config"
}
"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
at 2026-03-02T11:00:00Z deliver <<'END'
From: Anna Bell <care@acmebank.example>
To: sam@home.example
Message-ID: <a1@acmebank.example>
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: Your complaint

Dear Sam,

We will refund the 42.10 pounds by 9 March.

Anna Bell
END
at $now do 1 publish >/dev/null
serve apache
put="$tmp/apache/www/dav/tickets"
good="https://sam@localhost:$port/dav/tickets"

publish "$good" "password = secret" "ca = $tmp/certs/ca.pem"
at $now once 2>"$tmp/log"
folder=$(ls "$tmp/web")
is "the ticket is on the server" "$(cd "$put" && ls "$folder")" "$(ls "$tmp/web/$folder")"
ok "byte for byte" diff -r "$tmp/web" "$put"
requests() {
	wc -l <"$tmp/apache/access.log"
}
before=$(requests)
at $now once 2>/dev/null
is "what has not changed is not sent" "$(requests)" "$before"
at 2026-04-30T10:00:00Z once 2>/dev/null
ok "the next day it is" diff -r "$tmp/web" "$put"
unlike "no folder is asked for that is there" "$(tail -n 4 "$tmp/apache/access.log")" MKCOL
sed -i 's/^password = .*/password = wrong/' "$config"
at 2026-05-01T10:00:00Z once 2>"$tmp/log"
like "a login that is refused is told" "$(cat "$tmp/log")" 'tickets are not on the web: .*401'
like "once, and the rest is left" "$(grep -c ' 401 \|^401' "$tmp/apache/access.log")" '^1$'
unlike "the server still has the day before" "$(cat "$put/$folder/ticket.json")" '2026-05-01'
sed -i 's/^password = .*/password = secret/' "$config"
at 2026-05-01T11:00:00Z once 2>/dev/null
ok "then it is made good" diff -r "$tmp/web" "$put"
at 2026-05-01T12:00:00Z do 1 unpublish >/dev/null
at 2026-05-01T12:00:00Z once 2>/dev/null
ok "withdrawn: a tombstone there too" diff -r "$tmp/web" "$put"
ok "and no feed" test ! -e "$put/$folder/feed.atom"
at 2026-05-01T12:00:00Z do 1 publish >/dev/null

# --- doctor ---

doctor() { # WHAT PATTERN: the line of the server
	run at $now doctor
	like "doctor: $1" "$out" "$2"
}
before=$(cd "$put" && find . | sort)
publish "$good" "password = secret" "ca = $tmp/certs/ca.pem"
doctor "all is well" "^ok +publish +$good"
is "and says so" "$rc" 0
publish "$good-not-yet" "password = secret" "ca = $tmp/certs/ca.pem"
doctor "a folder that is to be made" '^ok +publish +.*-not-yet'
publish "$good/not/yet" "password = secret" "ca = $tmp/certs/ca.pem"
doctor "one that cannot be made by one name" '^WRONG publish +.*/not/yet/: the server says 404'
publish "$good" "password = wrong" "ca = $tmp/certs/ca.pem"
doctor "a login that is refused" '^WRONG publish +.*401.*password'
is "is wrong" "$rc" 78
unlike "the password is not shown" "$out$err" 'wrong( |$)'
publish "https://localhost:$port/" "ca = $tmp/certs/ca.pem"
doctor "a server that is for pages alone" '^WRONG publish +.*no folder of a WebDAV server'
publish "$good" "password = secret"
doctor "an authority that is not known" '^WRONG publish +.*certificate'
publish "$good"
doctor "a user and no password" '^WRONG publish +.*password'
is "nothing was written there" "$(cd "$put" && find . | sort)" "$before"

# --- who may be spoken to ---

refuses() { # WHAT PATTERN: the next pass says so, and nothing has gone there
	at "$day" once 2>"$tmp/log"
	like "$1" "$(cat "$tmp/log")" "$2"
}
day=2026-05-02T10:00:00Z
publish "$good" "password = secret"
refuses "an authority that is not known" 'tickets are not on the web: .*certificate'
publish "https://sam@localhost:$port/moved/tickets" "password = secret" "ca = $tmp/certs/ca.pem"
refuses "a redirection is not followed" 'the server says 30[12]'
publish "http://sam@localhost:$port/dav/tickets" "password = secret"
refuses "no TLS" 'must be https'
publish "$good" "password = secret" "pin = $(printf '%064d' 7)"
refuses "a pin that does not fit" 'not the pinned one'
before=$(requests)
for cert in wrong expired future client self; do
	serve "$cert" "$cert"
	publish "https://sam@localhost:$port/dav/tickets" "password = secret" "ca = $tmp/certs/ca.pem"
	refuses "a certificate that is $cert" 'tickets are not on the web: .*certificate'
	is "and no request" "$(cat "$tmp/$cert/access.log")" ""
done
is "nor one at the first" "$(requests)" "$before"
serve pinned self
publish "https://sam@localhost:$port/dav/tickets" "password = secret" \
    "pin = $(openssl x509 -in "$tmp/certs/self.pem" -outform DER | sha256sum | cut -d' ' -f1)"
sqlite3 "$tmp/store/promised.db" 'DELETE FROM pushed'
at $day once 2>/dev/null
ok "one that is pinned may be its own authority" diff -r "$tmp/web" "$tmp/pinned/www/dav/tickets"
"$tests/servers/apache.sh" stop "$tmp/pinned"
day=2026-05-03T10:00:00Z
run at $day once
is "a server that is away stops nothing" "$rc" 0
like "and is told" "$err" 'tickets are not on the web'
done_testing
