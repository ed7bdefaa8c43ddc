#!/bin/sh
# A private Apache with WebDAV (mod_dav_fs) over TLS, on a free port.
#
#	apache.sh DIR CERTS USER PASSWORD
#
# makes DIR with www/dav/ (the folder that is served as /dav/), access.log, and
# port; CERTS is what certs.sh made.  NAME.pem there is chosen by $CERT (good).
# `apache.sh stop DIR` ends it.
set -eu
if [ "$1" = stop ]; then
	kill "$(cat "$2/pid")"
	exit
fi
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 certs=$2 user=$3 password=$4
mkdir -p "$dir/www/dav"
chmod 777 "$dir" "$dir/www" "$dir/www/dav"
port=$("$here/port.py" free 1)
printf '%s:%s\n' "$user" "$(openssl passwd -apr1 "$password")" >"$dir/users"
{
	for name in mpm_event dav dav_fs ssl authn_core authn_file authz_core \
	    authz_user auth_basic socache_shmcb alias; do
		echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"
	done
	cat <<END
ServerRoot $dir
ServerName localhost
PidFile $dir/pid
ErrorLog $dir/error.log
LogFormat "%>s %m %U %u" short
CustomLog $dir/access.log short
Listen 127.0.0.1:$port
Mutex file:$dir
DocumentRoot $dir/www
DavLockDB $dir/locks
StartServers 1
SSLEngine on
SSLCertificateFile $certs/${CERT:-good}.pem
SSLCertificateKeyFile $certs/${CERT:-good}.key
Redirect /moved/ https://localhost:$port/dav/
<Directory $dir/www/dav>
	Dav On
	AuthType Basic
	AuthName dav
	AuthUserFile $dir/users
	Require valid-user
</Directory>
END
	[ "$(id -u)" != 0 ] || printf 'User nobody\nGroup nogroup\n'
} >"$dir/apache.conf"
/usr/sbin/apache2 -f "$dir/apache.conf" -k start
echo "$port" >"$dir/port"
