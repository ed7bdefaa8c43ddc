#!/usr/bin/env python3
"""faults.py PROMISED FOLDER KIND STEP [SCENARIO...]: what a fault leaves behind.

KIND is how a run is disturbed, at every STEPth of the places there are:

  kill    strace kills whatever process makes its Nth call of a name, for each
          name and N that a run has
  disk    ENOSPC, EIO or EINTR in place of the Nth write, sync, rename ...
  alloc   the Nth allocation of each process fails

Then the command is given again if it said that it failed, and two passes
follow.  After them each message must be in the store once and decided, each
mail to the owner have gone out at least once and under one Message-ID, each
mail to a company at most once, and none be missing that is not told as
unknown.  A process may fail, but not die of a signal that is not ours.

The scenario `look` is all commands that change nothing, for alloc.

Prints a line for each scenario, and each point that was not clean.
"""
import collections
import email.parser
import importlib.util
import os
import re
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
OWNER = "sam@home.example"
LIMIT = 300  # seconds; generous, since what hangs hangs for ever
DISK = {"write": "ENOSPC EIO EINTR", "pwrite64": "ENOSPC EIO EINTR",
        "fsync": "EIO ENOSPC", "fdatasync": "EIO ENOSPC", "rename": "ENOSPC EIO",
        "renameat2": "ENOSPC EIO", "link": "ENOSPC EIO", "ftruncate": "EIO",
        "mkdir": "ENOSPC", "openat": "EMFILE ENOSPC", "read": "EIO EINTR",
        "pread64": "EIO", "sendto": "EINTR EPIPE", "recvfrom": "EINTR ECONNRESET",
        "fork": "EAGAIN", "clone": "EAGAIN",
        "socketpair": "EMFILE", "pipe2": "EMFILE", "unlink": "EIO"}

PROMISE = """From: Anna Bell <care@acme.example>
To: sam@home.example
Message-ID: <a%s@acme.example>
Date: Mon, 02 Mar 2026 10:00:00 +0000
Subject: Your complaint AC-1002%s

Dear Sam,

I will refund the 42.10 pounds by 9 March. Your reference is AC-1002%s.

Kind regards
Anna Bell
"""


def imap_server(mails):
    """The port of an IMAP server that has these mails."""
    spec = importlib.util.spec_from_file_location(
        "hostile", HERE + "/../hostile-imap.py")
    hostile = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hostile)
    kind = type("Plain", (hostile.loopback_plain,),
                {"mails": [mail.replace("\n", "\r\n").encode() for mail in mails]})
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=hostile.serve, daemon=True,
                     args=(server, kind, "", "/dev/null")).start()
    return server.getsockname()[1]


class Station(socketserver.ThreadingTCPServer):
    """The next station of a mail: takes what is handed in."""
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.mails = []
        super().__init__(("127.0.0.1", 0), Talk)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Talk(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        try:
            self.talk()
        except OSError:
            pass

    def talk(self):
        self.say("220 here")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say("250 here")
            elif verb == b"DATA":
                self.say("354 go on")
                body = b""
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    body += line
                else:
                    return
                self.server.mails.append(body)
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class World:
    """A store in a state from which the same command is run again and again."""

    def __init__(self, promised, folder, preload):
        self.promised, self.folder, self.preload = promised, folder, preload
        self.home = folder + "/home"
        self.saved = folder + "/saved"
        self.config = folder + "/config"
        self.told = folder + "/told"
        self.station = None
        self.stdin = None
        self.on_server = []
        self.done = {0}  # the codes that say so
        os.makedirs(folder)
        self.call(self.init_args())
        self.add("[send]\nfrom = promised@home.example\n"
                 "case-address = promised+{case}@home.example\n")

    def init_args(self):
        return ["init", "--address", OWNER, "--name", "Sam Okafor",
                "--timezone", "Europe/London", "--region", "GB",
                "--store", self.home + "/promised.db"]

    def add(self, text):
        with open(self.config, "a") as file:
            file.write(text)

    def argv(self, args, now):
        return [self.promised, "-c", self.config, "--now", now, *args]

    def call(self, args, now="2026-03-02T11:00:00Z", stdin=None, wrap=(), env=None):
        done = subprocess.run(
            [*wrap, *self.argv(args, now)], capture_output=True, timeout=LIMIT,
            input=b"" if stdin is None else stdin.encode(),
            env={**os.environ, **(env or {})})
        self.err = done.stderr.decode(errors="replace")
        return done.returncode

    def inbox(self, name, text):
        with open(f"{self.home}/inbox/new/{name}", "w") as file:
            file.write(text)

    def smtp(self):
        self.station = Station()
        with open(self.config) as file:
            before, _, after = file.read().rpartition("[send]\n")
        port = self.station.server_address[1]
        with open(self.config, "w") as file:
            file.write(f"{before}[send]\nurl = smtp://127.0.0.1:{port}\n{after}")

    # --- the scenarios: each returns the command and its time ---

    def deliver(self):
        self.call(["once"])  # so that the image is there
        self.stdin = PROMISE % (1, 1, 1)
        return ["deliver"], "2026-03-02T11:00:00Z"

    def filter(self):
        self.deliver()
        return ["filter"], "2026-03-02T11:00:00Z"

    def once(self):
        self.call(["once"])
        for n in "12":
            self.inbox(n, PROMISE % (n, n, n))
        return ["once"], "2026-03-02T11:00:00Z"

    def history(self):
        self.call(["once"])
        os.makedirs(self.home + "/past")
        for n in "123":
            with open(f"{self.home}/past/{n}.eml", "w") as file:
                file.write(PROMISE % (n, n, n))
        return ["import", self.home + "/past"], "2026-03-02T11:00:00Z"

    def init(self):
        """Said again until it says that all is there already."""
        shutil.rmtree(self.home)
        os.mkdir(self.home)
        self.config = self.home + "/config"
        self.done = {0, 73}
        return self.init_args(), "2026-03-02T11:00:00Z"

    def fetch(self):
        """Out of a mailbox on a server."""
        self.call(["once"])
        self.on_server = [PROMISE % (n, n, n) for n in "123"]
        port = imap_server(self.on_server)
        self.add(f"[mailbox home]\nurl = imap://sam@127.0.0.1:{port}/INBOX\n"
                 "password = s3cret\n")
        return ["once"], "2026-03-02T11:00:00Z"

    def export(self):
        self.call(["deliver"], stdin=PROMISE % (1, 1, 1))
        return ["export", "1", self.home + "/record"], "2026-03-12T10:00:00Z"

    def site(self):
        self.call(["deliver"], stdin=PROMISE % (1, 1, 1))
        return ["site", self.home + "/record"], "2026-03-12T10:00:00Z"

    def approve(self):
        """A lapsed promise, and the owner's word for the letter about it."""
        self.call(["deliver"], stdin=PROMISE % (1, 1, 1))
        now = "2026-03-12T10:00:00Z"
        self.call(["once"], now)
        for name in os.listdir(self.home + "/outbox/new"):
            with open(f"{self.home}/outbox/new/{name}") as file:
                for line in file:
                    words = line.split()
                    if words[:1] == ["send"] and len(words) > 1:
                        self.call(["do", "1", "send", words[1]], now)
        return now

    def letter(self):
        """To the company, into a Maildir."""
        return ["once"], self.approve()

    def send(self):
        """The same over SMTP."""
        now = self.approve()
        self.smtp()
        return ["once"], now

    def publish(self):
        self.add(f"[publish]\ndir = {self.home}/site\n")
        self.call(["deliver"], stdin=PROMISE % (1, 1, 1))
        return ["do", "1", "publish"], "2026-03-12T10:00:00Z"

    # --- a run, and what it leaves ---

    def save(self):
        shutil.copytree(self.home, self.saved)

    def restore(self):
        for name in os.listdir(self.home):
            path = f"{self.home}/{name}"
            if name.endswith(".image"):  # made once
                continue
            if os.path.isdir(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        for name in os.listdir(self.saved):
            path = f"{self.saved}/{name}"
            if os.path.isdir(path):
                shutil.copytree(path, f"{self.home}/{name}")
            elif not name.endswith(".image"):
                shutil.copy2(path, f"{self.home}/{name}")
        if self.station:
            self.station.mails.clear()

    def sent(self):
        """Message-ID: how often it left."""
        mails = list(self.station.mails) if self.station else []
        folder = self.home + "/outbox/new"
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            with open(f"{folder}/{name}", "rb") as file:
                mails.append(file.read())
        parser = email.parser.BytesHeaderParser()
        return collections.Counter(
            parser.parsebytes(m)["Message-ID"].strip("<>") for m in mails)

    def pages(self):
        """What is published, but for the secret part of its address."""
        site = []
        for folder, _, names in os.walk(self.home + "/site"):
            slug = os.path.basename(folder).encode()
            for name in names:
                with open(f"{folder}/{name}", "rb") as file:
                    site.append((name, file.read().replace(slug, b"SLUG")))
        return sorted(site)

    def files(self):
        """What is written for the owner: the configuration, a record."""
        found = []
        for folder, _, names in os.walk(self.home + "/record"):
            found += [f"{folder}/{name}" for name in names]
        if self.config.startswith(self.home):
            found.append(self.config)
        return {name: open(name, "rb").read()
                for name in found if os.path.exists(name)}

    def rows(self):
        db = sqlite3.connect(f"file:{self.home}/promised.db?mode=ro", uri=True)
        ask = lambda sql: db.execute(sql).fetchall()
        state = {
            "check": ask("PRAGMA quick_check"),
            "raw": sorted(ask("SELECT sha256 FROM raw")),
            # Which case is number 1 is nobody's right.
            "messages": sorted(ask("SELECT sha256, waiting, case_number > 0 FROM message")),
            "cases": ask("SELECT count(*), sum(messages) FROM (SELECT count(*) AS messages"
                         " FROM message GROUP BY case_number)"),
            "obligations": sorted(ask("SELECT state, quote FROM obligation")),
        }
        outbox = ask("SELECT kind, recipient, state, message_id FROM outbox")
        db.close()
        return state, outbox

    def judge(self, golden):
        """What is not as it must be, in words; None."""
        state, outbox = self.rows()
        sent = self.sent()
        unknown = any(row[2] == "unknown" for row in outbox)
        for name, rows in state.items():
            if rows == golden["state"][name]:
                continue
            # A letter is a message of its case once it is known to be sent.
            if not unknown or name == "check" or \
                    len(golden["state"]["raw"]) - len(state["raw"]) != 1:
                return f"{name}: {rows}"
        kinds = collections.Counter(row[:2] for row in outbox)
        missing = golden["kinds"] - kinds
        if unknown:  # and so is told when it comes
            missing -= collections.Counter({("receipt", OWNER): 1})
        if missing or (kinds - golden["kinds"] and not unknown):
            return f"other mails: {kinds}"
        for kind, recipient, how, message_id in outbox:
            if how in ("planned", "sending", "failed"):
                return f"{kind} is {how}"
            if how == "sent" and sent[message_id] < 1:
                return f"{kind} is said to be sent, and is not"
            if sent[message_id] > 1 and recipient != OWNER:
                return f"{kind} went to {recipient} {sent[message_id]} times"
        if set(sent) - {row[3] for row in outbox}:
            return "a mail that the outbox does not know"
        if unknown and not kinds["report", OWNER]:
            return "nobody is told what is unknown"
        if self.pages() != golden["pages"]:
            return f"pages: {[name for name, _ in self.pages()]}"
        if self.files() != golden["files"]:
            return f"files: {sorted(self.files())}"
        return None

    def half_pages(self):
        """Of what strangers can see."""
        return [name for name, page in self.pages()
                if not name.startswith(".") and
                (name, page) not in self.golden["pages"]]

    def bring(self, now):
        """The mails that are said to stay on the server, by the owner's hand.

        strace strikes each process at its Nth call, and so every session of a
        run, until each mail has been tried as often as it may be.
        """
        for n in re.findall(r"mail (\d+) of \d+ bytes stays on the server",
                            self.err):
            mail = self.on_server[int(n) - 1].replace("\n", "\r\n")
            code = self.call(["deliver"], now, mail)
            if code != 0:
                return code
        return 0

    def recover(self, code):
        """As a mail server, cron or the owner does."""
        args, now = self.command
        code = self.bring(now) or code
        for _ in range(3):
            if code in self.done:
                break
            code = self.call(args, now, self.stdin)
        # What has failed for now has its turn minutes later.
        for minutes in "01", "07", "30":
            if self.call(["once"], f"{now[:14]}{minutes}:00Z") != 0:
                return f"once: {self.err}"
        return None if code in self.done else f"{args}: {code} {self.err}"

    def prepare(self, scenario):
        self.scenario = scenario
        self.command = getattr(self, scenario)()
        self.now = self.command[1]
        self.save()
        self.restore()
        fault = self.recover(self.run())
        state, outbox = self.rows()
        self.golden = {
            "state": state, "pages": self.pages(), "files": self.files(),
            "kinds": collections.Counter(row[:2] for row in outbox)}
        fault = fault or self.judge(self.golden)
        if fault:
            sys.exit(f"{scenario}: without any fault: {fault}")

    def run(self, wrap=(), env=None):
        args, now = self.command
        return self.call(args, now, self.stdin, wrap, env)

    def calls(self):
        """How often a process of a run makes each call, at most."""
        self.restore()
        trace = self.folder + "/trace"
        self.run(["strace", "-f", "-qq", "-o", trace])
        most = collections.Counter()
        seen = collections.Counter()
        with open(trace, errors="replace") as file:
            for line in file:
                pid, _, rest = line.partition(" ")
                name, bracket, _ = rest.strip().partition("(")
                if bracket and name.isidentifier():
                    seen[pid, name] += 1
                    most[name] = max(most[name], seen[pid, name])
        return most


def inject(world, name, what, n):
    # With --seccomp-bpf strace 6.1 makes errors, and no signals.
    return ["strace", "-f", "-o", world.told, "-e", f"trace={name}",
            *(["--seccomp-bpf"] if what.startswith("error") else []),
            "-e", f"inject={name}:{what}:when={n}"]


def points_of(world, kind):
    most = world.calls()
    for name in sorted(most):
        if kind == "kill" and name != "exit_group":
            for n in range(1, most[name] + 1):
                yield f"{name} {n}", inject(world, name, "signal=KILL", n), None
        for error in DISK.get(name, "").split() if kind == "disk" else []:
            for n in range(1, most[name] + 1):
                yield (f"{name} {n} {error}",
                       inject(world, name, "error=" + error, n), None)


def struck(world):
    """Whether strace did what it was told to."""
    with open(world.told, errors="replace") as file:
        text = file.read()
    return "(INJECTED)" in text or "killed by SIGKILL" in text


def campaign(world, points):
    bad = run = missed = 0
    for what, wrap, env in points:
        world.restore()
        try:
            code = world.run(wrap, env)
            if wrap and not struck(world):
                missed += 1  # this time it made fewer calls
                continue
            world.first = world.err
            fault = None
            # strace ends as what it runs does; KILL is ours.
            if code < 0 and -code != signal.SIGKILL:
                fault = f"died of signal {-code}"
            if world.half_pages():
                fault = f"half a page: {world.half_pages()}"
            fault = fault or world.recover(code) or world.judge(world.golden)
        except subprocess.TimeoutExpired:
            fault = "hangs"
        run += 1
        if fault:
            bad += 1
            print(f"# {world.scenario}: {what}: {fault}", flush=True)
    print(f"{world.scenario} {run} points, {bad} not clean, {missed} not met",
          flush=True)
    return bad + (run <= missed)


def alloc_points(world, step):
    """Every stepth allocation, until some runs knew nothing of it."""
    quiet, n = 0, 1
    while quiet < 3:
        yield f"allocation {n}", (), {
            "LD_PRELOAD": world.preload, "FAIL_ALLOC": str(n)}
        quiet = 0 if "memory" in world.first else quiet + 1
        n += step


LOOKS = ["due", "cases --json", "case 1", "case 1 --json", "why 1.1",
         "company --json", "unfiled", "help",
         "when --at 2026-03-02T10:00:00Z 3.weeks",
         "scan --json %s", "scan --explain %s", "original --json %s",
         "scan --json %t/forwards/html.eml", "scan %t/corpus/messages/au-bank-003.eml",
         "original --json %t/forwards/apple-ja.eml",
         "deliver <%s", "filter <%s", "import %s", "once", "verify %v",
         "export 1 %d", "ticket 1 %d", "site %d", "rules holidays 2026"]


def look(promised, folder, preload, step):
    """Commands that change nothing: each allocation fails in one of them."""
    world = World(promised, folder + "/look", preload)
    mail = folder + "/mail.eml"
    with open(mail, "w") as file:
        file.write(PROMISE % (1, 1, 1))
    world.call(["deliver"], stdin=PROMISE % (1, 1, 1))
    world.call(["once"], "2026-03-12T10:00:00Z")
    world.call(["export", "1", folder + "/record"])
    total = bad = 0
    for command in LOOKS:
        out = folder + "/out"
        shown = command
        command, _, stdin = command.replace("%s", mail).replace(
            "%t", HERE + "/..").replace("%v", folder + "/record").partition("<")
        words = [word.replace("%d", out).replace(".", " ")
                 if "when" in command and "weeks" in word else
                 word.replace("%d", out)
                 for word in command.split()]
        get, put = os.pipe()
        run = subprocess.Popen(
            world.argv(words, "2026-03-12T10:00:00Z"), pass_fds=[put],
            stdin=open(stdin or os.devnull), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LD_PRELOAD": preload, "FAIL_ALLOC": "1",
                 "FAIL_ALLOC_TO": "100000000", "FAIL_ALLOC_STEP": str(step),
                 "FAIL_ALLOC_FD": str(put)})
        os.close(put)
        codes = collections.Counter()
        with os.fdopen(get) as told:
            for line in told:
                n, status = map(int, line.split())
                code = os.waitstatus_to_exitcode(status)
                codes[code] += 1
                # 75: out of memory.  74: SQLite took it for a fault of the
                # disk.  0: done without it.  69: libical could not be loaded.
                if code not in (0, 74, 75) and not (
                        code == 69 and words[0] in ("export", "site")):
                    bad += 1
                    print(f"# {shown}: allocation {n}: {code}", flush=True)
        run.wait()
        shutil.rmtree(out, ignore_errors=True)
        total += sum(codes.values())
        print(f"  {shown}: {dict(codes)}", flush=True)
    print(f"look {total} points, {bad} not clean", flush=True)
    return bad


def main():
    promised, folder, kind, step = *sys.argv[1:4], int(sys.argv[4])
    preload = os.environ.get("FAULTS_PRELOAD", "")
    bad = 0
    for scenario in sys.argv[5:]:
        if scenario == "look":
            bad += look(promised, f"{folder}/{kind}", preload, step)
            continue
        world = World(promised, f"{folder}/{kind}-{scenario}", preload)
        world.prepare(scenario)
        world.first = ""
        points = alloc_points(world, step) if kind == "alloc" else \
            list(points_of(world, kind))[::step]
        bad += campaign(world, points)
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
