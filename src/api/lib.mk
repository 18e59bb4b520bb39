# The library: build/MODE/lib/libhpsearch.a and libhpsearch.so.0, of the same objects as
# the program. All is put into one object first, in which malloc and its like are those
# of src/api/heap.c, and nothing but hps_ is to be seen. GSL is in it, too, so that it
# calls the CBLAS of src/gp as in the program (the same bits), and has an error handler
# of its own.
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
SONAME     := libhpsearch.so.0
LIB_A      := $(O)/lib/libhpsearch.a
LIB_SO     := $(O)/lib/$(SONAME)
HEAP       := $(foreach f,malloc calloc realloc free stderr stdout,--redefine-sym $f=heap_$f)
GSL_IN      = $(filter %.a,$(foreach l,-lgsl $(if $(BLAS),,-lgslcblas),$(call archive,$l)))
DEP_SHARED  = $(if $(GSL_IN),$(filter-out -lgsl -lgslcblas,$(call packages,--libs)) $(if $(BLAS),-lopenblas),$(call packages,--libs))

library: $(LIB_A) $(LIB_SO)         ## the library, static and shared

$(O)/lib/hpsearch.o: $(O)/src/api/api.o $(O)/src/api/heap.o $(LIB) src/api/lib.mk
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)cp $(LIB) $@.a && $(AR) d $@.a heap.o
	$(Q)ld -r $(if $(BLAS),,-u cblas_dgemm) -o $@ $(O)/src/api/api.o $@.a $(GSL_IN)
	$(Q)objcopy $(HEAP) $@
	$(Q)ld -r -o $@.tmp $@ $(O)/src/api/heap.o
	$(Q)objcopy -w --keep-global-symbol='hps_*' $@.tmp $@ && rm -f $@.tmp $@.a
$(LIB_A): $(O)/lib/hpsearch.o
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $<
$(LIB_SO): $(O)/lib/hpsearch.o src/api/hpsearch.map
	$(call say,LD,$@)
	$(Q)$(CC) $(C_$(MODE)) $(filter-out -pie,$(L_$(MODE))) -shared -Wl,-soname,$(SONAME) \
		-Wl,--version-script=src/api/hpsearch.map -Wl,--as-needed $(if $(findstring san,$(MODE)),,-Wl,-z,defs) \
		$(CFLAGS) $(LDFLAGS) -o $@ $< $(DEP_SHARED)
	$(Q)ln -sf $(SONAME) $(@D)/libhpsearch.so

# Its tests know the header and what is installed, and nothing of src/.
API_TESTS := $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/api/test_*.c)))
API_ALLOC := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup
UNIT      += $(API_TESTS)
EMBED     := $(O)/examples/embed/embed
TEST_ENV  += LIBRARY='$(abspath $(O)/lib)' EMBED='$(abspath $(EMBED))'
everything: library $(API_TESTS) $(EMBED)
$(API_TESTS) $(EMBED): $(COVOBJ)
$(API_TESTS): %: %.o $(LIB_A)
	$(call say,LD,$@)
	$(Q)$(LINK) $(if $(filter %/test_memory,$@),$(API_ALLOC)) -o $@ $^ $(DEP_LIBS)

$(EMBED): $(O)/examples/embed/embed.o $(LIB_A)
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(DEP_LIBS)

install-library: library              ## the library, its header and its pkg-config file
	$(INSTALL) -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(INCLUDEDIR)'
	$(INSTALL) -m 644 include/hpsearch.h '$(DESTDIR)$(INCLUDEDIR)/hpsearch.h'
	$(INSTALL) -m 644 $(LIB_A) '$(DESTDIR)$(LIBDIR)/libhpsearch.a'
	$(INSTALL) -m 755 $(LIB_SO) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libhpsearch.so'
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCLUDEDIR@|$(INCLUDEDIR)|; s|@VERSION@|$(VERSION)|; s|@GSL@|$(if $(GSL_IN),,gsl )|' \
		src/api/hpsearch.pc.in >'$(DESTDIR)$(LIBDIR)/pkgconfig/hpsearch.pc'
uninstall-library:
	rm -f '$(DESTDIR)$(INCLUDEDIR)/hpsearch.h' '$(DESTDIR)$(LIBDIR)/libhpsearch.a' \
		'$(DESTDIR)$(LIBDIR)/$(SONAME)' '$(DESTDIR)$(LIBDIR)/libhpsearch.so' \
		'$(DESTDIR)$(LIBDIR)/pkgconfig/hpsearch.pc'

torture-asktell: torture-ready        ## askers and tellers, killed at random; WORKERS=8 ASK_TRIALS=n KILLS=n SEED=n
	@$(TEST_ENV) WORKERS='$(WORKERS)' TRIALS='$(or $(ASK_TRIALS),200)' KILLS='$(or $(KILLS),300)' \
		SEED='$(SEED)' tests/torture/asktell.py
.PHONY: torture-asktell library install-library uninstall-library
