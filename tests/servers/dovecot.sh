#!/bin/sh
# A private Dovecot on free ports of 127.0.0.1.
#
#	dovecot.sh DIR CERTS [NAME]
#
# starts it in DIR (made if need be) with the certificate NAME (default good)
# out of CERTS (see certs.sh) and returns when it answers.  Then DIR/env holds
# IMAP_PORT (STARTTLS required), IMAPS_PORT, SUBMISSION_PORT (STARTTLS, relays
# to 127.0.0.1:$RELAY_PORT, 9 when unset), LMTP_PORT, SASL_PORT (for Postfix)
# and MAIL_HOME, for `. DIR/env`; DIR/log is its log; stop.sh DIR ends it.
#
# Users: agent@example.test (password s3cret, or a token by token.sh), and any
# name given in DIR/users (passwd-file) beforehand.  Mail lies in Maildirs,
# $MAIL_HOME/USER; put.sh adds one.  DIR/extra.conf, made beforehand, is part of
# the configuration.  Dovecot runs as the caller, or, when that
# is root, as nobody, so nothing here needs or gives privilege.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
certs=$(cd "$2" && pwd)
cert=${3:-good}

as=
user=$(id -un) group=$(id -gn)
if [ "$(id -u)" = 0 ]; then
	user=nobody group=$(id -gn nobody)
	as="setpriv --reuid=$user --regid=$group --clear-groups --"
fi

configure() { # PORTS: imap imaps submission lmtp sasl
	cat >"$dir/env" <<END
IMAP_PORT=$1
IMAPS_PORT=$2
SUBMISSION_PORT=$3
LMTP_PORT=$4
SASL_PORT=$5
MAIL_HOME=$dir/mail
END
	cat >"$dir/dovecot.conf" <<END
base_dir = $dir/run
state_dir = $dir/state
instance_name = test-$1
log_path = $dir/log
protocols = imap lmtp submission
listen = 127.0.0.1
default_login_user = $user
default_internal_user = $user
default_internal_group = $group
first_valid_uid = 1
mail_uid = $user
mail_gid = $group
mail_location = maildir:$dir/mail/%u
mail_max_userip_connections = 1000
mailbox_list_index = no
ssl = required
ssl_cert = <$certs/$cert.pem
ssl_key = <$certs/$cert.key
disable_plaintext_auth = yes
auth_mechanisms = ${MECHANISMS:-plain login xoauth2}
auth_failure_delay = 0
login_trusted_networks =
postmaster_address = postmaster@example.test
submission_relay_host = 127.0.0.1
submission_relay_port = ${RELAY_PORT:-9}
submission_relay_trusted = yes
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $dir/oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u $dir/users
}
userdb {
  driver = static
  args = allow_all_users=yes uid=$user gid=$group home=$dir/home/%u
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  service_count = 0
  inet_listener imap {
    port = $1
  }
  inet_listener imaps {
    port = $2
    ssl = yes
  }
}
service submission-login {
  chroot =
  inet_listener submission {
    port = $3
  }
}
service lmtp {
  inet_listener lmtp {
    port = $4
  }
}
service auth {
  inet_listener sasl {
    address = 127.0.0.1
    port = $5
  }
}
service stats {
  chroot =
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Filed {
    auto = create
  }
}
!include_try $dir/extra.conf
END
}

start() { # false when it does not come up: a port may have been taken since
	# A stale socket in run costs a wait of 5 s.
	rm -rf "$dir/run"
	mkdir "$dir/run"
	[ -z "$as" ] || chown -R "$user:$group" "$dir"
	# shellcheck disable=SC2086
	setsid $as "$(command -v dovecot || echo /usr/sbin/dovecot)" \
	    -F -c "$dir/dovecot.conf" >"$dir/stdout" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	"$here/port.py" wait "$1" '* OK'
}

mkdir -p "$dir/state" "$dir/mail" "$dir/home" "$dir/jwt/default/HS256"
[ -f "$dir/users" ] || echo 'agent@example.test:{PLAIN}s3cret::::' >"$dir/users"
# Tokens are checked here and not at an authority: token.sh knows the key.
printf %s 'a key that only tests know and use' | base64 -w0 \
    >"$dir/jwt/default/HS256/default"
cat >"$dir/oauth2.conf" <<END
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$dir/jwt/
username_attribute = email
username_format = %u
END
[ -z "$as" ] || chmod a+x "$dir/.." "$dir"

for try in 1 2 3; do
	ports=$("$here/port.py" free 5)
	# shellcheck disable=SC2086
	configure $ports
	if start "${ports%% *}"; then
		exit 0
	fi
	"$here/stop.sh" "$dir"
done
cat "$dir/stdout" "$dir/log" >&2
echo "dovecot.sh: Dovecot did not start in $try tries" >&2
exit 1
