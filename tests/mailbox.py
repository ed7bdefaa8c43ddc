#!/usr/bin/env python3
"""A mailbox whose disputes are known, and how well they are told apart.

usage: mailbox.py unpack MAILBOX OUT [SEED]
       mailbox.py score MAILBOX CASES.jsonl

unpack writes OUT/NAME.eml for each mail; with a seed the names are in another order.  score reads what `cases --json`
prints and tells the B-cubed precision, recall and F1 (Bagga, Baldwin, "Algorithms for Scoring Coreference Chains",
1998) over the mails that belong to a dispute, the share of disputes that were found exactly, and stray, the share of
the others that were put into a case.  The mails of a case that is not exactly a dispute are listed behind it.
"""
import json
import os
import random
import re
import sys


def read(path):
    """name -> (case or None, bytes)"""
    with open(path, "rb") as source:
        blocks = re.split(rb"(?m)^==== ", source.read())[1:]
    mails = {}
    for block in blocks:
        head, mail = block.split(b"\n", 1)
        name, case = head.decode().split()
        mails[name] = (None if case == "-" else case, mail)
    return mails


def unpack(mails, out, seed=None):
    order = sorted(mails)
    if seed is not None:
        random.Random(seed).shuffle(order)
    os.makedirs(out)
    for i, name in enumerate(order):
        prefix = "" if seed is None else "%04d-" % i
        with open(os.path.join(out, prefix + name + ".eml"), "wb") as target:
            target.write(mails[name][1])


def grouped(path):
    """name -> the number of its case"""
    mine = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            for mail in case["messages"]:
                mine[os.path.basename(mail["file"])[:-4].split("-")[-1]] = case["case"]
    return mine


def groups(pairs):
    found = {}
    for name, case in pairs:
        if case is not None:
            found.setdefault(case, set()).add(name)
    return found


def score(mails, mine):
    gold = groups((name, case) for name, (case, _) in mails.items())
    ours = groups(mine.items())
    precision = recall = count = 0
    for group in gold.values():
        for name in group:
            got = ours.get(mine.get(name), {name})
            precision += len(got & group) / len(got)
            recall += len(got & group) / len(group)
            count += 1
    p, r = precision / count, recall / count
    others = [name for name, (case, _) in mails.items() if case is None]
    print("precision=%.3f recall=%.3f f1=%.3f exact=%.3f stray=%.3f" % (
        p, r, 2 * p * r / (p + r), sum(g in ours.values() for g in gold.values()) / len(gold),
        sum(name in mine for name in others) / len(others)))
    for case, group in sorted(gold.items()):
        if group not in ours.values():
            print(case, *("%s:%s" % (name, mine.get(name, "-")) for name in sorted(group)))


def main():
    if sys.argv[1:2] == ["unpack"] and len(sys.argv) in (4, 5):
        unpack(read(sys.argv[2]), *sys.argv[3:])
    elif sys.argv[1:2] == ["score"] and len(sys.argv) == 4:
        score(read(sys.argv[2]), grouped(sys.argv[3]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
