#!/bin/bash
# What is changed in the source by `make mutants`: these, each once, and nothing else.
# shellcheck source=tests/e2e/lib.sh
. "${SRCDIR:?}/tests/e2e/lib.sh" || exit 1

cat >sample.c <<'E2'
/* if (a < b) return 1; */
#define MORE(a) ((a) + 1)
enum colour { RED, GREEN };
static const char *const text = "a < b";

static int of(int a, int b)
{
	if (a < b && b)
		b += 2;
	grow(-a);
	return a == RED ? b : 'x';
}
E2
cat >expected <<'E2'
8: relation: < -> <=
8: relation: < -> >
8: logic: && -> ||
8: condition: a < b && b -> !(a < b && b)
9: arithmetic: += -> -=
9: constant: 2 -> 1
9: constant: 2 -> 3
9: statement: b += 2; -> ;
10: statement: grow(-a); -> ;
11: relation: == -> !=
11: constant: RED -> GREEN
11: return: a == RED ? b : 'x' -> !(a == RED ? b : 'x')
11: return: a == RED ? b : 'x' -> 0
E2
PYTHONDONTWRITEBYTECODE=1 python3 - "$SRCDIR/tests/mutants" <<'E2' | sort >found
import sys
sys.path.insert(0, sys.argv[1])
from mutate import enums, mutants_of
source = open("sample.c").read()
for m in mutants_of("sample.c", source, enums([source])):
    assert m.applied(source) == source[:m.start] + m.new + source[m.start + len(m.old):]
    print(str(m)[len("sample.c:"):])
E2
sort -o expected expected
check "every kind of change, where it can be made, and no other" diff expected found
