# SPDX-License-Identifier: ISC
"""An apkit server of its own process, driven by lines of JSON:
{ id, command, args } on standard input, { id, result } or { id, error } on
standard output, as fedify-server.mjs is over IPC."""

import asyncio
import json
import os
import socket
import sys
import uuid
from datetime import datetime, timezone

# The library logs to standard output, which is the channel here.
channel = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
sys.stdout = sys.stderr

# Names under .localhost are this machine, which the system does not know.
system_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name and (name == "localhost" or name.endswith(".localhost")):
        host = "127.0.0.1"
    return system_getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = getaddrinfo

import apmodel  # noqa: E402
import uvicorn  # noqa: E402
from apkit.client.asyncio.client import ActivityPubClient  # noqa: E402
from apkit.client.models import Link, WebfingerResult  # noqa: E402
from apkit.config import AppConfig  # noqa: E402
from apkit.server.app import ActivityPubServer  # noqa: E402
from apkit.server.responses import ActivityResponse  # noqa: E402
from apkit.server.types import ActorKey  # noqa: E402
from apmodel.extra.cid import Multikey  # noqa: E402
from apmodel.extra.security import CryptographicKey  # noqa: E402
from apmodel.vocab.activity import (  # noqa: E402
    Accept,
    Announce,
    Create,
    Delete,
    Follow,
    Reject,
    Undo,
    Update,
)
from apmodel.vocab.actor import Person  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa  # noqa: E402
from fastapi.responses import JSONResponse, Response  # noqa: E402

options = json.loads(os.environ["PEER_OPTIONS"])
origin = "https://" + options["domain"]
username = options["username"]
me = f"{origin}/users/{username}"
public = "https://www.w3.org/ns/activitystreams#Public"
as2 = "https://www.w3.org/ns/activitystreams"
sign_with = ["rfc9421"] if options.get("form") == "rfc9421" else ["draft-cavage"]

rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ed25519_key = ed25519.Ed25519PrivateKey.generate()
keys = [
    ActorKey(key_id=f"{me}#main-key", private_key=rsa_key),
    ActorKey(key_id=f"{me}#ed25519-key", private_key=ed25519_key),
]

received = []
requests = []
followers = {}  # actor id -> inbox
failures = []
notes = {}

main_key = CryptographicKey(id=f"{me}#main-key", owner=me)
main_key.public_key = rsa_key
multikey = Multikey(id=f"{me}#ed25519-key", controller=me)
multikey.public_key = ed25519_key

actor = Person(
    id=me,
    name="Voisin en Python",
    preferred_username=username,
    inbox=f"{me}/inbox",
    outbox=f"{me}/outbox",
    followers=f"{me}/followers",
    following=f"{me}/following",
    public_key=main_key,
    assertion_method=[multikey],
)


async def keys_of(_identifier):
    return keys


app = ActivityPubServer(apkit_config=AppConfig(actor_keys=keys_of))
app.inbox("/users/{identifier}/inbox", "/inbox")


@app.middleware("http")
async def note_request(request, call_next):
    seen = {"method": request.method, "path": request.url.path}
    if "signature-input" in request.headers:
        seen["form"] = "rfc9421"
    else:
        seen["form"] = "cavage" if "signature" in request.headers else "none"
    requests.append(seen)
    answer = await call_next(request)
    seen["status"] = answer.status_code
    return answer


@app.get("/users/{identifier}")
async def get_actor(identifier: str):
    if identifier != username:
        return Response(status_code=404)
    return ActivityResponse(actor)


@app.get("/notes/{identifier}")
async def get_note(identifier: str):
    note = notes.get(f"{origin}/notes/{identifier}")
    if note is None:
        return Response(status_code=404)
    return JSONResponse(note, media_type="application/activity+json")


@app.webfinger()
async def webfinger(_request, acct):
    if acct.username != username or acct.host != options["domain"]:
        return Response(status_code=404)
    link = Link(rel="self", type="application/activity+json", href=me)
    found = WebfingerResult(subject=acct, links=[link])
    return JSONResponse(found.to_json(), media_type="application/jrd+json")


def id_of(thing):
    return thing if isinstance(thing, str) else thing.id


async def record(ctx):
    document = apmodel.to_dict(ctx.activity)
    received.append({"type": document["type"], "json": document})
    return Response(status_code=202)


for kind in (Accept, Announce, Create, Delete, Reject, Update):
    app.on(kind)(record)


@app.on(Follow)
async def on_follow(ctx):
    await record(ctx)
    follower = id_of(ctx.activity.actor)
    document = await read(follower)
    followers[follower] = document["inbox"]
    accept = activity("Accept", apmodel.to_dict(ctx.activity), to=follower)
    await post(document["inbox"], accept)
    return Response(status_code=202)


@app.on(Undo)
async def on_undo(ctx):
    await record(ctx)
    followers.pop(id_of(ctx.activity.actor), None)
    return Response(status_code=202)


def activity(kind, inner, **members):
    return {
        "@context": as2,
        "id": f"{origin}/activities/{uuid.uuid4()}",
        "type": kind,
        "actor": me,
        "object": inner,
        **members,
    }


async def read(url):
    # Its RFC 9421 signer covers content-type, which a GET has not.
    async with ActivityPubClient() as client:
        accept = {"Accept": "application/activity+json"}
        async with client.get(
            url, headers=accept, signatures=keys, sign_with=["draft-cavage"]
        ) as answer:
            if answer.status != 200:
                raise ValueError(f"{url} answers {answer.status}")
            return json.loads(await answer.text())


async def post(inbox, document):
    async with ActivityPubClient() as client:
        async with client.post(
            inbox, json=apmodel.load(document), signatures=keys, sign_with=sign_with
        ) as answer:
            if answer.status >= 300:
                raise ValueError(f"{inbox} answers {answer.status}")


async def to_followers(kind, inner):
    document = activity(kind, inner, to=[public], cc=[f"{me}/followers"])
    for inbox in set(followers.values()):
        await post(inbox, document)


def make_note(identifier, text):
    return {
        "id": identifier,
        "type": "Note",
        "attributedTo": me,
        "content": text,
        "published": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "to": [public],
        "cc": [f"{me}/followers"],
    }


async def command_lookup(url):
    return await read(url)


async def command_follow(url):
    target = await read(url)
    follow = activity("Follow", target["id"], to=[target["id"]])
    await post(target["inbox"], follow)
    return follow["id"]


async def command_unfollow(url, follow_id):
    target = await read(url)
    follow = {"id": follow_id, "type": "Follow", "actor": me, "object": target["id"]}
    await post(target["inbox"], activity("Undo", follow, to=[target["id"]]))


async def command_post(text):
    note = make_note(f"{origin}/notes/{uuid.uuid4()}", text)
    notes[note["id"]] = {"@context": as2, **note}
    await to_followers("Create", note)
    return note["id"]


async def command_edit(identifier, text):
    note = make_note(identifier, text)
    notes[identifier] = {"@context": as2, **note}
    await to_followers("Update", note)


async def command_remove(identifier):
    notes.pop(identifier)
    await to_followers("Delete", {"id": identifier, "type": "Tombstone"})


async def command_state():
    return {
        "received": received,
        "requests": requests,
        "failures": failures,
        "followers": list(followers),
    }


async def obey(call):
    try:
        result = await globals()["command_" + call["command"]](*call["args"])
        say({"id": call["id"], "result": result})
    except Exception as error:  # the caller is the one to judge
        say({"id": call["id"], "error": f"{type(error).__name__}: {error}"})


def say(message):
    channel.write(json.dumps(message) + "\n")


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        say({"ready": True})


async def main():
    server = Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=options["port"],
            ssl_certfile=options["certificate"],
            ssl_keyfile=options["key"],
            log_level="warning",
        )
    )
    serving = asyncio.create_task(server.serve())
    lines = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks = set()
    while line := await lines.readline():
        task = asyncio.create_task(obey(json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    server.should_exit = True
    await serving


asyncio.run(main())
