#!/bin/sh
# The mails of tests/golden as a person sees them: each in Chromium at the width
# of a phone and of a desk, light and dark, as build/golden/NAME-WIDTH[-dark].png.
# Look at them.  Fails when one is wider than its window.
set -eu
cd "$(dirname "$0")/.."
command -v chromium >/dev/null || {
	echo "make golden-png wants chromium (apt-get install chromium)" >&2
	exit 1
}
out=build/golden
mkdir -p "$out"
shot() { # PAGE WIDTH NAME
	timeout 60 chromium --headless --no-sandbox --disable-gpu \
	    --hide-scrollbars --window-size="$2,1600" \
	    --screenshot="$PWD/$out/$3.png" "file://$1" >/dev/null 2>&1
}
bad=0
[ $# -gt 0 ] || set -- tests/golden/*.html
for page; do
	name=$(basename "$page" .html)
	# Scripts are for looking alone: no mail has one.
	sed 's|</body>|<script>document.title = document.documentElement.scrollWidth > innerWidth ? "too wide" : "fits"</script>&|' \
	    "$page" >"$out/$name.html"
	# To be seen without asking the browser: the dark rules as the only ones.
	sed 's|@media (prefers-color-scheme: dark)|@media all|' "$page" >"$out/$name-dark.html"
	for width in 390 1024; do
		shot "$PWD/$page" "$width" "$name-$width"
		shot "$PWD/$out/$name-dark.html" "$width" "$name-$width-dark"
		if ! timeout 60 chromium --headless --no-sandbox --disable-gpu \
		    --window-size="$width,1600" --dump-dom \
		    "file://$PWD/$out/$name.html" 2>/dev/null |
		    grep -q '<title>fits'; then
			echo "$page: wider than $width" >&2
			bad=1
		fi
	done
done
exit $bad
