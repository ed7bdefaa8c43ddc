#!/usr/bin/env python3
"""frames.py DIR: reads the frames of a helper on stdin, prints their lines as
they come (without the bytes), and keeps each frame's bytes in DIR/UID.eml."""
import re
import sys

stream = sys.stdin.buffer
for line in stream:
    print(line.decode().rstrip("\n"), flush=True)
    length = re.search(rb" \+(\d+)\n$", line)
    if length:
        uid = re.search(rb" uid=(\d+) ", line).group(1).decode()
        with open(f"{sys.argv[1]}/{uid}.eml", "wb") as file:
            file.write(stream.read(int(length.group(1))))
