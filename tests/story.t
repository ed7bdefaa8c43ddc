#!/bin/sh
# The whole story with real servers; nothing is faked but the date.
#
# Sam forwards the bank's mail by SMTP.  Postfix gives it to Dovecot, promised
# waits there with IDLE, files it and sends a receipt through Postfix.  Time
# passes: the lapse is told.  Sam answers by mail; the bank asks for two more
# weeks; the promise has slipped; in the end it is kept, and the case closed.
. "$(dirname "$0")/lib.sh"

# --- the servers and the owner's set-up ---

"$tests/servers/certs.sh" "$tmp/certs"
mkdir -p "$tmp/dovecot"
cat >"$tmp/dovecot/users" <<'END'
agent@example.test:{PLAIN}s3cret::::
sam@owner.example:{PLAIN}sams::::
care@acme.example:{PLAIN}cares::::
END
at_exit "$tests/servers/stop.sh $tmp/postfix $tmp/dovecot"
"$tests/servers/dovecot.sh" "$tmp/dovecot" "$tmp/certs"
"$tests/servers/postfix.sh" "$tmp/postfix" "$tmp/certs" "$tmp/dovecot"
. "$tmp/dovecot/env"
. "$tmp/postfix/env"

config=$tmp/config
"$promised" -c "$config" init --address sam@owner.example --name "Sam Okafor" \
    --timezone Europe/London --region GB --store "$tmp/promised.db" >/dev/null
# Only what the story is about.
sed -i 's/^digest = .*/digest = none/' "$config"
cat >>"$config" <<END
[mailbox home]
url = imaps://agent%40example.test@localhost:$IMAPS_PORT/INBOX
password = s3cret
ca = $tmp/certs/ca.pem
filed-folder = Filed
[send]
url = smtp://agent%40example.test@localhost:$SMTP_PORT
password = s3cret
ca = $tmp/certs/ca.pem
from = agent@example.test
case-address = agent+{case}@example.test
END

p() {
	"$promised" -c "$config" "$@"
}

# send FROM TO: a mail from stdin, by SMTP, as its author.
send() {
	case $1 in
	sam@*) user=sam@owner.example password=sams ;;
	*) user=care@acme.example password=cares ;;
	esac
	"$tests/send.py" "$SMTP_PORT" "$tmp/certs/ca.pem" "$1" "$2" $user $password
}

# Sam's mailbox, as files; the newest mail whose subject matches.
inbox=$MAIL_HOME/sam@owner.example
mails() {
	find "$inbox" -type f -path '*/new/*' 2>/dev/null | wc -l
}
has_mails() {
	[ "$(mails)" -ge "$1" ]
}
newest() {
	ls -t "$inbox"/new/* | head -n 1
}
body() { # the newest mail's text part, whole
	python3 - "$(newest)" <<'END'
import email, email.policy, sys
mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print(mail.get_body(("plain",)).get_content())
END
}
header() { # NAME: of the newest mail
	python3 - "$(newest)" "$1" <<'END'
import email, email.policy, sys
mail = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
print(mail[sys.argv[2]] or "")
END
}

run p doctor
like "doctor finds the IMAP server well" "$out" 'ok +mailbox +imaps:'
like "and the SMTP server" "$out" 'ok +send +smtp:'
is "and all the rest" "$rc" 0

# --- 2 March: the forward comes in while `run` waits with IDLE ---

start_run() { # TIME
	"$promised" -c "$config" --now "$1" run 2>"$tmp/run.log" &
	run_pid=$!
	wait_for 60 grep -q 'at work' "$tmp/run.log"
}
stop_run() {
	kill -TERM "$run_pid"
	wait "$run_pid"
}
at_exit 'kill $run_pid'

start_run 2026-03-02T18:21:00+00:00
send sam@owner.example agent@example.test <<'END'
Date: Mon, 02 Mar 2026 18:20:07 +0000
From: Sam Okafor <sam@owner.example>
To: agent@example.test
Subject: Fwd: Your complaint NB-204417
Message-ID: <forward-1@owner.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Please keep an eye on them.

---------- Forwarded message ---------
From: Acme Customer Care <care@acme.example>
Date: Mon, 2 Mar 2026 at 10:15
Subject: Your complaint NB-204417
To: Sam Okafor <sam@owner.example>


Dear Mr Okafor,

Thank you for your complaint, our reference NB-204417. I am sorry that three
calls have not put it right.

I will write to you with an answer within five working days.

Yours sincerely,

Alice Byrne
Acme Customer Care
END
ok "the receipt comes, by IDLE and SMTP" wait_for 60 has_mails 1
run stop_run
is "run ends when told" "$rc" 0

run body
like "the receipt names the case" "$out" 'Case 1'
like "it quotes the promise" "$out" 'I will write to you with an answer within five working days'
like "it says when that is" "$out" 'Monday 9 March 2026'
like "a machine wrote it, and says so" "$(header Auto-Submitted)" 'auto-generated'
like "it carries the date for a calendar" "$(cat "$(newest)")" 'text/calendar'
like "the case's own address commands" "$(header Reply-To)" 'agent\+1\.[a-z2-7]+@example\.test'
ok "the forward was moved to the folder for filed mail" \
    wait_for 60 sh -c "find $MAIL_HOME/agent@example.test/.Filed -name '*,S=*' | grep -q ."

run p cases --json
like "one case, known by the company's domain" "$out" '"case":1,"company":"acme.example"'
like "and by its number" "$out" '"references":\["NB-204417"\]'

# --- 9 March: still time; 10 March: lapsed ---

run p --now 2026-03-09T12:00:00+00:00 once
is "on the day itself nothing is said" "$(mails)" 1
run p --now 2026-03-10T09:00:00+00:00 once
ok "the morning after, the lapse is told" wait_for 60 has_mails 2
lapse=$(newest)
lapse_id=$(header Message-ID)
reply_to=$(header Reply-To)
like "in plain words" "$(header Subject)" 'Acme.* was due Monday 9 March'
run body
like "quoting the company" "$out" 'I will write to you with an answer'
run p --now 2026-03-10T10:00:00+00:00 once
is "it is told once" "$(mails)" 2

# --- Sam answers by mail ---

send sam@owner.example "$reply_to" <<END
Date: Tue, 10 Mar 2026 10:05:00 +0000
From: Sam Okafor <sam@owner.example>
To: $reply_to
Subject: Re: $(header Subject)
Message-ID: <answer-1@owner.example>
In-Reply-To: $lapse_id
References: $lapse_id
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

not kept
note Rang twice, nobody knew the case.

> Nothing that I have seen says that it was done.
END
arrived() {
	[ "$(find "$MAIL_HOME/agent@example.test" -path '*/new/*' -type f | wc -l)" -ge 1 ]
}
wait_for 60 arrived
run p --now 2026-03-10T10:06:00+00:00 once
ok "a transcript answers" wait_for 60 has_mails 3
run body
like "of the first command" "$out" '> not kept'
like "and of the second" "$out" '> note Rang twice'
run p case 1
like "the note is on the record" "$out" 'Rang twice, nobody knew the case'

# --- 12 March: the company wants two more weeks ---

send care@acme.example agent@example.test <<'END'
Date: Thu, 12 Mar 2026 15:00:00 +0000
From: Acme Customer Care <care@acme.example>
To: Sam Okafor <sam@owner.example>
Subject: Re: Your complaint NB-204417
Message-ID: <delay-1@acme.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Mr Okafor,

I am sorry, but we need two more weeks to look into NB-204417. I will write
to you with an answer by 26 March 2026.

Alice Byrne
Acme Customer Care
END
wait_for 60 arrived
run p --now 2026-03-12T16:00:00+00:00 once
ok "its receipt comes" wait_for 60 has_mails 4
run body
like "and says what was put off, and to when" "$out" 'Put off: 1\.1.*1\.2'
run p --now 2026-03-12T16:00:00+00:00 due --all
like "the first promise was put off" "$out" '1\.1 +put off'
like "the second one is open" "$out" '1\.2 +open.*Thursday 26 March'
run p cases --json
is "it is the same case" "$(printf '%s\n' "$out" | wc -l)" 1
run p why 1.2
like "why names the rule" "$out" 'en/[a-z]+\.rules:[0-9]+'

# --- 24 March: kept, and closed ---

send sam@owner.example "$reply_to" <<END
Date: Tue, 24 Mar 2026 09:00:00 +0000
From: Sam Okafor <sam@owner.example>
To: $reply_to
Subject: Re: case 1
Message-ID: <answer-2@owner.example>
In-Reply-To: $lapse_id
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

kept 1.2
close
-- 
Sam
END
wait_for 60 arrived
run p --now 2026-03-24T09:05:00+00:00 once
ok "the last transcript comes" wait_for 60 has_mails 5
run p cases --json
like "the case is closed" "$out" '"state":"closed"'
run p due --all
like "the promise was kept" "$out" '1\.2 +kept'
run p --now 2026-04-20T09:00:00+00:00 once
is "and nothing more is said" "$(mails)" 5

# --- a stranger commands nothing ---

send care@acme.example agent@example.test <<'END'
Date: Wed, 25 Mar 2026 09:00:00 +0000
From: Sam Okafor <sam@owner.example>
To: agent@example.test
Subject: Re: case 1
Message-ID: <forged-1@acme.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

reopen 1
END
wait_for 60 arrived
run p --now 2026-03-25T09:05:00+00:00 once
run p cases --json
like "a forged command is not obeyed" "$out" '"state":"closed"'

done_testing
