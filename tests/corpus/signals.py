#!/usr/bin/env python3
"""Score the signals that `promised scan` finds in short mails.

usage: signals.py PROMISED [--misses] [--each]

tests/corpus/signals/*.tsv has a mail of a few sentences a line and, after a tab, the signals that it gives, or "-".
Those of customer.tsv are the customer's own, all others a company's.

The mails are split by a checksum in two halves.  Rules are made from misses of the open half, which --misses lists;
the other half is never looked at, and its figures tell how much of it carries over.  Prints the micro F1 of signals
of both, and with --each that of every signal.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import tempfile
import zlib
from email.message import EmailMessage

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "signals")
ME, FIRM = "reader@postbox.example", "care@firm.example"


def rows():
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.tsv"))):
        customer = os.path.basename(path) == "customer.tsv"
        with open(path, encoding="utf-8") as file:
            for line in file:
                text, cell = line.rstrip("\n").split("\t")
                yield customer, text, set() if cell == "-" else set(cell.split(", "))


def mail(customer, text):
    message = EmailMessage()
    message["Date"] = "Mon, 02 Mar 2026 10:15:00 +0000"
    message["From"], message["To"] = (ME, FIRM) if customer else (FIRM, ME)
    message["Subject"] = "My letter" if customer else "Your message"
    message.set_content("Hello,\n\n%s\n\nKind regards,\n%s\n" % (text, "J. Hale" if customer else "Customer Care"))
    return message.as_bytes()


def scan(promised, mails):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, "%d.eml" % i) for i in range(len(mails))]
        for path, octets in zip(paths, mails):
            with open(path, "wb") as file:
                file.write(octets)
        command = [promised, "scan", "--json", "--region", "GB", "--me", ME]
        out = subprocess.run(command + paths, stdout=subprocess.PIPE, check=True).stdout
    found = {item["file"]: item for item in map(json.loads, out.decode().splitlines())}
    return [found[path] for path in paths]


def f1(cases):
    """Of pairs of two sets, wanted and found."""
    hits = sum(len(wanted & found) for wanted, found in cases)
    both = sum(len(wanted) + len(found) for wanted, found in cases)
    return 2 * hits / both if both else 1.0


def each(halves):
    names = collections.Counter(name for half in halves for _, wanted, found in half for name in wanted | found)
    for name in sorted(names):
        only = {name}
        print("%-20s" % name, *("%.3f" % f1([(w & only, f & only) for _, w, f in half]) for half in halves))


def main():
    halves = ([], [])
    told = list(rows())
    for (customer, text, wanted), item in zip(told, scan(sys.argv[1], [mail(*row[:2]) for row in told])):
        halves[zlib.crc32(text.encode()) & 1].append((text, wanted, set(item["signals"])))
    if "--misses" in sys.argv:
        for text, wanted, found in halves[0]:
            if wanted != found:
                print("%s\n\tmissed %s\n\tfound  %s" % (
                    text, ", ".join(sorted(wanted - found)) or "-", ", ".join(sorted(found - wanted)) or "-"))
    if "--each" in sys.argv:
        each(halves)
    for name, half in zip(("open", "held"), halves):
        print("%s signals=%.3f" % (name, f1([(wanted, found) for _, wanted, found in half])))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
