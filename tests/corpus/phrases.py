#!/usr/bin/env python3
"""Score what `promised scan` finds in single sentences.

usage: phrases.py PROMISED [--misses]

tests/corpus/phrases/*.tsv has a sentence a line and, after a tab, what is to be read in it: "-", or obligations with
"; " between them, each of kind, action and time (date, vague, condition or none).  Each sentence is the whole of a
mail from a company of Monday 2 March 2026; those of customer.tsv are the customer's own.  A promise is owed by who
writes, a deadline by who reads.  long.tsv has sentences with more in them than what counts.

The sentences are split by a checksum in two halves.  Rules are made from misses of the open half, which --misses
lists; the other half is never looked at, and its figures tell how much of it carries over.  deeds.tsv and
deeds-customer.tsv were written to tell what is done; they are open, and have figures of their own.  found is the F1 of
owner and kind; whole, of these and the time; action is the share of right actions among those found; clean, of
sentences without an obligation in which none is found.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile
import zlib
from email.message import EmailMessage

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "phrases")
ME, FIRM = "reader@postbox.example", "care@firm.example"


def lines(folder, names="*.tsv"):
    """Of each line of a folder who writes, the text, and what is to be found."""
    for path in sorted(glob.glob(os.path.join(folder, names))):
        sender = "customer" if path.endswith("customer.tsv") else "company"
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield sender, *line.rstrip("\n").split("\t")


def sentences(names):
    for sender, text, cell in lines(FOLDER, names):
        other = "company" if sender == "customer" else "customer"
        wanted = [part.split() for part in cell.split("; ") if part != "-"]
        yield sender, text, [(sender if kind == "promise" else other, kind, action, time)
                             for kind, action, time in wanted]


def mail(sender, text):
    message = EmailMessage()
    message["Date"] = "Mon, 02 Mar 2026 10:15:00 +0000"
    message["From"], message["To"] = (ME, FIRM) if sender == "customer" else (FIRM, ME)
    message["Subject"] = "Your message" if sender == "company" else "My complaint"
    message.set_content("Hello,\n\n%s\n\nKind regards,\n%s\n" % (
        text, "Customer Care" if sender == "company" else "J. Hale"))
    return message.as_bytes()


def scan(promised, rows):
    """What is found in each of them, as scan tells it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, (sender, text, _) in enumerate(rows):
            paths.append(os.path.join(folder, "%d.eml" % i))
            with open(paths[-1], "wb") as file:
                file.write(mail(sender, text))
        command = [promised, "scan", "--json", "--region", "GB", "--me", ME]
        out = subprocess.run(command + paths, stdout=subprocess.PIPE, check=True).stdout
    found = {item["file"]: item for item in map(json.loads, out.decode().splitlines())}
    return [found[path] for path in paths]


def halves(cases):
    """The open and the held half of cases, each a row and what was found."""
    sides = ([], [])
    for case in cases:
        sides[zlib.crc32(case[0][1].encode()) & 1].append(case)
    return sides


def obligations(item):
    return [(o["who"], o["kind"], o["action"], time(o)) for o in item["obligations"]]


def time(o):
    return "condition" if o["condition"] else "vague" if o["vague"] else "date" if o["due"] else "none"


def common(wanted, got, key):
    left, n = [key(o) for o in got], 0
    for o in wanted:
        if key(o) in left:
            left.remove(key(o))
            n += 1
    return n


def figures(cases):
    n = dict.fromkeys("wanted got found whole action right empty clean".split(), 0)
    for (_, _, wanted), got in cases:
        found = common(wanted, got, lambda o: o[:2])
        n["wanted"] += len(wanted)
        n["got"] += len(got)
        n["found"] += found
        n["whole"] += common(wanted, got, lambda o: (o[0], o[1], o[3]))
        n["right"] += common(wanted, got, lambda o: o[:3])
        n["empty"] += not wanted
        n["clean"] += not wanted and not got
    both = n["wanted"] + n["got"]
    line = "found=%.3f whole=%.3f action=%.3f" % (
        2 * n["found"] / both, 2 * n["whole"] / both, n["right"] / n["found"])
    return line + (" clean=%.3f" % (n["clean"] / n["empty"]) if n["empty"] else "")


def cases(names):
    rows = list(sentences(names))
    return list(zip(rows, map(obligations, scan(sys.argv[1], rows))))


def main():
    opened, held = halves(cases("[!d]*.tsv") + cases("deliver.tsv"))
    deeds = cases("deeds*.tsv")
    if "--misses" in sys.argv:
        for (sender, text, wanted), got in opened + deeds:
            if sorted(wanted) != sorted(got):
                print("%s: %s\n\twanted %s\n\tgot    %s" % (
                    sender, text, *("; ".join(" ".join(o[1:]) for o in side) or "-" for side in (wanted, got))))
    print("open " + figures(opened))
    print("held " + figures(held))
    print("deeds " + figures(deeds))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
