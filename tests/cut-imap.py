#!/usr/bin/env python3
"""Cut promised-fetch's session at every byte that the server sends.

cut-imap.py FETCH CERTS STEP [FIRST]

runs one whole session with a server of 40 mails (60 KB) through a proxy, over
plain text and over TLS, then again and again with the connection cut after
byte FIRST, FIRST + STEP, ...; every other time by a reset.  Each session must
end by itself well before the deadline, say a fault that tells what to do (or done), hand out
only whole mails and each once, and tell a place to go on from, below which
nothing is missing.  Prints TAP.
"""
import importlib.util
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "hostile", os.path.join(HERE, "hostile-imap.py"))
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)

MAILS = [b"Subject: mail %d\r\n\r\n" % n + b"line (%d) {9}\r\n" % n * (n * 5)
         for n in range(1, 41)]

# Of the session, in seconds: so long that a cut ends it, never a busy machine.
DEADLINE = 60


class Plain(hostile.loopback_plain):
    mails = MAILS


class Tls(hostile.good):
    mails = MAILS


class Proxy:
    """One connection at a time; cuts what the server says after limit."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.limit, self.reset, self.passed = None, False, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server_port))
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.passed = 0
            try:
                self.pump(client, server)
            except OSError:
                pass
            if self.reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            client.close()
            server.close()

    def pump(self, client, server):
        while self.limit is None or self.passed < self.limit:
            for sock in select.select([client, server], [], [])[0]:
                room = 65536
                if sock is server and self.limit is not None:
                    room = self.limit - self.passed
                data = sock.recv(room)
                if not data:
                    return
                if sock is server:
                    client.sendall(data)
                    self.passed += len(data)
                else:
                    server.sendall(data)


def frames(output):
    """(line, bytes) of each frame; the last may lack its end."""
    while output:
        line, _, output = output.partition(b"\n")
        length = re.search(rb" \+(\d+)$", line)
        n = int(length.group(1)) if length else 0
        yield line.decode(), output[:n]
        output = output[n:]


def field(line, key):
    found = re.search(rf" {key}=(\d+)", line)
    return int(found.group(1)) if found else None


def judge(status, output):
    """What is wrong with this session; None when nothing is."""
    if status < 0 or status > 78:
        return f"it ended with status {status}"
    told, next_uid, last = set(), 1, ""
    for last, data in frames(output):
        verb = last.split(" ")[0]
        if verb == "mail":
            uid = field(last, "uid")
            if data != MAILS[uid - 1]:
                return f"mail {uid} is not whole"
            if uid in told:
                return f"mail {uid} came twice"
            told.add(uid)
        elif verb == "asking":
            next_uid = field(last, "first")
        elif verb == "done":
            next_uid = field(last, "next")
    if not re.match(r"done |fault code=\d+ text=.*(tried|check|operator|pin)",
                    last):
        return f"its last word is {last}"
    if last.startswith("done") != (len(told) == len(MAILS)):
        return f"it says {last} after {len(told)} mails"
    if not set(range(1, next_uid)) <= told:
        return f"it goes on from {next_uid}, and some below are missing"
    return None


def session(fetch, plan):
    begun = time.monotonic()
    done = subprocess.run([fetch], input=plan, stdout=subprocess.PIPE,
                          timeout=2 * DEADLINE, check=False)
    return done.returncode, done.stdout, time.monotonic() - begun


def cut_all(name, cls, url, fetch, certs, step, first):
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=hostile.serve, daemon=True,
                     args=(server, cls, certs, "/dev/null")).start()
    proxy = Proxy(server.getsockname()[1])
    plan = (f"fetch url={url}:{proxy.port} password=s3cret timeout={DEADLINE} batch=7"
            f" ca={certs}/ca.pem\n").encode()
    status, output, _ = session(fetch, plan)
    wrong = judge(status, output)
    total, cuts, slowest = proxy.passed, 0, 0
    for proxy.limit in range(first, total, step):
        if wrong:
            break
        proxy.reset = not proxy.reset
        status, output, seconds = session(fetch, plan)
        wrong = judge(status, output)
        slowest = max(slowest, seconds)
        if not wrong and seconds >= DEADLINE:
            wrong = f"the deadline ended it, after {seconds:.1f} s"
        if wrong:
            wrong = f"cut after byte {proxy.limit}: {wrong}"
        cuts += 1
    print("not ok" if wrong or not cuts else "ok",
          f"- {name}: cut at each {step}. of {total} bytes")
    print(f"# {wrong or f'{cuts} cuts, the slowest took {slowest:.2f} s'}",
          flush=True)
    return bool(wrong)


def main():
    fetch, certs, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    print("1..2")
    bad = cut_all("plain", Plain, "imap://ann@127.0.0.1",
                  fetch, certs, step, first)
    bad |= cut_all("TLS", Tls, "imaps://ann@localhost",
                   fetch, certs, step, first)
    sys.stdout.flush()
    os._exit(bad)


if __name__ == "__main__":
    main()
