"""The static build alone in an empty folder: names, TLS and media as in the image `FROM scratch`.

static_build.py BINARY FOLDER, within a network namespace of its own (`unshare --user --map-root-user --net`): it answers DNS
there. Only `bedrock.test`, `media.test` and `stranger.test` are names; the last has a certificate that nobody knows.
"""

import asyncio
import atexit
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import trustme

from checks import check, png, run, same

BINARY, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
NAMES = {b"bedrock", b"media", b"stranger"}
KEY = "sk-witness"
MODEL = "bedrock/us.amazon.nova-lite-v1:0"
CONFIG = """
model_list:
  - { model_name: "bedrock/*", litellm_params: { model: "bedrock/*", aws_bedrock_runtime_endpoint: "https://bedrock.test:%(bedrock)d" } }
  - { model_name: stranger, litellm_params: { model: "%(model)s", aws_bedrock_runtime_endpoint: "https://stranger.test:%(stranger)d" } }
  - { model_name: nowhere, litellm_params: { model: "%(model)s", aws_bedrock_runtime_endpoint: "https://nowhere.test" } }
litellm_settings: { num_retries: 0, user_url_allowed_hosts: [media.test] }
general_settings: { master_key: sk-witness }
"""


class Names(asyncio.DatagramProtocol):
    """Every name of ours is 127.0.0.1 and has no other record; all others do not exist."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, query, sender):
        end = query.index(b"\0", 12) + 5
        known = query[13 : 13 + query[12]] in NAMES
        address = known and query[end - 4 : end - 2] == b"\0\1"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if address else b""
        flags = b"\x81\x80" if known else b"\x81\x83"
        counts = struct.pack(">4H", 1, bool(record), 0, 0)
        self.transport.sendto(query[:2] + flags + counts + query[12:end] + record, sender)


async def pipe(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


def tunnel(port):
    """TLS outside, the emulator inside."""

    async def serve(reader, writer):
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, outer), pipe(inner, writer), return_exceptions=True)

    return serve


async def image(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    file = png(7, 5)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {len(file)}\r\nconnection: close\r\n\r\n"
    writer.write(head.encode() + file)
    await writer.drain()
    writer.close()


def tls(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


class World:
    """Names, TLS servers and the emulator, outside the folder."""

    def __init__(self):
        self.authority, stranger = trustme.CA(), trustme.CA()
        emulator = Pumice([BINARY, "emulate", "--port", "0"])
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        names = self.loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 53))
        asyncio.run_coroutine_threadsafe(names, self.loop).result(10)
        self.ports = {
            "bedrock": self.listen(tunnel(emulator.port), tls(self.authority, "bedrock.test")),
            "media": self.listen(image, tls(self.authority, "media.test")),
            "stranger": self.listen(tunnel(emulator.port), tls(stranger, "stranger.test")),
        }

    def listen(self, serve, context):
        server = asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        server = asyncio.run_coroutine_threadsafe(server, self.loop).result(10)
        return server.sockets[0].getsockname()[1]


class Pumice:
    """A `pumice` that runs; without `root` it sees this machine's files."""

    def __init__(self, command, root=None, env=None):
        enter = (lambda: (os.chroot(root), os.chdir("/"))) if root else None
        self.process = subprocess.Popen(
            [*command, "--log", "info"],
            env=env or {},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=enter,
        )
        atexit.register(self.process.kill)
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if found := re.search(r"listen(?:ing|s) on http://[\d.]+:(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise AssertionError("".join(seen))
        # Its log goes on: it must not find the pipe full.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def ask(self, content, model=MODEL, **more):
        """Status and body of an answer."""
        body = {"model": model, "messages": [{"role": "user", "content": content}], **more}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/chat/completions",
            json.dumps(body).encode(),
            {"authorization": f"Bearer {KEY}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def text(answer):
    status, body = answer
    same((status, body if status != 200 else ""), (200, ""))
    return json.loads(body)["choices"][0]["message"]["content"]


def enter(world, roots, **env):
    """`pumice serve` with nothing around it but its configuration, a name server and the roots at this path."""
    shutil.rmtree(ROOT, ignore_errors=True)
    files = {"etc/resolv.conf": b"nameserver 127.0.0.1\n", "etc/pumice/config.yaml": config(world).encode()}
    if roots:
        files[roots] = world.authority.cert_pem.bytes()
    for name, content in files.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_bytes(content)
    shutil.copy(BINARY, ROOT / "pumice")
    keys = {"AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE", "AWS_SECRET_ACCESS_KEY": "fake", "AWS_REGION": "us-east-1"}
    command = ["/pumice", "serve", "--host", "0.0.0.0", "--port", "0", "--config", "/etc/pumice/config.yaml"]
    return Pumice(command, root=ROOT, env={**keys, **env})


def config(world):
    return CONFIG % {**world.ports, "model": MODEL}


def loopback_up():
    with socket.socket() as any_socket:
        # SIOCSIFFLAGS with IFF_UP: a new network namespace has its loopback down.
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))


loopback_up()
WORLD = World()
IMAGE_ROOTS = "etc/ssl/certs/ca-certificates.crt"
SERVER = enter(WORLD, IMAGE_ROOTS)


@check
def a_name_is_resolved_and_tls_is_spoken():
    assert text(SERVER.ask("Name a river.")).startswith('You said: "Name a river."')


@check
def a_stream_comes_to_its_end():
    status, events = SERVER.ask("Name a river.", stream=True)
    same((status, events.rstrip().splitlines()[-1]), (200, "data: [DONE]"))


@check
def an_image_is_fetched():
    url = {"url": f"https://media.test:{WORLD.ports['media']}/image.png"}
    said = text(SERVER.ask([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": url}]))
    assert said.startswith("I was shown a png image of 7 x 5 pixels ("), said


@check
def a_certificate_that_nobody_knows_and_a_name_that_is_not_one_are_errors():
    for name, words in [("stranger", "certificate"), ("nowhere", "nowhere.test|dns|lookup|name")]:
        status, body = SERVER.ask("Hi", model=name)
        assert status >= 500 and re.search(words, body, re.I), (name, status, body)


@check
def it_stops_when_told():
    same(SERVER.stop(), 0)


@check
def roots_may_be_named():
    server = enter(WORLD, "roots.pem", SSL_CERT_FILE="/roots.pem")
    assert text(server.ask("Hi")).startswith('You said: "Hi"')
    server.stop()


run(f"static build of {os.path.getsize(BINARY) / 1e6:.1f} MB")
