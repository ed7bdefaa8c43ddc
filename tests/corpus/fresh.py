#!/usr/bin/env python3
"""Turn a file of tests/corpus/fresh into mails and labels.

usage: fresh.py OUT [LANGUAGE]

Reads fresh/LANGUAGE.txt, or fresh/messages.txt, which is English, as are set1 to set10.  Writes OUT/ID.eml for each message and
OUT/labels.jsonl in the shape of one label (promised-rules(5) tells what the fields mean), so that the same scorer
reads both corpora.
"""
import json
import os
import re
import sys
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fresh")


def items(cell):
    return [] if cell == "-" else [part.strip() for part in cell.split(",")]


def obligation(line):
    head, quote = (part.strip() for part in line.split("|", 1))
    who, kind, action, due, *flags = head.split()
    return {"who": who, "kind": kind, "action": action, "due": None if due == "-" else due,
            "vague": "vague" in flags, "condition": "condition" in flags, "quote": quote}


def read(block, language):
    head, rest = block.split("\n", 1)
    ident, region, sender, anchor, author, subject = (cell.strip() for cell in head.split(" | ", 5))
    text, foot = rest.rsplit("\n--- ", 1)
    first, *found = [line for line in foot.split("\n") if line.strip()]
    agent, references, signals = (cell.strip() for cell in first.split(" | "))
    name, address = (part.strip(' "') for part in author.rstrip(">").rsplit("<", 1))
    label = {"id": ident, "file": ident + ".eml", "language": language, "region": region, "sender": sender,
             "anchor": anchor,
             "company": address.split("@")[1] if sender == "company" else "", "agent": None if agent == "-" else agent,
             "references": items(references), "signals": items(signals),
             "obligations": [obligation(line) for line in found]}
    mail = EmailMessage()
    mail["Date"] = format_datetime(datetime.fromisoformat(anchor))
    mail["From"] = f'"{name}" <{address}>'
    mail["To"] = "reader@postbox.example" if sender == "company" else "complaints@firm.example"
    mail["Subject"] = subject
    if "autoreply" in label["signals"]:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text.strip() + "\n")
    return label, mail


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out, language = sys.argv[1], (sys.argv[2:] or ["en"])[0]
    source = os.path.join(FOLDER, "messages.txt" if language == "en" else language + ".txt")
    os.makedirs(out, exist_ok=True)
    with open(source, encoding="utf-8") as file:
        blocks = re.split(r"(?m)^=== ", file.read())[1:]
    with open(os.path.join(out, "labels.jsonl"), "w", encoding="utf-8") as labels:
        for block in blocks:
            label, mail = read(block, "en" if language.startswith("set") else language)
            labels.write(json.dumps(label, ensure_ascii=False) + "\n")
            with open(os.path.join(out, label["file"]), "wb") as file:
                file.write(mail.as_bytes())


if __name__ == "__main__":
    main()
