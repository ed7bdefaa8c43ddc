#!/usr/bin/env python3
"""Deliver many mails at once, as a mail server does.

parallel.py COUNT AT_ONCE PROGRAM     each on the stdin of a PROGRAM of its own
parallel.py COUNT AT_ONCE PORT        over LMTP, to sam@home.example

What is deferred (75, or a code that begins with 4) is tried again, for minutes.
Says how many tries it took; what was refused is said on stderr, and fails.
"""
import email.utils
import smtplib
import subprocess
import sys
import threading
import time

# A hundred mails of ten disputes with each company: what one mail costs grows
# with the disputes that it may be about.
MAIL = """From: Acme Customer Care <care@acme{company}.example>
To: sam+promised@home.example
Date: {date}
Message-ID: <{n}@acme.example>
Subject: Your complaint NB-{case}

Dear Mr Okafor,

Thank you for your complaint, our reference NB-{case}, letter {n}.
I will write to you within five working days.

Alice Byrne
"""
LIMIT = 600  # seconds for one mail; generous, for a busy machine


def by_program(program):
    def deliver(mail):
        done = subprocess.run([program], input=mail, check=False,
                              stderr=subprocess.DEVNULL)
        return done.returncode, 75
    return deliver


def by_lmtp(port):
    def deliver(mail):
        try:
            with smtplib.LMTP("127.0.0.1", port, timeout=LIMIT) as server:
                server.sendmail("care@acme.example", ["sam@home.example"], mail)
        except smtplib.SMTPRecipientsRefused as e:
            return (4, 4) if all(code < 500 for code, _ in
                                 e.recipients.values()) else (5, 4)
        except smtplib.SMTPResponseException as e:
            return e.smtp_code // 100, 4
        except (smtplib.SMTPServerDisconnected, OSError):
            return 4, 4  # no answer is no acceptance
        return 0, 4
    return deliver


def main():
    count, at_once, way = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    deliver = by_lmtp(int(way)) if way.isdigit() else by_program(way)
    numbers, lock = iter(range(1, count + 1)), threading.Lock()
    tries, refused = [0], []

    def work():
        while True:
            with lock:
                n = next(numbers, None)
            if n is None:
                return
            date = email.utils.formatdate(1772446500 + 60 * n)
            mail = MAIL.format(n=n, case=10000 + n // 10, company=n // 100,
                               date=date).encode()
            end = time.monotonic() + LIMIT
            while True:
                code, deferred = deliver(mail)
                with lock:
                    tries[0] += 1
                if code != deferred or time.monotonic() > end:
                    break
                time.sleep(0.1)
            if code != 0:
                with lock:
                    refused.append(f"mail {n}: {code}")

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{count} mails, {at_once} at once, {tries[0]} tries")
    sys.stderr.writelines(line + "\n" for line in refused)
    sys.exit(bool(refused))


if __name__ == "__main__":
    main()
