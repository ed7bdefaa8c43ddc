#!/usr/bin/env python3
"""A DNS server of TXT records on a free port of 127.0.0.1.

usage: dns.py ZONE PORT-FILE LOG

ZONE is read for each question: lines "NAME TEXT"; TEXT "!" is answered by
silence.  Each name that is asked for is added to LOG.
"""
import os
import socket
import struct
import sys

zone, port_file, log = sys.argv[1:]
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
with open(port_file + ".new", "w") as f:
    f.write(str(server.getsockname()[1]))
os.rename(port_file + ".new", port_file)
while True:
    question, client = server.recvfrom(4096)
    at, labels = 12, []
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode())
        at += 1 + question[at]
    asked = question[12:at + 5]
    name = ".".join(labels)
    with open(log, "a") as f:
        f.write(name + "\n")
    text = dict(l.rstrip("\n").split(" ", 1) for l in open(zone)).get(name)
    if text == "!":
        continue
    answer = b""
    if text is not None:
        raw = text.encode()
        parts = b"".join(bytes([len(raw[i:i + 200])]) + raw[i:i + 200] for i in range(0, len(raw), 200))
        answer = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(parts)) + parts
    code = 0x8180 if text is not None else 0x8183
    server.sendto(question[:2] + struct.pack(">HHHHH", code, 1, bool(answer), 0, 0) + asked + answer, client)
