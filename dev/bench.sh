#!/bin/sh
# How fast, and with how much memory, beside peers in the same run.  Figures
# are ratios: machines differ.  Prints one line a measure; judges nothing.
#
#	import   2,000 mails, beside `notmuch new` on the same (if installed)
#	filter   p50 of one process from start to committed, beside procmail
#	memory   peak of an import of 20,000, all processes together
#	scan     messages a second, one core: MIME, and plain text
#	rules    what twice as many rules cost
#	floods   the worst of mails of 1 MB that are made to be slow
#	record   the dossier of a case of 300 mails; 10,000 tickets a day later
set -eu
cd "$(dirname "$0")/.."
dev/deps.sh dev/packages.bench
tmp=$(mktemp -d "${TMPDIR:-/tmp}/promised-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
promised=$PWD/promised
export XDG_CACHE_HOME="$tmp/cache"

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

# KB, processes and seconds of a command: the most memory that all of its
# processes had at one time, a page that several share counted once
# (proc_pid_smaps(5), Pss), looked at twenty times a second.
peak() {
	python3 - "$@" <<'END'
import subprocess, sys, time
begin, most, pids = time.time(), 0, set()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
while child.poll() is None:
    size = 0
    try:
        tasks = "/proc/%d/task/%d/children" % (child.pid, child.pid)
        now = [str(child.pid)] + open(tasks).read().split()
        for pid in now:
            for line in open("/proc/%s/smaps_rollup" % pid):
                if line.startswith("Pss:"):
                    size += int(line.split()[1])
        pids.update(now)
    except OSError:
        pass
    most = max(most, size)
    time.sleep(0.05)
assert child.returncode == 0, child.returncode
print(most, len(pids), time.time() - begin)
END
}

bench_memory() {
	tests/make-mailbox.py "$tmp/big" 20000 7
	rm -rf "$tmp/big/Maildir"
	fresh
	peak "$promised" -c "$tmp/config" import "$tmp/big/mbox" |
	    awk '{ printf "import of 20,000 (mbox): peak %.1f MB in %d processes, %d messages/s\n", $1 / 1024, $2, 20000 / $3 }'
}

bench_scan() {
	begin=$(now)
	"$promised" scan --json --region GB "$tmp"/box/Maildir/cur/* >/dev/null
	echo "$(now) $begin" | awk '{ printf "scan of 2,000 mails with MIME: %d messages/s\n", 2000 / ($1 - $2) }'
}

# Seconds of CPU of one scan, the least of three.
scanned() { # FOLDER-OF-DATA FILE...
	data=$1
	shift
	for round in 1 2 3; do
		PROMISED_DATA=$data /usr/bin/time -f %U -o "$tmp/time" \
		    "$promised" scan --json --region GB "$@" >/dev/null
		cat "$tmp/time"
	done | sort -n | head -n 1
}

# The bodies of the corpus as mails of plain text, 20 MB of them, over and over:
# a mail is not read twice in a row.
make_plain() {
	python3 - tests/corpus/messages "$tmp/plain" <<'END'
import email, email.policy, os, sys
source, to = sys.argv[1:]
os.mkdir(to)
texts = []
for name in sorted(os.listdir(source)):
    with open(os.path.join(source, name), "rb") as f:
        mail = email.message_from_binary_file(f, policy=email.policy.default)
    body = mail.get_body(preferencelist=("plain",))
    if body is None:
        continue
    fields = ["%s: %s\n" % (k, mail[k]) for k in
              ("From", "To", "Date", "Subject") if mail[k]]
    texts.append("".join(fields) + "Content-Type: text/plain; charset=utf-8\n\n" + body.get_content())
size = count = 0
while size < 20000000:
    with open(os.path.join(to, "%06d" % count), "w") as f:
        size += f.write(texts[count % len(texts)])
    count += 1
END
}

bench_plain() {
	make_plain
	once=$(cd "$tmp/plain" && scanned "$OLDPWD" *)
	count=$(ls "$tmp/plain" | wc -l)
	echo "$count $once" | awk '{ printf "scan of 20 MB of plain text: %d messages/s\n", $1 / $2 }'
}

# The rules of English again under other names, beside the first.  Behind each
# of their expressions must not stand what is in no mail, lest they share what
# was made of the first and what it has found.
bench_rules() {
	mkdir "$tmp/data"
	cp -r rules mail cases "$tmp/data"
	for file in rules/en/*.rules; do
		awk -v name="$(basename "$file" .rules)" '
		    /^[a-z]/ { keep = $1 == "rule" }
		    $1 == "rule" { $0 = $0 "-again" }
		    $1 == "example" || $1 == "counter" { next }
		    keep && ($1 == "match" || $1 == "not" ||
			$1 == "not-after") {
			word = $1
			sub(/^[ \t]*[a-z-]+[ \t]+/, "")
			$0 = "\t" word " (?:" $0 ")(?!zqx " name " " NR ")"
		    }
		    keep' "$file" \
		    >"$tmp/data/rules/en/again-$(basename "$file")"
	done
	once=$(scanned "$PWD" "$tmp"/box/Maildir/cur/*)
	twice=$(scanned "$tmp/data" "$tmp"/box/Maildir/cur/*)
	echo "$once $twice" | awk '{ printf "twice as many rules: %.2f times the time\n", $2 / $1 }'
}

bench_floods() {
	tests/floods.py "$tmp/floods" 1000000
	printf 'From: a@b.example\n\n' >"$tmp/empty"
	empty=$(scanned "$PWD" "$tmp/empty")
	for file in "$tmp"/floods/*; do
		echo "$(scanned "$PWD" "$file" "$file" "$file" "$file") $(basename "$file")"
	done | sort -n | awk -v empty="$empty" '{ ms = 250 * ($1 - empty); which = $2 }
	    END { printf "1 MB floods: worst %d ms (%s)\n", ms, which }'
}

# A case of 300 mails, $tmp/long.
make_long() {
	python3 - "$tmp/long" <<'END'
import random, sys
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
begin = datetime(2025, 3, 3, 10, tzinfo=timezone.utc)
rng = random.Random(1)
words = "account charge letter meter reading engineer visit invoice service reply office week".split()
sides = ("sam@home.example", "Anna Bell <care@acme.example>")
with open(sys.argv[1], "w") as f:
    for i in range(300):
        when = begin + timedelta(days=i)
        text = "\n".join(" ".join(rng.choice(words) for _ in range(12)) + "." for _ in range(12))
        if i % 2:
            text += "\n\nWe will refund you by %s.\n\nAnna Bell" % (when + timedelta(days=5)).strftime("%d %B %Y")
        f.write("From x Thu Jan  1 00:00:00 1970\nFrom: %s\nTo: %s\nMessage-ID: <a%d@x.example>\nDate: %s\nSubject: Complaint\n"
                % (sides[i % 2], sides[1 - i % 2], i, format_datetime(when)))
        f.write("In-Reply-To: <a%d@x.example>\n" % (i - 1) if i else "")
        f.write("\n" + text + "\n\n")
END
}

# Case 1, its first three promises and a ticket for it, 10,000 times.
make_tickets() {
	python3 - "$tmp/store/promised.db" "$tmp/web" <<'END'
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
def copy(table, key, where):
    names = [row[1] for row in db.execute("PRAGMA table_info(%s)" % table)]
    values = [":n" if name == key else name for name in names]
    sql = "INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s" % (table, ", ".join(names), ", ".join(values), table, where)
    for n in range(2, 10001):
        db.execute(sql, {"n": n})
copy("cases", "number", "number = 1")
copy("obligation", "case_number", "case_number = 1 AND number <= 3")
for n in range(1, 10001):
    db.execute("INSERT INTO ticket SELECT owner, number, ?, ?, 1 FROM cases WHERE number = ?", (os.urandom(16).hex(), sys.argv[2], n))
db.commit()
END
}

bench_record() {
	make_long
	fresh
	"$promised" -c "$tmp/config" import "$tmp/long" >/dev/null
	dossier=$(took "$promised" -c "$tmp/config" export 1 "$tmp/dossier")
	make_tickets
	"$promised" -c "$tmp/config" --now 2026-04-29T10:00:00Z once 2>/dev/null
	tickets=$(took "$promised" -c "$tmp/config" --now 2026-04-30T10:00:00Z once)
	count=$(ls "$tmp/web" | wc -l)
	echo "$dossier $tickets $count" |
	    awk '{ printf "dossier of 300 mails: %.2f s; %d tickets a day later: %.1f s\n", $1, $3, $2 }'
}

bench_import
bench_filter
bench_scan
bench_plain
bench_rules
bench_floods
bench_record
bench_memory
