/* A small network, whole: it learns to tell three noisy spiral arms apart, two useful
 * inputs among six useless ones, and prints a line of JSON per epoch.
 *
 *     cc -O2 -o mlp mlp.c -lm && ./mlp --lr=0.05 --width=64
 *
 * The settings come as --name=value. Four environment variables, all optional, say the
 * rest: HPSEARCH_SEED; HPSEARCH_SPLIT (valid or test: what is measured after each
 * epoch); HPSEARCH_STEP_BUDGET (stop after that epoch); HPSEARCH_DIR (the checkpoint of
 * a training that is not complete is kept there, and a later start continues from it).
 */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 8, CLASSES = 3, MAX_LAYERS = 4, MAX_WIDTH = 256 };
enum { N_TRAIN = 600, N_VALID = 600, N_TEST = 2000 };
enum { PREEMPTED = 75 }; /* the exit code that says "queue me again" */

/* ---- settings ---- */

enum {
	LAYERS,
	WIDTH,
	ACTIVATION,
	OPTIMIZER,
	LR,
	MOMENTUM,
	SCHEDULE,
	BATCH,
	DROPOUT,
	WEIGHT_DECAY,
	EPOCHS,
	SETTINGS
};
enum { RELU, TANH };
enum { SGD, ADAM };
enum { CONSTANT, LINEAR, COSINE };

static const struct setting {
	const char *name;
	double preset, min, max;
	const char *words[3]; /* a choice is the index of its word */
} settings[SETTINGS] = {
    [LAYERS] = {.name = "layers", .preset = 1, .min = 1, .max = MAX_LAYERS},
    [WIDTH] = {.name = "width", .preset = 32, .min = 1, .max = MAX_WIDTH},
    [ACTIVATION] = {.name = "activation", .words = {"relu", "tanh"}},
    [OPTIMIZER] = {.name = "optimizer", .words = {"sgd", "adam"}},
    [LR] = {.name = "lr", .preset = 0.01, .min = 0, .max = 100},
    [MOMENTUM] = {.name = "momentum", .preset = 0.9, .min = 0, .max = 1},
    [SCHEDULE] = {.name = "schedule", .words = {"constant", "linear", "cosine"}},
    [BATCH] = {.name = "batch", .preset = 32, .min = 1, .max = N_TRAIN},
    [DROPOUT] = {.name = "dropout", .preset = 0, .min = 0, .max = 0.9},
    [WEIGHT_DECAY] = {.name = "weight_decay", .preset = 0, .min = 0, .max = 100},
    [EPOCHS] = {.name = "epochs", .preset = 60, .min = 1, .max = 1e6},
};

static bool setting_read(const struct setting *s, const char *text, double *value)
{
	char *end;

	for (int i = 0; s->words[0] && i < 3 && s->words[i]; i++) {
		if (strcmp(text, s->words[i]) == 0) {
			*value = i;
			return true;
		}
	}
	*value = strtod(text, &end);
	return !s->words[0] && end != text && !*end && *value >= s->min &&
	       *value <= s->max;
}

static const struct setting *setting_find(const char *argument)
{
	for (int i = 0; i < SETTINGS; i++) {
		size_t len = strlen(settings[i].name);

		if (strncmp(argument, "--", 2) == 0 && argument[2 + len] == '=' &&
		    strncmp(argument + 2, settings[i].name, len) == 0)
			return &settings[i];
	}
	return NULL;
}

static bool settings_refuse(const char *argument)
{
	fprintf(stderr, "mlp: cannot use %s; the settings are\n", argument);
	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		fprintf(stderr, "  --%s=", s->name);
		for (int i = 0; i < 3 && s->words[i]; i++)
			fprintf(stderr, "%s%s", i ? "|" : "", s->words[i]);
		if (!s->words[0])
			fprintf(stderr, "%g…%g (%g)", s->min, s->max, s->preset);
		fprintf(stderr, "\n");
	}
	return false;
}

static bool settings_read(char **argv, double value[SETTINGS])
{
	for (int i = 0; i < SETTINGS; i++)
		value[i] = settings[i].preset;
	for (argv++; *argv; argv++) {
		const struct setting *s = setting_find(*argv);

		if (!s ||
		    !setting_read(s, strchr(*argv, '=') + 1, &value[s - settings]))
			return settings_refuse(*argv);
	}
	return true;
}

/* ---- chance ---- */

/* Splitmix64: the whole state is one number, easy to keep in a checkpoint. */
static uint64_t random_bits(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double random_unit(uint64_t *state)
{
	return (double)(random_bits(state) >> 11) * 0x1p-53;
}

static double random_normal(uint64_t *state)
{
	double u = 1 - random_unit(state), v = random_unit(state);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* ---- data ---- */

struct sample {
	double x[INPUTS];
	int label;
};

struct data {
	struct sample train[N_TRAIN], valid[N_VALID], test[N_TEST];
};

/* A point of a spiral arm, blurred, hidden among inputs that mean nothing. One label in
 * twenty is wrong. */
static void sample_draw(struct sample *s, uint64_t *state)
{
	int arm = (int)(random_bits(state) % CLASSES);
	double radius = 0.1 + 0.9 * random_unit(state);
	double angle = 6.283185307179586 * (arm / 3.0 + 0.8 * radius) +
	               0.18 * random_normal(state);

	s->x[0] = 2 * radius * cos(angle);
	s->x[1] = 2 * radius * sin(angle);
	for (int i = 2; i < INPUTS; i++)
		s->x[i] = random_normal(state);
	s->label = arm;
	if (random_unit(state) < 0.05)
		s->label = (arm + 1 + (int)(random_bits(state) % 2)) % CLASSES;
}

/* The data are the same whatever the seed of the training. */
static void data_fill(struct data *d)
{
	uint64_t state = 20240229;

	for (int i = 0; i < N_TRAIN; i++)
		sample_draw(&d->train[i], &state);
	for (int i = 0; i < N_VALID; i++)
		sample_draw(&d->valid[i], &state);
	for (int i = 0; i < N_TEST; i++)
		sample_draw(&d->test[i], &state);
}

/* ---- network ---- */

enum { LEVELS = MAX_LAYERS + 2 }; /* inputs, hidden layers, classes */

struct net {
	int top;           /* level of the classes; 0 is that of the inputs */
	int size[LEVELS];  /* units of each level */
	size_t at[LEVELS]; /* where a level's weights begin: (size below, size), then
	                    * its biases (size) */
	size_t n;          /* of all weights and biases */
	double *weight, *gradient, *mean, *square; /* (n) each, one allocation */
	double out[LEVELS][MAX_WIDTH];             /* of the sample in hand */
	double delta[LEVELS][MAX_WIDTH];           /* d loss / d input of the unit */
	double keep[LEVELS][MAX_WIDTH];            /* dropout: 0, or 1 / (1 - rate) */
	const double *set;                         /* (SETTINGS) */
	uint64_t chance;
};

static bool net_init(struct net *net, const double *set, uint64_t seed)
{
	*net = (struct net){.set = set, .top = (int)set[LAYERS] + 1, .chance = seed};
	net->size[0] = INPUTS;
	for (int l = 1; l <= net->top; l++) {
		net->size[l] = l < net->top ? (int)set[WIDTH] : CLASSES;
		net->at[l] = net->n;
		net->n += (size_t)((net->size[l - 1] + 1) * net->size[l]);
	}
	net->weight = calloc(4 * net->n, sizeof *net->weight);
	if (!net->weight)
		return false;
	net->gradient = net->weight + net->n;
	net->mean = net->gradient + net->n;
	net->square = net->mean + net->n;
	for (int l = 1; l <= net->top; l++) {
		double scale =
		    sqrt((set[ACTIVATION] == RELU ? 2.0 : 1.0) / net->size[l - 1]);

		for (int i = 0; i < net->size[l - 1] * net->size[l]; i++)
			net->weight[net->at[l] + (size_t)i] =
			    scale * random_normal(&net->chance);
	}
	return true;
}

static double activate(const struct net *net, double x)
{
	return net->set[ACTIVATION] == TANH ? tanh(x) : x > 0 ? x : 0;
}

/* Slope of the activation, from its own output. */
static double slope(const struct net *net, double y)
{
	return net->set[ACTIVATION] == TANH ? 1 - y * y : y > 0;
}

static void net_drop(struct net *net)
{
	double rate = net->set[DROPOUT];

	for (int l = 1; l < net->top && rate > 0; l++)
		for (int j = 0; j < net->size[l]; j++)
			net->keep[l][j] =
			    random_unit(&net->chance) < rate ? 0 : 1 / (1 - rate);
}

/* Leaves the class scores in out[top]. */
static void net_forward(struct net *net, const double *x, bool training)
{
	memcpy(net->out[0], x, INPUTS * sizeof *x);
	for (int l = 1; l <= net->top; l++) {
		int below = net->size[l - 1], here = net->size[l];
		const double *w = net->weight + net->at[l];
		double *y = net->out[l];

		memcpy(y, w + below * here, (size_t)here * sizeof *y);
		for (int i = 0; i < below; i++, w += here)
			for (int j = 0; j < here; j++)
				y[j] += net->out[l - 1][i] * w[j];
		for (int j = 0; j < here && l < net->top; j++)
			y[j] = activate(net, y[j]);
		for (int j = 0; j < here && l < net->top && training; j++)
			y[j] *= net->keep[l][j];
	}
}

/* Cross-entropy of the scores; probabilities go to p. */
static double net_loss(const struct net *net, int label, double p[CLASSES])
{
	const double *score = net->out[net->top];
	double highest = fmax(score[0], fmax(score[1], score[2])), sum = 0;

	for (int k = 0; k < CLASSES; k++)
		sum += p[k] = exp(score[k] - highest);
	for (int k = 0; k < CLASSES; k++)
		p[k] /= sum;
	return log(sum) + highest - score[label];
}

/* Adds the gradient of one sample, whose forward pass is in out; p as by net_loss. */
static void net_backward(struct net *net, int label, const double p[CLASSES], bool drop)
{
	for (int k = 0; k < CLASSES; k++)
		net->delta[net->top][k] = p[k] - (k == label);
	for (int l = net->top; l >= 1; l--) {
		int below = net->size[l - 1], here = net->size[l];
		const double *w = net->weight + net->at[l], *delta = net->delta[l];
		double *g = net->gradient + net->at[l];

		for (int i = 0; i < below; i++, w += here, g += here) {
			double y = net->out[l - 1][i], sum = 0;

			for (int j = 0; j < here; j++)
				g[j] += y * delta[j];
			for (int j = 0; j < here && l > 1; j++)
				sum += w[j] * delta[j];
			if (drop && l > 1) {
				double keep = net->keep[l - 1][i];

				y = keep > 0 ? y / keep : 0;
				sum *= keep;
			}
			net->delta[l - 1][i] = sum * slope(net, y);
		}
		for (int j = 0; j < here; j++)
			g[j] += delta[j];
	}
}

/* One update from the gradient of a whole batch; t counts updates from 1. */
static void net_update(struct net *net, double lr, double t)
{
	double decay = 1 - fmin(1, lr * net->set[WEIGHT_DECAY]);
	double fix1 = 1 - pow(0.9, t), fix2 = 1 - pow(0.999, t);

	for (size_t i = 0; i < net->n; i++) {
		double g = net->gradient[i], *m = &net->mean[i], *v = &net->square[i];

		net->weight[i] *= decay;
		if (net->set[OPTIMIZER] == SGD) {
			*m = net->set[MOMENTUM] * *m + g;
			net->weight[i] -= lr * *m;
		} else {
			*m += 0.1 * (g - *m);
			*v += 0.001 * (g * g - *v);
			net->weight[i] -= lr * (*m / fix1) / (sqrt(*v / fix2) + 1e-8);
		}
	}
}

/* ---- training ---- */

static double learning_rate(const double *set, double done)
{
	if (set[SCHEDULE] == LINEAR)
		return set[LR] * (1 - done);
	if (set[SCHEDULE] == COSINE)
		return set[LR] * 0.5 * (1 + cos(3.141592653589793 * done));
	return set[LR];
}

static void batch_gradient(struct net *net, const struct sample *train,
                           const int *order, int n)
{
	bool drop = net->set[DROPOUT] > 0;
	double p[CLASSES];

	memset(net->gradient, 0, net->n * sizeof *net->gradient);
	for (int i = 0; i < n; i++) {
		const struct sample *s = &train[order[i]];

		net_drop(net);
		net_forward(net, s->x, drop);
		net_loss(net, s->label, p);
		net_backward(net, s->label, p, drop);
	}
	for (size_t i = 0; i < net->n; i++)
		net->gradient[i] /= n;
}

static void train_epoch(struct net *net, const struct sample *train, int epoch)
{
	int order[N_TRAIN], batch = (int)net->set[BATCH];
	int batches = (N_TRAIN + batch - 1) / batch;

	for (int i = 0; i < N_TRAIN; i++) {
		int j = (int)(random_bits(&net->chance) % (uint64_t)(i + 1));

		order[i] = order[j];
		order[j] = i;
	}
	for (int b = 0; b < batches; b++) {
		int first = b * batch, t = (epoch - 1) * batches + b;
		int n = N_TRAIN - first < batch ? N_TRAIN - first : batch;

		batch_gradient(net, train, order + first, n);
		net_update(net,
		           learning_rate(net->set, t / (net->set[EPOCHS] * batches)),
		           t + 1);
	}
}

static void print_number(const char *prefix, const char *name, double x)
{
	if (isfinite(x))
		printf(", \"%s_%s\": %.6g", prefix, name, x);
	else
		printf(", \"%s_%s\": NaN", prefix, name);
}

/* Measures and prints; false when the numbers have left the realm of numbers. */
static bool report(struct net *net, const struct data *d, bool test, int epoch)
{
	const struct sample *s = test ? d->test : d->valid;
	int n = test ? N_TEST : N_VALID, wrong = 0;
	double p[CLASSES], loss = 0;

	for (int i = 0; i < n; i++) {
		net_forward(net, s[i].x, false);
		loss += net_loss(net, s[i].label, p) / n;
		for (int k = 0; k < CLASSES; k++) {
			if (p[k] > p[s[i].label] || isnan(p[k])) {
				wrong++;
				break;
			}
		}
	}
	printf("{\"epoch\": %d", epoch);
	print_number(test ? "test" : "val", "loss", loss);
	print_number(test ? "test" : "val", "error", (double)wrong / n);
	printf(", \"weights\": %zu}\n", net->n);
	fflush(stdout);
	return isfinite(loss);
}

/* ---- checkpoint ---- */

struct checkpoint {
	char magic[8];
	uint64_t seed;
	double set[SETTINGS];
	uint64_t chance;
	int64_t epoch;
};

static struct checkpoint checkpoint_of(const struct net *net, uint64_t seed)
{
	struct checkpoint c = {.magic = "mlp 1", .seed = seed, .chance = net->chance};

	memcpy(c.set, net->set, sizeof c.set);
	return c;
}

static void checkpoint_save(const struct net *net, uint64_t seed, int epoch,
                            const char *path)
{
	struct checkpoint c = checkpoint_of(net, seed);
	char next[4096 + 4];
	FILE *f;
	bool ok;

	if (!*path)
		return;
	c.epoch = epoch;
	snprintf(next, sizeof next, "%s.tmp", path);
	f = fopen(next, "wb");
	ok = f && fwrite(&c, sizeof c, 1, f) == 1 &&
	     fwrite(net->weight, sizeof(double), 4 * net->n, f) == 4 * net->n;
	if ((f && fclose(f)) || !ok || rename(next, path))
		perror(path); /* the training is none the worse for it */
}

/* What a network is made of; the other settings may change while it trains. */
static bool same_make(const struct checkpoint *a, const struct checkpoint *b)
{
	static const int fixed[] = {LAYERS, WIDTH, ACTIVATION, OPTIMIZER, EPOCHS};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (a->set[fixed[i]] != b->set[fixed[i]])
			return false;
	return memcmp(a, b, offsetof(struct checkpoint, set)) == 0;
}

/* The epoch to go on from: 0 where nothing fits this network and this seed. */
static int checkpoint_load(struct net *net, uint64_t seed, const char *path)
{
	struct checkpoint c, want = checkpoint_of(net, seed);
	size_t n = 4 * net->n;
	double *weight = malloc(n * sizeof *weight);
	FILE *f = *path ? fopen(path, "rb") : NULL;
	int epoch = 0;

	if (f && weight && fread(&c, sizeof c, 1, f) == 1 && same_make(&c, &want) &&
	    fread(weight, sizeof *weight, n, f) == n) {
		memcpy(net->weight, weight, n * sizeof *weight);
		net->chance = c.chance;
		epoch = (int)c.epoch;
	}
	if (f)
		fclose(f);
	free(weight);
	return epoch;
}

/* ---- all of it ---- */

static volatile sig_atomic_t asked_to_stop;

static void on_term(int signal_number)
{
	(void)signal_number;
	asked_to_stop = 1;
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static int train(struct net *net, const struct data *d, uint64_t seed, const char *path)
{
	bool test = strcmp(environment("HPSEARCH_SPLIT", "valid"), "test") == 0;
	double budget = strtod(environment("HPSEARCH_STEP_BUDGET", "inf"), NULL);
	int last = (int)fmin(net->set[EPOCHS], fmax(1, budget));
	int epoch = checkpoint_load(net, seed, path);

	if (epoch >= last)
		report(net, d, test, epoch);
	while (epoch < last) {
		train_epoch(net, d->train, ++epoch);
		if (!report(net, d, test, epoch))
			break;
		if (epoch == (int)net->set[EPOCHS] && *path)
			remove(path); /* nothing left to continue */
		else
			checkpoint_save(net, seed, epoch, path);
		if (asked_to_stop && epoch < last)
			return PREEMPTED;
	}
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct data data;
	static struct net net;
	uint64_t seed = strtoull(environment("HPSEARCH_SEED", "1"), NULL, 10);
	const char *dir = environment("HPSEARCH_DIR", "");
	double set[SETTINGS];
	char path[4096];
	int status;

	if (argc < 1 || !settings_read(argv, set))
		return 2;
	if (snprintf(path, sizeof path, *dir ? "%s/mlp.checkpoint" : "%s", dir) >=
	    (int)sizeof path) {
		fprintf(stderr, "mlp: HPSEARCH_DIR is too long\n");
		return 2;
	}
	signal(SIGTERM, on_term);
	data_fill(&data);
	if (!net_init(&net, set, seed)) {
		fprintf(stderr, "mlp: out of memory\n");
		return EXIT_FAILURE;
	}
	status = train(&net, &data, seed, path);
	free(net.weight);
	return status;
}
