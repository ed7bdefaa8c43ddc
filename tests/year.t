#!/bin/sh
# Some weeks of disputes, lived day by day, and the first of them again with a
# promised that is killed all the time.  make year lives the whole year.
. "$(dirname "$0")/lib.sh"

seed=${SEED:-1}
days=${DAYS:-28}
cases=${CASES:-12}
kill_days=${KILL_DAYS:-8}
echo "# SEED=$seed DAYS=$days CASES=$cases"

year() { # FOLDER DAYS CASES [MODE...]; each of its checks as one of ours
	"$tests/year.py" "$promised" "$tmp/$1" "$seed" "$2" "$3" ${4-} \
	    >"$tmp/$1.tap" 2>"$tmp/$1.err" || :
	sed -n '/^not ok/!s/^#/&/p' "$tmp/$1.tap" | grep '^#'
	ok "$1: all checks" sh -c "grep -q '^1\.\.' '$tmp/$1.tap' &&
	    ! grep -A9 '^not ok' '$tmp/$1.tap' && ! grep . '$tmp/$1.err'"
}
year year "$days" "$cases"
year calm "$kill_days" "$cases" calm
year killed "$kill_days" "$cases" "calm kill"
ok "the same mails, whatever was killed" \
    diff "$tmp/calm/mails" "$tmp/killed/mails"

done_testing
