#!/usr/bin/env python3
"""Score what `promised scan` finds in labelled mail.

usage: score.py PROMISED LABELS.jsonl FOLDER [--misses]

A found obligation is one with the right owner whose quote shares half its words with the labelled one; strict ones
have the right due date and flags too.  Prints F1 of both, of signals and of references, and the share of right
actions, agents, languages (where they are labelled) and of mails without an obligation in which none is found.
"""
import email
import email.policy
import email.utils
import json
import os
import subprocess
import sys


def customers(row, path):
    """The customer's addresses, as the owner would name them with --me."""
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.compat32)
    author = email.utils.parseaddr(mail.get("From", ""))[1].lower()
    to = [a.lower() for _, a in email.utils.getaddresses(mail.get_all("To", []))]
    company = row["company"] or "-"
    if row["sender"] == "customer":
        return [author]
    others = [a for a in to if not a.endswith(company)]
    forwarded = not author.endswith(company) and str(mail.get("Subject", "")).lower().startswith(("fwd:", "fw:"))
    return others + ([author] if forwarded else [])


def scan(promised, rows, folder):
    by_region, me = {}, set()
    for row in rows:
        path = os.path.join(folder, row["file"])
        by_region.setdefault(row["region"], []).append(path)
        me.update(a for a in customers(row, path) if a)
    found = {}
    for region, paths in by_region.items():
        command = [promised, "scan", "--json", "--region", region]
        command += [part for a in sorted(me) for part in ("--me", a)]
        out = subprocess.run(command + paths, stdout=subprocess.PIPE, check=True).stdout
        for line in out.decode().splitlines():
            item = json.loads(line)
            found[os.path.basename(item["file"])] = item
    return found


def share(a, b):
    a, b = a.lower().split(), b.lower().split()
    common = len([w for w in a if w in b])
    return common / max(1, min(len(a), len(b)))


def same(a, b):
    """A day agrees with any time on it."""
    if not a or not b or len(a) != 10 and len(b) != 10:
        return a == b
    return a[:10] == b[:10]


def strict(g, f):
    return same(g["due"], f["due"]) and g["vague"] == f["vague"] and g["condition"] == f["condition"]


def pairs(gold, found):
    left, result = list(found), []
    for g in gold:
        near = [f for f in left if f["who"] == g["who"] and share(f["quote"], g["quote"]) >= 0.5]
        near.sort(key=lambda f: (strict(g, f), f["action"] == g["action"]), reverse=True)
        if near:
            left.remove(near[0])
            result.append((g, near[0]))
    return result


def f1(hits, gold, found):
    return 2 * hits / (gold + found) if gold + found else 1.0


def main():
    rows = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    found = scan(sys.argv[1], rows, sys.argv[3])
    n = dict.fromkeys("gold found hit strict action sg sf sh rg rf rh agent told language empty clean".split(), 0)
    for row in rows:
        got, gold = found[row["file"]], row["obligations"]
        matched = pairs(gold, got["obligations"])
        n["gold"] += len(gold)
        n["found"] += len(got["obligations"])
        n["hit"] += len(matched)
        n["strict"] += sum(strict(g, f) for g, f in matched)
        n["action"] += sum(g["action"] == f["action"] for g, f in matched)
        for short, key in (("s", "signals"), ("r", "references")):
            a, b = set(row[key]), set(got[key])
            n[short + "g"] += len(a)
            n[short + "f"] += len(b)
            n[short + "h"] += len(a & b)
        n["agent"] += (row["agent"] or "") == (got["agent"] or "")
        n["told"] += "language" in row
        n["language"] += row.get("language") == got["language"]
        n["empty"] += not gold
        n["clean"] += not gold and not got["obligations"]
        if "--misses" in sys.argv and (len(matched) < max(len(gold), len(got["obligations"]))):
            print(row["file"], "wanted", [g["quote"] for g in gold], "got", [f["quote"] for f in got["obligations"]])
    languages = "" if n["told"] == 0 else " language=%.3f" % (n["language"] / n["told"])
    print("found=%.3f strict=%.3f action=%.3f signals=%.3f references=%.3f agent=%.3f clean=%.3f%s" % (
        f1(n["hit"], n["gold"], n["found"]), f1(n["strict"], n["gold"], n["found"]), n["action"] / max(1, n["hit"]),
        f1(n["sh"], n["sg"], n["sf"]), f1(n["rh"], n["rg"], n["rf"]), n["agent"] / len(rows),
        n["clean"] / max(1, n["empty"]), languages))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main()
