"""Asks the house everything its own document allows, and much that it does not, as one person of one role.

    python3 tests/contract.py FILE.json

FILE.json is written by tests/src/bin/contract.rs: document, url, role, cookie, link, problems, places, bodies,
queries, spare, and how much to ask (examples, sequences, coverage, seed). Schemathesis (PyPI) makes the requests
and compares each answer with the document; the hooks below give it ids that exist, and look at every refusal.

The last line on stdout is one JSON object: cases, failures, server_errors, errors, and the answers by operation.
"""

import collections
import contextlib
import json
import os
import random
import re
import sys
import time
import uuid

import requests
import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario, coverage_scenario
from schemathesis.openapi.checks import RejectedPositiveData

# Three of four well-formed requests name things that exist; the rest are strangers.
KNOWN = 0.75
# Half of the well-formed bodies are a whole body that a person would send, with some fields made up.
LIVED = 0.5
# Commands that end something run on sessions that nobody else needs.
ENDS = re.compile(r"/(end|cancellation|closure|sitter-invitation|sitter-revocation|removals/\{person\})$")
UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
# Rules that no schema can tell: names of zones, days that exist, one instant after another.
BEYOND_SCHEMAS = {"time_zone", "local", "until_at", "weekly"}
# The same for letters that nobody sees.
UNSEEN = "write at least a word"
COOKIE = "__Host-sid"
SIGN_OUT = "POST /api/identity/sign-out"
SLOTS = "GET /api/scheduling/slots"
BOOKINGS = "POST /api/scheduling/bookings"


class Run:
    """What this process knows, and what it has seen."""

    def __init__(self, told):
        self.told = told
        self.dice = random.Random(told["seed"])
        self.problems = {problem["code"]: problem["status"] for problem in told["problems"]}
        self.ids = collections.defaultdict(list)
        for name, value in told["places"].items():
            self.learn(name, value)
        for session in told["spares"]:
            self.learn("session", session)
        self.answers = collections.defaultdict(collections.Counter)
        self.server_errors = 0
        self.cookie = told["cookie"]

    def learn(self, name, value):
        """Remembers an id by the name it was told under."""
        known = self.ids[name]
        if isinstance(value, str) and value not in known:
            known.append(value)
            # Old ones leave, so that later questions are about what was just made; what everything is about stays.
            del known[10:-40]

    def hear(self, answer, names):
        """Collects ids from an answer: a list of bookings teaches sessions, persons and so on."""
        if isinstance(answer, list):
            for one in answer[:50]:
                self.hear(one, names)
        elif isinstance(answer, dict):
            for name, value in answer.items():
                if name in names:
                    self.learn(name, value)
                elif name == "id" and names.get("id"):
                    self.learn(names["id"], value)
                self.hear(value, names)

    def pick(self, name):
        """An id that exists; the first, around which everything has happened, as often as all others."""
        known = self.ids.get(name)
        if not known:
            return None
        return known[0] if self.dice.random() < 0.5 else self.dice.choice(known)

    def spare(self):
        """A session that may end."""
        return self.dice.choice(self.ids["session"][1:] or [uuid7()])


RUN = None


def uuid7():
    """RFC 9562: milliseconds, then chance."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds << 16) | 0x7000 | ((chance >> 64) & 0x0FFF)
    low = (0b10 << 62) | (chance & ((1 << 62) - 1))
    return str(uuid.UUID(int=(high << 64) | low))


def is_good(case, location):
    """Whether this part of a request is one that the document allows."""
    return case.meta is None or not case.meta.is_negative_at(location)


@schemathesis.hook
def before_call(context, case, kwargs):
    label = case.operation.label
    if is_good(case, ParameterLocation.HEADER) and UUID7.match(str((case.headers or {}).get("Idempotency-Key"))):
        # A key is for one command: what is repeated by chance would be refused as used.
        case.headers["Idempotency-Key"] = uuid7()
    if is_good(case, ParameterLocation.PATH):
        for name, value in list((case.path_parameters or {}).items()):
            if RUN.dice.random() < KNOWN:
                case.path_parameters[name] = RUN.pick(name) or value
        if ENDS.search(case.path) and case.path_parameters.get("session") == RUN.told["places"]["session"]:
            case.path_parameters["session"] = RUN.spare()
    if is_good(case, ParameterLocation.QUERY) and RUN.dice.random() < KNOWN:
        case.query.update(RUN.told["queries"].get(label, {}))
    if isinstance(case.body, dict) and is_good(case, ParameterLocation.BODY):
        case.body = lived_in(label, case.body)
    if case.cookies.get(COOKIE) == RUN.told["cookie"]:
        # Signed out, revoked, opened elsewhere: the next request comes from a browser that opened the link again.
        RUN.cookie = RUN.cookie or enter() or "gone"
        case.cookies[COOKIE] = RUN.cookie


def lived_in(label, made_up):
    """A generated body with ids that exist, or a person's body with some generated fields."""
    body = {name: known(name, value) for name, value in made_up.items()}
    seed = RUN.told["bodies"].get(label)
    if not seed or RUN.dice.random() >= LIVED:
        return body
    share = RUN.dice.choice([0, 0, 0.2, 0.5])
    return {**seed, **{name: value for name, value in body.items() if RUN.dice.random() < share}}


def known(name, value):
    """An id that exists in place of one that does not; a whole number in place of one written with a point."""
    if isinstance(value, dict):
        return {inner: known(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [known(name, one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f-]{36}", value) and RUN.dice.random() < KNOWN:
        return RUN.pick(name) or value
    return value


def enter():
    """A new sign-in, as a press on the demo's link gives."""
    told = RUN.told
    headers = {"origin": told["url"], "x-holdspace": "1"}
    answer = requests.post(
        f"{told['url']}/api/identity/links/redeem", json={"token": told["token"]}, headers=headers, timeout=10
    )
    return answer.cookies.get(COOKIE)


@schemathesis.hook
def after_call(context, case, response):
    RUN.answers[case.operation.label][response.status_code] += 1
    RUN.server_errors += response.status_code >= 500
    is_ours = case.cookies.get(COOKIE) == RUN.cookie
    if is_ours and (response.status_code == 401 or case.operation.label == SIGN_OUT):
        RUN.cookie = None
    if case.operation.label == SLOTS and response.status_code == 200:
        learn_slot(response.json())
    if response.status_code == 200 and "json" in "".join(response.headers.get("content-type", [])):
        with contextlib.suppress(ValueError):
            RUN.hear(response.json(), named_ids(case.path))


def learn_slot(answer):
    """A free time makes a booking that can be taken."""
    if answer["slots"]:
        slot = RUN.dice.choice(answer["slots"])
        when = {"starts_at": slot["starts_at"], "local": slot["local"], "time_zone": answer["therapist_zone"]}
        RUN.told["bodies"][BOOKINGS].update(when)


def named_ids(path):
    """Which names of an answer are ids, and what `id` means there."""
    names = {name: name for name in RUN.told["ids"]}
    for word, kind in RUN.told["lists"].items():
        if path.endswith(word):
            names["id"] = kind
    return names


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A schema tells a field's own bounds; what it cannot tell, the house may refuse all the same."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    if problem["code"] == "http.socket_only":
        return False
    if response.status_code != 422 or not problem["code"].startswith(("field.", "json.")):
        return response.status_code != 422
    return not all(is_beyond_schemas(field) for field in problem["fields"])


def is_beyond_schemas(field):
    return field["name"].strip("/").split("/")[0] in BEYOND_SCHEMAS or field["detail"] == UNSEEN


class WrongRefusal(Failure):
    """A refusal that is not the problem the table says it is."""

    def __init__(self, *, operation, message, title="A refusal in words of its own"):
        super().__init__(operation=operation, title=title, message=message)


@schemathesis.check
def refusal_is_in_the_table(ctx, response, case):
    """Whatever is refused is a problem with a code of proto/problems.json, under the status of the table."""
    if response.status_code < 400:
        return
    kind = "".join(response.headers.get("content-type", []))
    text = response.content.decode("utf-8", "replace")
    try:
        body = json.loads(text)
        code, status = body["code"], body["status"]
    except (ValueError, KeyError, TypeError):
        code = status = None
    if kind != "application/problem+json" or RUN.problems.get(code) != response.status_code != status:
        raise WrongRefusal(
            operation=case.operation.label, message=f"{response.status_code} {kind}: {code} {status} {text[:200]}"
        )


class WrongMethod(Failure):
    """A method that no document names, and no 405."""

    def __init__(self, *, operation, message, title="An unknown method is not refused with 405"):
        super().__init__(operation=operation, title=title, message=message)


@schemathesis.check
def unknown_method_is_405(ctx, response, case):
    """Stricter than the tool's own check: signed in, nothing but 405 will do."""
    if coverage_scenario(case) == CoverageScenario.UNSPECIFIED_HTTP_METHOD and response.status_code != 405:
        raise WrongMethod(operation=case.operation.label, message=f"{response.request.method}: {response.status_code}")


def main():
    global RUN
    with open(sys.argv[1], encoding="utf-8") as file:
        told = json.load(file)
    RUN = Run(told)
    folder = os.path.dirname(sys.argv[1])
    config = os.path.join(folder, f"{told['role']}.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(**told))
    report = os.path.join(folder, f"{told['role']}.report.json")
    phases = [phase for phase in ("coverage", "fuzzing", "stateful") if told[phase]]
    arguments = ["--config-file", config, "run", told["document"], "--phases", ",".join(phases)]
    arguments += ["--seed", str(told["seed"]), "--report", "json", "--report-json-path", report]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            schemathesis.cli.schemathesis(arguments, standalone_mode=False)
    except SystemExit:
        pass
    with open(report, encoding="utf-8") as file:
        found = json.load(file)
    print(json.dumps({
        "cases": found["test_cases"]["generated"],
        "requests": sum(sum(answers.values()) for answers in RUN.answers.values()),
        "failures": found["test_cases"]["with_failures"],
        "errors": found["errors"],
        "server_errors": RUN.server_errors,
        "complete": found["complete"],
        "phases": found["phases"],
        "answers": RUN.answers,
    }))


CONFIG = """
base-url = "{url}"
headers = {{ Origin = "{url}", X-Holdspace = "1" }}
continue-on-failure = true
request-timeout = 20.0
workers = 1
suppress-health-check = ["all"]
warnings = false

[cache]
enabled = false

[output.sanitization]
enabled = false

[auth.openapi.cookie]
api_key = "{cookie}"

[generation]
allow-x00 = false
no-shrink = true
database = "none"
max-examples = {fuzzing}

[phases.stateful.generation]
max-examples = {stateful}

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "101", "401", "403", "404", "409", "410", "429"]
"""

if __name__ == "__main__":
    import schemathesis.cli

    main()
