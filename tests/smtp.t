#!/bin/sh
# How mail leaves over SMTP: promised-send against a server that misbehaves
# (hostile-smtp.py), and against real ones.
. "$(dirname "$0")/lib.sh"
send=${PROMISED_SEND:-$(dirname "$promised")/promised-send}

printf 'From: me@owner.example\nTo: anna@acme.example\n\nDear Anna,\n' \
    >"$tmp/mail"

mkfifo "$tmp/orders"
"$tests/hostile-smtp.py" <"$tmp/orders" &
at_exit "kill $!"
exec 9>"$tmp/orders"

# serve ORDER...: a fresh misbehaving server; $dir, $port.
served=0
serve() {
	served=$((served + 1))
	dir=$tmp/server.$served
	mkdir "$dir"
	: >"$dir/commands"
	{
		printf %s "$dir"
		[ $# = 0 ] || printf " '%s'" "$@"
		echo
	} >&9
	wait_for 60 test -s "$dir/port"
	port=$(cat "$dir/port")
}

heard() { # how many commands of this beginning the server heard
	grep -c "^$1" "$dir/commands"
}

patience=60
account() { # URL [FIELD...]
	url=$1
	shift
	echo "server url=$url timeout=$patience${*:+ $*}"
}

mail() { # ID [TO [FILE [FROM]]]
	file=${3:-$tmp/mail}
	printf 'mail id=%s from=%s to=%s +%d\n' "$1" \
	    "${4-me@owner.example}" "${2:-anna@acme.example}" \
	    "$(wc -c <"$file")"
	cat "$file"
	echo "go id=$1"
}

login='user=agent@example.test password=s3cret'

deliver() { # $tmp/frames; $out are the answers
	run "$send" <"$tmp/frames" 9>&-
}

# --- What is known when a connection breaks --------------------------------

# SMTP's steps, what the server does at them, and what is to be said of the
# mail: the verdict decides whether it is sent again.
network='failed id=1 temporary=yes why=network'
tab=$(printf '\t')
while IFS=$tab read -r what orders verdict; do
	[ -n "$what" ] || continue
	eval "serve $orders"
	patience=60
	case $orders in silent*) patience=1 ;; esac
	{
		account "smtp://127.0.0.1:$port" "$login"
		mail 1 anna@acme.example,bob@acme.example
	} >"$tmp/frames"
	deliver
	like "$what" "$(echo "$out" | grep -v '^sending ')" "^$verdict( |\$)"
	case $verdict in
	failed*) ok "$what: the server has no mail" test ! -e "$dir/mail.1" ;;
	esac
done <<END
cut before the greeting	cut banner	$network
silence in place of the greeting	silent banner	$network
554 for a greeting	say banner '554 5.3.2 no\\n'	failed id=1 temporary=yes why=protocol code=554
cut at EHLO	cut EHLO	$network
silence at EHLO	silent EHLO	$network
cut at AUTH	cut AUTH	$network
AUTH fails for now	say AUTH '454 4.7.0 later\\n'	failed id=1 temporary=yes why=login code=454
cut at MAIL	cut MAIL	$network
silence at MAIL	silent MAIL	$network
MAIL refused for now	say MAIL '451 4.3.0 later\\n'	failed id=1 temporary=yes why=refused code=451
MAIL refused	say MAIL '550 5.7.1 no\\n'	failed id=1 temporary=no why=refused code=550
the server shuts down at MAIL	say MAIL '421 4.3.2 bye\\n'	failed id=1 temporary=yes why=refused code=421
cut at RCPT	cut RCPT	$network
first RCPT refused for now	say RCPT1 '450 4.2.0 later\\n'	failed id=1 temporary=yes why=refused code=450
first RCPT refused	say RCPT1 '550 5.1.1 who?\\n'	failed id=1 temporary=no why=refused code=550
second RCPT refused	say RCPT2 '550 5.1.1 who?\\n'	failed id=1 temporary=no why=refused code=550
cut at second RCPT	cut RCPT2	$network
cut at DATA	cut DATA	$network
silence at DATA	silent DATA	$network
DATA refused for now	say DATA '451 4.3.0 later\\n'	failed id=1 temporary=yes why=refused code=451
DATA refused	say DATA '554 5.5.1 no\\n'	failed id=1 temporary=no why=refused code=554
DATA answered by 250	say DATA '250 2.0.0 fine\\n'	failed id=1 temporary=yes why=protocol code=250
cut after the dot	cut DOT	unknown id=1 why=network
silence after the dot	silent DOT	unknown id=1 why=network
half a reply to the dot	say DOT 25	unknown id=1 why=network
half a line after the dot	say DOT '250 2.0.0 ok'	unknown id=1 why=network
half a reply of two lines	say DOT '250-2.0.0 ok\\n250'	unknown id=1 why=network
no reply but words	say DOT 'hello\\n'	unknown id=1
another 354 after the dot	say DOT '354 go on\\n'	unknown id=1 why=protocol code=354
a code that changes	say DOT '250-ok\\n550 no\\n'	unknown id=1
the dot refused for now	say DOT '452 4.3.1 full\\n'	failed id=1 temporary=yes why=refused code=452
the dot refused	say DOT '554 5.7.1 spam\\n'	failed id=1 temporary=no why=refused code=554
accepted, then cut at QUIT	cut QUIT	sent id=1 code=250
accepted in two lines	say DOT '250-2.0.0 ok\\n250 2.0.0 queued\\n'	sent id=1 code=250
END

patience=60

serve cut BODY
yes 'line of a long mail that is cut in the middle' | head -c 4000000 \
    >"$tmp/long"
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1 anna@acme.example "$tmp/long"
} >"$tmp/frames"
deliver
like 'cut within the mail: not sent' "$out" '^(failed id=1 temporary=yes|unknown)'
ok 'cut within the mail: the server has none' test ! -e "$dir/mail.1"

serve say DATA '354 go on\n250 2.0.0 accepted\n' cut DOT
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1
} >"$tmp/frames"
deliver
unlike 'an answer before its question is no acceptance' "$out" '^sent'

# --- Nothing is sent before promised has said go ---------------------------

serve
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1 | sed '/^go /d'
} >"$tmp/frames"
deliver
like 'promised is gone: it was about to send' "$out" '^sending id=1$'
like 'promised is gone: not sent' "$out" '^failed id=1 temporary=yes'
wait_for 60 grep -q CLOSED "$dir/commands"
ok 'promised is gone: the server has no mail' test ! -e "$dir/mail.1"

serve say MAIL1 '451 4.3.0 later\n'
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1
	mail 2
} >"$tmp/frames"
deliver
is 'a go for a mail that failed sends no other' \
    "$(echo "$out" | sed 's/ why.*//; s/ code.*//')" \
    "failed id=1 temporary=yes
sending id=2
sent id=2"

# --- Killed at any system call ------------------------------------------------

# Whenever the server has the mail, promised was asked for its go before, and
# so has it on record that the mail may be accepted.
killed=0 kept=0 unasked=0
for call in sendto recvfrom write read poll; do
	for n in 1 2 3 4 5 6 7 8 9 10; do
		serve
		{
			account "smtp://127.0.0.1:$port" "$login"
			mail 1
		} >"$tmp/frames"
		strace -f -o "$tmp/strace" \
		    -e "inject=$call:signal=KILL:when=$n" "$send" \
		    <"$tmp/frames" >"$tmp/answers" 2>"$tmp/strace.err" 9>&- ||
			killed=$((killed + 1))
		wait_for 60 sh -c "! grep -q EHLO '$dir/commands' ||
		    grep -q CLOSED '$dir/commands'"
		[ -e "$dir/mail.1" ] || continue
		kept=$((kept + 1))
		grep -q '^sending id=1$' "$tmp/answers" ||
			unasked=$((unasked + 1))
	done
done 2>"$tmp/shell.err" # "Killed"
is 'killed anywhere: no mail was accepted unasked' "$unasked" 0
ok 'killed anywhere: it was killed at many points' test "$killed" -ge 20
ok 'killed anywhere: some mails had got through' test "$kept" -ge 3

# --- One connection for many mails -----------------------------------------

serve
{
	account "smtp://127.0.0.1:$port" "$login"
	for i in 1 2 3 4 5 6 7 8 9 10; do mail $i; done
} >"$tmp/frames"
deliver
is 'ten mails: sent' "$(echo "$out" | grep -c '^sent ')" 10
is 'ten mails: one connection' "$(heard EHLO)" 1
is 'ten mails: one login' "$(heard SECRET)" 1
is 'ten mails: goodbye' "$(heard QUIT)" 1

serve cut MAIL2
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1
	mail 2
} >"$tmp/frames"
deliver
is 'the server hung up between two mails: both are sent' \
    "$(echo "$out" | grep -c '^sent ')" 2
is 'the server hung up between two mails: each once' \
    "$(find "$dir" -name 'mail.*' | wc -l)" 2

serve say RCPT1 '550 5.1.1 who?\n'
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1 ghost@acme.example
	mail 2
} >"$tmp/frames"
deliver
like 'a refused recipient is named' "$out" '^failed id=1 .*ghost@acme.example'
like 'the next mail goes over the same connection' "$out" '^sent id=2'
is 'after RSET' "$(heard RSET)" 1

# --- Login ------------------------------------------------------------------

serve no-auth
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1
} >"$tmp/frames"
deliver
like 'no AUTH offered: refused' "$out" '^failed id=1 temporary=yes why=login'
is 'no AUTH offered: no mail is begun' "$(heard MAIL)" 0

serve say EHLO '250-mx.example.test\n250 SIZE\n' no-auth
{
	account "smtp://127.0.0.1:$port"
	mail 1
} >"$tmp/frames"
deliver
like 'no user: no AUTH is needed' "$out" '^sent id=1'

serve
{
	account "smtp://127.0.0.1:$port" \
	    user=agent@example.test password=wrong
	mail 1
	mail 2
	mail 3
} >"$tmp/frames"
deliver
is 'wrong password: no mail goes' \
    "$(echo "$out" | grep -c '^failed .* temporary=yes why=login code=535')" 3
is 'wrong password: tried once' "$(heard SECRET)" 1

serve
{
	account "smtp://127.0.0.1:$port" user=a@b.example
	mail 1
} >"$tmp/frames"
deliver
like 'a user without password' "$out" '^fault code=78 text=.*password'
is 'a user without password: exit 78' "$rc" 78

# --- TLS ---------------------------------------------------------------------

certs=$tmp/certs
"$tests/servers/certs.sh" "$certs"
pin=$(openssl x509 -in "$certs/self.pem" -outform DER | sha256sum |
    cut -d' ' -f1)
other=$(openssl x509 -in "$certs/good.pem" -outform DER | sha256sum |
    cut -d' ' -f1)

tls() { # SCHEME CERTIFICATE [FIELD...]: one mail to localhost over TLS
	scheme=$1 cert=$2
	shift 2
	mode=
	[ "$scheme" = smtps ] && mode=tls
	serve cert="$certs/$cert.pem" key="$certs/$cert.key" $mode
	{
		account "$scheme://localhost:$port" "$login" "$@"
		mail 1
	} >"$tmp/frames"
	deliver
}

for scheme in smtps smtp; do
	tls "$scheme" good ca="$certs/ca.pem"
	like "$scheme: a good certificate" "$out" '^sent id=1'
	for cert in wrong expired future self client other; do
		tls "$scheme" $cert ca="$certs/ca.pem"
		like "$scheme: certificate $cert is refused" "$out" \
		    '^failed id=1 temporary=yes why=tls'
		is "$scheme: certificate $cert sees no password" \
		    "$(heard SECRET)$(heard AUTH)$(heard MAIL)" 000
	done
	tls "$scheme" good
	like "$scheme: an unknown authority is refused" "$out" \
	    '^failed id=1 temporary=yes why=tls'
	tls "$scheme" self pin="$pin"
	like "$scheme: the pinned certificate" "$out" '^sent id=1'
	tls "$scheme" self pin="$(echo "$pin" | tr a-f A-F |
	    sed 's/../&:/g; s/:$//')"
	like "$scheme: the pin as openssl prints it" "$out" '^sent id=1'
	tls "$scheme" self pin="$other"
	like "$scheme: another than the pinned one" "$out" \
	    '^failed id=1 temporary=yes why=tls .*pinned'
	is "$scheme: another than the pinned one sees no password" \
	    "$(heard SECRET)$(heard AUTH)$(heard MAIL)" 000
	tls "$scheme" good pin="${other%?}"
	like "$scheme: half a pin is none" "$out" \
	    '^failed id=1 temporary=yes why=tls .*pinned'
done

good="cert=$certs/good.pem key=$certs/good.key"
# shellcheck disable=SC2086
serve $good no-starttls
{
	account "smtp://localhost:$port" "$login" ca="$certs/ca.pem"
	mail 1
} >"$tmp/frames"
deliver
like 'STARTTLS stripped: refused' "$out" \
    '^failed id=1 temporary=yes why=tls .*STARTTLS'
is 'STARTTLS stripped: nothing but EHLO was said' \
    "$(grep -cv '^EHLO\|^QUIT\|^CLOSED' "$dir/commands")" 0

serve
{
	account "smtp://localhost:$port" "$login"
	mail 1
} >"$tmp/frames"
deliver
like 'a name is no loopback address' "$out" \
    '^failed id=1 temporary=yes why=tls'
is 'a name is no loopback address: no password' "$(heard SECRET)" 0

# What was put in before TLS must not be read after it (CVE-2021-22947).
# shellcheck disable=SC2086
serve $good say STARTTLS '220 ready\n250 AUTH PLAIN\n235 welcome\n'
{
	account "smtp://localhost:$port" "$login" ca="$certs/ca.pem"
	mail 1
} >"$tmp/frames"
deliver
like 'words behind the answer to STARTTLS: refused' "$out" '^failed id=1'
is 'words behind the answer to STARTTLS: no password' "$(heard SECRET)" 0

# shellcheck disable=SC2086
serve $good say STARTTLS '454 4.7.0 not now\n'
{
	account "smtp://localhost:$port" "$login" ca="$certs/ca.pem"
	mail 1
} >"$tmp/frames"
deliver
like 'STARTTLS refused: refused' "$out" '^failed id=1 temporary=yes why=tls'
is 'STARTTLS refused: no password' "$(heard SECRET)" 0

serve
{
	account "smtps://localhost:$port" "$login" ca="$certs/ca.pem"
	mail 1
} >"$tmp/frames"
deliver
like 'smtps at a port without TLS' "$out" '^failed id=1 temporary=yes'
is 'smtps at a port without TLS: no password' "$(heard SECRET)" 0

# --- Addresses ---------------------------------------------------------------

serve
python3 - "$port" >"$tmp/frames" <<'END'
import sys
from urllib.parse import quote

forms = [
    "x@y.example>\r\nRCPT TO:<evil@bad.example",
    "x@y.example\r\nRCPT TO:<evil@bad.example>",
    "x@y.example>\nRCPT TO:<evil@bad.example",
    "x@y.example>\rRCPT TO:<evil@bad.example",
    "x@y.example> NOTIFY=NEVER",
    "<x@y.example>",
    '"x y"@y.example',
    '"x>\r\nDATA\r\n"@y.example',
    "@relay.example:x@y.example",
    "x@[127.0.0.1]",
    "x@y.example\x0b",
    "x@y.ex\u00e4mple",
    "x",
    "",
    "-oQ/tmp@y.example",
    "x@" + "y" * 300 + ".example",
]
# Every control character, blank, quote and bracket at every place of a plain
# address.
plain = "x.y@z.example"
for at in range(len(plain) + 1):
    for c in list(map(chr, range(1, 33))) + list('<>"(),:;[\\]\x7f\x80\xff'):
        forms.append(plain[:at] + c + plain[at:])

out = sys.stdout.buffer
out.write(b"server url=smtp://127.0.0.1:%s timeout=2 user=agent@example.test"
          b" password=s3cret\n" % sys.argv[1].encode())
for n, form in enumerate(forms):
    # A comma parts recipients, so there it makes two that are plain.
    addr = quote(form, safe="")
    sender = "me@owner.example"
    if "," not in form:
        out.write(b"mail id=t%d from=%s to=%s +3\nhi\ngo id=t%d\n" % (
            n, sender.encode(), addr.encode(), n))
    if form:
        out.write(b"mail id=f%d from=%s to=anna@acme.example +3\nhi\n"
                  b"go id=f%d\n" % (n, addr.encode(), n))
END
deliver
is 'crafted addresses: each is refused' \
    "$(echo "$out" | grep -c '^failed .* temporary=no why=mail')" \
    "$(grep -c '^mail ' "$tmp/frames")"
is 'crafted addresses: no server heard of one' "$(heard .)" 0
ok 'crafted addresses: there were many' \
    test "$(grep -c '^mail ' "$tmp/frames")" -gt 1000

# --- The mail's bytes ---------------------------------------------------------

serve
printf '%s\n' 'From: me@owner.example' '' . .. ... '.begins with a dot' \
    'From the start' '' "$(printf '%0990d' 7)" ' blank before' \
    'blank after ' '. ' 'QUIT' '.' 'end.' . >"$tmp/dots"
sed 's/$/\r/' "$tmp/dots" >"$tmp/dots.crlf"
printf 'lone CR\rhere and no line end' >"$tmp/cr"
printf 'lone CR\r\nhere and no line end\r\n' >"$tmp/cr.wanted"
printf '8-bit \303\244\n' >"$tmp/eight"
printf 'a\0b\n' >"$tmp/nul"
: >"$tmp/empty"
{
	account "smtp://127.0.0.1:$port" "$login"
	mail 1 anna@acme.example "$tmp/dots"
	mail 2 anna@acme.example "$tmp/dots.crlf"
	mail 3 anna@acme.example "$tmp/cr"
	mail 4 anna@acme.example "$tmp/eight" ''
	mail 5 anna@acme.example "$tmp/nul"
	mail 6 anna@acme.example "$tmp/empty"
} >"$tmp/frames"
deliver
is 'odd mails: what becomes of them' \
    "$(echo "$out" | grep -v '^sending' | cut -d' ' -f1,2)" \
    "$(printf '%s\n' 'sent id=1' 'sent id=2' 'sent id=3' 'sent id=4' \
	'failed id=5' 'sent id=6')"
ok 'lone dots arrive as they were' cmp "$dir/mail.1" "$tmp/dots.crlf"
ok 'CRLF arrives as it was' cmp "$dir/mail.2" "$tmp/dots.crlf"
ok 'a bare CR becomes a line end' cmp "$dir/mail.3" "$tmp/cr.wanted"
is '8-bit text is announced' "$(heard 'MAIL FROM:<> .*BODY=8BITMIME')" 1
ok 'an empty mail arrives empty' test ! -s "$dir/mail.5"

serve say EHLO '250-mx.example.test\n250 AUTH PLAIN\n'
{
	account "smtp://127.0.0.1:$port"
	mail 1 anna@acme.example "$tmp/eight"
} >"$tmp/frames"
deliver
like '8-bit text is not sent where it is not taken' "$out" \
    '^failed id=1 temporary=no why=mail'

# --- What is no frame ---------------------------------------------------------

printf 'mail id=1 from=a@b.example to=c@d.example +2\nx\n' >"$tmp/frames"
deliver
like 'a mail before a server' "$out" '^fault code=64'
echo 'server url=ftp://127.0.0.1/' >"$tmp/frames"
deliver
like 'a url that is none of ours' "$out" '^fault code=78'
is 'its exit code' "$rc" 78
echo 'jump high=yes' >"$tmp/frames"
deliver
like 'an unknown verb' "$out" '^fault code=64'
: >"$tmp/frames"
deliver
is 'nothing at all' "$out$err$rc" 0

# --- Real servers ---------------------------------------------------------------

at_exit "$tests/servers/stop.sh $tmp/dovecot $tmp/postfix"
serve # Dovecot's submission service relays to it
RELAY_PORT=$port "$tests/servers/dovecot.sh" "$tmp/dovecot" "$certs" 9>&-
"$tests/servers/postfix.sh" "$tmp/postfix" "$certs" "$tmp/dovecot" 9>&-
. "$tmp/dovecot/env"
. "$tmp/postfix/env"

arrived() { # N mails for anna@acme.example
	[ "$(find "$MAIL_HOME/anna@acme.example/new" -type f | wc -l)" = "$1" ]
}

{
	account "smtp://localhost:$SMTP_PORT" "$login" ca="$certs/ca.pem"
	mail 1 anna@acme.example "$tmp/dots"
	mail 2
} >"$tmp/frames"
deliver
is 'Postfix, STARTTLS and AUTH: sent' "$(echo "$out" | grep -c '^sent ')" 2
ok 'Postfix: both arrive' wait_for 60 arrived 2
dots=$(grep -l 'begins with a dot' "$MAIL_HOME"/anna@acme.example/new/*)
sed '1,/^$/d' "$dots" >"$tmp/got"
sed '1,/^$/d' "$tmp/dots" >"$tmp/wanted"
ok 'Postfix: lone dots and From lines arrive byte for byte' \
    cmp "$tmp/got" "$tmp/wanted"
{
	account "smtps://localhost:$SMTPS_PORT" "$login" ca="$certs/ca.pem"
	mail 3
	mail 4 nobody@elsewhere.example
	mail 5 anna@acme.example,nobody@elsewhere.example
} >"$tmp/frames"
deliver
like 'Postfix, TLS from the first byte: sent' "$out" '^sent id=3'
like 'Postfix: an unknown domain is refused for good' "$out" \
    '^failed id=4 temporary=no why=refused code=550'
like 'Postfix: one bad recipient fails the mail' "$out" \
    '^failed id=5 temporary=no why=refused code=550'
ok 'Postfix: and nobody got it' wait_for 60 arrived 3
{
	account "smtp://localhost:$SMTP_PORT" user=agent@example.test \
	    password=wrong ca="$certs/ca.pem"
	mail 6
} >"$tmp/frames"
deliver
like 'Postfix: wrong password' "$out" \
    '^failed id=6 temporary=yes why=login code=535'
{
	account "smtp://localhost:$SUBMISSION_PORT" user=agent@example.test \
	    token="$("$tests/servers/token.sh" agent@example.test)" \
	    ca="$certs/ca.pem"
	mail 7
} >"$tmp/frames"
deliver
like 'Dovecot submission, OAuth 2: sent' "$out" '^sent id=7'
ok 'Dovecot submission: relayed' test -s "$dir/mail.1"
{
	account "smtp://localhost:$SUBMISSION_PORT" user=agent@example.test \
	    token="$("$tests/servers/token.sh" agent@example.test -60)" \
	    ca="$certs/ca.pem"
	mail 8
} >"$tmp/frames"
deliver
like 'Dovecot submission: a token that is past' "$out" \
    '^failed id=8 temporary=yes why=login'

done_testing
