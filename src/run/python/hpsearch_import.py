"""hpsearch import: the sweep that a script defines in Python, as a file for hpsearch.

The script runs until it calls wandb.agent, or to its end; wandb.sweep hands its dictionary
over. The file goes to HPSEARCH_IMPORT; HPSEARCH_IMPORT_WORDS is the command, a JSON list.
"""
import atexit
import json
import math
import os
import sys

from hpsearch_hook import NOTHING, plain

WIDTH = 100


class NoFile(Exception):
    """A value that no file can hold."""


def simple(value, place):
    """Dictionaries, lists and scalars alone."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, dict):
        return {str(k): simple(v, "%s.%s" % (place, k)) for k, v in value.items()}
    if hasattr(value, "tolist"):
        return simple(value.tolist(), place)
    if isinstance(value, (list, tuple, set, range)):
        return [simple(v, place) for v in value]
    number = plain(value)
    if number is NOTHING:
        raise NoFile("%s is a %s, which no file can hold" % (place[1:], type(value).__name__))
    return number


def scalar(value):
    """On one line, as every YAML reader takes it."""
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (key(k), scalar(v)) for k, v in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(scalar, value))
    if isinstance(value, float):
        if not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, str) and is_word(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def is_word(text):
    """Nothing but a text to any reader, without quotes."""
    return (text.replace("_", "a").replace("-", "a").replace(".", "a").replace("/", "a").isalnum()
            and text.isascii() and text[:1].isalpha()
            and text.lower() not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null",
                                     "none"))


def key(text):
    return text if is_word(text) else json.dumps(text, ensure_ascii=False)


def block(values, depth, lines):
    for name, value in values.items():
        head = "  " * depth + key(name) + ":"
        line = "%s %s" % (head, scalar(value))
        if isinstance(value, dict) and value and (depth == 0 or len(line) > WIDTH or any(
                isinstance(v, dict) for v in value.values())):
            lines.append(head)
            block(value, depth + 1, lines)
        else:
            lines.append(line)


def document(config, count):
    words = json.loads(os.environ["HPSEARCH_IMPORT_WORDS"])
    out = {}
    if "command" not in config and "program" not in config:
        out = {"command": words, "args": "none"}
    out.update(config)
    if count and "run_cap" not in config:
        out["run_cap"] = int(count)
    lines = ["# Written by hpsearch import from the sweep that the script defines."]
    if "args" in out:
        lines.append("# It gets its parameters from wandb.config, so its command has none.")
    block(out, 0, lines)
    return "\n".join(lines) + "\n"


def patch(wandb):
    found = []

    def write(count=None):
        if not found:
            return
        try:
            text = document(simple(found[0], ""), count)
        except NoFile as error:
            sys.stderr.write("hpsearch import: %s\n" % error)
            return
        if len(found) > 1:
            sys.stderr.write("hpsearch import: the script has %d sweeps; this is the first\n"
                             % len(found))
        del found[:]
        with open(os.environ["HPSEARCH_IMPORT"], "w", encoding="utf-8") as out:
            out.write(text)

    def sweep(sweep=None, *args, **kwargs):
        config = sweep() if callable(sweep) else sweep
        if isinstance(config, dict):
            found.append(config)
        return "hpsearch"

    def agent(sweep_id=None, function=None, entity=None, project=None, count=None, *args, **kwargs):
        write(count)
        sys.exit(0)

    atexit.register(write)
    wandb.sweep, wandb.agent = sweep, agent
