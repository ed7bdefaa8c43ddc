#!/bin/sh
# The main job on embedded defaults, in a folder of its own that is removed at
# the end: a forwarded mail becomes a case, a promise and a reminder.
# Nothing but the date is rehearsed (--now).
set -eu
cd "$(dirname "$0")/.."
home=$(mktemp -d "${TMPDIR:-/tmp}/promised-demo.XXXXXX")
trap 'rm -rf "$home"' EXIT
trap 'exit 1' INT TERM
export TZ=UTC XDG_CACHE_HOME="$home/cache"

promised=${PROMISED:-./promised}
bold='' plain=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

promised() {
	"$promised" -c "$home/config" "$@"
}

say() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# The newest mail in the outbox, as plain text.
newest() {
	mail=$(ls -t "$home"/outbox/new/* | head -n 1)
	"$promised" original "$mail" | sed '1d; s/^/    /'
}

say "Sam sets promised up and forwards what the bank wrote."
promised init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$home/promised.db" >/dev/null
sed -i 's/^digest = .*/digest = none/' "$home/config"
mkdir -p "$home/inbox/new" "$home/inbox/cur" "$home/inbox/tmp"
cp examples/demo/forward.eml "$home/inbox/new/1.demo"
awk '/^$/ { body = 1 } body || /^(From|To|Subject):/ { print "    " $0 }' \
    examples/demo/forward.eml

say "promised reads it, opens a case, and answers with a receipt:"
promised --now 2026-03-02T18:21:00+00:00 once 2>/dev/null
newest

say "The case, and what is owed:"
promised --now 2026-03-02T18:22:00+00:00 cases | sed 's/^/    /'
promised --now 2026-03-02T18:22:00+00:00 due | sed 's/^/    /'

say "How is the date computed?"
promised --now 2026-03-02T18:22:00+00:00 why 1.1 | sed 's/^/    /'

say "Eight days later nobody has written. The morning after, Sam is told:"
promised --now 2026-03-10T08:30:00+00:00 once 2>/dev/null
newest

say "That was all. Your own: ./promised init"
