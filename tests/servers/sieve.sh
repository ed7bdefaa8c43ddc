#!/bin/sh
# A private Dovecot whose Sieve filters with promised, as examples/sieve says.
#
#	sieve.sh DIR CERTS PROMISED
#
# starts it in DIR by dovecot.sh, with the program PROMISED for `promised`.
# DIR/sieve-bin/promised-filter is what Sieve runs; stop.sh DIR ends it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
examples=$(cd "$here/../../examples/sieve" && pwd)
mkdir -p "$1/sieve-bin"
dir=$(cd "$1" && pwd)

cp "$examples/promised.sieve" "$dir/"
sed "s|exec promised|exec $3|" "$examples/promised-filter" \
    >"$dir/sieve-bin/promised-filter"
chmod 755 "$dir/sieve-bin/promised-filter"
{
	sed "s|/etc/dovecot/sieve-bin|$dir/sieve-bin|; s|/etc/dovecot/sieve|$dir|" \
	    "$examples/dovecot.conf"
	# Dovecot limits the address space of what it runs; a sanitizer needs
	# all of it.
	echo 'default_vsz_limit = 0'
} >"$dir/extra.conf"
exec "$here/dovecot.sh" "$dir" "$2"
