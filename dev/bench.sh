#!/bin/sh
# How fast, and with how much memory, beside peers in the same run.  Figures
# are ratios: machines differ.  Prints one line a measure; judges nothing.
#
#	import   2,000 mails, beside `notmuch new` on the same (if installed)
#	filter   p50 of one process from start to committed, beside procmail
#	memory   peak of an import of 20,000
#	scan     messages a second, one core
set -eu
cd "$(dirname "$0")/.."
dev/deps.sh dev/packages.bench
tmp=$(mktemp -d "${TMPDIR:-/tmp}/promised-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
promised=$PWD/promised

now() {
	date +%s.%N
}

took() { # COMMAND...: seconds
	begin=$(now)
	"$@" >"$tmp/out" 2>&1 || { cat "$tmp/out" >&2; exit 1; }
	echo "$(now) $begin" | awk '{ printf "%.3f", $1 - $2 }'
}

fresh() { # an empty store in $tmp/store
	rm -rf "$tmp/store" "$tmp/config"
	"$promised" -c "$tmp/config" init --address sam@home.example \
	    --timezone Europe/London --region GB \
	    --store "$tmp/store/promised.db" >/dev/null
}

tests/make-mailbox.py "$tmp/box" 2000 42

bench_import() {
	fresh
	ours=$(took "$promised" -c "$tmp/config" import "$tmp/box/Maildir")
	printf '[database]\npath=%s\n[user]\nname=n\nprimary_email=n@n.example\n' \
	    "$tmp/box/Maildir" >"$tmp/notmuch"
	export NOTMUCH_CONFIG="$tmp/notmuch"
	theirs=$(took notmuch new --quiet)
	rm -rf "$tmp/box/Maildir/.notmuch"
	echo "$ours $theirs" | awk '{ printf "import of 2,000: %.2f s (%d messages/s); notmuch new %.2f s; %.1f times as fast\n",
	    $1, 2000 / $1, $2, $2 / $1 }'
}

# p50 of a command that reads a mail, in ms, over the first 200 mails.
p50() {
	python3 - "$tmp/box/Maildir/cur" "$@" <<'END'
import os, statistics, subprocess, sys, time
folder, command = sys.argv[1], sys.argv[2:]
took = []
for name in sorted(os.listdir(folder))[:200]:
    with open(os.path.join(folder, name), "rb") as mail:
        begin = time.perf_counter()
        done = subprocess.run(command, stdin=mail, stdout=subprocess.DEVNULL)
        took.append(1000 * (time.perf_counter() - begin))
        assert done.returncode == 0, done
print("%.1f" % statistics.median(took))
END
}

bench_filter() {
	fresh
	mkdir -p "$tmp/mail"
	printf 'DEFAULT=%s/mail/inbox/\nLOGFILE=/dev/null\n' "$tmp" >"$tmp/rc"
	ours=$(p50 "$promised" -c "$tmp/config" filter)
	alone=$(p50 procmail "$tmp/rc")
	empty=$(p50 true)
	echo "filter: p50 $ours ms from start to committed; procmail alone $alone ms; an empty process $empty ms"
}

bench_memory() {
	tests/make-mailbox.py "$tmp/big" 20000 7
	rm -rf "$tmp/big/Maildir"
	fresh
	/usr/bin/time -f '%M %e' -o "$tmp/time" \
	    "$promised" -c "$tmp/config" import "$tmp/big/mbox" >/dev/null
	awk '{ printf "import of 20,000 (mbox): peak %.1f MB, %d messages/s\n", $1 / 1024, 20000 / $2 }' "$tmp/time"
}

bench_scan() {
	begin=$(now)
	"$promised" scan --json --region GB "$tmp"/box/Maildir/cur/* >/dev/null
	echo "$(now) $begin" | awk '{ printf "scan of 2,000 mails with MIME: %d messages/s\n", 2000 / ($1 - $2) }'
}

bench_import
bench_filter
bench_scan
bench_memory
