#!/bin/sh
# A private Postfix on a free port of 127.0.0.1.
#
#	postfix.sh DIR CERTS DOVECOT
#
# starts it in DIR with CERTS/good (see certs.sh) and returns when it answers.
# Then DIR/env holds SMTP_PORT (STARTTLS) and SMTPS_PORT, DIR/log is its log,
# stop.sh DIR ends it.  DIR/main.extra and DIR/master.extra, made beforehand, are
# added to its configuration.  It takes mail from whoever logs in (users and SASL of
# the Dovecot that runs in the folder DOVECOT) and delivers every recipient of
# example.test, acme.example and owner.example to that Dovecot by LMTP; all
# other domains are refused with 550.
#
# Postfix's master(8) must begin as root.  An ordinary user runs it in a user
# namespace of its own (newuidmap(1), /etc/subuid).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" != 0 ] && [ -z "${IN_NAMESPACE:-}" ]; then
	IN_NAMESPACE=1 exec unshare --map-root-user --map-auto "$0" "$@"
fi
mkdir -p "$1/etc" "$1/spool" "$1/data"
dir=$(cd "$1" && pwd)
certs=$(cd "$2" && pwd)
. "$3/env"

configure() { # PORTS: smtp smtps
	printf 'SMTP_PORT=%s\nSMTPS_PORT=%s\n' "$1" "$2" >"$dir/env"
	cat >"$dir/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
myhostname = mx.example.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
maillog_file = $dir/log
maillog_file_prefixes = /
virtual_mailbox_domains = example.test, acme.example, owner.example
virtual_transport = lmtp:inet:127.0.0.1:$LMTP_PORT
default_transport = error:5.1.2 no such domain in this test
smtpd_tls_cert_file = $certs/good.pem
smtpd_tls_key_file = $certs/good.key
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$SASL_PORT
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
END
	cat "$dir/main.extra" >>"$dir/etc/main.cf" 2>/dev/null || :
	cat >"$dir/etc/master.cf" <<END
127.0.0.1:$1 inet n - n - - smtpd
127.0.0.1:$2 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
END
	cat "$dir/master.extra" >>"$dir/etc/master.cf" 2>/dev/null || :
}

start() { # false when it does not come up: a port may have been taken since
	# The first time, check makes the folders of the queue.
	[ -d "$dir/spool/active" ] || postfix -c "$dir/etc" check 2>"$dir/check"
	(cd "$dir/spool" && MAIL_CONFIG=$dir/etc exec setsid \
	    /usr/lib/postfix/sbin/master -c "$dir/etc" -s \
	    </dev/null >"$dir/stdout" 2>&1) &
	echo $! >"$dir/pid"
	"$here/port.py" wait "$1" 220
}

chown postfix "$dir/data"
chmod a+x "$dir/.." "$dir" "$dir/etc"
for try in 1 2 3; do
	ports=$("$here/port.py" free 2)
	# shellcheck disable=SC2086
	configure $ports
	if start "${ports%% *}"; then
		exit 0
	fi
	"$here/stop.sh" "$dir"
done
cat "$dir/check" "$dir/stdout" "$dir/log" >&2
echo "postfix.sh: Postfix did not start in $try tries" >&2
exit 1
