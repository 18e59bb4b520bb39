// The header in C++: it compiles, its names have C linkage, and it can be used.
#include "hpsearch.h"

#include <cstdio>

int main()
{
	hps_search *s = nullptr;
	uint64_t run = 0;

	if (hps_open(&s, "method: random\nmetric: {name: l}\nmax_trials: 2\n"
	                 "parameters: {x: {min: 0.0, max: 1.0}}\n") != HPS_OK ||
	    hps_ask(s, &run) != HPS_OK || hps_tell(s, run, 0.5) != HPS_OK)
		return 1;
	std::puts(hps_params(s, run));
	hps_close(s);
	return 0;
}
