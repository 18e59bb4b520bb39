"""Two small texts, written by two little grammars: tales, of which there are many, and the
log of a ship, of which there is little. The same every time.

    python3 texts.py tales | log
"""
import random
import sys

TALES = {
    "text": ["{who} {went} to {place} and {found} {thing}. ",
             "{when} {who} {said} to {who}: {speech}. ",
             "but {who} {went} away, and nobody {saw} {thing} again. ",
             "so {who} {gave} {thing} to {who}, {why}. "],
    "who": ["the {kind} {animal}", "the {animal}", "an {age} {animal}", "the miller", "the queen"],
    "kind": ["proud", "small", "hungry", "patient", "grey", "clever"],
    "age": ["old", "idle", "honest", "unlucky"],
    "animal": ["fox", "crow", "hare", "wolf", "donkey", "heron", "mouse", "frog"],
    "went": ["went", "walked", "ran", "came", "crept"],
    "place": ["the river", "the mill", "the edge of the wood", "the market", "a deep well"],
    "found": ["found", "took", "saw", "hid", "dropped"],
    "thing": ["a golden ring", "a loaf of bread", "the last apple", "a sack of corn", "a feather"],
    "when": ["one morning", "in the winter", "when the moon rose", "before the harvest"],
    "said": ["said", "called", "whispered", "sang"],
    "speech": ["you have {thing}", "come to {place}", "who took {thing}", "wait for {who}"],
    "saw": ["saw", "missed", "wanted"],
    "gave": ["gave", "brought", "sold", "lent"],
    "why": ["out of pity", "for it was late", "and was glad of it", "without a word"],
}
LOG = {
    "text": ["{hour} bells. wind {wind}, {force}. {sail}. ",
             "{hour} bells. {seen} off the {side} bow, {far} miles. ",
             "sounded {far} fathoms, {ground}. {sail}. ",
             "{task}. {water} casks of water left. "],
    "hour": ["two", "four", "six", "eight"],
    "wind": ["nor'west", "sou'west", "east by north", "due south", "backing west"],
    "force": ["a light air", "fresh breeze", "hard squalls", "half a gale", "flat calm"],
    "sail": ["set the jib", "reefed the topsails", "hove to", "all plain sail", "furled the royals"],
    "seen": ["a brig", "two whalers", "breakers", "a light", "drift ice"],
    "side": ["port", "starboard", "weather", "lee"],
    "far": ["three", "seven", "nine", "twelve", "twenty"],
    "ground": ["grey sand", "shell and mud", "no bottom", "black rock"],
    "task": ["pumped the bilge", "mended the fore course", "tarred the shrouds", "painted the boats"],
    "water": ["four", "five", "eleven", "thirty"],
}


def write(grammar, length, seed):
    rng = random.Random(seed)
    text = ""
    while len(text) < length:
        line = "{text}"
        while "{" in line:
            start, _, rest = line.partition("{")
            name, _, end = rest.partition("}")
            line = start + rng.choice(grammar[name]) + end
        text += line
    return text[:length]


def tales():
    return write(TALES, 30000, 1)


def log():
    """For training, validation, test."""
    return {"train": write(LOG, 1500, 2), "valid": write(LOG, 3000, 3), "test": write(LOG, 3000, 4)}


if __name__ == "__main__":
    print(tales() if sys.argv[1:] == ["tales"] else log()["train"])
