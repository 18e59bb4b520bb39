# The benches: they print figures and never gate. Included by the Makefile.

.PHONY: bench bench-regret bench-gp bench-early bench-peers bench-plot bench-trust \
	bench-judge bench-facets bench-statements bench-scale bench-ablate bench-recheck bench-refine \
	bench-cluster bench-pbt bench-fronts bench-items

# Problem files, and beside them what reads their surrogates, are not of this project.
BENCHDATA ?= ../shared/benchdata
PROBS     ?= $(sort $(wildcard $(BENCHDATA)/prob/*.prob))
SEEDS     ?= 0-9
TRIALS    ?= 100
METHOD    ?= bayes
PENDING   ?= 1
# Where what was played is kept, so that nothing is played twice.
CACHE     ?= $(BUILD)

# Other programs, from PyPI; pinned, so that another day's run is about the same ones.
PEERS ?= optuna==5.0.0 torch==2.13.0 smac==2.4.1 botorch==0.18.1 ax-platform==1.3.1
# HEBO asks for older versions than the others, and for one that there is no longer.
PEERS_HEBO ?= 'torch==2.13.0 numpy<2 pandas<3 pymoo==0.6.2 gpytorch GPy catboost disjoint-set' \
	'--no-deps HEBO==0.3.6'
PEERS_FRONTS ?= 'optuna==5.0.0 scipy torch==2.13.0' botorch==0.18.1
PEERS_PBT ?= 'ray[tune]==2.60.0'
PEERS_EARLY ?= numpy optuna 'syne-tune[basic]'
# $(call peers_python,FOLDER,PACKAGES): an interpreter that has them.
peers_python = "$$(tests/bench/venv.sh '$(BUILD)/$(1)' $(2))"
PEERS_RUN = tests/bench/peers.py --regret '$(REGRET)' --cache '$(CACHE)/peers-cache' \
	--seeds '$(SEEDS)' --trials '$(TRIALS)' --after '$(or $(AFTER),0)' \
	$(if $(PEER),--peers $(PEER)) -- $(PROBS)

bench: deps-check                     ## launches and proposals a second; N=1000 ROUNDS=3
	+@$(call again,$(HPS) $(BENCH))
	@$(TEST_ENV) BENCH='$(abspath $(O)/tests/bench)' tests/bench/search.sh $(or $(N),1000) $(ROUNDS)

bench-cluster: deps-check             ## agents, Slurm's jobs beside the pool; LAUNCHER N=200
	+@$(call again,$(HPS))
	@tests/bench/cluster.py --hpsearch '$(abspath $(HPS))' --runs '$(or $(N),200)' \
		--rounds '$(or $(ROUNDS),3)' --launcher '$(or $(LAUNCHER),[env])'
	@tests/bench/slurm.py --hpsearch '$(abspath $(HPS))' --runs '$(or $(N),200)' \
		--rounds '$(or $(ROUNDS),5)'

# REPORT=recommended: of those problems whose trainings draw from their seed.
NOISY ?= $(filter $(addprefix $(BENCHDATA)/prob/,hpobench% hpolib% nasbench%),$(PROBS))
bench-regret:                         ## regret on PROBS; SEEDS TRIALS METHOD PENDING COST REPORT
	$(if $(and $(REPORT),$(PEERS)),@tests/deps.sh python3-venv)
	+@$(call again,$(REGRET))
	@$(if $(REPORT),OMP_NUM_THREADS=1 $(call peers_python,peers,$(PEERS)) \
		'tests/bench/$(REPORT).py' --regret '$(REGRET)' --cache '$(CACHE)/peers-cache' \
		--seeds '$(SEEDS)' --method '$(METHOD)' $(if $(PEER),--peers $(PEER)) -- $(NOISY),$(REGRET) \
		-m '$(METHOD)' -t '$(TRIALS)' -s '$(SEEDS)' -p '$(PENDING)' \
		$(if $(COST),-c $(COST)) $(MORE) $(PROBS))

bench-gp:                             ## ms per proposal of method: bayes at n = 30 … N=10000
	+@$(call again,$(O)/tests/bench/gp)
	@$(O)/tests/bench/gp $(if $(N),-n '$(N)')

bench-peers:                          ## regret beside other programs; PEER='optuna-gp smac' AFTER=0
	$(if $(PEERS)$(PEERS_HEBO),@tests/deps.sh python3-venv)
	+@$(call again,$(REGRET))
	@OMP_NUM_THREADS=1 $(call peers_python,peers,$(PEERS)) $(PEERS_RUN)
	@OMP_NUM_THREADS=1 $(call peers_python,peers-hebo,$(PEERS_HEBO)) $(PEERS_RUN)

bench-plot:                           ## a picture of what bench-peers found; PLOT=FILE.svg
	@tests/deps.sh gnuplot-nox
	@tests/bench/plot.py '$(CACHE)/peers-cache/peers.jsonl' \
		'$(or $(PLOT),$(BUILD)/regret.svg)' $(PEER)

bench-pbt:                            ## populations beside constants, Ray; PBT='--seeds 10'
	$(if $(PEERS_PBT),@tests/deps.sh python3-venv)
	+@$(call again,$(HPS) $(MLP) $(O)/tests/tools/fake_train)
	@$(call peers_python,ray,$(PEERS_PBT)) tests/bench/pbt.py --hpsearch '$(abspath $(HPS))' \
		--mlp '$(abspath $(MLP))' --fake '$(abspath $(O)/tests/tools/fake_train)' \
		--spec examples/mlp/pbt.yaml $(PBT)

bench-early:                          ## early stopping beside its peers; EARLY='--seeds 20'
	$(if $(PEERS_EARLY),@tests/deps.sh python3-venv)
	+@$(call again,$(HPS) $(MLP) $(O)/tests/bench/early)
	@$(call peers_python,peers,$(PEERS_EARLY)) tests/bench/early.py --data '$(BENCHDATA)' \
		--cache '$(CACHE)/early' --program '$(O)/tests/bench/early' --hpsearch '$(HPS)' \
		--mlp-program '$(MLP)' $(EARLY)

bench-trust:                          ## is what a search says true? SEARCHES=300 SCENARIO=
	+@$(call again,$(HPS) $(O)/tests/bench/trust)
	@tests/bench/trust.py --hpsearch '$(HPS)' --program '$(O)/tests/bench/trust' \
		--folder '$(or $(FOLDER),$(CACHE)/trust)' --searches '$(or $(SEARCHES),300)' \
		--scenario '$(SCENARIO)'
bench-judge:                          ## the same of its judge alone; N= LAW=normal
	+@$(call again,$(O)/tests/bench/judge)
	@$(O)/tests/bench/judge $(if $(N),-n '$(N)') $(if $(LAW),-l '$(LAW)')
bench-facets:                         ## the same of a front's judge; N=2000
	+@$(call again,$(O)/tests/bench/facets)
	@$(O)/tests/bench/facets -n '$(or $(N),2000)'
bench-items:                          ## races over items; N=100 ITEMS=2000 SEED=1
	+@$(call again,$(O)/tests/bench/items)
	@$(O)/tests/bench/items -n '$(or $(N),100)' -i '$(or $(ITEMS),2000)' -s '$(or $(SEED),1)'
bench-ablate:                         ## is what an ablation says true? TIMES=100
	+@$(call again,$(O)/tests/bench/ablate)
	@$(O)/tests/bench/ablate -s '$(or $(TIMES),100)'
bench-recheck:                        ## is what a recheck says true? TIMES=100
	+@$(call again,$(O)/tests/bench/recheck)
	@$(O)/tests/bench/recheck -s '$(or $(TIMES),100)'
bench-refine:                         ## is what refine says true? TIMES=40 FUNCTION=
	+@$(call again,$(O)/tests/bench/refine)
	@$(O)/tests/bench/refine -s '$(or $(TIMES),40)' $(if $(FUNCTION),-f '$(FUNCTION)')
bench-fronts:                         ## hypervolume beside peers; SEEDS TRIALS PROBLEM PEER
	$(if $(PEERS_FRONTS),@tests/deps.sh python3-venv)
	+@$(call again,$(O)/tests/bench/fronts)
	@OMP_NUM_THREADS=1 $(call peers_python,peers,$(PEERS_FRONTS)) tests/bench/fronts.py \
		--program '$(O)/tests/bench/fronts' --cache '$(CACHE)/fronts' \
		--seeds '$(SEEDS)' --trials '$(TRIALS)' $(if $(PROBLEM),--problems $(PROBLEM)) \
		$(if $(PEER),--peers $(PEER))
bench-statements:                     ## what is said of importance, gain, savings: true? TIMES=40
	+@$(call again,$(addprefix $(O)/tests/bench/,importance advice savings))
	@for b in importance advice savings; do $(O)/tests/bench/$$b -s '$(or $(TIMES),40)' || exit 1; done

bench-scale:                          ## are trends over sizes true? RUNS=20 SUBSETS=5 MORE=-a
	+@$(call again,$(O)/tests/bench/scale)
	@$(O)/tests/bench/scale -d '$(BENCHDATA)/scaling' -r '$(or $(RUNS),20)' \
		-s '$(or $(SUBSETS),5)' $(MORE)

# With the reader of surrogates, where there is one.
YSUR   := $(wildcard $(BENCHDATA)/ysur.c)
REGRET := $(O)/bench/regret$(if $(YSUR),-ysur)
$(REGRET): tests/bench/regret.c $(AID) $(LIB) $(YSUR) $(O)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(if $(YSUR),$(Q)$(CC) -O3 -ffast-math -w -c -o $@.ysur.o $(YSUR))
	$(Q)$(COMPILE) $(if $(YSUR),-DHPS_YSUR -isystem $(BENCHDATA)) -c -o $@.o $<
	$(Q)$(LINK) -o $@ $@.o $(if $(YSUR),$@.ysur.o) $(AID) $(LIB) $(DEP_LIBS)
