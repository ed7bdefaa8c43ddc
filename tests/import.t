#!/bin/sh
# A history of many small mails: it is there, once, and the disk is waited for
# by the batch and not by the mail.
. "$(dirname "$0")/lib.sh"

p() { "$promised" -c "$tmp/owner/config" "$@"; }
mkdir "$tmp/owner"
p init --address sam@home.example --timezone Europe/London --region GB \
    --store "$tmp/owner/promised.db" >/dev/null
python3 - >"$tmp/mbox" <<'END'
for i in range(3000):
    print("From x Thu Jan  1 00:00:00 1970\nFrom: ann@c%d.example\n"
          "Message-ID: <%d@c.example>\nSubject: Hello\n\n"
          "The meter was read.\n" % (i % 50, i))
END
run strace --seccomp-bpf -f -qq -o "$tmp/trace" -e trace=fsync,fdatasync \
    "$promised" -c "$tmp/owner/config" import "$tmp/mbox"
like "all are taken" "$out" '^3000 mails: .* 0 seen before, 0 not taken'
flushes=$(grep -c sync "$tmp/trace")
echo "# $flushes flushes"
ok "the disk is waited for by the batch" test "$flushes" -lt 50
run p import "$tmp/mbox"
like "and again none" "$out" ' 3000 seen before, 0 not taken'
done_testing
