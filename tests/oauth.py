#!/usr/bin/env python3
"""oauth.py CERTS DIR: an authority for access tokens, over TLS.

Listens on three free ports: that in DIR/port shows a good certificate, that in
DIR/wrong one of another name, that in DIR/client one for clients.  What it says stands in files of DIR, which a
test changes: each request for PATH is answered by the first of DIR/PATH.1,
DIR/PATH.2 ... that is there, which is then removed, else by DIR/PATH.  The
first line is the status, the rest the body.  DIR/requests tells what was asked.
"""
import http.server
import os
import ssl
import sys
import threading

certs, folder = sys.argv[1:]
lock = threading.Lock()


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with lock:
            with open(folder + "/requests", "a") as file:
                file.write(f"{self.path} {body}\n")
            path = folder + self.path
            once = sorted(n for n in os.listdir(folder)
                          if n.startswith(self.path[1:] + "."))
            if once:
                path = f"{folder}/{once[0]}"
            with open(path) as file:
                status, _, text = file.read().partition("\n")
            if once:
                os.unlink(path)
        self.send_response(int(status.split()[0]))
        if status.startswith("3"):
            self.send_header("Location", status.split()[1])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST


def serve(certificate, name):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certs}/{certificate}.pem", f"{certs}/{certificate}.key")
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(f"{folder}/{name}.new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename(f"{folder}/{name}.new", f"{folder}/{name}")


serve("good", "port")
serve("wrong", "wrong")
serve("client", "client")
threading.Event().wait()
