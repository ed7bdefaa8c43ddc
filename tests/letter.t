#!/bin/sh
# Letters for print: the words are the letter's, all on the paper, in fonts
# that go with the file; those that were sent are part of the dossier.
. "$(dirname "$0")/lib.sh"

config=$tmp/config
at() { # TIME COMMAND...
	when=$1
	shift
	"$promised" -c "$config" --now "$when" "$@"
}
now=2026-03-20T10:00:00Z
"$promised" -c "$config" init --address sam@home.example --name "Zażółć Gęślą-Müller" \
    --timezone Europe/London --region GB --store "$tmp/store/promised.db" >/dev/null
sed -i 's/^name = .*/&\npostal-address = 14 Übergasse, Łódź 90-001/' "$config"
cat <<END | at 2026-02-28T10:01:00Z deliver
From: Sam <sam@home.example>
To: care@acmebank.example
Message-ID: <s1@home.example>
Date: Sat, 28 Feb 2026 10:00:00 +0000
Subject: Charged twice

You took 42.10 twice.
END
at 2026-03-02T11:00:00Z deliver <<END
From: Acme Bank <care@acmebank.example>
To: sam@home.example
Message-ID: <a1@acmebank.example>
In-Reply-To: <s1@home.example>
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: Re: Charged twice
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dear Sam,

We will refund the 42.10 pounds by 9 March.

Kind regards,
Łucja Müller-Ångström
END

# Words of FILE stand in the PDF in this order, none of them cut or over the edge.
holds() { # PDF FILE
	pdftotext -bbox "$1" "$tmp/bbox.html" &&
	    python3 - "$tmp/bbox.html" "$2" <<'END'
import html, re, sys
page = open(sys.argv[1]).read()
pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', page, re.S)
words, bad = [], not pages
for width, height, inner in pages:
    for x0, y0, x1, y1, word in re.findall(
            r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', inner):
        if float(x0) < 36 or float(y0) < 18 or float(x1) > float(width) - 36 or float(y1) > float(height) - 18:
            bad = True
            print("# off the paper: %s at %s,%s to %s,%s" % (word, x0, y0, x1, y1))
        if float(y0) < float(height) - 60:  # below is the number of the page
            words.append(html.unescape(word))
got = "".join(words)
for line in open(sys.argv[2]):
    line = "".join(line.split())
    if line not in got:
        bad = True
        print("# not on it: %s" % line[:200])
sys.exit(bad)
END
}
fonts() { # those that are not embedded as a subset
	pdffonts "$1" | awk 'NR > 2 && !/yes yes yes/'
}

run at $now letter 1 "$tmp/none.pdf"
is "no letter yet: 64" "$rc" 64
like "says what to do" "$err" 'promised do 1 draft'
at $now do 1 draft complaint >"$tmp/answer"
sed -n '/^Subject:/,/^-----/p' "$tmp/answer" | sed 's/^Subject: //; /^-----/d' >"$tmp/words"
printf '%s\n' "Zażółć Gęślą-Müller" "14 Übergasse" "Łódź 90-001" sam@home.example \
    care@acmebank.example "Friday 20 March 2026" >>"$tmp/words"
run at $now letter 1 "$tmp/letter.pdf"
is "letter" "$rc" 0
is "says where" "$out" "$tmp/letter.pdf"
cp "$tmp/words" "$tmp/words.sent"
like "the draft has words" "$(wc -w <"$tmp/words")" '^[1-9][0-9]{2}$'
ok "the paper has the same, none of them clipped" holds "$tmp/letter.pdf" "$tmp/words"
is "its fonts go with it" "$(fonts "$tmp/letter.pdf")" ""
like "of which there are some" "$(pdffonts "$tmp/letter.pdf")" 'yes yes yes'
info=$(pdfinfo "$tmp/letter.pdf")
like "a title" "$info" 'Title: +Formal complaint: Charged twice'
like "an author" "$info" 'Author: +Zażółć Gęślą-Müller'
like "tagged for those who hear it" "$info" 'Tagged: +yes'
like "A4 in Britain" "$info" '\(A4\)'
like "on one page" "$info" 'Pages: +1$'
at $now letter 1 - >"$tmp/again.pdf"
ok "the same letter, the same bytes" cmp "$tmp/letter.pdf" "$tmp/again.pdf"
sed -i 's/^region = .*/region = US-CA/' "$config"
at $now letter 1 "$tmp/us.pdf" --to "Acme Bank plc, Complaints, 1 High Street, Springfield" >/dev/null
like "Letter in America" "$(pdfinfo "$tmp/us.pdf")" '\(letter\)'
printf '%s\n' "Acme Bank plc" Complaints "1 High Street" Springfield >>"$tmp/words"
sed -i '/care@/d' "$tmp/words"
ok "to the address that is given" holds "$tmp/us.pdf" "$tmp/words"
sed -i 's/^region = .*/region = GB/' "$config"
run at $now -n letter 1 "$tmp/dry.pdf"
ok "-n writes nothing" test ! -e "$tmp/dry.pdf"
run at $now letter 1
is "no file: 64" "$rc" 64
run at $now letter 99 "$tmp/x.pdf"
is "no such case: 64" "$rc" 64

# --- what goes out is in the dossier ---

token=$(sed -n 's/^send \(1-[a-z0-9]*\)$/\1/p' "$tmp/answer")
at $now do 1 send "$token" >/dev/null
at $now once 2>/dev/null
run at 2026-04-01T10:00:00Z export 1 "$tmp/dossier"
is "export" "$rc" 0
ok "the letter that was sent is in it" holds "$tmp/dossier/letters/001.pdf" "$tmp/words.sent"
like "the manifest lists it" "$(cat "$tmp/dossier/MANIFEST.sha256")" 'letters/001\.pdf'
like "the page links to it, beside its mail" "$(cat "$tmp/dossier/index.html")" 'href="letters/001.pdf"'
is "the data tells which mail it is" "$(python3 -c 'import json, sys
print([m["letter"] for m in json.load(open(sys.argv[1]))["messages"]])' "$tmp/dossier/case.json")" \
    "[None, None, 'letters/001.pdf']"
run "$promised" verify "$tmp/dossier"
is "verify proves it" "$rc" 0

# --- other words ---

edit() { # FILE: the letter in the owner's words
	{
		echo edit
		cat "$1"
	} >"$tmp/command"
	at $now do 1 "$(cat "$tmp/command")" >/dev/null
	at $now letter 1 "$tmp/own.pdf" >/dev/null
}
{
	echo "Good day,"
	i=0
	while [ $i -lt 90 ]; do
		i=$((i + 1))
		printf '\nParagraph %d of a letter that goes on over more pages than one, as some have to, in lines that are longer than the paper is wide, so that they are broken between their words.\n' $i
	done
	printf '\nGreetings\n'
} >"$tmp/long"
edit "$tmp/long"
like "a long letter has pages" "$(pdfinfo "$tmp/own.pdf")" 'Pages: +[5-9]$'
ok "with all of its words" holds "$tmp/own.pdf" "$tmp/long"
like "numbered" "$(pdftotext -f 2 -l 2 "$tmp/own.pdf" -)" '^2 ?/ ?[5-9]$'
{
	printf 'Ελληνικά, Русский, Türkçe, Việt, žluťoučký kůň.\n\n'
	python3 -c 'print("W" * 3000)'
	printf '\nשלום\n\n- %s\n' "$(python3 -c 'print("item " * 60)')"
} >"$tmp/odd"
edit "$tmp/odd"
sed '/^ש/d' "$tmp/odd" >"$tmp/odd.ltr"
ok "other scripts, and a word wider than the paper" holds "$tmp/own.pdf" "$tmp/odd.ltr"
is "in fonts that go with it" "$(fonts "$tmp/own.pdf")" ""
done_testing
