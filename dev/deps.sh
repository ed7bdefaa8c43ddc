#!/bin/sh
# Install the Debian packages named in the given lists, where they are missing.
# usage: deps.sh LIST...
#
# Quiet when nothing is to do (and then fast: one call of dpkg-query).  Works
# as root or with sudo; otherwise says exactly which packages to ask for.
# Daemons among them are installed but not started: the tests run their own.
set -eu

wanted=$(sed 's/#.*//' "$@" | tr -s ' \n' '\n' | grep .)
# shellcheck disable=SC2086 # one word a package
have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null |
    awk '$1 == "ii" { print $2 }') || true
missing=$(printf '%s\n' "$wanted" | grep -vxF "${have:-none}" || true)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	as_root=sudo
else
	echo "These packages are missing; ask who looks after this machine for" >&2
	echo "    apt-get install" $missing >&2
	exit 1
fi

echo "installing" $missing
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
if [ ! -e $policy ]; then
	ours=yes
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
fi
clean() {
	[ -z "$ours" ] || $as_root rm -f $policy
	rm -f "$log"
}
trap clean EXIT

printf 'postfix postfix/main_mailer_type select No configuration\n' |
    $as_root debconf-set-selections 2>/dev/null || true
# shellcheck disable=SC2086
if ! { $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
	tail -n 20 "$log" >&2
	echo "apt-get could not install:" $missing >&2
	exit 1
fi
