/* The key method: which strategy, its words elsewhere, and a program of somebody's. */
#include "config/dialect.h"
#include "config/read.h"

#include <string.h>
#include <strings.h>

static const char *const method_names[] = {
    [METHOD_GRID] = "grid",   [METHOD_RANDOM] = "random", [METHOD_SOBOL] = "sobol",
    [METHOD_BAYES] = "bayes", [METHOD_AUTO] = "auto",     [METHOD_LIST] = "list",
    [METHOD_PBT] = "pbt"};

/* Other words for what is here, and for what is not. */
static const struct {
	const char *word, *ours, *help;
} methods[] = {
    {"bayesian", "bayes", NULL},
    {"bayesian_optimization", "bayes", NULL},
    {"bayesopt", "bayes", NULL},
    {"bayes_opt", "bayes", NULL},
    {"grid_search", "grid", NULL},
    {"gridsearch", "grid", NULL},
    {"random_search", "random", NULL},
    {"randomsearch", "random", NULL},
    {"tpe", NULL, "write method: bayes"},
    {"gp", NULL, "write method: bayes"},
    {"cmaes", NULL, "write method: bayes"},
    {"cma-es", NULL, "write method: bayes"},
    {"cma", NULL, "write method: bayes"},
    {"genetic", NULL, "write method: bayes"},
    {"annealing", NULL, "write method: bayes"},
    {"halton", NULL, "write method: sobol"},
    {"lhs", NULL, "write method: sobol"},
    {"qmc", NULL, "write method: sobol"},
    {"evolution", NULL, "write method: bayes"},
    {"hyperopt", NULL, "write method: bayes"},
    {"optuna", NULL, "write method: bayes"},
    {"custom", NULL, "write method: {program: [python3, my_sampler.py]}"},
    {"program", NULL, "write method: {program: [python3, my_sampler.py]}"},
    {"population_based_training", "pbt", NULL},
    {"hyperband", NULL, "write method: random and early_terminate: {type: hyperband}"},
    {"bohb", NULL, "write method: bayes and early_terminate: {type: hyperband}"},
    {"asha", NULL, "write method: random and early_terminate: {type: asha}"},
};

/* {program: [python3, my_sampler.py], timeout: 10m} */
static bool method_program(struct reading *r, const struct node *n)
{
	static const char *const keys[] = {"program", "timeout"};
	const struct node *program = node_get(n, "program"),
			  *timeout = node_get(n, "timeout");
	struct spec *s = r->spec;
	struct command command = {0};
	const char **words;

	if (node_get(n, "name")) /* as others name theirs */
		return read_fails(r, n->at, dialect_key("tuner", n, r->a),
		                  "method must be a word, not a mapping");
	if (!read_known_keys(r, n, "method", keys, ARRAY_LEN(keys)))
		return false;
	if (!program)
		return read_fails(r, n->at,
		                  "write method: {program: [python3, my_sampler.py]}",
		                  "method: says no program");
	s->sampler_timeout = 600;
	if (!spec_read_command(r, program, "program", false, &command) ||
	    (timeout && !read_duration(r, timeout, "timeout", &s->sampler_timeout)))
		return false;
	if (timeout && !(s->sampler_timeout > 0))
		return read_fails(r, timeout->at, "write 30s, or 10m",
		                  "no program answers in no time");
	words = arena_new(r->a, command.n + 1, sizeof *words);
	for (size_t i = 0; i < command.n; i++)
		words[i] = command.words[i];
	s->sampler = words;
	s->method = METHOD_PROGRAM;
	s->method_word = "program";
	return true;
}

bool spec_read_method(struct reading *r, const struct node *n)
{
	const char *word;
	size_t i;

	if (n->kind == NODE_MAP)
		return method_program(r, n);
	if (!read_string(r, n, "method", &word))
		return false;
	for (i = 0; i < ARRAY_LEN(methods); i++)
		if (strcasecmp(word, methods[i].word) == 0)
			break;
	if (i < ARRAY_LEN(methods) && !methods[i].ours)
		return read_fails(r, n->at, methods[i].help,
		                  "method: %s is not one of hpsearch's", word);
	if (i < ARRAY_LEN(methods))
		word = methods[i].ours;
	for (i = 0; i < ARRAY_LEN(method_names); i++)
		if (strcasecmp(word, method_names[i]) == 0)
			break;
	if (i == ARRAY_LEN(method_names))
		return read_choice(r, n, "method", method_names, i, &i);
	r->spec->method = (enum method)i;
	r->spec->method_word = method_names[i];
	if (strcmp(n->text, method_names[i]) != 0)
		read_note(r, false, n->at, "method: %s is taken as %s", n->text,
		          method_names[i]);
	return true;
}
