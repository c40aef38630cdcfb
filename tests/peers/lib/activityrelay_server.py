# SPDX-License-Identifier: ISC
"""ActivityRelay, a relay that others wrote, as its own commands run it, behind
a TLS end (it serves plain HTTP): driven by lines of JSON as apkit_server.py is.

With arguments it is ActivityRelay's command line itself, which only learns
where names under .localhost lead and that they have ports."""

import asyncio
import json
import logging
import os
import re
import socket
import sqlite3
import ssl
import sys
import tempfile
from types import SimpleNamespace

# Names under .localhost are this machine, which the system does not know.
system_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name and (name == "localhost" or name.endswith(".localhost")):
        host = "127.0.0.1"
    return system_getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = getaddrinfo


def command_line(access_log):
    log = logging.getLogger("aiohttp.access")
    log.setLevel(logging.INFO)
    log.addHandler(logging.FileHandler(access_log))
    know_ports()
    from relay.cli import main

    main()


# It knows servers, and signs for them, by a name without the port, which only
# test networks have.
def know_ports():
    from aputils import algorithms, message

    parse = algorithms.urlparse

    def parse_with_port(url):
        parts = parse(url)
        return SimpleNamespace(hostname=parts.netloc, path=parts.path)

    algorithms.urlparse = message.urlparse = parse_with_port


if len(sys.argv) > 1:
    sys.exit(command_line(os.environ["RELAY_ACCESS_LOG"]))

options = json.loads(os.environ["PEER_OPTIONS"])
folder = tempfile.TemporaryDirectory(prefix="activityrelay-")
config = os.path.join(folder.name, "relay.yaml")
database = os.path.join(folder.name, "relay.sqlite3")
access_log = os.path.join(folder.name, "access.log")
errors = os.path.join(folder.name, "errors.log")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


plain_port = free_port()
with open(config, "w") as file:
    json.dump(  # JSON is YAML
        {
            "listen": "127.0.0.1",
            "port": plain_port,
            "domain": options["domain"],
            "workers": 1,
            "database_type": "sqlite",
            "cache_type": "database",
            "sqlite_path": database,
        },
        file,
    )


async def run(*arguments):
    with open(errors, "ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            __file__,
            *("--config", config),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "RELAY_ACCESS_LOG": access_log},
            start_new_session=True,
        )


async def done(*arguments):
    process = await run(*arguments)
    await process.communicate(b"n\n")  # setup asks whether to run at once
    if process.returncode != 0:
        raise RuntimeError(f"{arguments}: {text(errors)[-2000:]}")


def text(path):
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


# What it was asked, as its own server logs it.
def requests():
    line = re.compile(r'"(\w+) (\S+) HTTP/[^"]*" (\d+)')
    return [
        {"method": m[1], "path": m[2], "status": int(m[3])}
        for m in line.finditer(text(access_log))
    ]


async def command_subscribe(actor):
    await done("inbox", "follow", actor)


async def command_state():
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        rows = db.execute("SELECT domain, actor, inbox, accepted FROM inboxes")
        subscribers = [dict(row) for row in rows]
    return {
        "subscribers": subscribers,
        "requests": requests(),
        "log": text(errors)[-4000:],
    }


async def obey(call):
    try:
        result = await globals()["command_" + call["command"]](*call["args"])
        say({"id": call["id"], "result": result})
    except Exception as error:  # the caller is the one to judge
        say({"id": call["id"], "error": f"{type(error).__name__}: {error}"})


def say(message):
    print(json.dumps(message), flush=True)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def on_client(reader, writer):
    try:
        inner = await asyncio.open_connection("127.0.0.1", plain_port)
    except OSError:
        writer.close()
        return
    pumps = pump(reader, inner[1]), pump(inner[0], writer)
    try:
        await asyncio.gather(*pumps)
    except asyncio.CancelledError:
        pass  # at the end, which would print it otherwise


async def answers():
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", plain_port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.05)


async def main():
    await done("setup", "--skip-questions")
    relay = await run("run")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certificate"], options["key"])
    await asyncio.wait_for(answers(), 60)
    server = await asyncio.start_server(
        on_client, "127.0.0.1", options["port"], ssl=context
    )
    say({"ready": True})
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks = set()
    while line := await lines.readline():
        task = asyncio.create_task(obey(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    server.close()
    # It and the worker that it started: the group is theirs alone.
    os.killpg(relay.pid, 15)
    try:
        await asyncio.wait_for(relay.wait(), 10)
    except TimeoutError:
        os.killpg(relay.pid, 9)


asyncio.run(main())
