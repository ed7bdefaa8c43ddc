#!/bin/sh
# doctor looks at all that promised rests on, with real servers: one line for
# each thing, and what to do about what is wrong.
. "$(dirname "$0")/lib.sh"

"$tests/servers/certs.sh" "$tmp/certs"
at_exit "$tests/servers/stop.sh $tmp/postfix $tmp/dovecot $tmp/expired"
"$tests/servers/dovecot.sh" "$tmp/dovecot" "$tmp/certs"
"$tests/servers/postfix.sh" "$tmp/postfix" "$tmp/certs" "$tmp/dovecot"
"$tests/servers/dovecot.sh" "$tmp/expired" "$tmp/certs" expired
# Both files name the ports alike.
expired_imaps=$(. "$tmp/expired/env" && echo "$IMAPS_PORT")
expired_submission=$(. "$tmp/expired/env" && echo "$SUBMISSION_PORT")
. "$tmp/dovecot/env"
. "$tmp/postfix/env"
closed=$("$tests/servers/port.py" free 1)

config=$tmp/conf/config
mkdir "$tmp/conf"
"$promised" -c "$tmp/conf/plain" init --address sam@owner.example --name Sam \
    --timezone Europe/London --region GB --store "$tmp/promised.db" >/dev/null

# doctor IMAP-URL SEND-URL [PASSWORD]: $out, $err, $rc
doctor() {
	{
		cat "$tmp/conf/plain"
		printf '[mailbox home]\nurl = %s\n' "$1"
		printf 'password = %s\nca = %s\n' "${3:-s3cret}" "$tmp/certs/ca.pem"
		printf '[send]\nurl = %s\n' "$2"
		printf 'password = %s\nca = %s\n' "${3:-s3cret}" "$tmp/certs/ca.pem"
		printf 'from = agent@example.test\n'
	} >"$config"
	chmod 600 "$config"
	run "$promised" -c "$config" doctor
}

wrong() { # the lines that say so
	printf '%s\n' "$out" | grep '^WRONG'
}

# one WHAT PATTERN: this one thing is wrong, and the exit status tells
one() {
	is "$1: one thing is wrong" "$(wrong | wc -l):$rc" "1:78"
	like "$1: what, and what to do" "$(wrong)" "$2"
}

user=agent%40example.test
imap=imaps://$user@localhost:$IMAPS_PORT/INBOX
smtp=smtp://$user@localhost:$SMTP_PORT

doctor "$imap" "$smtp"
is "all is well" "$(wrong):$rc:$err" ":0:"
for thing in config clock rules templates store mailbox send; do
	like "$thing has a line" "$out" "^ok +$thing +."
done
unlike "no password is shown" "$out$err" s3cret
doctor "imap://$user@localhost:$IMAP_PORT/INBOX" \
    "smtps://$user@localhost:$SMTPS_PORT"
is "so it is by STARTTLS, and by TLS from the first byte" "$(wrong):$rc" ":0"
is "no mail was sent" "$(find "$MAIL_HOME" -type f -path '*/new/*' 2>/dev/null)" ''

doctor "$imap" "$smtp" wrong-pass
is "wrong password: both are wrong" "$(wrong | wc -l):$rc" 2:78
like "the mailbox says what to do" "$(wrong)" 'mailbox .*(password).*'
like "so does the sending" "$(wrong)" 'send .*check user and password'
unlike "the password is not shown" "$out$err" wrong-pass

pin=$(openssl x509 -in "$tmp/certs/expired.pem" -outform DER | sha256sum |
    cut -d ' ' -f 1)
doctor "imaps://$user@localhost:$expired_imaps/INBOX" "$smtp"
one "expired certificate" "mailbox .*expired on 2021-01-01.*pin = $pin"
doctor "$imap" "smtp://$user@localhost:$expired_submission"
one "expired certificate of the sending" "send .*certificate expired on 2021-01-01.*pin is $pin.*pin = "
unlike "nobody logged in there" "$(cat "$tmp/expired/log")" 'Login: user'

doctor "imaps://$user@localhost:$closed/INBOX" "$smtp"
one "nobody at the port" "mailbox .*port $closed.*check host, port"
doctor "$imap" "smtp://$user@localhost:$closed"
one "nobody at the port of the sending" 'send .*check host, port'
doctor "$imap" sendmail:promised-has-no-such-sendmail
one "no sendmail" 'send .*promised-has-no-such-sendmail.*install'
doctor "$imap" "sendmail:$tmp/certs/ca.pem"
one "a sendmail that is none" 'send .*ca.pem is no program'
doctor "$imap" "maildir:$tmp/certs/ca.pem"
one "a Maildir that cannot be" 'send .*ca.pem.*'
doctor "maildir:$tmp/none" "$smtp"
one "missing Maildir" "mailbox .*$tmp/none.*mkdir -p"

mkdir -p "$tmp/conf/templates/en"
cp "$root"/examples/templates/en/* "$tmp/conf/templates/en/"
for file in "$tmp"/conf/templates/en/*; do break; done
echo 'Dear {nobody-knows-this}' >>"$file"
doctor "$imap" "$smtp"
one "a template with a typo" \
    "templates .*$(basename "$file"):$(wc -l <"$file").*nobody-knows-this"
rm -r "$tmp/conf/templates"

publish() { # LINE...: [publish] in what is well otherwise
	cat "$tmp/conf/plain" >"$config"
	printf '[publish]\n' >>"$config"
	printf '%s\n' "$@" >>"$config"
	run "$promised" -c "$config" doctor
}
publish "dir = $tmp/web" "command = true $tmp/web"
is "a folder that is to be made, and a command: all is well" "$(wrong):$rc" ":0"
ok "it is not made yet" test ! -e "$tmp/web"
publish "dir = $tmp/no/web"
one "a folder that cannot be made" "publish .*$tmp/no/web.*mkdir -p $tmp/no/web"
publish "dir = $tmp/certs/ca.pem/web"
one "one below a file" "publish .*$tmp/certs/ca.pem/web.*dir in \\[publish\\]"
publish "dir = $tmp" "command = promised-has-no-such-rsync -a x: y:"
one "a command that is not there" 'publish .*promised-has-no-such-rsync.*command in \[publish\]'
publish "dir = $tmp" "command = rsync 'a b"
one "a command that is none" 'publish .*command in \[publish\]'
publish "command = true"
one "a command, and nothing to publish" 'publish .*set dir in \[publish\]'

doctor "$imap" "$smtp"
sed -i 's/^timezone/timezome/' "$config"
line=$(grep -n timezome "$config" | cut -d : -f 1)
run "$promised" -c "$config" doctor
one "a config with a typo" "config .*$config:$line.*timezome"

done_testing
