#!/usr/bin/env python3
"""IMAP servers that lie, stall and hang up, each as its scenario says.

hostile-imap.py CERTS LOGS

prints a line "SCENARIO PORT" for each, then an empty one, serves connections
of 127.0.0.1 until it is killed, and writes every line that the last client of
a scenario sent to LOGS/SCENARIO, then "-- the end".  Where a scenario says nothing, it behaves:
three mails, STARTTLS, LOGIN, PLAIN, MOVE and IDLE.
"""
import base64
import socket
import ssl
import struct
import sys
import threading
import time

MAILS = [b"Subject: mail %d\r\n\r\nbody (%d)\r\n" % (n, n) for n in (1, 2, 3)]
CAPABILITIES = b"IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN AUTH=XOAUTH2 MOVE IDLE"


class Gone(Exception):
    """The connection ends here."""


class Session:
    """One connection; a scenario is a subclass that overrides its parts."""

    cert = "good"
    implicit_tls = True
    capabilities = CAPABILITIES
    greeting = b"* OK hello\r\n"
    mails = MAILS
    lines = None

    def __init__(self, sock, certs, log):
        self.sock, self.certs, self.log = sock, certs, log
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- the connection

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        path = f"{self.certs}/{self.cert}"
        context.load_cert_chain(path + ".pem", path + ".key")
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.lines = self.sock.makefile("rb")

    def send(self, text):
        self.sock.sendall(text)

    def hang_up(self):
        """Cuts the connection below TLS, without goodbye."""
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def close(self):
        raise Gone

    def silence(self):
        while self.lines.readline():
            pass
        raise Gone

    def drip(self, text, seconds=0.3):
        for byte in text:
            self.send(bytes([byte]))
            time.sleep(seconds)

    def next_line(self):
        line = self.lines.readline()
        if not line:
            raise Gone
        self.log.write(line)
        self.log.flush()
        return line.rstrip(b"\r\n")

    def serve(self):
        if self.implicit_tls:
            self.start_tls()
        self.lines = self.sock.makefile("rb")
        self.greet()
        while True:
            tag, _, command = self.next_line().partition(b" ")
            words = command.split() or [b"nothing"]
            name = words[0].upper()
            if name == b"UID":
                name = words[1].upper()
            self.tag = tag
            handler = getattr(self, "do_" + name.decode().lower(), None)
            if handler is None:
                self.reply(b"BAD what?")
            else:
                handler(command)

    def reply(self, text=b"OK done"):
        self.send(self.tag + b" " + text + b"\r\n")

    # -- the commands

    def greet(self):
        self.send(self.greeting)

    def do_capability(self, command):
        self.send(b"* CAPABILITY " + self.capabilities + b"\r\n")
        self.reply()

    def do_starttls(self, command):
        self.reply(b"OK begin")
        self.start_tls()

    def do_login(self, command):
        self.reply(b"OK in")

    def do_authenticate(self, command):
        self.reply(b"OK in")

    def do_examine(self, command):
        self.send(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"
                  b"* OK [UIDNEXT %d] x\r\n"
                  % (len(self.mails), len(self.mails) + 1))
        self.reply(b"OK [READ-ONLY] done")

    do_select = do_examine

    def do_search(self, command):
        self.send(b"* SEARCH 1 2 3\r\n")
        self.reply()

    def do_noop(self, command):
        self.reply()

    def do_create(self, command):
        self.reply()

    def do_move(self, command):
        self.reply()

    def do_store(self, command):
        self.reply()

    def do_logout(self, command):
        raise Gone

    def do_idle(self, command):
        self.send(b"+ idling\r\n")
        self.while_idle()
        while self.next_line() != b"DONE":
            pass
        self.reply()

    def while_idle(self):
        pass

    def wanted(self, command):
        """The numbers in UID FETCH's set."""
        for part in command.split()[2].split(b","):
            first, _, last = part.partition(b":")
            last = last or first
            yield from range(int(first),
                             min(int(last), len(self.mails)) + 1)

    def do_fetch(self, command):
        if b"RFC822.SIZE" in command:
            for number in self.wanted(command):
                self.list_one(number)
        else:
            self.asked = command
            for number in self.wanted(command):
                self.give_one(number)
        self.reply()

    def list_one(self, number, size=None):
        self.send(b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE '
                  b'" 2-Mar-2026 10:15:00 +0000" FLAGS (\\Seen $Odd))\r\n'
                  % (number, number, size or len(self.mails[number - 1])))

    def give_one(self, number):
        mail = self.mails[number - 1]
        self.send(b"* %d FETCH (UID %d BODY[] {%d}\r\n"
                  % (number, number, len(mail)) + mail + b")\r\n")


SCENARIOS = {}


def scenario(cls):
    """Known by its name with - for _."""
    SCENARIOS[cls.__name__.replace("_", "-")] = cls
    return cls


@scenario
class good(Session):
    pass


def certificate(name):
    for suffix, implicit in (("", True), ("-starttls", False)):
        SCENARIOS["cert-" + name + suffix] = type(
            name, (Session,), {"cert": name, "implicit_tls": implicit})


for each in ("good", "other", "wrong", "expired", "future", "client", "self"):
    certificate(each)


# -- before TLS

class Plain(Session):
    implicit_tls = False


@scenario
class starttls_missing(Plain):
    capabilities = b"IMAP4rev1 AUTH=PLAIN"

    def do_starttls(self, command):
        self.reply(b"BAD unknown command")


@scenario
class starttls_refused(Plain):
    def do_starttls(self, command):
        self.reply(b"NO not now")


@scenario
class starttls_injected(Plain):
    injected = b"2 OK [CAPABILITY IMAP4rev1] logged in\r\n"

    def do_starttls(self, command):
        self.send(self.tag + b" OK begin\r\n" + self.injected)
        self.start_tls()


@scenario
class starttls_injected_much(starttls_injected):
    injected = b"* OK filler\r\n" * 5000


@scenario
class starttls_injected_later(Plain):
    def do_starttls(self, command):
        self.reply(b"OK begin")
        time.sleep(0.2)
        self.send(b"2 OK logged in\r\n")
        self.start_tls()


@scenario
class preauth(Plain):
    greeting = b"* PREAUTH welcome\r\n"


@scenario
class plain_on_the_tls_port(Plain):
    """Speaks no TLS at all where TLS is expected."""


@scenario
class loopback_plain(Plain):
    capabilities = b"IMAP4rev1 AUTH=PLAIN SASL-IR IDLE"

    def do_starttls(self, command):
        self.reply(b"BAD unknown command")


# -- greeting and login

@scenario
class greeting_silent(Session):
    def greet(self):
        self.silence()


@scenario
class handshake_silent(Plain):
    def greet(self):
        self.silence()


@scenario
class handshake_of_warnings(Plain):
    """Alerts that are no faults, in place of a handshake, without end."""

    def greet(self):
        while True:
            self.send(b"\x15\x03\x03\x00\x02\x01\x5a" * 1000)


@scenario
class greeting_bye(Session):
    greeting = b"* BYE too many users\r\n"


@scenario
class greeting_garbage(Session):
    greeting = bytes(i * 7919 % 256 for i in range(5000)) + b"\r\n"


@scenario
class greeting_endless(Session):
    def greet(self):
        while True:
            self.send(b"* OK " + b"a" * 65536)


@scenario
class login_disabled(Session):
    capabilities = CAPABILITIES + b" LOGINDISABLED"

    def do_login(self, command):
        self.reply(b"NO disabled")

    def do_authenticate(self, command):
        _, mechanism, text = command.split()
        ok = (mechanism == b"PLAIN" and
              base64.b64decode(text) == b"\0ann\0s3cret")
        self.reply(b"OK in" if ok else b"NO bad credentials")


@scenario
class login_impossible(Session):
    capabilities = b"IMAP4rev1 LOGINDISABLED"


@scenario
class login_no(Session):
    def do_login(self, command):
        self.reply(b"NO [AUTHENTICATIONFAILED] \x1b[31mno")


@scenario
class login_bye(Session):
    def do_login(self, command):
        self.send(b"* BYE go away\r\n")
        self.close()


@scenario
class login_wrong_tag(Session):
    def do_login(self, command):
        self.send(b"999 OK in\r\n")


# -- the mailbox

@scenario
class select_no(Session):
    def do_examine(self, command):
        self.reply(b"NO such mailbox")


@scenario
class no_uidvalidity(Session):
    def do_examine(self, command):
        self.send(b"* 3 EXISTS\r\n")
        self.reply()


@scenario
class no_uidnext(Session):
    def do_examine(self, command):
        self.send(b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n")
        self.reply()


@scenario
class list_nested(Session):
    def list_one(self, number):
        self.send(b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 200000 + b")\r\n")


@scenario
class list_nested_later(Session):
    """The parentheses are not in one line with FETCH's literal."""

    def list_one(self, number):
        self.send(b"* OK {90000}\r\n* 1 FETCH (BODYSTRUCTURE "
                  + b"(" * 200000 + b")\r\n")


@scenario
class list_long_atom(Session):
    def list_one(self, number):
        self.send(b"* 1 FETCH (FLAGS (")
        while True:
            self.send(b"a" * 65536)


@scenario
class list_odd(Session):
    """Strange, but nothing that should stop anyone."""

    def list_one(self, number):
        self.send(b"* 5 EXISTS\r\n* 2 EXPUNGE\r\n* 3 RECENT\r\n"
                  b"* OK [ALERT] maintenance\r\n"
                  b"* 9 FETCH (UID 99 FLAGS (\\Seen))\r\n"
                  b"* 9 FETCH (FLAGS ())\r\n"
                  b"* FLAGS (\\Seen)\r\n")
        super().list_one(number)
        super().list_one(number)


@scenario
class list_backwards(Session):
    def wanted(self, command):
        return reversed(list(super().wanted(command)))


@scenario
class list_numbers(Session):
    def list_one(self, number):
        self.send(b"* 1 FETCH (UID 99999999999999999999 RFC822.SIZE -1)\r\n")


@scenario
class list_large(Session):
    """The second mail is said to be larger than may be."""

    def list_one(self, number):
        super().list_one(number, 70000000 if number == 2 else None)


# -- the bodies

@scenario
class body_hang_up(Session):
    def give_one(self, number):
        self.send(b"* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: ")
        self.hang_up()


@scenario
class body_poison(Session):
    """The second mail ends every session in which it is asked for."""

    def give_one(self, number):
        if number == 2:
            self.hang_up()
        super().give_one(number)


@scenario
class body_closed(Session):
    def give_one(self, number):
        self.send(b"* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: ")
        self.close()


@scenario
class body_silent(Session):
    def give_one(self, number):
        self.send(b"* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: ")
        self.silence()


@scenario
class body_drip(Session):
    def give_one(self, number):
        self.send(b"* 1 FETCH (UID 1 BODY[] {1000}\r\n")
        self.drip(b"Subject: " + b"a" * 991)


@scenario
class body_huge(Session):
    announced = 4294967200

    def give_one(self, number):
        self.send(b"* 1 FETCH (UID 1 BODY[] {%d}\r\nabc" % self.announced)
        self.silence()


@scenario
class body_huger(body_huge):
    announced = 99999999999999999999999999


@scenario
class body_endless(Session):
    def give_one(self, number):
        while True:
            super().give_one(number)


@scenario
class body_nil(Session):
    def give_one(self, number):
        if number == 2:
            self.send(b"* 2 FETCH (UID 2 BODY[] NIL)\r\n")
        else:
            super().give_one(number)


@scenario
class body_without_uid(Session):
    def give_one(self, number):
        if number == 2:
            self.send(b"* 2 FETCH (BODY[] {3}\r\nabc)\r\n")
        else:
            super().give_one(number)


@scenario
class body_missing(Session):
    def give_one(self, number):
        if number != 2:
            super().give_one(number)


@scenario
class body_late(Session):
    """Not given in the batch, but when it is asked for alone."""

    def give_one(self, number):
        if number != 2 or b"2 " in self.asked.replace(b":", b"-"):
            super().give_one(number)


@scenario
class body_moved(Session):
    """Listed, then moved away by another program before it is fetched."""

    gone = False

    def give_one(self, number):
        if number == 2:
            self.gone = True
        else:
            super().give_one(number)

    def list_one(self, number):
        if number != 2 or not self.gone:
            super().list_one(number)


@scenario
class body_of_another(Session):
    def give_one(self, number):
        super().give_one(number)
        self.send(b"* 9 FETCH (UID 99 BODY[] {3}\r\nabc)\r\n")


@scenario
class body_quoted(Session):
    mails = [b"Subject: mail 1  quoted", *MAILS[1:]]

    def give_one(self, number):
        self.send(b'* %d FETCH (UID %d BODY[] "%s")\r\n'
                  % (number, number, self.mails[number - 1])
                  if number == 1 else b"")
        if number != 1:
            super().give_one(number)


@scenario
class body_bye(Session):
    def give_one(self, number):
        if number == 2:
            self.send(b"* BYE maintenance\r\n")
            self.close()
        super().give_one(number)


@scenario
class body_longer(Session):
    """Sizes are wrong, as Exchange's are; the bytes are right."""

    def list_one(self, number):
        super().list_one(number, 5)


@scenario
class slices_end_early(Session):
    """A mail of 3 MB of which the second slice is NIL."""

    mails = [b"Subject: mail 1\r\n\r\n" + b"a" * 3000000, *MAILS[1:]]

    def give_one(self, number):
        if number != 1:
            super().give_one(number)
        elif b"<0." in self.asked:
            self.send(b"* 1 FETCH (UID 1 BODY[]<0> {1048576}\r\n"
                      + self.mails[0][:1048576] + b")\r\n")
        else:
            self.send(b"* 1 FETCH (UID 1 BODY[]<1048576> NIL)\r\n")


@scenario
class slices_without_end(Session):
    """Always one more slice: it never ends before 64 MB."""

    def list_one(self, number):
        super().list_one(number, 2000000 if number == 1 else None)

    def give_one(self, number):
        if number != 1:
            super().give_one(number)
        else:
            self.send(b"* 1 FETCH (UID 1 BODY[]<0> {1048576}\r\n"
                      + b"a" * 1048576 + b")\r\n")


# -- filing and waiting

@scenario
class move_missing(Session):
    capabilities = b"IMAP4rev1"


@scenario
class move_refused(Session):
    def do_move(self, command):
        self.reply(b"NO over quota")

    do_create = do_move


@scenario
class idle_missing(Session):
    capabilities = b"IMAP4rev1"


@scenario
class idle_refused(Session):
    def do_idle(self, command):
        self.reply(b"BAD not today")


class Growing(Session):
    """A fourth mail comes while the client waits."""

    def grow(self):
        if len(self.mails) == 3:
            self.mails = MAILS + [b"Subject: mail 4\r\n\r\n"]
            return b"* 4 EXISTS\r\n"
        return b""


@scenario
class idle_early_news(Growing):
    """The news comes between IDLE and its plus sign, and is not repeated."""

    def do_idle(self, command):
        self.send(self.grow())
        super().do_idle(command)


@scenario
class idle_one_segment(Growing):
    """Plus sign and news in one TLS record: poll(2) sees nothing more."""

    def do_idle(self, command):
        self.send(b"+ idling\r\n" + self.grow())
        while self.next_line() != b"DONE":
            pass
        self.reply()


@scenario
class idle_noop_news(Growing):
    """The news comes with the NOOP before IDLE."""

    def do_noop(self, command):
        self.send(self.grow())
        self.reply()


@scenario
class idle_chatter(Session):
    """Says again and again that it is still there, and nothing else."""

    def while_idle(self):
        self.send(b"* OK still here\r\n")


@scenario
class idle_bye(Session):
    def while_idle(self):
        self.send(b"* BYE shutting down\r\n")
        self.close()


@scenario
class idle_hang_up(Session):
    def while_idle(self):
        self.hang_up()


@scenario
class idle_dead(Session):
    """Like a NAT that forgot the connection: DONE is never answered."""

    def while_idle(self):
        self.silence()


def serve(server, cls, certs, path):
    while True:
        sock, _ = server.accept()
        with open(path, "wb") as log:
            session = cls(sock, certs, log)
            try:
                session.serve()
            except (Gone, OSError, ValueError):
                pass
            log.write(b"-- the end\n")
        for each in (session.lines, session.sock, sock):
            try:
                each.close()
            except (AttributeError, OSError):
                pass


def main():
    certs, logs = sys.argv[1:]
    for name, cls in SCENARIOS.items():
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(
            target=serve, args=(server, cls, certs, f"{logs}/{name}")).start()
        print(name, server.getsockname()[1])
    print(flush=True)


if __name__ == "__main__":
    main()
