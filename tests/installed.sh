# The programs as installed, where every user may run them: what mail servers
# need.  Source it after lib.sh.  $p runs promised for the owner whose folder is
# $tmp/owner.
#
#	fresh_owner		makes that folder anew, with its store

make -s -C "$root" install PREFIX="$tmp/usr" >/dev/null
mkdir -p "$tmp/bin"
cat >"$tmp/bin/promised" <<END
#!/bin/sh
PROMISED_DATA=$tmp/usr/share/promised PROMISED_LIBEXEC=$tmp/usr/libexec/promised \
    exec ${PROMISED:-$tmp/usr/bin/promised} -c "$tmp/owner/config" "\$@"
END
chmod 755 "$tmp/bin/promised"
p=$tmp/bin/promised

fresh_owner() {
	rm -rf "$tmp/owner"
	mkdir "$tmp/owner"
	"$p" init --address sam@home.example --timezone Europe/London \
	    --region GB --store "$tmp/owner/promised.db" >/dev/null
}
