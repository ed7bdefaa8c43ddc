#!/usr/bin/env python3
"""Signs a mail by DKIM (RFC 6376: rsa-sha256, relaxed/relaxed), by openssl.

usage: sign.py KEY.pem DOMAIN SELECTOR [TAG=VALUE...] <MAIL >SIGNED
"""
import base64
import hashlib
import re
import subprocess
import sys

key, domain, selector, more = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
mail = sys.stdin.buffer.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
head, body = mail.split(b"\r\n\r\n", 1)


def relaxed(field):
    name, value = field.split(b":", 1)
    return name.strip().lower() + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip()


lines = [re.sub(rb"[ \t]+", b" ", l).rstrip(b" ") for l in body.split(b"\r\n")]
while lines and lines[-1] == b"":
    lines.pop()
plain = b"".join(l + b"\r\n" for l in lines)
for tag in more:
    if tag.startswith("l="):
        plain = plain[:int(tag[2:])]
fields = re.split(rb"\r\n(?![ \t])", head)
signed = [f for f in fields if f.split(b":")[0].lower() in (b"from", b"to", b"subject", b"date", b"message-id")]
names = b":".join(f.split(b":")[0].lower() for f in signed)
tags = b"".join(t.encode() + b"; " for t in more)
value = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; %sh=%s; bh=%s; b=" % (
    domain.encode(), selector.encode(), tags, names,
    base64.b64encode(hashlib.sha256(plain).digest()))
text = b"".join(relaxed(f) + b"\r\n" for f in signed) + relaxed(b"DKIM-Signature: " + value)
made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text, capture_output=True, check=True)
b = base64.b64encode(made.stdout)
folded = b"\r\n ".join(b[i:i + 70] for i in range(0, len(b), 70))
sys.stdout.buffer.write(b"DKIM-Signature: " + value + folded + b"\r\n" + mail)
