/* How often something holds, with its standard error, for benches. */
#ifndef HPS_TESTS_SHARE_H
#define HPS_TESTS_SHARE_H

#include <stdbool.h>

struct share {
	double n, hits;
};

void share_count(struct share *s, bool hit);
/* " 97.5 +- 0.4", in percent, or as wide a "-" where nothing was counted. */
void share_print(struct share s);

#endif
