#!/bin/sh
# The session of promised-fetch cut at many bytes; `make cut-imap` cuts it at
# every one.  See cut-imap.py.
. "$(dirname "$0")/lib.sh"

"$tests/servers/certs.sh" "$tmp/certs"
"$tests/cut-imap.py" \
    "${PROMISED_FETCH:-$(dirname "$promised")/promised-fetch}" "$tmp/certs" \
    "${CUT_STEP:-211}"
