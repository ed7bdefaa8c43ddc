#!/usr/bin/env python3
"""A submission server that misbehaves on order, and tells what it heard.

Each line of its standard input, in words as a shell quotes them, starts one:

    DIR [OPTION...] [cut|silent STEP] [say STEP TEXT] ...

It listens on a free port of 127.0.0.1, which DIR/port tells, until the input
ends.  DIR/commands is what came, a line each, secrets decoded; DIR/mail.N the
Nth mail that was ended by a dot, without its dot-stuffing.

A STEP is a command (EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, RSET, QUIT),
`banner`, BODY (when some of a mail has come) or DOT; with a number it is that
occurrence on a connection (RCPT2).  At it the server

  cut     closes the connection in place of an answer
  silent  never answers
  say     answers TEXT, in which \\n is a line end; closes when it has none

Options: cert=FILE key=FILE (offers STARTTLS), tls (from the first byte),
no-auth, no-starttls.  One may log in as agent@example.test with s3cret.
"""
import base64
import os
import shlex
import socket
import ssl
import sys
import threading

LOGIN = b"\0agent@example.test\0s3cret"


class Over(Exception):
    pass


class Connection:
    def __init__(self, server, sock):
        self.server = server
        self.sock = sock
        self.count = {}
        self.tls = False

    def start_tls(self):
        self.sock = self.server.context.wrap_socket(
            self.sock, server_side=True)
        self.tls = True
        self.file = self.sock.makefile("rb")

    def say(self, text):
        self.sock.sendall(text.encode())

    def step(self, name, answer):
        """Answers, or does what was ordered for this step."""
        n = self.count[name] = self.count.get(name, 0) + 1
        orders = self.server.orders
        order = orders.get(f"{name}{n}") or orders.get(name)
        if order is None:
            self.say(answer)
            return True
        if order[0] == "silent":
            self.sock.recv(1)  # until the other side gives up
            raise Over
        if order[0] == "cut":
            raise Over
        self.say(order[1])
        if not order[1].endswith("\n"):
            raise Over
        return order[1] == answer

    def refuses(self, name):
        order = self.server.orders.get(name, ("",))
        return order[0] == "say" and order[1][0] in "45"

    def line(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise Over
        return line[:-2]

    def ehlo(self):
        offers = ["mx.example.test", "SIZE 100000000", "8BITMIME", "DSN"]
        if self.server.context and not self.tls and not self.server.no_starttls:
            offers.append("STARTTLS")
        if not self.server.no_auth and (
                self.tls or not self.server.context):
            offers.append("AUTH PLAIN LOGIN")
        lines = [f"250-{offer}\r\n" for offer in offers]
        lines[-1] = "250 " + lines[-1][4:]
        self.step("EHLO", "".join(lines))

    def auth(self, line):
        secret = line[11:] if len(line) > 10 else b""
        if not secret:
            self.say("334 \r\n")
            secret = self.line()
        secret = base64.b64decode(secret)
        self.server.log(b"SECRET " + secret.replace(b"\0", b" "))
        good = secret == LOGIN
        self.step("AUTH", "235 2.7.0 yes\r\n" if good else "535 5.7.8 no\r\n")

    def data(self):
        if not self.step("DATA", "354 go on\r\n"):
            return
        body = b""
        while True:
            line = self.file.readline()
            if not line:
                raise Over
            if line == b".\r\n":
                break
            body += line[1:] if line.startswith(b".") else line
            if "BODY" in self.server.orders:
                raise Over
        if not self.refuses("DOT"):
            self.server.keep(body)
        self.step("DOT", "250 2.0.0 queued as 4F21\r\n")

    def talk(self):
        if self.server.implicit:
            self.start_tls()
        else:
            self.file = self.sock.makefile("rb")
        self.step("banner", "220 mx.example.test ESMTP\r\n")
        while True:
            line = self.line()
            verb = line.split(b" ")[0].decode("latin-1").upper()
            self.server.log(line)
            if verb == "EHLO":
                self.ehlo()
            elif verb == "STARTTLS" and self.server.context:
                self.step("STARTTLS", "220 2.0.0 ready\r\n")
                self.start_tls()
            elif verb == "AUTH":
                self.auth(line)
            elif verb == "DATA":
                self.data()
            elif verb in ("MAIL", "RCPT", "RSET"):
                self.step(verb, "250 2.1.0 ok\r\n")
            elif verb == "QUIT":
                self.step("QUIT", "221 2.0.0 bye\r\n")
                raise Over
            else:
                self.say("500 5.5.2 what?\r\n")

    def run(self):
        try:
            self.talk()
        except (Over, OSError, ValueError):
            pass
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self.server.log(b"CLOSED")


class Server:
    def __init__(self, folder, words):
        self.folder = folder
        self.mails = 0
        self.lock = threading.Lock()
        self.orders = {}
        self.implicit = self.no_auth = self.no_starttls = False
        self.context = None
        files = {}
        while words:
            word = words.pop(0)
            if word in ("cut", "silent"):
                self.orders[words.pop(0)] = (word,)
            elif word == "say":
                step = words.pop(0)
                text = words.pop(0).replace("\\n", "\r\n")
                self.orders[step] = (word, text)
            elif "=" in word:
                key, files[key] = word.split("=", 1)[0], word.split("=", 1)[1]
            elif word == "tls":
                self.implicit = True
            elif word == "no-auth":
                self.no_auth = True
            elif word == "no-starttls":
                self.no_starttls = True
            else:
                sys.exit(f"hostile-smtp.py: what is {word}?")
        if files:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(files["cert"], files["key"])

    def log(self, line):
        with self.lock, open(f"{self.folder}/commands", "ab") as f:
            f.write(line + b"\n")

    def keep(self, body):
        with self.lock:
            self.mails += 1
            with open(f"{self.folder}/mail.{self.mails}", "wb") as f:
                f.write(body)

    def serve(self):
        listener = socket.create_server(("127.0.0.1", 0))
        with open(f"{self.folder}/port.new", "w") as f:
            f.write(str(listener.getsockname()[1]))
        os.rename(f"{self.folder}/port.new", f"{self.folder}/port")
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(
                target=Connection(self, sock).run, daemon=True).start()


for line in sys.stdin:
    folder, *words = shlex.split(line)
    threading.Thread(target=Server(folder, words).serve, daemon=True).start()
