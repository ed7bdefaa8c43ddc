#!/usr/bin/env python3
"""Hand a mail from stdin to an SMTP server, as a mail program would.

usage: send.py PORT CA FROM TO [USER PASSWORD]

STARTTLS, verified against CA as localhost; logs in when told who.
"""
import smtplib
import ssl
import sys


def main():
    port, ca, sender, to = sys.argv[1:5]
    with smtplib.SMTP("localhost", int(port), timeout=20) as server:
        server.starttls(context=ssl.create_default_context(cafile=ca))
        if len(sys.argv) > 5:
            server.login(sys.argv[5], sys.argv[6])
        server.sendmail(sender, [to], sys.stdin.buffer.read())


if __name__ == "__main__":
    if len(sys.argv) not in (5, 7):
        sys.exit(__doc__)
    main()
