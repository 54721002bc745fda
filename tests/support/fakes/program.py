#!/usr/bin/env python3
"""Stands in for `tailscale` or `cloudflared`, by the name under which it is started: it takes the arguments that the
real one takes, says what the real one says, and forwards a port of this computer in place of the company's servers.

In its folder lie `fake.json` (what it is to do; written by tests/support/fakes.rs) and `calls` (what was asked of it,
one JSON object a line). The lines are those of tailscale/cmd/tailscale/cli/serve_v2.go and of cloudflared."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading

FOLDER, NAME = os.path.split(os.path.abspath(sys.argv[0]))
WORDS = sys.argv[1:]
with open(os.path.join(FOLDER, "fake.json"), encoding="utf-8") as file:
    DOES = json.load(file)
# From where every visitor comes, as these servers tell it.
VISITOR = ("203.0.113.7", 49153)


def note(**more):
    # One write, so that two of us do not mix their lines.
    ours = {name: value for name, value in os.environ.items() if name.startswith(("TUNNEL_", "AMBIENT_INSIGHTS_"))}
    line = json.dumps({"pid": os.getpid(), "words": WORDS, "environment": ours, **more}) + "\n"
    with open(os.path.join(FOLDER, "calls"), "a", encoding="utf-8") as file:
        file.write(line)


def say(text, stream=sys.stdout):
    stream.write(text + "\n")
    stream.flush()


def log(text):
    say("2026-11-21T12:00:00Z " + text, sys.stderr)


def option(name):
    for index, word in enumerate(WORDS):
        if word.startswith(name + "="):
            return word[len(name) + 1 :]
        if word == name:
            return WORDS[index + 1]
    return None


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def ours_in_place_of(head, line):
    """A request's head with our line in place of what the visitor wrote under that name."""
    first, *lines = head.split(b"\r\n")
    mine = line.split(b":")[0].lower() + b":"
    return b"\r\n".join([first, line, *(entry for entry in lines if not entry.lower().startswith(mine))])


def body_of(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def pass_requests(visitor, here, line):
    """Request after request, each with our line; what is in them stays as it is."""
    heard = b""
    while True:
        while b"\r\n\r\n" not in heard:
            piece = visitor.recv(65536)
            if not piece:
                return here.shutdown(socket.SHUT_WR)
            heard += piece
        head, heard = heard.split(b"\r\n\r\n", 1)
        length = body_of(head)
        while len(heard) < length:
            piece = visitor.recv(65536)
            if not piece:
                return here.shutdown(socket.SHUT_WR)
            heard += piece
        here.sendall(ours_in_place_of(head, line) + b"\r\n\r\n" + heard[:length])
        heard = heard[length:]


def carry(visitor, port, before, header, edge):
    with visitor:
        if edge:
            try:
                visitor = edge.wrap_socket(visitor, server_side=True)
            except OSError:
                return
        with socket.create_connection(("127.0.0.1", port)) as here:
            here.sendall(before)
            back = threading.Thread(target=pump, args=(here, visitor), daemon=True)
            back.start()
            try:
                if header:
                    pass_requests(visitor, here, header)
                else:
                    pump(visitor, here)
            except OSError:
                pass
            back.join()


def forward(port, before=b"", header=None, terminates=False):
    edge = None
    if terminates:
        edge = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        edge.load_cert_chain(DOES["certificate"], DOES["key"])
    public = socket.create_server(("127.0.0.1", DOES["listen"]))

    def serve():
        while True:
            visitor, _ = public.accept()
            threading.Thread(target=carry, args=(visitor, port, before, header, edge), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def settle():
    """Before anybody is told that it stands, so that whoever hears that finds it noted."""
    if DOES.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    family = None
    if DOES.get("family"):
        family = subprocess.Popen(["sleep", "1000"])
    note(stays=True, family=family.pid if family else None)


def stay():
    while True:
        signal.pause()


def refuse():
    """Says what it was told to say, and ends, or waits as the real ones do in places."""
    if DOES.get("says"):
        if "code" not in DOES:
            settle()
        for line in DOES["says"]:
            say(line, sys.stderr)
        if "code" in DOES:
            sys.exit(DOES["code"])
        stay()


def tailscale():
    if WORDS == ["version"]:
        return say(DOES.get("version", "1.98.2\n  tailscale commit: 1a2b3c\n  go version: go1.26.1"))
    if WORDS == ["status", "--json", "--peers=false"]:
        if DOES.get("service_is_down"):
            say("failed to connect to local tailscaled; it doesn't appear to be running", sys.stderr)
            sys.exit(1)
        # Read anew: a test may have changed it meanwhile.
        return say(json.dumps(DOES["status"]))
    if WORDS == ["funnel", "--help"]:
        flag = "  --proxy-protocol value\n\tPROXY protocol version (1 or 2) for TCP forwarding\n"
        return say("FLAGS\n  --tcp value\n" + (flag if DOES.get("tells_peers", True) else ""), sys.stderr)
    assert WORDS[0] == "funnel" and "--yes" in WORDS, WORDS
    target = WORDS[-1].removeprefix("tcp://127.0.0.1:")
    note(funnel=True)
    refuse()
    before = b""
    if option("--proxy-protocol") == "2":
        addresses = socket.inet_aton(VISITOR[0]) + socket.inet_aton("100.64.0.1")
        ports = VISITOR[1].to_bytes(2, "big") + (443).to_bytes(2, "big")
        before = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + addresses + ports
    terminates = option("--tls-terminated-tcp") is not None
    forward(int(target), before=before, terminates=terminates)
    name = DOES["status"]["Self"]["DNSName"].rstrip(".")
    settle()
    how = "TLS terminated" if terminates else "TLS over TCP"
    say("Available on the internet:\n")
    say(f"|-- tcp://{name}:443 ({how})\n|-- tcp://100.64.0.1:443\n|--> tcp://127.0.0.1:{target}\n")
    say("Press Ctrl+C to exit.")
    stay()


def metrics():
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            asker, _ = server.accept()
            with asker:
                asker.recv(4096)
                lost = os.path.exists(os.path.join(FOLDER, "lost"))
                asker.sendall(b"HTTP/1.0 503 Service Unavailable\r\n\r\n" if lost else b"HTTP/1.0 200 OK\r\n\r\n{}")

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def cloudflared():
    if WORDS == ["--version"]:
        return say(DOES.get("version", "cloudflared version 2026.9.1 (built 2026-09-07-16:59 UTC)"))
    assert WORDS[0] == "tunnel" and os.path.exists(option("--config")), WORDS
    note(tunnel=True)
    quick = "run" not in WORDS
    if quick:
        log("INF Requesting new quick Tunnel on trycloudflare.com...")
    refuse()
    if quick:
        log("INF +----------------------------------------------+")
        log("INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |")
        log("INF |  " + DOES["name"] + "  |")
        log("INF +----------------------------------------------+")
    log("INF Settings: map[ha-connections:1 protocol:quic]")
    # Where a tunnel with a token leads is said at Cloudflare.
    target = option("--url") or DOES["target"]
    if "listen" in DOES:
        header = b"Cf-Connecting-Ip: " + VISITOR[0].encode()
        forward(int(target.rsplit(":", 1)[1]), header=header, terminates="certificate" in DOES)
    settle()
    log(f"INF Starting metrics server on 127.0.0.1:{metrics()}/metrics")
    log("INF Registered tunnel connection connIndex=0 connection=da4d event=0 ip=198.41.200.13 location=tpe01 protocol=quic")
    stay()


{"tailscale": tailscale, "cloudflared": cloudflared}[NAME]()
