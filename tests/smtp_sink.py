"""A mail server that keeps what it is sent: one JSON line per message. For tests, drills and trials, on loopback
unless it is told otherwise.

    python3 tests/smtp_sink.py --out mails.jsonl|- [--host 127.0.0.1] [--port 0]
                               [--cert C --key K] [--login USER:PASSWORD]
                               [--stall-before-data S] [--stall-after-data S] [--refuse [CODE]] [--drop]
                               [--times N] [--mode-file FILE]

Prints `ready PORT` once it listens. SIGTERM or SIGINT ends it.

Misbehaviour applies to the first N messages with --times, else to all:
    --stall-before-data S   silent for S seconds when the client says DATA; then goes on
    --stall-after-data S    takes the message, keeps it, and is silent for S seconds before saying so
    --refuse CODE           answers RCPT with CODE (default 451: later; 550 means never)
    --drop                  says it took the message and loses it
A drill changes its mind through --mode-file: its text (`ok`, `stall-before-data S`, `stall-after-data S`,
`refuse CODE`, `drop`) is read for every message and wins over the options; no file means the options.
Beside it lies FILE.silent, one line for each time the sink went silent: a drill waits for it, not for a while.

Addresses with a meaning, whatever the mode: bounce@… is refused for good (550);
grey@… is told to come back later once (451) and then accepted.

A line holds: at (seconds since 1970), from, to, subject, message_id, headers, text, attachments
[{name, type, text}], tls, auth, size. Needs aiosmtpd 1.4.3 or newer (Debian, PyPI).
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import quopri
import signal
import ssl
import sys
import time
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# A message of ours is a few kilobytes; a sink that takes more hides a mistake.
SIZE_MAX = 1_000_000
# aiosmtpd warns about a login without TLS, which a test may want, and about names of its own.
warnings.filterwarnings("ignore", category=UserWarning, module="aiosmtpd")
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Mode:
    """What the sink does to the next message."""

    def __init__(self, options):
        self.options = options
        self.left = options.times

    def now(self):
        """(word, number) for the message at hand; a mode file wins over the options."""
        try:
            with open(self.options.mode_file, encoding="utf-8") as file:
                return parse(file.read())
        except (TypeError, OSError):
            pass
        if self.left is not None and self.left <= 0:
            return ("ok", 0)
        for word in ("stall_before_data", "stall_after_data", "refuse"):
            value = getattr(self.options, word)
            if value is not None:
                return (word.replace("_", "-"), value)
        return ("drop", 0) if self.options.drop else ("ok", 0)

    def used(self):
        """One misbehaviour less to go."""
        if self.left is not None:
            self.left -= 1

    async def silent(self, word, seconds):
        """Says nothing for a while, and writes down that it does."""
        self.used()
        if self.options.mode_file:
            with open(self.options.mode_file + ".silent", "a", encoding="utf-8") as file:
                file.write(f"{word}\n")
        await asyncio.sleep(seconds)


def parse(text):
    """A mode file's text: a word and perhaps a number."""
    words = text.split()
    if not words:
        return ("ok", 0)
    default = 451 if words[0] == "refuse" else 0
    return (words[0], float(words[1]) if len(words) > 1 else default)


class Door(SMTP):
    """An SMTP conversation that can go silent before it takes the message."""

    async def smtp_DATA(self, arg):
        word, seconds = self.event_handler.mode.now()
        if word == "stall-before-data":
            await self.event_handler.mode.silent(word, seconds)
        await super().smtp_DATA(arg)


class Sink:
    """Keeps messages, and misbehaves when asked to."""

    def __init__(self, mode, out):
        self.mode = mode
        self.out = out
        self.greyed = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bounce@"):
            return "550 5.1.1 no such user"
        if address.startswith("grey@") and address not in self.greyed:
            self.greyed.add(address)
            return "451 4.7.1 greylisted, come back later"
        word, code = self.mode.now()
        if word == "refuse":
            self.mode.used()
            return f"{int(code)} not taken"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        word, seconds = self.mode.now()
        if word == "drop":
            self.mode.used()
            return "250 OK queued"
        self.keep(session, envelope)
        if word == "stall-after-data":
            await self.mode.silent(word, seconds)
        return "250 OK queued"

    def keep(self, session, envelope):
        line = plain(envelope.content) or parsed(envelope.content)
        line |= {
            "at": time.time(),
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "auth": bool(session.authenticated),
            "size": len(envelope.content),
        }
        if self.out == "-":
            print(json.dumps(line), flush=True)
            return
        with open(self.out, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def parsed(content):
    """Any message, as the library reads it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return {
        "subject": message["subject"],
        "message_id": message["message-id"],
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "text": text_of(body) if body is not None else "",
        "attachments": [attachment(part) for part in message.walk() if is_attachment(part, body)],
    }


def plain(content):
    """The same of a message with one plain text, a hundred times as fast: a burst must not wait for its reader."""
    head, found, body = content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not (found and content.isascii()) or b"=?" in head or any(line[:1] in b" \t" for line in lines):
        return None
    pairs = [line.decode().split(":", 1) for line in lines]
    headers = {name.lower(): value.strip() for name, value in pairs}
    kind, way = headers.get("content-type", ""), headers.get("content-transfer-encoding", "7bit")
    if not kind.startswith("text/plain") or way not in ("7bit", "quoted-printable"):
        return None
    text = (quopri.decodestring(body) if way == "quoted-printable" else body).decode("utf-8", "replace")
    return {
        "subject": headers.get("subject"),
        "message_id": headers.get("message-id"),
        "headers": headers,
        "text": text.replace("\r\n", "\n"),
        "attachments": [],
    }


def text_of(part):
    """A text part's characters, with the line ends of this machine."""
    return part.get_content().replace("\r\n", "\n")


def is_attachment(part, body):
    return not part.is_multipart() and part is not body


def attachment(part):
    content = part.get_content()
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    return {"name": part.get_filename(), "type": str(part["content-type"]), "text": text}


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--login", help="USER:PASSWORD; then a login is required")
    parser.add_argument("--stall-before-data", type=float)
    parser.add_argument("--stall-after-data", type=float)
    parser.add_argument("--refuse", type=int, nargs="?", const=451)
    parser.add_argument("--drop", action="store_true")
    parser.add_argument("--times", type=int)
    parser.add_argument("--mode-file")
    return parser.parse_args(arguments)


def door(options, sink):
    """Makes one conversation per connection."""
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    user, _, password = (options.login or "").partition(":")

    def authenticate(server, session, envelope, mechanism, data):
        right = data.login == user.encode() and data.password == password.encode()
        # "handled" would mean that we have answered the client ourselves.
        return AuthResult(success=right, handled=False)

    return lambda: Door(
        sink,
        hostname="localhost",
        data_size_limit=SIZE_MAX,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=bool(options.login),
        auth_require_tls=context is not None,
        authenticator=authenticate if options.login else None,
    )


async def serve(options):
    sink = Sink(Mode(options), options.out)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(door(options, sink), host=options.host, port=options.port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(options_of(sys.argv[1:])))
