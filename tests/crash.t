#!/bin/sh
# Killed at random moments under load: every message once, no nudge twice.
# KILLS=200 for the longer campaign (make crash).
. "$(dirname "$0")/lib.sh"

kills=${KILLS:-20}
mails=${MAILS:-150}
seed=${SEED:-$(date +%s)}
echo "# SEED=$seed KILLS=$kills"

config=$tmp/config
p() {
	"$promised" -c "$config" --now 2023-11-15T12:00:00+00:00 "$@"
}
p init --address sam@home.example --timezone Europe/London --region GB \
    --store "$tmp/promised.db" >/dev/null
"$tests/make-mailbox.py" "$tmp/box" "$mails" "$seed"
mkdir -p "$tmp/inbox/cur" "$tmp/inbox/new" "$tmp/inbox/tmp"

# The mails come in one after the other while promised works and dies.
python3 - "$tmp" "$kills" "$seed" "$promised" "$config" <<'END'
import os, random, signal, subprocess, sys, time
tmp, kills, seed, promised, config = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
r = random.Random(seed)
names = sorted(os.listdir(tmp + "/box/Maildir/cur"))
done = 0
while kills:
    share = -(-(len(names) - done) // kills)
    for name in names[done:done + share]:
        os.rename(tmp + "/box/Maildir/cur/" + name, tmp + "/inbox/new/" + name.split(":")[0])
    done += share
    child = subprocess.Popen([promised, "-c", config, "--now", "2023-11-15T12:00:00+00:00", "once"],
                             stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(r.uniform(0.004, 0.150))
    # A pass that was through already has not been killed: it does not count.
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        kills -= 1
    elif done >= len(names):
        # Nothing is left to do: give it all of it again.
        for name in os.listdir(tmp + "/inbox/cur"):
            os.rename(tmp + "/inbox/cur/" + name, tmp + "/inbox/new/" + name.split(":")[0])
    child.wait()
END

run p once
is "a last pass goes through" "$rc" 0
run p once
is "and another" "$rc" 0

cut -f 3 "$tmp/box/manifest.tsv" | sort >"$tmp/wanted"
{ p cases --json; p unfiled --json; } | grep -o '"message_id":"[^"]*","sha256":"[^"]*"' |
    sort -u | cut -d '"' -f 4 | sort >"$tmp/got"
ok "every message is in the store, each once" cmp "$tmp/wanted" "$tmp/got"

grep -h -i '^Message-ID:' "$tmp"/outbox/new/* | sort >"$tmp/sent"
ok "some receipts went out" test -s "$tmp/sent"
is "none of them twice" "$(uniq -d "$tmp/sent")" ""
is "nor another about the same mail" \
    "$(grep -h '^The mail is message' "$tmp"/outbox/new/* | sort | uniq -d)" ""
run p doctor
is "the store is sound" "$rc" 0

done_testing
