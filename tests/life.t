#!/bin/sh
# The life of a promise as its owner meets it: by mail, by the calendar, by
# commands.  Letters to the company have a test of their own (follow_up.t).
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
begin() {
	rm -rf "$config" "$tmp/store"
	"$promised" -c "$config" init --address sam@home.example \
	    --name "Sam Okafor" --timezone Europe/London --region GB \
	    --store "$tmp/store/promised.db" >/dev/null
	printf '[send]\nfrom = promised@home.example\ncase-address = promised+{case}@home.example\n' \
	    >>"$config"
}
mail() { # FROM ID DATE SUBJECT TEXT [FIELD...]
	printf 'From: %s\nTo: sam@home.example\nMessage-ID: <%s>\nDate: %s\nSubject: %s\n' \
	    "$1" "$2" "$3" "$4"
	text=$5
	shift 5
	for field; do printf '%s\n' "$field"; done
	printf '\n%s\n' "$text"
}
acme="Anna Bell <care@acme.example>"
outbox=$tmp/store/outbox/new
newest() { # PATTERN: the newest mail whose subject matches
	grep -lE "^Subject: .*$1" "$outbox"/* 2>/dev/null | xargs -r ls -t | head -1
}
field() { # NAME FILE
	sed -n "s/^$1: //p" "$2" | head -1
}
answer() { # FILE TEXT: the owner's reply to a mail of ours
	mail sam@home.example "r$(date +%N)@home.example" \
	    "Thu, 12 Mar 2026 12:00:00 +0000" "Re: case" "$2" \
	    "In-Reply-To: $(field Message-ID "$1")" |
	    sed 's/^To: .*/To: promised@home.example/'
}
part() { # TYPE FILE: the first part of that type, decoded
	python3 - "$@" <<'END'
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[2], "rb"), policy=email.policy.default)
for p in m.walk():
    if p.get_content_type() == sys.argv[1] and (sys.argv[1] != "text/html" or p.is_attachment()):
        print(p.get_filename(), p.get_content())
        break
END
}

# --- export, by mail ---

begin
mail "$acme" a1@acme.example "Mon, 02 Mar 2026 10:00:00 +0000" \
    "Complaint AC-10023" "Dear Sam,

I will refund the 42.10 pounds by 9 March.

Anna Bell" | at 2026-03-02T11:00:00Z deliver
at 2026-03-12T10:00:00Z once 2>/dev/null
answer "$(newest 'was due')" export | at 2026-03-12T12:00:00Z deliver
at 2026-03-12T12:01:00Z once 2>/dev/null
reply=$(newest 'Done: case 1')
like "the answer brings the page of the dossier" "$(part text/html "$reply")" \
    '^case-1\.html'
like "whole" "$(part text/html "$reply")" 'I will refund the 42\.10 pounds'
folder=$tmp/store/dossiers/sam@home.example/1
like "and says where the rest lies" "$(part text/plain "$reply" | tr -d '\n ')" "$folder"
run "$promised" verify "$folder"
is "which proves itself" "$rc" 0
run at 2026-03-12T12:02:00Z do 1 export
like "from the shell too" "$out" "$folder"
mkdir -p "$tmp/store/dossiers/sam@home.example"
rm -rf "$folder"
echo mine >"$folder"
answer "$(newest 'was due')" "export
status" | at 2026-03-12T12:03:00Z deliver
at 2026-03-12T12:04:00Z once 2>/dev/null
like "what cannot be written is told, and stops no other command" \
    "$(cat "$(newest 'Done in part: case 1')")" 'Not done.*dossiers'
run at 2026-03-12T12:05:00Z do 9 export
is "no such case" "$rc" 64

done_testing
