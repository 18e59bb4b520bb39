/* Meeting the test data: written down in the ledger, then in the journal, then done. */
#ifndef HPS_STUDY_TEST_USE_H
#define HPS_STUDY_TEST_USE_H

#include "study/study.h"

/* The winner and the defaults are about to be tested; more: by so many pairs beyond
 * those that there are, 0: as the file says. What may be spent on it, the ledger says.
 * A search without a directory has no ledger: its uses count from 1. */
bool test_use_enter(struct study *s, size_t more, struct error *err);
/* The same for a recheck, whose trial 0 is about to meet them beside trial 1: charged
 * once, however often it is interrupted. */
bool test_use_again(struct study *s, struct error *err);
/* Before a search begins: can its ledger be written? Nothing is asked of a file without
 * a test: block. */
bool test_use_check(const struct spec *spec, struct error *err);

#endif
