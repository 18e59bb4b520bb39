#include "share.h"

#include <math.h>
#include <stdio.h>

void share_count(struct share *s, bool hit)
{
	s->n++;
	s->hits += hit;
}

void share_print(struct share s)
{
	double p = s.hits / s.n;

	if (s.n > 0)
		printf(" %5.1f +-%3.1f", 100 * p, 100 * sqrt(p * (1 - p) / s.n));
	else
		printf(" %11s", "-");
}
