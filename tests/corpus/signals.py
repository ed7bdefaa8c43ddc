#!/usr/bin/env python3
"""Score the signals that `promised scan` finds in short mails.

usage: signals.py PROMISED [--misses] [--each]

tests/corpus/signals/*.tsv has a mail of a few sentences a line and, after a tab, the signals that it gives, or "-".
Those of customer.tsv are the customer's own, all others a company's; none.tsv has what looks like a signal and is
none, or another one.

The mails are split in two halves like those of phrases.py: --misses lists those of the open half alone.  Prints the
micro F1 of signals of both, and with --each that of every signal.
"""
import os
import sys

from phrases import halves, lines, scan

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "signals")


def f1(pairs):
    """Of pairs of two sets, wanted and found."""
    hits = sum(len(wanted & found) for wanted, found in pairs)
    both = sum(len(wanted) + len(found) for wanted, found in pairs)
    return 2 * hits / both if both else 1.0


def each(sides):
    for name in sorted(set().union(*(wanted for side in sides for wanted, _ in side))):
        print("%-20s" % name, *("%.3f" % f1([(w & {name}, f & {name}) for w, f in side]) for side in sides))


def names(signals):
    return ", ".join(sorted(signals)) or "-"


def main():
    rows = list(lines(FOLDER))
    sides = [[(text, set(cell.split(", ")) - {"-"}, set(item["signals"])) for (_, text, cell), item in side]
             for side in halves(list(zip(rows, scan(sys.argv[1], rows))))]
    if "--misses" in sys.argv:
        for text, wanted, found in sides[0]:
            if wanted != found:
                print("%s\n\tmissed %s\n\tfound  %s" % (text, names(wanted - found), names(found - wanted)))
    sides = [[(wanted, found) for _, wanted, found in side] for side in sides]
    if "--each" in sys.argv:
        each(sides)
    for name, side in zip(("open", "held"), sides):
        print("%s signals=%.3f" % (name, f1(side)))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
