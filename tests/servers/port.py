#!/usr/bin/env python3
"""Ports for tests, as the kernel gives them.

port.py free N            print N free TCP ports of 127.0.0.1, blank between
port.py wait PORT START   wait (at most 20 s) until the server there says a
                          line that begins with START; exit 1 when it does not
"""
import socket
import sys
import time


def free(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    print(*(s.getsockname()[1] for s in held))


def greeted(port, start):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            return s.makefile("rb").readline().startswith(start.encode())
    except OSError:
        return False


def wait(port, start):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if greeted(port, start):
            return 0
        time.sleep(0.01)
    return 1


if sys.argv[1] == "free":
    free(int(sys.argv[2]))
else:
    sys.exit(wait(int(sys.argv[2]), sys.argv[3]))
