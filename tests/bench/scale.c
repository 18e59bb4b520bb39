/* Are the predictions of `scale` true? On real trainings of language models, which are
 * read from a folder and are not of this project:
 *
 *     scale [-d FOLDER] [-r RUNS] [-s SUBSETS] [-a]      -a: Step Law's predictions,
 * each
 *
 * Step Law: 17 cells of model size N and tokens D, 120 learning rates and batch sizes
 * each. A cell is predicted from RUNS of each of several cells that are no larger in
 * either; covered: its best values, of a quadratic through its own 120 runs, lie in the
 * interval; excess: what the run nearest to the prediction loses against the cell's
 * best. Chinchilla: the best N at a budget of FLOPs, from smaller budgets. Porian et
 * al.: published best N, each setting's last two budgets from those before. */
#include "base/file.h"
#include "base/rng.h"
#include "base/stat.h"
#include "search/scaling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS = 24, CELLS = 40, TRAININGS = 4000 };

struct training {
	double n, d, lr, bs, loss;
};

struct cell {
	double n, d;
	double lr, bs; /* the best, of a quadratic */
	double best;   /* loss */
};

struct trainings {
	struct training run[TRAININGS];
	size_t n;
	struct cell cell[CELLS];
	size_t cells;
};

/* One record of a CSV file: quoted fields may hold commas and newlines. */
static size_t record(char **at, char **field)
{
	size_t n = 0;
	char *in = *at, *out = in;

	if (!*in)
		return 0;
	field[n++] = out;
	for (bool quoted = false; *in && (quoted || *in != '\n'); in++) {
		if (*in == '"')
			quoted = !quoted;
		else if (*in == ',' && !quoted && n < FIELDS) {
			*out++ = '\0';
			field[n++] = out;
		} else {
			*out++ = *in;
		}
	}
	*at = *in ? in + 1 : in;
	*out = '\0';
	return n;
}

static char *load(const char *folder, const char *name, struct arena *a)
{
	char path[4096], *text;
	struct error err;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_read(path, 1 << 24, a, &text, &len, &err))
		return text;
	printf("%s is not there: skipped\n", path);
	return NULL;
}

static size_t column(char *const *field, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(field[i], name) == 0)
			return i;
	fprintf(stderr, "no column %s\n", name);
	exit(1);
}

static struct cell *cell_of(struct trainings *t, double n, double d)
{
	for (size_t c = 0; c < t->cells; c++)
		if (t->cell[c].n == n && t->cell[c].d == d)
			return &t->cell[c];
	t->cell[t->cells] = (struct cell){.n = n, .d = d, .best = (double)INFINITY};
	return &t->cell[t->cells++];
}

/* The minimum of a quadratic in log lr and log bs through the runs within 0.03 of the
 * best, by weights that fall with what they lose. */
static void find_best(const struct trainings *t, struct cell *c)
{
	double a[6][7] = {{0}}, x[6], centre_lr = 0, centre_bs = 0, det;

	for (size_t i = 0; i < t->n; i++)
		if (t->run[i].n == c->n && t->run[i].d == c->d &&
		    t->run[i].loss == c->best) {
			centre_lr = log(t->run[i].lr);
			centre_bs = log(t->run[i].bs);
		}
	for (size_t i = 0; i < t->n; i++) {
		const struct training *r = &t->run[i];
		double u = log(r->lr) - centre_lr, v = log(r->bs) - centre_bs, w;
		double f[7] = {1, u, v, u * u / 2, v * v / 2, u * v, r->loss - c->best};

		if (r->n != c->n || r->d != c->d || r->loss > c->best + 0.03)
			continue;
		w = exp(-(r->loss - c->best) / 0.01);
		for (int p = 0; p < 6; p++)
			for (int q = 0; q < 7; q++)
				a[p][q] += w * f[p] * f[q];
	}
	for (int p = 0; p < 6; p++)
		for (int q = 0; q < 6; q++) {
			double k = q == p ? 0 : a[q][p] / a[p][p];

			for (int s = p; s < 7; s++)
				a[q][s] -= k * a[p][s];
		}
	for (int p = 0; p < 6; p++)
		x[p] = a[p][6] / a[p][p];
	det = x[3] * x[4] - x[5] * x[5];
	c->lr = exp(centre_lr - (x[4] * x[1] - x[5] * x[2]) / det);
	c->bs = exp(centre_bs - (x[3] * x[2] - x[5] * x[1]) / det);
}

static bool read_step_law(const char *folder, struct trainings *t, struct arena *a)
{
	char *at = load(folder, "steplaw_dense_lr_bs_loss.csv", a), *f[FIELDS];
	size_t n, lr, bs, loss, d, size;

	if (!at)
		return false;
	n = record(&at, f);
	lr = column(f, n, "lr");
	bs = column(f, n, "bs");
	loss = column(f, n, "smooth loss");
	d = column(f, n, "D");
	size = column(f, n, "N");
	while ((n = record(&at, f)) && t->n < TRAININGS) {
		struct training *r = &t->run[t->n];
		struct cell *c;

		*r = (struct training){atof(f[size]), atof(f[d]), atof(f[lr]),
		                       atof(f[bs]), atof(f[loss])};
		if (!(r->loss > 0) || !isfinite(r->loss))
			continue;
		t->n++;
		c = cell_of(t, r->n, r->d);
		c->best = fmin(c->best, r->loss);
	}
	for (size_t c = 0; c < t->cells; c++)
		find_best(t, &t->cell[c]);
	return t->n > 0;
}

/* A search, with trials that nobody ran. */
struct made {
	struct arena a;
	struct spec spec;
	struct search search;
	struct error err;
};

static void make(struct made *m, const char *yaml)
{
	struct spec_overrides none = {0};
	struct search_origin origin = {0};

	*m = (struct made){0};
	if (!spec_parse(&m->spec, "bench", yaml, strlen(yaml), &none, &m->a, &m->err) ||
	    !search_init(&m->search, &m->spec, &origin, NULL, NULL, NULL, &m->err)) {
		fprintf(stderr, "%s\n", m->err.text);
		exit(1);
	}
}

static void add(struct made *m, const char *const *names, const double *x, size_t n,
                double value)
{
	const struct space *sp = &m->spec.space;
	struct coord *point = arena_new(&m->a, sp->n, sizeof *point);
	struct trial *t;

	for (size_t i = 0; i < n; i++) {
		size_t p = space_find(sp, names[i]);
		struct value v = value_float(x[i]);

		point[p] = (struct coord){0.5, -1};
		if (!param_encode(&sp->params[p], &v, &point[p].u)) {
			fprintf(stderr, "%s cannot be %g\n", names[i], x[i]);
			exit(1);
		}
		point[p].u = fmin(fmax(point[p].u, 0x1p-31), 1 - 0x1p-31);
	}
	t = search_add(&m->search, point, ORIGIN_STRATEGY, 0);
	t->outcome = OUTCOME_OK;
	t->value = value;
}

static void drop(struct made *m)
{
	search_free(&m->search);
	arena_free(&m->a);
}

/* What is counted of predictions. */
struct count {
	size_t n, covered, trusted, trusted_covered, refused;
	double width; /* sum of the factors' logarithms */
};

static void count_one(struct count *c, const struct scaling_param *r, double truth)
{
	bool in = truth >= r->low && truth <= r->high;

	c->n++;
	c->covered += in;
	c->width += log(r->high / r->low) / 2;
	if (r->why)
		return;
	c->trusted++;
	c->trusted_covered += in;
}

static void print_count(const char *what, const struct count *c)
{
	double n = (double)c->n, p = (double)c->covered / n, t = (double)c->trusted;

	printf("%-22s %4zu  covered %5.1f ± %.1f %%  of the trusted %5.1f %%  not "
	       "trusted %5.1f %%  interval x/ %.2f\n",
	       what, c->n, 100 * p, 100 * sqrt(p * (1 - p) / n),
	       100 * (double)c->trusted_covered / t, 100 * (1 - t / n),
	       exp(c->width / n));
}

/* By how much the run nearest to a setting is worse than the best of its cell, in
 * percent. */
static double excess(const struct trainings *t, const struct cell *c, double lr,
                     double bs)
{
	double least = (double)INFINITY, loss = (double)NAN;

	for (size_t i = 0; i < t->n; i++) {
		const struct training *r = &t->run[i];
		double far = pow(log(r->lr / lr), 2) + pow(log(r->bs / bs), 2);

		if (r->n == c->n && r->d == c->d && far < least) {
			least = far;
			loss = r->loss;
		}
	}
	return 100 * (loss / c->best - 1);
}

static const char step_yaml[] = "command: [x, '${args}']\n"
				"metric: {name: loss}\n"
				"method: random\n"
				"parameters:\n"
				"  n: {min: 1e8, max: 2e9, log: true}\n"
				"  d: {min: 1e9, max: 1e12, log: true}\n"
				"  lr: {min: 1e-4, max: 3e-2, log: true}\n"
				"  bs: {min: 16.0, max: 4096.0, log: true}\n";

/* So many runs of a cell, chosen by the seed. */
static void add_cell(struct made *m, const struct trainings *t, const struct cell *c,
                     size_t runs, uint64_t seed)
{
	static const char *const names[] = {"n", "d", "lr", "bs"};
	size_t list[TRAININGS], n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->run[i].n == c->n && t->run[i].d == c->d)
			list[n++] = i;
	for (size_t k = 0; k < runs && n; k++) {
		size_t at = (size_t)rng_below(seed, (uint64_t)(c - t->cell), RNG_PICK,
		                              (uint32_t)k, n);
		const struct training *r = &t->run[list[at]];
		double x[] = {r->n, r->d, r->lr, r->bs};

		add(m, names, x, 4, r->loss);
		list[at] = list[--n];
	}
}

struct step_law {
	struct count lr, bs;
	double excess, formula, trusted_excess;
	size_t trusted;
	bool all;
};

static void predict(struct step_law *s, const struct trainings *t, const struct cell *c,
                    const bool *in, size_t runs, uint64_t seed)
{
	static const char *const names[] = {"n", "d"};
	double target[] = {c->n, c->d}, formula[2], e, f;
	const struct scaling_param *lr, *bs;
	struct search *one;
	struct scaling sc;
	struct made m;

	make(&m, step_yaml);
	for (size_t k = 0; k < t->cells; k++)
		if (in[k])
			add_cell(&m, t, &t->cell[k], runs, seed);
	one = &m.search;
	if (!scaling_init(&sc, &one, 1, names, target, 2, &m.err)) {
		s->lr.refused++;
		if (s->all)
			printf("refused: %s\n", m.err.text);
		scaling_free(&sc);
		drop(&m);
		return;
	}
	bs = &sc.list[0];
	lr = &sc.list[1];
	count_one(&s->lr, lr, c->lr);
	count_one(&s->bs, bs, c->bs);
	/* Li et al. 2025, tokens per batch; these are sequences of 2048. */
	formula[0] = 1.79 * pow(c->n, -0.713) * pow(c->d, 0.307);
	formula[1] = 0.58 * pow(c->d, 0.571) / 2048;
	e = excess(t, c, lr->at, bs->at);
	f = excess(t, c, formula[0], formula[1]);
	s->excess += e;
	s->formula += f;
	if (!lr->why && !bs->why) {
		s->trusted_excess += e;
		s->trusted++;
	}
	if (s->all)
		printf(
		    "N %.3g D %.3g: lr %.3g (%.3g … %.3g), own %.3g%s; bs %.0f "
		    "(%.0f … %.0f), own %.0f%s; excess %.2f %%, formula %.2f %%%s%s\n",
		    c->n, c->d, lr->at, lr->low, lr->high, c->lr,
		    lr->why ? " (not trusted)" : "", bs->at, bs->low, bs->high, c->bs,
		    bs->why ? " (not trusted)" : "", e, f, lr->why ? "; " : "",
		    lr->why ? lr->why : "");
	fflush(stdout);
	scaling_free(&sc);
	drop(&m);
}

static bool is_smaller(const struct cell *a, const struct cell *b)
{
	return a->n <= b->n && a->d <= b->d && (a->n < b->n || a->d < b->d);
}

/* Each of them goes in by a coin; four at least, two N and two D. */
static bool choose(const struct trainings *t, const struct cell *c, uint64_t seed,
                   bool *in)
{
	size_t n = 0;
	double n_low = (double)INFINITY, n_high = 0, d_low = (double)INFINITY,
	       d_high = 0;

	for (size_t k = 0; k < t->cells; k++) {
		const struct cell *o = &t->cell[k];

		in[k] = is_smaller(o, c) &&
		        (!seed || rng_below(seed, (uint64_t)(c - t->cell), RNG_SHUFFLE,
		                            (uint32_t)k, 10) < 7);
		if (!in[k])
			continue;
		n++;
		n_low = fmin(n_low, o->n);
		n_high = fmax(n_high, o->n);
		d_low = fmin(d_low, o->d);
		d_high = fmax(d_high, o->d);
	}
	return n >= 4 && n_low < n_high && d_low < d_high;
}

static void step_law(const char *folder, size_t runs, size_t subsets, bool all)
{
	static struct trainings t;
	struct arena a = {0};
	struct step_law s = {.all = all};
	double n;

	if (!read_step_law(folder, &t, &a))
		return;
	for (size_t c = 0; c < t.cells; c++)
		for (uint64_t k = 0; k < subsets; k++) {
			bool in[CELLS];

			if (choose(&t, &t.cell[c], k, in))
				predict(&s, &t, &t.cell[c], in, runs, k + 1);
		}
	n = (double)s.lr.n;
	printf("Step Law, %zu runs of each smaller cell, %zu subsets: %zu predictions, "
	       "%zu refused\n",
	       runs, subsets, s.lr.n, s.lr.refused);
	print_count("  learning rate", &s.lr);
	print_count("  batch size", &s.bs);
	printf(
	    "  excess loss %.2f %% (of the trusted %.2f %%), Step Law's own formula, "
	    "fitted to all of them, %.2f %%\n",
	    s.excess / n, s.trusted_excess / (double)s.trusted, s.formula / n);
	arena_free(&a);
}

/* The budget that a run is of, or 0. */
static double budget_of(double flop)
{
	static const double budgets[] = {6e18, 1e19, 3e19, 6e19, 1e20,
	                                 3e20, 6e20, 1e21, 3e21};

	for (size_t i = 0; i < ARRAY_LEN(budgets); i++)
		if (fabs(log10(flop / budgets[i])) < 0.09)
			return budgets[i];
	return 0;
}

static const char flop_yaml[] = "command: [x, '${args}']\n"
				"metric: {name: loss}\n"
				"method: random\n"
				"parameters:\n"
				"  flop: {min: 1e18, max: 1e22, log: true}\n"
				"  n: {min: 1e7, max: 2e10, log: true}\n";

/* The best N at a target from the budgets up to `last`. */
static void chinchilla_to(char *text, double last, double target, struct arena *a)
{
	static const char *const names[] = {"flop", "n"};
	char *at = arena_strdup(a, text), *f[FIELDS];
	size_t k = record(&at, f), size = column(f, k, "Model Size"),
	       flop = column(f, k, "Training FLOP"), loss = column(f, k, "loss");
	struct scaling sc;
	struct search *one;
	struct made m;

	make(&m, flop_yaml);
	while (record(&at, f)) {
		double x[] = {budget_of(atof(f[flop])), atof(f[size])};

		if (x[0] > 0 && x[0] <= last && x[1] > 1e7 && x[1] < 2e10)
			add(&m, names, x, 2, atof(f[loss]));
	}
	one = &m.search;
	if (!scaling_init(&sc, &one, 1, names, &target, 1, &m.err)) {
		printf("  refused: %s\n", m.err.text);
	} else {
		const struct scaling_param *r = &sc.list[0];

		printf("  budgets to %.0e: N ~ FLOP^%.3f ± %.3f; at %.3g %.3g (%.3g … "
		       "%.3g), best of the largest %.3g%s%s\n",
		       last, r->trend.coef[1], r->trend.se[1], target, r->at, r->low,
		       r->high, exp(r->mean[sc.places - 1]),
		       r->why ? "; not trusted: " : "", r->why ? r->why : "");
	}
	scaling_free(&sc);
	drop(&m);
}

static void chinchilla(const char *folder)
{
	struct arena a = {0};
	char *text = load(folder, "chinchilla_svg_extracted.csv", &a);

	if (text) {
		printf("Chinchilla, best N over FLOP (published 0.49 to 0.50; 70e9 at "
		       "5.76e23):\n");
		chinchilla_to(text, 1e20, 1e21, &a);
		chinchilla_to(text, 6e20, 3e21, &a);
		chinchilla_to(text, 3e21, 5.76e23, &a);
	}
	arena_free(&a);
}

/* One setting of Porian et al.: log FLOP, log N, its standard deviation. */
struct setting {
	char name[128];
	double x[16], y[16], sd[16];
	size_t n;
};

static bool line_of(const struct setting *s, size_t k, double to, struct trend *t,
                    struct trend_at *at)
{
	double x[16], cov[256] = {0};
	struct trend_data d = {
	    .k = k, .q = 1, .x = x, .y = s->y, .cov = cov, .least_tau = 0.05};

	for (size_t i = 0; i < k; i++) {
		x[i] = s->x[i] - to;
		cov[i * k + i] = s->sd[i] * s->sd[i];
	}
	if (!trend_fit(&d, t))
		return false;
	if (at)
		trend_predict(t, &d, (double[]){0}, 0.9, 1, at);
	return true;
}

static void porian_setting(const struct setting *s, size_t *n, size_t *covered)
{
	struct trend t;
	struct trend_at at;

	if (!line_of(s, s->n, 0, &t, NULL))
		return;
	printf("  %-34s %2zu budgets  N ~ FLOP^%.3f ± %.3f\n", s->name, s->n, t.coef[1],
	       t.se[1]);
	for (size_t k = s->n - 4; k < s->n; k++) {
		if (k < 4 || !line_of(s, k, s->x[k], &t, &at))
			continue;
		++*n;
		*covered += fabs(at.mean - s->y[k]) <= at.half;
	}
}

static void porian(const char *folder)
{
	struct arena a = {0};
	char *text = load(folder, "porian_compute_optimal_pairs.csv", &a), *f[FIELDS];
	struct setting s = {0};
	size_t k, n = 0, covered = 0;

	if (!text)
		return;
	k = record(&text, f);
	printf("Porian et al., published best N, exponents (theirs: kaplan head FLOPs "
	       "0.834, standard 0.706, warm-up 0.602, cosine 0.571, tuned 0.497; owt2 "
	       "0.864 0.699 0.603 0.574 0.518):\n");
	while ((k = record(&text, f)) >= 19) {
		char name[128];

		snprintf(name, sizeof name, "%s %s %s %s %s", f[13], f[14], f[15],
		         f[16], f[17]);
		if (strcmp(name, s.name) != 0) {
			porian_setting(&s, &n, &covered);
			s = (struct setting){0};
			snprintf(s.name, sizeof s.name, "%s", name);
		}
		if (!*f[1] || !*f[9] || s.n == 16)
			continue;
		s.x[s.n] = log(atof(f[0]));
		s.y[s.n] = log(atof(f[1]));
		s.sd[s.n++] = atof(f[9]);
	}
	porian_setting(&s, &n, &covered);
	printf(
	    "  each of the last four budgets from those before: covered %zu of %zu\n",
	    covered, n);
	arena_free(&a);
}

int main(int argc, char **argv)
{
	const char *folder = "../shared/benchdata/scaling";
	size_t runs = 20, subsets = 5;
	bool all = false;
	int c;

	while ((c = getopt(argc, argv, "d:r:s:a")) != -1)
		switch (c) {
		case 'd': folder = optarg; break;
		case 'r': runs = (size_t)atoi(optarg); break;
		case 's': subsets = (size_t)atoi(optarg); break;
		case 'a': all = true; break;
		default: return 2;
		}
	stat_init();
	porian(folder);
	chinchilla(folder);
	step_law(folder, runs, subsets, all);
	return 0;
}
