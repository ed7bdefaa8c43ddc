#!/bin/sh
# What the signature of a company's mail said when it came, and the key that
# proves it later.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
zone=$tmp/zone
now=2026-03-02T11:00:00Z
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
"$promised" -c "$config" init --address sam@home.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
for key in good other small; do
	bits=2048
	[ $key != small ] || bits=512
	openssl genrsa -out "$tmp/$key.pem" $bits 2>/dev/null
	printf '%s._domainkey.acmebank.example v=DKIM1; k=rsa; p=%s\n' $key \
	    "$(openssl rsa -in "$tmp/$key.pem" -pubout 2>/dev/null | sed '/^--/d' | tr -d '\n')"
done >"$zone"
{
	sed -n 's/^good\./swapped./p' "$zone"
	echo 'quiet._domainkey.acmebank.example !'
} >>"$zone"
python3 "$tests/servers/dns.py" "$zone" "$tmp/port" "$tmp/asked" &
at_exit "kill $!"
wait_for 60 test -s "$tmp/port"
mail() { # ID: a mail of the company, unsigned
	printf 'From: Anna Bell <care@acmebank.example>\nTo: sam@home.example\nMessage-ID: <%s@acmebank.example>\n' "$1"
	printf 'Date: Mon, 02 Mar 2026 10:00:00 +0000\nSubject: Your complaint of charge %s\n\n' "$1"
	printf 'Dear Sam,\n\nWe will refund the 42.10 pounds by 9 March.\n\n\nAnna Bell\n'
}
sign() { # KEY SELECTOR [TAG...]
	key=$1
	shift
	"$tests/sign.py" "$tmp/$key.pem" acmebank.example "$@"
}
mail plain | at $now deliver
mail whole | sign good good | at $now deliver
mail lf | sign good good | tr -d '\r' | at $now deliver
mail changed | sign good good | sed 's/9 March/29 March/' | at $now deliver
mail swapped | sign other swapped | at $now deliver
mail nokey | sign good nobody | at $now deliver
mail small | sign small small | at $now deliver
mail part | sign good good l=20 | at $now deliver
mail both | sign other swapped | sign good good | at $now deliver
mail odd | sign good 'x y;/../`id`' | at $now deliver
{
	printf 'DKIM-Signature: v=1; a=rsa-sha256; d=%0300d; s=%s; b=AAAA; bh=BBBB; h=from\n' 7 "$(printf '\303\244')"
	i=0
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		printf 'DKIM-Signature: v=1; d=d%d.example; s=s\n' $i
	done
	mail garbage
} | at $now deliver
verdicts() { # a line each: Message-ID, verdict, domain, whether its key is kept
	rm -rf "$tmp/dossier"
	mkdir "$tmp/dossier"
	for number in $(at $now cases --json | sed 's/^{"case": *\([0-9]*\).*/\1/'); do
		at $now export "$number" "$tmp/dossier/$number" >/dev/null
		python3 - "$tmp/dossier/$number/case.json" <<'END'
import json, sys
for m in json.load(open(sys.argv[1]))["messages"]:
    s = m["signature"]
    print(m["message_id"].split("@")[0], *([s["verdict"], s["domain"], "kept" if s["key"] else "none"] if s else ["unchecked"]))
END
	done
}

at $now once 2>/dev/null
ok "nothing is asked without leave" test ! -e "$tmp/asked"
like "then it is not checked" "$(verdicts)" '^whole unchecked$'
printf '\n[trust]\ndkim = yes\nresolver = 127.0.0.1:%s\n' "$(cat "$tmp/port")" >>"$config"
at $now once 2>"$tmp/log"
got=$(verdicts)
like "a mail that is whole" "$got" '^whole pass acmebank.example kept$'
like "with whatever line ends it was kept" "$got" '^lf pass acmebank.example kept$'
like "one that was changed" "$got" '^changed fail acmebank.example kept$'
like "one signed with another key" "$got" '^swapped fail acmebank.example kept$'
like "one whose key is not in the DNS" "$got" '^nokey fail acmebank.example none$'
like "one with a key that anybody could break" "$got" '^small fail'
like "one that signs the first words alone" "$got" '^part fail acmebank.example kept$'
like "one of two signatures is enough" "$got" '^both pass acmebank.example kept$'
like "no name is asked for that is none" "$got" '^odd fail'
like "nor for garbage" "$got" '^garbage fail'
like "no signature" "$got" '^plain unsigned None none$'
unlike "the questions were names of keys" "$(grep -v '^[a-z0-9]*\._domainkey\.[a-z0-9.]*$' "$tmp/asked")" .
like "the page says it" "$(cat "$tmp"/dossier/*/index.html)" 'DKIM: pass \(signed by acmebank.example, key good kept\)'
like "and why not" "$(cat "$tmp"/dossier/*/index.html)" 'DKIM: fail \(acmebank.example\): the text is not the one that was signed'
key=$(sed -n 's/^good[^ ]* //p' "$zone")
ok "the key is the one of the DNS" grep -qF "$key" "$tmp"/dossier/*/case.json
asked=$(wc -l <"$tmp/asked")
at $now once 2>/dev/null
is "what was judged is not asked again" "$(wc -l <"$tmp/asked")" "$asked"
: >"$zone"
like "a key that is withdrawn later changes nothing" "$(verdicts)" '^whole pass acmebank.example kept$'

run at $now doctor
like "doctor tells that the DNS answers" "$out" '^ok +dkim +127.0.0.1:[0-9]+'
is "and that all is well" "$rc" 0
echo '_dmarc.home.example !' >"$zone"
run at $now doctor
like "and what to do when it is silent" "$out" '^WRONG dkim +the DNS does not answer .*127.0.0.1.*resolver'
is "which is wrong" "$rc" 78

# --- offline, and too late ---

echo 'good._domainkey.acmebank.example !' >"$zone"
mail late | sign good good | at $now deliver
run at $now once
is "a DNS that is silent stops nothing" "$rc" 0
like "the mail waits" "$(verdicts)" '^late unchecked$'
printf 'good._domainkey.acmebank.example %s\n' "$key" >"$zone"
at 2026-03-20T11:00:00Z once 2>/dev/null
like "weeks later a key says nothing of then" "$(verdicts)" '^late unchecked$'
at $now once 2>/dev/null
like "in time it does" "$(verdicts)" '^late pass acmebank.example kept$'
done_testing
