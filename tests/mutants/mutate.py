"""Single changes of C source: relations, arithmetic, logic, constants, conditions, returns,
statements that are left out. Only inside functions; not in comments, texts, directives."""
import re

TOKEN = re.compile(r"""
    (?P<skip>/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?[uUlLfF]*|\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
  | (?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
""", re.X | re.S | re.M)
OPERATORS = {
    "relation": {"<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="),
                 "==": ("!=",), "!=": ("==",)},
    "logic": {"&&": ("||",), "||": ("&&",)},
    "arithmetic": {"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",),
                   "+=": ("-=",), "-=": ("+=",), "*=": ("/=",), "/=": ("*=",),
                   "++": ("--",), "--": ("++",)},
}
BINARY = {"+", "-", "*"}  # also unary: only behind an operand
STATEMENT = re.compile(r"^\t+(?!return\b|break\b|continue\b|goto\b|else\b|case\b|default\b)"
                       r"(?:\(void\))?[a-z_][\w.>\[\]-]*(?:\([^;{}]*\)|(?:\[[^;{}]*\]|[\w.>-])* "
                       r"?(?:[-+*/|&]?=(?!=)[^;{}]*|\+\+|--));$", re.M)
RETURN = re.compile(r"^\t+return ([^;{}]+);$", re.M)
CONDITION = re.compile(r"\b(?:if|while) \(")


class Mutant:
    """The text [start, end) of a file becomes `new`."""

    def __init__(self, kind, path, source, start, end, new):
        self.kind, self.path, self.start, self.end, self.new = kind, path, start, end, new
        self.old = source[start:end]
        self.line = source.count("\n", 0, start) + 1

    def applied(self, source):
        return source[:self.start] + self.new + source[self.end:]

    def key(self):
        return "%s:%d:%d %s -> %s" % (self.path, self.line, self.start, self.old, self.new)

    def __str__(self):
        old, new = (" ".join(x.split()) for x in (self.old, self.new))
        return "%s:%d: %s: %s -> %s" % (self.path, self.line, self.kind, old, new or "(nothing)")


def tokens(source):
    """(kind, text, start, whether in a function), comments and the like left out."""
    depth, inside, before = 0, False, ""
    for m in TOKEN.finditer(source):
        kind, text = m.lastgroup, m.group()
        if kind == "skip" or text.isspace():
            continue
        if text == "{" and not depth:
            inside = before == ")"
        depth += (text == "{") - (text == "}")
        yield kind, text, m.start(), inside and depth > 0
        before = text


def enums(sources):
    """Of each constant of an enum the next one of the same enum."""
    following = {}
    for source in sources:
        for body in re.findall(r"\benum\s+\w+\s*\{([^}]*)\}", source):
            names = re.findall(r"\b([A-Z][A-Z0-9_]+)\b(?=\s*(?:=[^,]*)?(?:,|$|\s*/))",
                               re.sub(r"/\*.*?\*/", "", body, flags=re.S).strip())
            for a, b in zip(names, names[1:] + names[:1]):
                if a != b:
                    following[a] = b
    return following


def closing(source, at):
    """The place of the bracket that closes the one at `at`; -1 where it cannot be told."""
    depth = 0
    for i in range(at, min(len(source), at + 2000)):
        depth += (source[i] == "(") - (source[i] == ")")
        if depth == 0:
            return i
    return -1


def of_tokens(path, source, following):
    before = None
    for kind, text, start, inside in tokens(source):
        operand = before and (before[0] in ("name", "number") and before[1] != "return"
                              or before[1] in ")]")
        before = kind, text
        if not inside:
            continue
        if kind == "op":
            for name, table in OPERATORS.items():
                if text in table and (text not in BINARY or operand):
                    for new in table[text]:
                        yield Mutant(name, path, source, start, start + len(text), new)
        elif kind == "number" and re.fullmatch(r"\d+", text):
            for new in {int(text) + 1, max(int(text) - 1, 0)} - {int(text)}:
                yield Mutant("constant", path, source, start, start + len(text), str(new))
        elif text in ("true", "false"):
            yield Mutant("constant", path, source, start, start + len(text),
                         "false" if text == "true" else "true")
        elif text in following:
            yield Mutant("constant", path, source, start, start + len(text), following[text])


def of_lines(path, source):
    for m in CONDITION.finditer(source):
        end = closing(source, m.end() - 1)
        if end > 0:
            inside = source[m.end():end]
            yield Mutant("condition", path, source, m.end(), end, "!(%s)" % inside)
    for m in STATEMENT.finditer(source):
        start = m.start() + len(m.group()) - len(m.group().lstrip("\t"))
        yield Mutant("statement", path, source, start, m.end(), ";")
    for m in RETURN.finditer(source):
        what = m.group(1)
        if what not in ("true", "false", "0", "NULL"):
            yield Mutant("return", path, source, m.start(1), m.end(1), "0")
            yield Mutant("return", path, source, m.start(1), m.end(1), "!(%s)" % what)


def mutants_of(path, source, following):
    """All of a file, in a fixed order."""
    skipped = [(m.start(), m.end()) for m in TOKEN.finditer(source) if m.lastgroup == "skip"]
    found = list(of_tokens(path, source, following))
    found += [m for m in of_lines(path, source)
              if not any(a <= m.start < b for a, b in skipped)]
    return sorted(found, key=lambda m: (m.start, m.end, m.new))
