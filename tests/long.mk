# Tests that take long; `make check` has a small version of some. Included by the Makefile.

.PHONY: valgrind valgrind-here valgrind-all valgrind-all-here cov fuzz fuzz-here \
	torture torture-kill torture-fault torture-children torture-scale torture-agents \
	torture-slurm torture-ready check-slurm-long mutants

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
	@$(TEST_ENV) JOBS='$(JOBS)' KILLS='$(KILLS)' SEED='$(SEED)' CASE='$(CASE)' \
		tests/torture/kill.py
torture-agents: torture-ready         ## driver, agents, keepers killed; KILLS=100 SEED=n CASE=n
	@$(TEST_ENV) KILLS='$(KILLS)' SEED='$(SEED)' CASE='$(CASE)' tests/torture/agents.py
torture-slurm: torture-ready          ## a Slurm's parts killed at random; KILLS=100 SEED=n CASE=n
	@$(TEST_ENV) KILLS='$(KILLS)' SEED='$(SEED)' CASE='$(CASE)' tests/torture/slurm.py
check-slurm-long: torture-ready       ## rare things in a Slurm; ROWS='dead limit'
	@$(TEST_ENV) ROWS='$(ROWS)' tests/slurm/long.sh
torture-fault: torture-ready          ## the n-th call of everything fails; CALL='write fsync'
	@$(TEST_ENV) JOBS='$(JOBS)' POINTS='$(POINTS)' SEED='$(SEED)' POINT='$(POINT)' \
		CALL='$(CALL)' tests/torture/fault.py
torture-children: torture-ready       ## children that flood, fork, hang, hide; FULL=1: 10 GB of it
	@$(TEST_ENV) FULL='$(FULL)' ONLY='$(ONLY)' tests/torture/children.py
torture-scale: torture-ready          ## time and memory against N trials, runs, parameters
	@$(TEST_ENV) BENCH='$(abspath $(O)/tests/bench)' N='$(N)' tests/torture/scale.py
torture: deps-check                   ## all of that and SECONDS of each fuzzer, in one table
	+@MAKE='$(MAKE)' FUZZ_SECONDS='$(SECONDS)' FULL='$(or $(FULL),1)' \
		tests/torture/all.sh '$(O)/torture'
torture-ready: deps-check
	+@$(call again,$(HPS) $(TOOLS) $(BENCH) $(FAULT_SO))

mutants: deps-check                   ## do tests notice single changes? N=100 SEED=1 ROOMS=run
	@JOBS='$(JOBS)' N='$(N)' SEED='$(SEED)' ROOMS='$(ROOMS)' \
		tests/mutants/mutants.py '$(BUILD)/mutants'
