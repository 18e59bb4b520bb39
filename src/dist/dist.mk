# What is carried to other machines: one file without shared libraries, and a Debian
# package.
STATIC  := $(O)/static/hpsearch
CJSON   := $(BUILD)/cjson
CJSON_A := $(if $(filter -lcjson,$(DEP_LIBS)),$(O)/static/libcjson.a)
DEB      = $(O)/hpsearch_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb

static: $(STATIC)                     ## one file that needs no other: build/MODE/static/hpsearch
deb: deps                             ## a Debian package: build/MODE/hpsearch_VERSION_ARCH.deb
	@tests/deps.sh dpkg-dev
	+@$(call again,$(HPS) $(O)/dist/hpsearch)
	@+$(if $(DRY),:) CC='$(CC)' VERSION='$(VERSION)' MAKE='$(MAKE)' src/dist/deb.sh \
		$(O)/dist/hpsearch '$(O)/deb' '$(DEB)'

$(CJSON)/cJSON.c: src/dist/cjson.sh
	$(call say,GET,$@)
	@tests/deps.sh dpkg-dev
	$(Q)src/dist/cjson.sh $(@D)
# Debian wants no copy of libyaml or SQLite in a package. GSL is one: it calls our CBLAS only where
# both are in one program.
$(O)/dist/hpsearch: $(O)/src/main.o $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -s -o $@ $^ $(patsubst %/libsqlite3.a,-lsqlite3,$(DEP_LIBS:%/libyaml.a=-lyaml))
$(O)/static/libcjson.a: $(CJSON)/cJSON.c $(O)/flags
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c99 $(NUM) $(C_$(MODE)) $(CFLAGS) -c -o $(@:.a=.o) $<
	$(Q)rm -f $@ && $(AR) rcs $@ $(@:.a=.o)
$(STATIC): $(O)/src/main.o $(LIB) $(CJSON_A)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(filter-out -pie,$(LINK)) -static-pie -s -o $@ $(O)/src/main.o $(LIB) \
		$(patsubst -lcjson,$(CJSON_A),$(DEP_LIBS))

$(O)/static/fake_train: tests/tools/fake_train.c $(O)/flags
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) -O2 -static -s -o $@ $< -lm

check-dist: deb                       ## both, each in a directory that holds nothing else
	$(call suite,dist,$(STATIC) $(O)/static/fake_train,$(sort $(wildcard tests/dist/*.sh)))

TEST_ENV += STATIC='$(abspath $(O)/static)' DEB='$(abspath $(DEB))'
.PHONY: static deb check-dist
