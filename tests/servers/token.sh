#!/bin/sh
# token.sh USER [SECONDS]: an access token (a JSON Web Token, RFC 7519, signed
# by HS256) for XOAUTH2 that dovecot.sh's server takes for SECONDS from now.
set -eu

base64url() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

now=$(date +%s)
head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
body=$(printf '{"sub":"%s","email":"%s","iat":%d,"nbf":%d,"exp":%d}' \
    "$1" "$1" "$now" $((now - 60)) $((now + ${2:-3600})) | base64url)
mac=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -binary \
    -hmac 'a key that only tests know and use' | base64url)
echo "$head.$body.$mac"
