/* A training tuned in the program that it is part of: a polynomial is fitted to noisy
 * points by gradient descent; its degree, the learning rate and the weight decay are
 * what the search decides.
 *
 *     cc -O2 -o embed embed.c $(pkg-config --cflags --libs hpsearch) -lm
 *     ./embed              prints what was found, writes results.json
 *     hpsearch show results.json
 */
#include <hpsearch.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 40, EPOCHS = 60, DEGREE_MAX = 9 };

static const char space[] =
    "method: bayes\n"
    "max_trials: 30\n"
    "seed: 1\n"
    "metric: {name: error, goal: minimize}\n"
    "early_terminate: {type: median, step: epoch, "
    "min_steps: 10, min_trials: 5}\n"
    "parameters:\n"
    "  degree: {min: 1, max: 9, default: 1}\n"
    "  lr:     {min: 0.001, max: 1.0, log: true, default: 0.01}\n"
    "  decay:  {min: 1.0e-6, max: 0.1, log: true}\n";

struct data {
	double x[POINTS], y[POINTS];
};

/* The same points on every machine. */
static double noise(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 33) / 2147483648.0 - 0.5;
}

static void make(struct data *d, uint64_t seed)
{
	for (int i = 0; i < POINTS; i++) {
		d->x[i] = 2.0 * i / (POINTS - 1) - 1;
		d->y[i] = sin(3 * d->x[i]) + 0.3 * noise(&seed);
	}
}

static double predict(const double *w, int degree, double x)
{
	double sum = 0;

	for (int k = degree; k >= 0; k--)
		sum = sum * x + w[k];
	return sum;
}

static double error_of(const double *w, int degree, const struct data *d)
{
	double sum = 0;

	for (int i = 0; i < POINTS; i++)
		sum += pow(predict(w, degree, d->x[i]) - d->y[i], 2);
	return sum / POINTS;
}

static void epoch(double *w, int degree, double lr, double decay, const struct data *d)
{
	for (int i = 0; i < POINTS; i++) {
		double miss = predict(w, degree, d->x[i]) - d->y[i], power = 1;

		for (int k = 0; k <= degree; k++, power *= d->x[i])
			w[k] -= lr * (miss * power + decay * w[k]);
	}
}

/* One run of the search, from its parameters to its end. */
static int train(hps_search *s, uint64_t run, const struct data *learn,
                 const struct data *valid)
{
	double degree, lr, decay, error = 0, w[DEGREE_MAX + 1] = {0};

	if (hps_number(s, run, "degree", &degree) || hps_number(s, run, "lr", &lr) ||
	    hps_number(s, run, "decay", &decay))
		return HPS_EINVAL;
	for (int e = 1; e <= EPOCHS; e++) {
		int answer;

		epoch(w, (int)degree, lr, decay, learn);
		error = error_of(w, (int)degree, valid);
		answer = hps_report(s, run, e, error);
		if (answer != HPS_CONTINUE)
			return answer;
	}
	return hps_tell(s, run, error);
}

int main(void)
{
	struct data learn, valid;
	hps_search *s;
	uint64_t run;
	double error;
	int rc = hps_open(&s, space), stopped = 0;

	make(&learn, 1);
	make(&valid, 2);
	while (rc >= 0 && (rc = hps_ask(s, &run)) == HPS_OK) {
		rc = train(s, run, &learn, &valid);
		stopped += rc == HPS_STOP;
	}
	if (rc < 0 || hps_save(s, "results.json") < 0) {
		fprintf(stderr, "embed: %s\n", hps_strerror(s));
		hps_close(s);
		return EXIT_FAILURE;
	}
	printf("%s; %d trainings were stopped early\n", hps_why(s), stopped);
	if (hps_best(s, &run, &error) == HPS_OK)
		printf("best: %s with an error of %.4f\n", hps_params(s, run), error);
	hps_close(s);
	return EXIT_SUCCESS;
}
