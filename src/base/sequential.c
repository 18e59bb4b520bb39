#include "base/sequential.h"
#include "base/mem.h"

#include <math.h>

enum { CELLS = 96, ANGLES = 384 };
static const double delta = 0.4; /* of Wang & Tsiatis */
static const double reach = 9;   /* standard deviations that a grid goes out */

/* The chain R at a look: the mass of the paths that have not stopped, by cells of asin
 * R of equal width between -edge and edge. */
struct chain {
	size_t n; /* differences seen */
	double edge;
	double mass[CELLS];
};

/* cos^p integrated from 0 to the angle whose sine is b, for whole p >= 0: by parts. */
static double cosine_integral(double b, size_t p)
{
	double c = sqrt(1 - b * b);
	double sum = p % 2 ? b : asin(b), power = p % 2 ? c * c : c;

	for (size_t i = p % 2 + 2; i <= p; i += 2) {
		sum = (power * b + (double)(i - 1) * sum) / (double)i;
		power *= c * c;
	}
	return sum;
}

/* P(B <= b) for the R of m differences. Its angle has the density cos^(m-2); at m = 1
 * it is one of -1 and 1. Where the recursion is long, t's own distribution is faster.
 */
static double cdf(double b, size_t m, double whole)
{
	if (b <= -1 || b >= 1)
		return b >= 1;
	if (m > 100)
		return stat_t_cdf(b * sqrt((double)(m - 1) / (1 - b * b)),
		                  (double)m - 1);
	return m == 1 ? 0.5 : 0.5 + cosine_integral(b, m - 2) / whole;
}

static double whole_of(size_t m)
{
	return m == 1 ? 1 : 2 * cosine_integral(1, m - 2);
}

static double cell_width(const struct chain *c)
{
	return 2 * c->edge / CELLS;
}

/* R's standard deviation is 1 / sqrt(n). */
static double edge_of(size_t n)
{
	return fmin(acos(-1) / 2, reach / sqrt((double)n));
}

static double r_of(double t, size_t n)
{
	return isinf(t) ? 1 : t / sqrt((double)n - 1 + t * t);
}

static void begin(struct chain *c, size_t n)
{
	double whole = whole_of(n), before = 0;

	c->n = n;
	c->edge = edge_of(n);
	for (size_t i = 0; i < CELLS; i++) {
		double upto =
		    cdf(sin(cell_width(c) * (double)(i + 1) - c->edge), n, whole);

		c->mass[i] = upto - before;
		before = upto;
	}
}

/* Takes away the mass at R >= r; the cell that r lies in keeps its share. */
static void cut(struct chain *c, double r)
{
	double angle = asin(r), width = cell_width(c);

	for (size_t i = 0; i < CELLS; i++) {
		double share = (angle + c->edge) / width - (double)i;

		c->mass[i] *= fmin(1, fmax(0, share));
	}
}

/* m more differences: the angles psi with A = cos^2 psi, and their weights. */
struct step {
	size_t n, m, angles;
	double whole;
	double own[ANGLES], new[ANGLES], weight[ANGLES];
};

static void step_init(struct step *s, size_t n, size_t m)
{
	double x = (double)n, y = (double)m, sum = 0;
	double middle = atan(sqrt(y / x)), wide = reach / sqrt(2 * (x + y));
	double from = fmax(0, middle - wide), to = fmin(acos(-1) / 2, middle + wide);

	*s = (struct step){.n = n, .m = m, .whole = whole_of(m)};
	/* One or two differences have a law with steps, which a few angles do not see.
	 */
	s->angles = m > 2 ? 24 : ANGLES;
	for (size_t j = 0; j < s->angles; j++) {
		double psi = from + (to - from) * ((double)j + 0.5) / (double)s->angles;

		s->own[j] = sqrt(x) * cos(psi);
		s->new[j] = sqrt(y) * sin(psi);
		s->weight[j] =
		    exp((x - 1) * log(cos(psi)) + (y - 1) * log(sin(psi)) -
		        (x - 1) * log(cos(middle)) - (y - 1) * log(sin(middle)));
		sum += s->weight[j];
	}
	for (size_t j = 0; j < s->angles; j++)
		s->weight[j] /= sum;
}

/* P(R' <= r' | R = r). */
static double step_cdf(const struct step *s, double r, double to)
{
	double target = to * sqrt((double)(s->n + s->m)), sum = 0;

	if (to >= 1)
		return 1;
	for (size_t j = 0; j < s->angles; j++)
		sum += s->weight[j] *
		       cdf((target - r * s->own[j]) / s->new[j], s->m, s->whole);
	return sum;
}

static double middle_of(const struct chain *c, size_t i)
{
	return sin(cell_width(c) * ((double)i + 0.5) - c->edge);
}

/* The chance of reaching r' or more at the next look. */
static double exits(const struct chain *c, const struct step *s, double to)
{
	double sum = 0;

	for (size_t i = 0; i < CELLS; i++)
		if (c->mass[i] > 0)
			sum += c->mass[i] * (1 - step_cdf(s, middle_of(c, i), to));
	return sum;
}

static void advance(struct chain *c, const struct step *s)
{
	struct chain next = {.n = s->n + s->m, .edge = edge_of(s->n + s->m)};

	for (size_t i = 0; i < CELLS; i++) {
		double r = middle_of(c, i), before = 0;

		if (!(c->mass[i] > 0))
			continue;
		for (size_t j = 0; j < CELLS; j++) {
			double angle = cell_width(&next) * (double)(j + 1) - next.edge;
			double upto = step_cdf(s, r, sin(angle));

			next.mass[j] += c->mass[i] * (upto - before);
			before = upto;
		}
	}
	*c = next;
}

/* The chain just before look k > 0: past the k looks before it, and moved up to the
 * last of them. */
static void follow(struct chain *c, const struct look *looks, size_t k)
{
	struct step s;

	begin(c, looks[0].n);
	cut(c, r_of(looks[0].bound, looks[0].n));
	for (size_t i = 1; i < k; i++) {
		step_init(&s, looks[i - 1].n, looks[i].n - looks[i - 1].n);
		advance(c, &s);
		cut(c, r_of(looks[i].bound, looks[i].n));
	}
}

static double level_of(double bound, size_t n)
{
	return isinf(bound) ? 0 : stat_t_cdf(-bound, (double)n - 1);
}

void sequential_bound(struct look *looks, size_t k)
{
	struct look *l = &looks[k];
	struct chain c;
	struct step s;
	double low = 0, high = 1;

	l->bound = (double)INFINITY;
	l->level = 0;
	if (!(l->spend > 0))
		return;
	if (k == 0) {
		l->bound = -stat_t_quantile(l->spend, (double)l->n - 1);
		l->level = l->spend;
		return;
	}
	follow(&c, looks, k);
	step_init(&s, looks[k - 1].n, l->n - looks[k - 1].n);
	/* In R, where the whole range is finite: 50 halvings are exact enough. */
	for (int i = 0; i < 50; i++) {
		double middle = (low + high) / 2;

		if (exits(&c, &s, middle) > l->spend)
			low = middle;
		else
			high = middle;
	}
	l->bound = high * sqrt(((double)l->n - 1) / (1 - high * high));
	l->level = level_of(l->bound, l->n);
}

double sequential_error(const struct look *looks, size_t k)
{
	double sum = k ? level_of(looks[0].bound, looks[0].n) : 0;

	for (size_t i = 1; i < k; i++) {
		struct chain c;
		struct step s;

		follow(&c, looks, i);
		step_init(&s, looks[i - 1].n, looks[i].n - looks[i - 1].n);
		sum += exits(&c, &s, r_of(looks[i].bound, looks[i].n));
	}
	return sum;
}

/* How a level is shared: in the limit of many pairs, where the sum S is normal. */

enum { NODES = 121 };

/* The density of S over the paths that have not stopped, at NODES equally spaced points
 * from -reach sqrt(n) to the bound. */
struct brownian {
	double from, step, density[NODES];
};

static double phi(double x)
{
	return exp(-x * x / 2) / sqrt(2 * acos(-1));
}

/* Simpson's weights. */
static double simpson(size_t i)
{
	return (i == 0 || i == NODES - 1 ? 1 : i % 2 ? 4 : 2) / 3.0;
}

static double node(const struct brownian *b, size_t i)
{
	return b->from + b->step * (double)i;
}

static void brownian_range(struct brownian *b, double n, double z)
{
	b->from = -reach * sqrt(n);
	b->step = (z * sqrt(n) - b->from) / (NODES - 1);
}

static double brownian_exits(const struct brownian *b, double m, double to)
{
	double sum = 0;

	for (size_t i = 0; i < NODES; i++)
		sum += simpson(i) * b->step * b->density[i] *
		       stat_normal_cdf((node(b, i) - to) / sqrt(m));
	return sum;
}

static void brownian_advance(struct brownian *b, double n, double m, double z)
{
	struct brownian next;

	brownian_range(&next, n + m, z);
	for (size_t j = 0; j < NODES; j++) {
		double sum = 0, to = node(&next, j);

		for (size_t i = 0; i < NODES; i++)
			sum += simpson(i) * b->density[i] *
			       phi((to - node(b, i)) / sqrt(m));
		next.density[j] = sum * b->step / sqrt(m);
	}
	*b = next;
}

/* Fills spend for the constant C; the sum. */
static double wang_tsiatis(struct look *looks, size_t k, double constant)
{
	struct brownian b;
	double last = (double)looks[k - 1].n, sum = 0;

	for (size_t i = 0; i < k; i++) {
		double n = (double)looks[i].n,
		       z = constant * pow(n / last, delta - 0.5);
		double m = i ? n - (double)looks[i - 1].n : n;

		if (i == 0) {
			looks[i].spend = stat_normal_cdf(-z);
			brownian_range(&b, n, z);
			for (size_t j = 0; j < NODES; j++)
				b.density[j] = phi(node(&b, j) / sqrt(n)) / sqrt(n);
		} else {
			looks[i].spend = brownian_exits(&b, m, z * sqrt(n));
			if (i + 1 < k)
				brownian_advance(&b, n - m, m, z);
		}
		sum += looks[i].spend;
	}
	return sum;
}

void sequential_share(struct look *looks, size_t k, double level)
{
	double low = 0, high = 12, sum = 0;

	if (!k)
		return;
	for (int i = 0; i < 40; i++) {
		double middle = (low + high) / 2;

		sum = wang_tsiatis(looks, k, middle);
		if (sum > level)
			low = middle;
		else
			high = middle;
	}
	/* What the last halving and the integration leave is not given away twice. */
	for (size_t i = 0; i < k && sum > 0; i++)
		looks[i].spend *= level / sum;
}

size_t sequential_plan(size_t most, struct look *looks)
{
	size_t k = most < 2 ? 0 : most < 10 ? 1 : most < 20 ? most / 5 : 4;

	for (size_t i = 0; i < k; i++)
		looks[i] = (struct look){.n = (most * (i + 1) + k - 1) / k};
	return k;
}

double sequential_power(struct moments s, size_t n, double half)
{
	double all = (double)n, seen = (double)s.n, sd = sqrt(s.variance);
	double at = all * s.mean, limit = all * half;
	double error = sd * sqrt((all - seen) * all / seen);

	if (!(error > 0))
		return isfinite(half) && fabs(at) >= limit;
	return stat_normal_cdf((at - limit) / error) +
	       stat_normal_cdf((-at - limit) / error);
}

double sequential_allowance(uint64_t use)
{
	return use <= 1 ? 0.02 : ldexp(0.0025, use > 1000 ? -998 : 2 - (int)use);
}
