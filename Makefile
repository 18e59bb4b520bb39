# hpsearch.  `make help` lists the targets; `make demo` and `make check` are each enough
# by themselves on a bare Debian machine. Everything made is under build/.
#
#     make MODE=release|debug|asan|cov|fuzz  CC=clang  WERROR=1  JOBS=4  V=1
VERSION := 0.1.0
MODE    ?= release
BUILD   ?= build
O       := $(BUILD)/$(MODE)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-4s %s\n' $(1) '$(2)')
JOBS     = $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),$(shell nproc))

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
INSTALL    ?= install
PKG_CONFIG ?= pkg-config

SRC     := $(sort $(wildcard src/*.c src/*/*.c))
TESTSRC := $(sort $(wildcard tests/*/*.c))
HDR     := $(sort $(wildcard include/*.h src/*/*.h tests/*/*.h))
EXAMPLE := $(sort $(wildcard examples/*/*.c))

# --- how to compile ---

# What a compiler may or may not know; asked once, below.
ASK := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -fstack-clash-protection \
	-fcf-protection -ftrivial-auto-var-init=zero
ifneq ($(filter-out help clean deps deps-check check-layers uninstall,$(or $(MAKECMDGOALS),all)),)
KNOWN := $(shell for f in $(ASK); do \
	$(CC) -Werror $$f -x c -c -o /dev/null /dev/null 2>/dev/null && echo $$f; done)
# A library's archive where there is one: a start takes 0.7 ms with the archives of GSL
# and libyaml, 0.95 ms with the shared objects, 2.8 ms with OpenBLAS among them.
archive  = $(or $(filter /%,$(wildcard $(shell $(CC) -print-file-name=$(1:-l%=lib%.a)))),$(1))
packages = $(shell $(PKG_CONFIG) $(1) gsl yaml-0.1 libcjson 2>/dev/null)
DEP_CFLAGS ?= $(patsubst -I%,-isystem %,$(call packages,--cflags))
DEP_LIBS   ?= $(foreach l,$(filter-out -lm,$(call packages,--libs)),$(call archive,$l)) -lm
# Evaluated once.
DEP_CFLAGS := $(DEP_CFLAGS)
DEP_LIBS   := $(DEP_LIBS)
endif

STD  := -std=c17 -D_GNU_SOURCE -DHPS_VERSION='"$(VERSION)"' -Iinclude -Isrc
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wdouble-promotion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wswitch-enum \
	-Wimplicit-fallthrough -Wnull-dereference $(filter -W%,$(KNOWN)) \
	$(if $(WERROR),-Werror)
# Position-independent and hidden, so that the library is made of the same objects.
NUM  := -fPIC -fvisibility=hidden -fno-common -fno-fast-math -ffp-contract=off
HARD := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	$(filter -f%,$(KNOWN))
SAN  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

C_release := -O2 -g $(HARD)
C_debug   := -O0 -g3
C_asan    := -O1 -g3 $(SAN)
C_cov     := -O0 -g3 --coverage
C_fuzz    := -O1 -g3 $(SAN) -fsanitize=fuzzer-no-link
L_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
L_asan    := $(SAN)
L_cov     := --coverage -Wl,--wrap=_exit
L_fuzz    := $(SAN)
ifeq ($(origin C_$(MODE)),undefined)
$(error MODE=$(MODE) is none of release, debug, asan, cov, fuzz)
endif

# The inner loops of gp/ want vector registers; none of this changes a result.
VECTOR := $(if $(filter release,$(MODE)),-O3) -fno-math-errno -Wno-psabi

COMPILE := $(CC) $(STD) $(WARN) $(NUM) $(C_$(MODE)) $(DEP_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK    := $(CC) $(C_$(MODE)) $(L_$(MODE)) -Wl,--as-needed $(CFLAGS) $(LDFLAGS)

# --- what is made ---

LIBOBJ := $(patsubst %.c,$(O)/%.o,$(filter-out src/main.c,$(SRC)))
LIB    := $(O)/libhpsearch.a
# Helpers that several test programs share: all in tests/unit that is no test itself.
AIDOBJ := $(patsubst %.c,$(O)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
AID    := $(if $(AIDOBJ),$(O)/libaid.a)
bins    = $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/$(1)/$(2)*.c)))
UNIT   := $(call bins,unit,test_)
MATRIX := $(call bins,matrix,test_)
FUZZ   := $(call bins,fuzz,fuzz_)
TOOLS  := $(call bins,tools,)
BENCH  := $(call bins,bench,)
# What every program of a build for coverage is linked with.
COVOBJ := $(if $(filter cov,$(MODE)),$(O)/tests/cov/exit.o)
# A library that tests preload; a sanitizer insists on being first and gets none.
FAULT_SO := $(if $(filter release debug cov,$(MODE)),$(O)/tests/torture/fault.so)
MLP    := $(patsubst %.c,$(O)/%,$(wildcard examples/mlp/mlp.c))
HPS    := $(O)/hpsearch
MAN    := $(wildcard src/hpsearch.1)
SCRIPT := $(sort $(wildcard tests/unit/test_*.sh))
E2E    := $(filter-out %/lib.sh,$(sort $(wildcard tests/e2e/*.sh)))

# A file that is written only when what it says has changed: changed flags rebuild
# everything, a new or a removed source makes the archive again.
stamp = $(if $(call differs,$(strip $(file <$(1))),$(strip $(2))),$(shell mkdir -p $(O))$(file >$(1),$(strip $(2))))
differs = $(if $(and $(findstring $(1),$(2)),$(findstring $(2),$(1))),,yes)
ifneq ($(KNOWN)$(DEP_LIBS),)
$(call stamp,$(O)/flags,$(COMPILE) $(LINK) $(DEP_LIBS))
$(call stamp,$(O)/objects,$(LIBOBJ) $(AIDOBJ))
endif

# What every test program finds in its environment.
TEST_ENV = $(if $(filter asan cov,$(MODE)),TEST_TIMEOUT="$${TEST_TIMEOUT:-900}") HPSEARCH='$(abspath $(HPS))' TOOLS='$(abspath $(O)/tests/tools)' FAULT_SO='$(abspath $(FAULT_SO))' SRCDIR='$(CURDIR)' \
	MLP='$(abspath $(MLP))' TEST_JOBS='$(JOBS)'
DRY    = $(findstring n,$(firstword -$(MAKEFLAGS)))
# $(call again,WORDS): another make, with all processors unless -j was said.
again  = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS)) $(1)
# $(call suite,LABEL,WHAT TO BUILD,PROGRAMS): what cannot be built is a failure like others.
suite  = +@rc=0; $(if $(strip $(2)),$(call again,-k $(2)) || rc=1;) \
	$(if $(DRY),:) $(TEST_ENV) BUILD_FAILED=$$rc tests/run.sh '$(O)/logs/$(1)' $(3)

.PHONY: all lib everything check suites check-layers check-unit check-matrix check-fuzz \
	check-e2e asan valgrind cov fuzz torture torture-kill torture-fault \
	torture-children torture-scale torture-ready bench bench-regret bench-gp bench-early \
	bench-peers bench-plot analyze format format-check demo deps deps-check install uninstall clean help \
	valgrind-here valgrind-all valgrind-all-here fuzz-here
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

all: $(HPS)                           ## the program (the default)
lib: $(LIB)                           ## everything but main.c, as build/MODE/libhpsearch.a
everything: $(HPS) $(UNIT) $(MATRIX) $(FUZZ) $(TOOLS) $(BENCH) $(MLP) $(FAULT_SO) ## and every test program

$(HPS) $(UNIT) $(MATRIX) $(FUZZ) $(TOOLS) $(BENCH) $(MLP): $(COVOBJ)
$(HPS): $(O)/src/main.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(DEP_LIBS)
$(LIB): $(LIBOBJ) $(O)/objects
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIBOBJ)
$(O)/libaid.a: $(AIDOBJ) $(O)/objects
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(AIDOBJ)
$(MLP): $(O)/examples/mlp/mlp.o
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ -lm
$(FUZZ): %: %.o $(if $(filter fuzz,$(MODE)),,$(O)/tests/fuzz/replay.o) $(LIB)
	$(call say,LD,$@)
	$(Q)$(LINK) $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) -o $@ $^ $(DEP_LIBS)
$(UNIT) $(MATRIX) $(TOOLS) $(BENCH): %: %.o $(AID) $(LIB)
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(DEP_LIBS)
$(O)/%.so: %.c $(O)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) -O2 -g -fno-builtin -fPIC -shared -MMD -MP -MF $(@:.so=.d) -o $@ $<
$(O)/%.o: %.c $(O)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(if $(findstring /src/gp/,$@),$(VECTOR)) -MMD -MP -c -o $@ $<
-include $(patsubst %.c,$(O)/%.d,$(SRC) $(TESTSRC) $(EXAMPLE))

# --- tests ---

check: deps-check                     ## installs what is missing, builds, runs every test
	+@$(call again,suites)
suites:                               ## every test, nothing installed
	$(call suite,all,everything,$(E2E) $(MATRIX) $(UNIT) $(SCRIPT) $(FUZZ))
check-unit:                           ## the tests of single modules
	$(call suite,unit,$(UNIT) $(TOOLS),$(UNIT) $(SCRIPT))
check-matrix:                         ## every strategy on every function
	$(call suite,matrix,$(MATRIX) $(TOOLS),$(MATRIX))
check-fuzz:                           ## the stored inputs of the fuzzers, once each
	$(call suite,fuzz,$(FUZZ),$(FUZZ))
check-e2e:                            ## the program with real processes
	$(call suite,e2e,$(HPS) $(TOOLS) $(MLP) $(FAULT_SO) library $(EMBED),$(E2E))
check-layers:                         ## the include arrows point one way
	@tests/layers.sh
asan: deps-check                      ## every test under ASan and UBSan
	+@$(call again,MODE=asan suites)
valgrind: deps-check                  ## a whole search under valgrind
	+@$(call again,MODE=debug valgrind-here)
valgrind-here: $(HPS) $(TOOLS)
	@$(TEST_ENV) tests/valgrind.sh
# What measures memory, or kills by the clock, is not itself under valgrind.
VALGRIND_E2E := $(filter-out %/bounds.sh %/children.sh %/fault.sh %/kill.sh %/security.sh,$(E2E))
valgrind-all: deps-check              ## every test program, and searches, under valgrind (hours)
	+@$(call again,MODE=release valgrind-all-here)
valgrind-all-here: $(HPS) $(TOOLS) $(MLP) $(UNIT) $(MATRIX) $(FUZZ)
	@VALGRIND=1 TEST_TIMEOUT=7200 $(TEST_ENV) tests/run.sh '$(O)/logs/valgrind' \
		$(UNIT) $(MATRIX) $(FUZZ) $(VALGRIND_E2E)
cov: deps-check                       ## every test, then line and branch coverage per room
	@find $(BUILD)/cov -name '*.gcda' -delete 2>/dev/null || :
	+@$(call again,MODE=cov suites)
	@tests/cov.sh '$(BUILD)/cov'
fuzz: deps-check                      ## builds the libFuzzer targets; SECONDS=n runs each so long
	+@$(call again,MODE=fuzz CC=clang fuzz-here)
fuzz-here: $(FUZZ)
	@$(if $(SECONDS),tests/fuzz/run.sh '$(O)/tests/fuzz' '$(SECONDS)')
torture-kill: torture-ready           ## the driver killed at random instants; KILLS=n SEED=n CASE=n
	@$(TEST_ENV) JOBS='$(JOBS)' KILLS='$(KILLS)' SEED='$(SEED)' CASE='$(CASE)' tests/torture/kill.py
torture-fault: torture-ready          ## the n-th call of everything fails; CALL='write fsync'
	@$(TEST_ENV) JOBS='$(JOBS)' POINTS='$(POINTS)' SEED='$(SEED)' POINT='$(POINT)' CALL='$(CALL)' tests/torture/fault.py
torture-children: torture-ready       ## children that flood, fork, hang, hide; FULL=1 for 10 GB of it
	@$(TEST_ENV) FULL='$(FULL)' ONLY='$(ONLY)' tests/torture/children.py
torture-scale: torture-ready          ## time and memory against N trials, runs, parameters
	@$(TEST_ENV) BENCH='$(abspath $(O)/tests/bench)' N='$(N)' tests/torture/scale.py
torture: deps-check                   ## all of that and SECONDS of each fuzzer, in one table
	+@MAKE='$(MAKE)' FUZZ_SECONDS='$(SECONDS)' FULL='$(or $(FULL),1)' tests/torture/all.sh '$(O)/torture'
torture-ready: deps-check
	+@$(call again,$(HPS) $(TOOLS) $(BENCH) $(FAULT_SO))
bench: deps-check                     ## launches per second, study logic; prints, never gates
	+@$(call again,everything)
	@for b in $(sort $(wildcard tests/bench/*.sh)); do \
		$(TEST_ENV) BENCH='$(abspath $(O)/tests/bench)' $$b || exit 1; done

# Problem files, and beside them what reads their surrogates, are not of this project.
BENCHDATA ?= ../shared/benchdata
PROBS     ?= $(sort $(wildcard $(BENCHDATA)/prob/*.prob))
SEEDS     ?= 0-9
TRIALS    ?= 100
METHOD    ?= bayes
PENDING   ?= 1
REGRET    := $(O)/bench/regret
bench-regret:                         ## regret on PROBS; SEEDS=0-9 TRIALS=100 METHOD=bayes PENDING=1 COST='0 -w 1' MORE=-f
	+@$(call again,$(REGRET))
	@$(REGRET) -m '$(METHOD)' -t '$(TRIALS)' -s '$(SEEDS)' -p '$(PENDING)' $(if $(COST),-c $(COST)) $(MORE) $(PROBS)
bench-gp:                             ## ms per proposal of method: bayes at n = 30 … 10,000
	+@$(call again,$(O)/tests/bench/gp)
	@$(O)/tests/bench/gp
# Pinned, so that another day's run is about the same programs.
PEERS := optuna==5.0.0 torch==2.13.0 smac==2.4.1 botorch==0.18.1 ax-platform==1.3.1
# HEBO asks for older versions than the others, and for one that there is no longer.
PEERS_HEBO := 'torch==2.13.0 numpy<2 pandas<3 pymoo==0.6.2 gpytorch GPy catboost disjoint-set' \
	'--no-deps HEBO==0.3.6'
PEERS_RUN = tests/bench/peers.py --regret '$(REGRET)' --cache '$(BUILD)/peers-cache' \
	--seeds '$(SEEDS)' --trials '$(TRIALS)' --after '$(or $(AFTER),0)' \
	$(if $(PEER),--peers $(PEER)) -- $(PROBS)
bench-peers:                          ## regret beside other programs; PROBS SEEDS=0-9 TRIALS=100 PEER='optuna-gp smac' AFTER=0
	@tests/deps.sh python3-venv
	+@$(call again,$(REGRET))
	@OMP_NUM_THREADS=1 $$(tests/bench/venv.sh '$(BUILD)/peers' $(PEERS)) $(PEERS_RUN)
	@OMP_NUM_THREADS=1 $$(tests/bench/venv.sh '$(BUILD)/peers-hebo' $(PEERS_HEBO)) $(PEERS_RUN)
bench-plot:                           ## a picture of what bench-peers found; PLOT=FILE.svg
	@tests/deps.sh gnuplot-nox
	@tests/bench/plot.py '$(BUILD)/peers-cache/peers.jsonl' '$(or $(PLOT),$(BUILD)/regret.svg)' $(PEER)
bench-early:                          ## early stopping beside its peers on learning curves; EARLY='--seeds 20'
	@tests/deps.sh python3-venv
	+@$(call again,$(HPS) $(MLP) $(O)/tests/bench/early)
	@$$(tests/bench/venv.sh '$(BUILD)/peers' numpy optuna 'syne-tune[basic]') tests/bench/early.py \
		--data '$(BENCHDATA)' --cache '$(BUILD)/early' --program '$(O)/tests/bench/early' \
		--hpsearch '$(HPS)' --mlp-program '$(MLP)' $(EARLY)
$(REGRET): tests/bench/regret.c $(AID) $(LIB) $(wildcard $(BENCHDATA)/ysur.c) $(O)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(if $(wildcard $(BENCHDATA)/ysur.c),$(CC) -O3 -ffast-math -w -c -o $@.ysur.o $(BENCHDATA)/ysur.c)
	$(Q)$(COMPILE) $(if $(wildcard $(BENCHDATA)/ysur.c),-DHPS_YSUR -isystem $(BENCHDATA)) -c -o $@.o $<
	$(Q)$(LINK) -o $@ $@.o $(if $(wildcard $(BENCHDATA)/ysur.c),$@.ysur.o) $(AID) $(LIB) $(DEP_LIBS)

include src/api/lib.mk

# --- the source itself ---

analyze: deps-check                   ## gcc -fanalyzer, cppcheck, clang-tidy, shellcheck
	@TEST_JOBS='$(JOBS)' CFLAGS='$(subst ',,$(STD)) $(DEP_CFLAGS)' tests/analyze.sh $(SRC)
format: deps-check                    ## rewrites the source with clang-format
	clang-format -i $(SRC) $(TESTSRC) $(HDR) $(EXAMPLE)
format-check: deps-check              ## says where clang-format would change something
	@clang-format --dry-run -Werror $(SRC) $(TESTSRC) $(HDR) $(EXAMPLE)

# --- for the person who came by ---

demo: deps                            ## a real search over a real training, then its verification
	+@$(call again,all $(MLP))
	@$(TEST_ENV) OUT='$(abspath $(O)/demo)' examples/demo.sh
deps:                                 ## installs what the program is built with (Debian)
	@tests/deps.sh gcc make pkg-config libc6-dev libgsl-dev libyaml-dev libcjson-dev
deps-check: deps                      ## and what the tests need
	@tests/deps.sh clang clang-format clang-tidy libclang-rt-14-dev cppcheck \
		shellcheck valgrind binutils libc6-dbg python3 python3-sklearn python3-jsonschema \
		parallel git procps

install: all install-library          ## honours DESTDIR, PREFIX, BINDIR, MANDIR
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1'
	$(INSTALL) -m 755 $(HPS) '$(DESTDIR)$(BINDIR)/hpsearch'
	$(if $(MAN),$(INSTALL) -m 644 $(MAN) '$(DESTDIR)$(MANDIR)/man1/hpsearch.1')
uninstall: uninstall-library          ## removes what install wrote
	rm -f '$(DESTDIR)$(BINDIR)/hpsearch' '$(DESTDIR)$(MANDIR)/man1/hpsearch.1'
clean:                                ## removes build/
	rm -rf '$(BUILD)'
help:                                 ## this list
	@awk -F':|## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$NF}' Makefile
