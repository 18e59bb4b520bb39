# hpsearch.  `make help` lists the targets; `make demo` and `make check` are each enough
# by themselves on a bare Debian machine. Everything made is under build/.
#
#     make MODE=release|debug|asan|cov|fuzz  CC=clang  WERROR=1  JOBS=4  V=1  BLAS=openblas
VERSION := 0.2.0
MODE    ?= release
BUILD   ?= build
O       := $(BUILD)/$(MODE)
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-4s %s\n' $(1) '$(2)')
JOBS     = $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),$(shell nproc))

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share
COMPLETION := bash:bash-completion/completions/hpsearch zsh:zsh/site-functions/_hpsearch \
	fish:fish/vendor_completions.d/hpsearch.fish
INSTALL    ?= install
PKG_CONFIG ?= pkg-config

SRC     := $(filter-out $(if $(BLAS),src/gp/cblas.c),$(sort $(wildcard src/*.c src/*/*.c)))
TESTSRC := $(sort $(wildcard tests/*/*.c))
HDR     := $(sort $(wildcard include/*.h src/*/*.h tests/*/*.h))
EXAMPLE := $(sort $(wildcard examples/*/*.c))

# --- how to compile ---

# What a compiler may or may not know; asked once, below.
ASK := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -fstack-clash-protection \
	-fcf-protection -ftrivial-auto-var-init=zero
ifneq ($(filter-out help clean deps deps-slurm deps-check uninstall,$(or $(MAKECMDGOALS),all)),)
KNOWN := $(shell for f in $(ASK); do \
	$(CC) -Werror $$f -x c -c -o /dev/null /dev/null 2>/dev/null && echo $$f; done)
# A library's archive where there is one: a start takes 0.7 ms with the archives of GSL
# and libyaml, 0.95 ms with the shared objects, 2.8 ms with OpenBLAS among them.
archive  = $(or $(filter /%,$(wildcard $(shell $(CC) -print-file-name=$(1:-l%=lib%.a)))),$(1))
packages = $(shell $(PKG_CONFIG) $(1) gsl yaml-0.1 libcjson sqlite3 2>/dev/null)
DEP_CFLAGS ?= $(patsubst -I%,-isystem %,$(call packages,--cflags))
DEP_LIBS   ?= $(foreach l,$(filter-out -lm,$(call packages,--libs)),$(call archive,$l)) -lm
# GSL calls CBLAS, and takes what it finds first: ours, and of what that has not, the
# reference's. OpenBLAS has all, but gives other bits on every kind of processor.
ifeq ($(BLAS),openblas)
DEP_LIBS := $(patsubst %gslcblas.a,-lopenblas,$(DEP_LIBS:-lgslcblas=-lopenblas))
endif
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
C_debug   := -O0 -g3 -gdwarf-4
C_asan    := -O1 -g1 $(SAN)
C_cov     := -O0 -g3 --coverage
C_fuzz    := -O1 -g3 $(SAN) -fsanitize=fuzzer-no-link
L_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
L_asan    := $(SAN)
L_cov     := --coverage -Wl,--wrap=_exit
L_fuzz    := $(SAN)
ifeq ($(origin C_$(MODE)),undefined)
$(error MODE=$(MODE) is none of release, debug, asan, cov, fuzz)
endif
ifneq ($(filter-out openblas,$(BLAS)),)
$(error BLAS=$(BLAS) is not openblas)
endif

# The inner loops of gp/ want vector registers; none of this changes a result.
VECTOR := $(if $(filter release,$(MODE)),-O3) -fno-math-errno -Wno-psabi

COMPILE := $(CC) $(STD) $(WARN) $(NUM) $(C_$(MODE)) $(DEP_CFLAGS) $(CPPFLAGS) $(CFLAGS)
# Our CBLAS comes before GSL asks for one.
CBLAS   := $(if $(BLAS),,-Wl,-u,cblas_dgemm)
LINK    := $(CC) $(C_$(MODE)) $(L_$(MODE)) -Wl,--as-needed $(CBLAS) $(CFLAGS) $(LDFLAGS)

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
# What gp/ computes, compiled for one kind of processor only.
CLONES := $(if $(filter release-x86_64,$(MODE)-$(shell uname -m)),\
	$(patsubst %,$(O)/tests/tools/proposals-%,avx512f avx2 sse2))
BENCH  := $(call bins,bench,)
# What every program of a build for coverage is linked with.
COVOBJ := $(if $(filter cov,$(MODE)),$(O)/tests/cov/exit.o)
# A library that tests preload; a sanitizer insists on being first and gets none.
FAULT_SO := $(if $(filter release debug cov,$(MODE)),$(O)/tests/torture/fault.so)
MLP    := $(patsubst %.c,$(O)/%,$(wildcard examples/mlp/mlp.c))
HPS    := $(O)/hpsearch
MAN    := $(wildcard src/hpsearch.1)
# What has no code of ours in it shows a sanitizer nothing.
SCRIPT := $(if $(filter asan,$(MODE)),,$(sort $(wildcard tests/unit/test_*.sh)))
# Scripts whose time is other programs' (compilers, trainings, a browser, Python's
# packages), or long sums that unit tests have as well: under a sanitizer they show nothing
# that the rest does not.
OTHERS := $(patsubst %,tests/e2e/%.sh,ablate examples export hydra items loggers make nni page \
	recipes refine scale_block strategy)
E2E    := $(filter-out %/lib.sh $(if $(filter asan,$(MODE)),$(OTHERS)),$(sort \
	$(wildcard tests/e2e/*.sh)))

# A file that is written only when what it says has changed: changed flags rebuild
# everything, a new or a removed source makes the archive again.
stamp   = $(if $(call differs,$(strip $(file <$(1))),$(strip $(2))),$(call write,$(1),$(2)))
write   = $(shell mkdir -p $(O))$(file >$(1),$(strip $(2)))
differs = $(if $(and $(findstring $(1),$(2)),$(findstring $(2),$(1))),,yes)
ifneq ($(KNOWN)$(DEP_LIBS),)
$(call stamp,$(O)/flags,$(COMPILE) $(LINK) $(DEP_LIBS))
$(call stamp,$(O)/objects,$(LIBOBJ) $(AIDOBJ))
endif

# These begin first: one that takes a minute would be alone at the end.
LONG := %/test_matrix %/test_stopping %/examples.sh %/recipes.sh %/make.sh %/wandb.sh %/items.sh \
	%/strategy.sh %/test_claim %/export.sh %/kill.sh %/hydra.sh %/trust.sh
longest = $(filter $(LONG),$(1)) $(filter-out $(LONG),$(1))
# Test programs at a time: they wait for others more than they compute.
TEST_JOBS ?= $(shell expr 2 '*' $(JOBS))
# What every test program finds in its environment.
TEST_ENV = HPSEARCH='$(abspath $(HPS))' TOOLS='$(abspath $(O)/tests/tools)' SRCDIR='$(CURDIR)' \
	FAULT_SO='$(abspath $(FAULT_SO))' MLP='$(abspath $(MLP))' TEST_JOBS='$(TEST_JOBS)' BLAS='$(BLAS)'
DRY    = $(findstring n,$(firstword -$(MAKEFLAGS)))
# $(call again,WORDS): another make, with all processors unless -j was said.
again  = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS)) $(1)
# $(call suite,LABEL,WHAT TO BUILD,PROGRAMS): what cannot be built is a failure like others.
suite  = +@rc=0; $(if $(strip $(2)),$(call again,-k $(2)) || rc=1;) \
	$(if $(DRY),:) $(TEST_ENV) BUILD_FAILED=$$rc tests/run.sh '$(O)/logs/$(1)' $(3)

.PHONY: all lib everything check suites check-layers check-unit check-matrix check-fuzz \
	check-e2e check-arm64 asan analyze format format-check demo deps deps-slurm deps-check \
	install install-program uninstall clean help
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

all: $(HPS)                           ## the program (the default)
lib: $(LIB)                           ## everything but main.c, as build/MODE/libhpsearch.a
PROGRAMS := $(HPS) $(UNIT) $(MATRIX) $(FUZZ) $(TOOLS) $(BENCH) $(MLP)
everything: $(PROGRAMS) $(CLONES) $(FAULT_SO) ## and every test program

$(PROGRAMS): $(COVOBJ)
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
$(CLONES): $(O)/tests/tools/proposals-%: tests/tools/proposals.c $(wildcard src/gp/*.[ch]) \
		$(AID) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(VECTOR) -DVEC_TARGET='"$*"' $(L_$(MODE)) -Wl,--as-needed -o $@ \
		$(filter %.c,$^) $(AID) $(LIB) $(DEP_LIBS)
$(O)/%.so: %.c $(O)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) -O2 -g -fno-builtin -fPIC -shared -MMD -MP -MF $(@:.so=.d) -o $@ $<
$(O)/%.o: %.c $(O)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(if $(findstring /src/gp/,$@),$(VECTOR)) -MMD -MP -c -o $@ $<
$(O)/src/run/hook.o: $(wildcard src/run/python/*.py)
# The page's scripts: ours in one piece, and d3 behind its licence; without d3 the page has
# its tables and pictures, and no charts to brush or to zoom.
PAGE_JS := $(patsubst %,src/page/js/%.js,state table panel marks parallel curves main)
D3      ?= /usr/share/nodejs/d3/dist/d3.min.js
D3_TERMS ?= /usr/share/doc/node-d3/copyright
$(O)/src/page/assets.o: COMPILE += -Wa,-I,$(O)/page
$(O)/src/page/assets.o: $(O)/page/page.js $(O)/page/d3.js $(wildcard src/page/*.css)
$(O)/page/page.js: $(PAGE_JS)
	@mkdir -p $(@D)
	$(Q)cat $(PAGE_JS) >$@
$(O)/page/d3.js: $(wildcard $(D3) $(D3_TERMS)) $(O)/flags
	@mkdir -p $(@D)
	$(Q)if [ -r '$(D3)' ] && [ -r '$(D3_TERMS)' ]; then \
		{ echo '/*'; sed 's,\*/,* /,g' '$(D3_TERMS)'; echo '*/'; cat '$(D3)'; } >$@; else \
		echo '  no d3 (Debian: node-d3): the page of a search will have no charts that answer' >&2; \
		: >$@; fi
-include $(patsubst %.c,$(O)/%.d,$(SRC) $(TESTSRC) $(EXAMPLE))

# --- tests ---

check: deps-check                     ## installs what is missing, builds, runs every test
	+@$(call again,suites)
suites:                               ## every test, nothing installed
	$(call suite,all,everything,$(call longest,$(E2E) $(MATRIX) $(UNIT) $(SCRIPT) $(FUZZ)))
check-unit:                           ## the tests of single modules
	$(call suite,unit,$(UNIT) $(TOOLS) $(CLONES),$(UNIT) $(SCRIPT))
check-matrix:                         ## every strategy on every function
	$(call suite,matrix,$(MATRIX) $(TOOLS),$(MATRIX))
check-fuzz:                           ## the stored inputs of the fuzzers, once each
	$(call suite,fuzz,$(FUZZ),$(FUZZ))
check-e2e:                            ## the program with real processes
	$(call suite,e2e,$(HPS) $(TOOLS) $(MLP) $(BENCH) $(FAULT_SO) library $(EMBED),$(E2E))
check-arm64: deps-check               ## the same search on arm64, under qemu-user; QUICK=1
	+@$(call again,$(O)/tests/tools/proposals)
	@JOBS='$(JOBS)' QUICK='$(QUICK)' tests/arm64/check.sh '$(BUILD)/arm64' \
		'$(O)/tests/tools/proposals'
check-layers: $(LIBOBJ) $(O)/src/main.o ## the arrows between rooms and files point one way
	@tests/layers.sh src '$(O)/src'
asan: deps-check                      ## every test under ASan and UBSan
	+@$(call again,MODE=asan suites)

# What takes long: valgrind, coverage, fuzzing, torture, mutants; and the benches.
include tests/long.mk tests/bench/bench.mk

include src/api/lib.mk

include src/dist/dist.mk

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
	@tests/deps.sh gcc make pkg-config libc6-dev libgsl-dev libyaml-dev libcjson-dev \
		node-d3 libsqlite3-dev
deps-slurm:                           ## a Slurm for tests, never begun as a service
	@RUNLEVEL=1 tests/deps.sh slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge
deps-check: deps deps-slurm           ## and what the tests need
	@tests/deps.sh clang clang-format clang-tidy libclang-rt-14-dev cppcheck \
		shellcheck valgrind binutils libc6-dbg python3 python3-venv python3-sklearn \
		python3-jsonschema parallel git procps zsh fish openssh-server chromium \
		librsvg2-bin tmux

install: install-program install-library ## honours DESTDIR, PREFIX, BINDIR, MANDIR
install-program: all
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1'
	$(INSTALL) -m 755 $(HPS) '$(DESTDIR)$(BINDIR)/hpsearch'
	$(if $(MAN),$(INSTALL) -m 644 $(MAN) '$(DESTDIR)$(MANDIR)/man1/hpsearch.1')
	@for c in $(COMPLETION); do f='$(DESTDIR)$(DATADIR)'/"$${c#*:}"; \
		$(INSTALL) -d "$${f%/*}" && $(HPS) completion "$${c%%:*}" >"$$f" || exit 1; done
uninstall: uninstall-library          ## removes what install wrote
	rm -f '$(DESTDIR)$(BINDIR)/hpsearch' '$(DESTDIR)$(MANDIR)/man1/hpsearch.1'
	@for c in $(COMPLETION); do rm -f '$(DESTDIR)$(DATADIR)'/"$${c#*:}"; done
clean:                                ## removes build/
	rm -rf '$(BUILD)'
help:                                 ## this list
	@awk -F'## *' '/^[a-z0-9-]+:.*## / { sub(/:.*/, "", $$1); printf "  %-16s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
