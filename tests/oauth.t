#!/bin/sh
# OAuth 2: signing in by a code, renewing, and what a mail server is given.
. "$(dirname "$0")/lib.sh"
oauth=${PROMISED_OAUTH:-$(dirname "$promised")/promised-oauth}
servers=$tests/servers

"$servers/certs.sh" "$tmp/certs"
mkdir "$tmp/authority"
"$tests/oauth.py" "$tmp/certs" "$tmp/authority" &
at_exit "kill $!"
wait_for 60 test -s "$tmp/authority/client" || exit 1
port=$(cat "$tmp/authority/port")
file=$tmp/mail.oauth

settings() { # [PORT]
	cat >"$file" <<END
[oauth]
device-url = https://localhost:${1:-$port}/device
token-url = https://localhost:${1:-$port}/token
client-id = promised tests
client-secret = hush & hush
scope = mail offline
ca = $tmp/certs/ca.pem
END
	chmod 600 "$file"
	: >"$tmp/authority/requests"
}
says() { # PATH STATUS JSON
	printf '%s\n%s' "$2" "$3" >"$tmp/authority/$1"
}
asked() { # how often, for what matches
	grep -c "$1" "$tmp/authority/requests"
}
pending='{"error":"authorization_pending"}'

# --- signing in ---

settings
run "$oauth" "$file"
is "nobody has signed in: 77" "$rc" 77
like "and what to do is said" "$err" 'promised login'
says device 200 '{"device_code":"d&1","user_code":"WDJB-MJHT","interval":0,
    "verification_uri":"https://example.test/device\u001b[31m","expires_in":600}'
says token.1 400 "$pending"
says token.2 503 'down for a moment'
says token.3 400 "$pending"
says token 200 '{"access_token":"first","token_type":"Bearer",
    "refresh_token":"r1","expires_in":3600}'
run "$oauth" login "$file"
is "signed in" "$rc" 0
like "the owner is told where" "$out" '^Open https://example.test/device\?\[31m$'
like "and the code" "$out" 'enter WDJB-MJHT'
is "it waits until the owner is there" "$(asked '^/token ')" 4
like "fields are escaped" "$(head -1 "$tmp/authority/requests")" \
    '^/device client_id=promised%20tests&scope=mail%20offline$'
like "the code is shown by its own name" "$(tail -1 "$tmp/authority/requests")" \
    'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d%261&client_id=promised%20tests&client_secret=hush%20%26%20hush$'
is "what was given is for the owner alone" "$(stat -c %a "$file.tokens")" 600
says token 400 '{"error":"access_denied"}'
cp "$file.tokens" "$tmp/kept"
run "$oauth" login "$file"
is "the owner says no: 77" "$rc" 77
ok "and what was there stays" cmp "$tmp/kept" "$file.tokens"

# --- a token ---

: >"$tmp/authority/requests"
run "$oauth" "$file"
is "the token" "$out" first
is "nobody is asked while it holds" "$(asked .)" 0

expire() {
	sed -i 's/"expires": [0-9]*/"expires": 1000/' "$file.tokens"
}
expire
says token 200 '{"access_token":"second","refresh_token":"r2","expires_in":3600}'
pids=
for n in 1 2 3 4; do
	"$oauth" "$file" >"$tmp/out.$n" &
	pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
is "four at once have the new one" "$(sort -u "$tmp"/out.*)" second
is "of which one asked for it" \
    "$(asked 'grant_type=refresh_token&refresh_token=r1')" 1
expire
says token 200 '{"access_token":"third"}'
run "$oauth" "$file"
expire
run "$oauth" "$file"
is "a refresh token that is not told anew stays" "$(asked 'refresh_token=r2')" 2

expire
says token 500 'oh'
run "$oauth" "$file"
is "a server in trouble: later" "$rc" 75
says token 503 '{"error":"temporarily_unavailable"}'
run "$oauth" "$file"
is "that says so: later" "$rc" 75
says token 400 '{"error":"invalid_grant\n\u001b[2J"}'
run "$oauth" "$file"
is "a token that was taken back: 77" "$rc" 77
like "sign in again" "$err" 'invalid_grant\?\?\[2J; sign in'
says token 200 '{"access_token":"a\r\nb","expires_in":1}'
run "$oauth" "$file"
is "a token with a line end is none" "$rc$out" 75
{ echo 200; head -c 200000 /dev/zero | tr '\0' x; } >"$tmp/authority/token"
run "$oauth" "$file"
is "an answer without end is none" "$rc$out" 75
printf '302 https://localhost:%s/elsewhere\n' "$port" >"$tmp/authority/token"
: >"$tmp/authority/requests"
run "$oauth" "$file"
is "nobody is followed elsewhere" "$rc $(asked elsewhere)" "75 0"

# --- whom it trusts ---

settings "$(cat "$tmp/authority/wrong")"
run "$oauth" "$file"
is "a certificate of another name: 77" "$rc" 77
is "and nothing was said to it" "$(asked .)" 0
settings "$(cat "$tmp/authority/client")"
run "$oauth" "$file"
is "a certificate for clients: 77" "$rc" 77
like "and that is said" "$err" 'none for servers'
is "and nothing was said to it either" "$(asked .)" 0
settings
sed -i 's/https/http/' "$file"
run "$oauth" "$file"
is "without TLS: never" "$rc" 78
settings
chmod 644 "$file"
run "$oauth" "$file"
is "a client-secret that others can read" "$rc" 77
settings
chmod 644 "$file.tokens"
run "$oauth" "$file"
is "tokens that others can read" "$rc" 77
unlike "no secret is told" "$err" 'r2|third|hush'
chmod 600 "$file.tokens"

# --- with a mail server that takes OAUTHBEARER alone ---

user=agent@example.test
at_exit "$servers/stop.sh $tmp/dovecot"
MECHANISMS=oauthbearer "$servers/dovecot.sh" "$tmp/dovecot" "$tmp/certs"
. "$tmp/dovecot/env"
config=$tmp/config
"$promised" -c "$config" init --address $user --timezone UTC --region GB \
    --store "$tmp/promised.db" >/dev/null
cat >>"$config" <<END
[mailbox home]
url = imaps://$user@localhost:$IMAPS_PORT/INBOX
oauth-file = $file
ca = $tmp/certs/ca.pem
END
says device 200 '{"device_code":"d","user_code":"C","interval":0,
    "verification_url":"https://x.test"}'
says token 200 "{\"access_token\":\"$("$servers/token.sh" $user)\",
    \"refresh_token\":\"r\"}"
run "$promised" -c "$config" login home
is "promised login" "$rc" 0
"$servers/put.sh" "$MAIL_HOME/$user" <"$tests/mail/promise.eml"
run "$promised" -c "$config" once
is "mail comes" "$rc $("$promised" -c "$config" cases --json |
    grep -c '"sha256"')" "0 1"
like "by OAUTHBEARER" "$(grep Login: "$tmp/dovecot/log")" 'method=OAUTHBEARER'
says token 200 '{"access_token":"nonsense"}'
expire
run "$promised" -c "$config" once
ok "a token that the mail server refuses ends it" test "$rc" -ne 0
run "$promised" -c "$config" login elsewhere
is "an account that has no such file: 78" "$rc" 78

done_testing
