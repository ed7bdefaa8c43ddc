#!/bin/sh
# What a newsletter of the past says is not read, until somebody asks for it.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
box=$tmp/box
p() {
	"$promised" -c "$config" --now 2026-03-02T12:00:00+00:00 "$@"
}
# news NUMBER SUBJECT TEXT [FIELD]
news() {
	mkdir -p "$box/cur" "$box/new" "$box/tmp"
	cat >"$box/cur/$1.here:2,S" <<EOF
From: Brook Customer Care <care@brook.example>
To: Sam Okafor <sam@home.example>
Date: Mon, 2 Mar 2026 10:15:0$1 +0000
Subject: $2
Message-ID: <news-$1@brook.example>
List-Unsubscribe: <mailto:leave@brook.example>
${4:+$4
}
Dear Mr Okafor,

$3
EOF
}
promise="I am sorry for the trouble. I will write to you within five working days."

p init --address sam@home.example --name Sam --timezone UTC --region GB \
    --store "$tmp/promised.db" >/dev/null
news 1 "News of the week" "$promise"
run p import "$box"
like "one that names no number is in no case" "$out" '0 in cases, 1 unfiled'
run p unfiled
like "it can be looked at" "$out" 'News of the week'
run p due
like "and nothing is owed" "$out" '^nothing'

run p filter <"$tests/mail/promise.eml"
run p do 1 move 1 new
is "the owner says that it is a case" "$rc" 0
run p due
like "what it says is read then" "$out" '2\.1 .*reply'
ok "its words are found later" test "$(sqlite3 "$tmp/promised.db" \
    "SELECT signals FROM message WHERE id = 1 AND length(words) > 0")" = \
    apology

news 2 "Your complaint BK-204418" "$promise"
news 3 "Re: News of the week" "$promise" "In-Reply-To: <news-1@brook.example>"
run p import "$box"
like "one that answers mail of a case goes there, one with a number is a case" \
    "$out" '2 in cases, 0 unfiled, 1 seen before'
run p due
like "and is read" "$out" '3\.1 .*reply'
done_testing
