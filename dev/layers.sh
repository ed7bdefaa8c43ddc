#!/bin/sh
# Prove the floors of the house: who may include whom.
#
#	base	nothing of ours
#	mail	base
#	rules	base
#	cases	base, mail/message.h, rules/finding.h, rules/calendar.h
#	record	base, cases, and the three that cases may
#	root	all
#
# and one owner file for each library (dev/owners).  Prints each breach as
# file:line and exits 1.
set -eu
cd "$(dirname "$0")/.."

grep -n '^#include' ./*.[ch] base/*.[ch] mail/*.[ch] rules/*.[ch] cases/*.[ch] record/*.[ch] \
    tests/unit/*.[ch] tests/fuzz/*.[ch] 2>/dev/null | sed 's|^\./||' |
awk -v owners=dev/owners '
BEGIN {
	while ((getline line < owners) > 0) {
		if (line ~ /^#/ || line !~ /[^ \t]/)
			continue
		n = split(line, word, /[ \t]+/)
		lib[word[1]] = " "
		for (i = 2; i <= n; i++)
			lib[word[1]] = lib[word[1]] word[i] " "
	}
	may["base"] = "^base/"
	may["mail"] = "^(base|mail)/"
	may["rules"] = "^(base|rules)/"
	may["record"] = "^(base/|cases/|record/|mail/message.h$|rules/finding.h$|rules/calendar.h$)"
	may["cases"] = "^(base/|cases/|mail/message.h$|rules/finding.h$|rules/calendar.h$)"
}
{
	split($0, part, ":")
	file = part[1]
	floor = file ~ /\// ? substr(file, 1, index(file, "/") - 1) : "root"
	name = $0
	sub(/^[^"<]*["<]/, "", name)
	sub(/[">].*/, "", name)
	if ($0 ~ /#include *"/ && floor in may && name !~ may[floor]) {
		print file ":" part[2] ": " floor " may not include " name
		bad = 1
	}
	for (l in lib)
		if (index(name, l) == 1 && !owned(file, lib[l])) {
			print file ":" part[2] ": " name " belongs to" lib[l]
			bad = 1
		}
}
function owned(file, list,   v, n, i) {
	n = split(list, v, " ")
	for (i = 1; i <= n; i++)
		if (v[i] == file || (v[i] ~ /\/$/ && index(file, v[i]) == 1))
			return 1
	return 0
}
END { exit bad }'
