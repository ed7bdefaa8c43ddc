#!/bin/sh
# put.sh MAILDIR: puts the mail on stdin into the Maildir as a delivery agent
# would (tmp, then new), owned like the Maildir itself.
set -eu

umask 077
for folder in "$1" "$1/tmp" "$1/new" "$1/cur"; do
	if [ ! -d "$folder" ]; then
		mkdir "$folder"
		chown --reference="$(dirname "$folder")" "$folder"
	fi
done
name=$(date +%s).$(basename "$(mktemp -u put.XXXXXXXXXX)").test
cat >"$1/tmp/$name"
chown --reference="$1" "$1/tmp/$name"
mv "$1/tmp/$name" "$1/new/$name"
