/* What a file comes to: inference of distributions, every native key, W&B's blocks, the
 * command line's overrides. Refusals and notices have files of their own (tests/data).
 */
#include "config/spec.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

struct rig {
	struct arena a;
	struct spec s;
	struct error err;
	bool ok;
};

static void load(struct rig *r, const char *text, const struct spec_overrides *o)
{
	static const struct spec_overrides none;

	*r = (struct rig){0};
	r->ok = spec_parse(&r->s, "space.yaml", text, strlen(text), o ? o : &none,
	                   &r->a, &r->err);
	if (!r->ok)
		printf("# %s\n", r->err.text);
	CHECK(r->ok);
}

static void done(struct rig *r)
{
	arena_free(&r->a);
}

static bool noticed(const struct rig *r, const char *part)
{
	for (size_t i = 0; i < r->s.notices.n; i++)
		if (strstr(r->s.notices.list[i].text, part))
			return true;
	return false;
}

#define HEAD  "method: random\nmetric: {name: loss}\nmax_trials: 5\n"
#define PARAM "parameters: {x: {min: 0.0, max: 1.0}}\n"

/* One parameter as param_describe has it, then what that does not say. */
static void check_param(const char *entry, const char *want)
{
	struct str text = {0}, got = {0};
	struct rig r;

	str_addf(&text, HEAD "parameters:\n  x: %s\n", entry);
	load(&r, str_text(&text), NULL);
	if (r.ok) {
		const struct param *p = &r.s.space.params[0];

		param_describe(p, &got);
		str_addf(&got, "%s%s", p->clip ? ", clipped" : "",
		         p->q_int ? ", whole" : "");
	}
	CHECK_STR(str_text(&got), want);
	str_free(&text);
	str_free(&got);
	done(&r);
}

TEST(distributions_by_inference)
{
	check_param("{value: 3}", "constant 3");
	check_param("{value: [1, {a: b}]}", "constant [1, {'a': 'b'}]");
	check_param("{value: }", "constant None");
	check_param("{values: [a, 1, 2.5, true, null]}",
	            "categorical a, 1, 2.5, True, None");
	check_param("{values: [a, b], probabilities: [0.25, 0.75]}",
	            "categorical a (0.25), b (0.75)");
	check_param("{values: [3]}", "categorical 3");
	check_param("{values: 3}", "constant 3");
	check_param("{min: 1, max: 4}", "int_uniform 1 … 4");
	check_param("{min: 1.0, max: 4.0}", "uniform 1 … 4");
	check_param("{min: 1, max: 4.5}", "uniform 1 … 4.5");
	check_param("{min: 1e-4, max: \"0.1\"}", "uniform 0.0001 … 0.1");
	check_param("{min: !!float 1, max: 4}", "uniform 1 … 4");
}

TEST(native_ranges)
{
	check_param("{min: 1e-5, max: 1e-1, log: true}",
	            "log_uniform_values 1e-05 … 0.1");
	check_param("{min: 1, max: 1024, log: true}",
	            "q_log_uniform_values 1 … 1024, q 1, clipped, whole");
	check_param("{min: 64, max: 1024, q: 64}",
	            "q_uniform 64 … 1024, q 64, clipped, whole");
	check_param("{min: 0.0, max: 1.0, q: 0.1}", "q_uniform 0 … 1, q 0.1, clipped");
	check_param("{min: 8, max: 1024, q: 8, log: true}",
	            "q_log_uniform_values 8 … 1024, q 8, clipped, whole");
	check_param("{min: 1, max: 4, log: false}", "int_uniform 1 … 4");
	check_param("{min: 0.0, max: 1.0, default: 0.5}", "uniform 0 … 1, default 0.5");
	check_param("{min: 0.0, max: 1.0, default: \"0.5\"}",
	            "uniform 0 … 1, default 0.5");
	check_param("{min: 64, max: 512, q: 64, default: 128}",
	            "q_uniform 64 … 512, q 64, default 128, clipped, whole");
	check_param("{values: [1, 2], default: 2.0}", "categorical 1, 2, default 2");
}

TEST(distributions_by_name)
{
	check_param("{distribution: constant, value: x}", "constant x");
	check_param("{distribution: categorical, values: [x]}", "categorical x");
	check_param("{distribution: categorical_w_probabilities, values: [x, y], "
	            "probabilities: [0.5, 0.5]}",
	            "categorical x (0.5), y (0.5)");
	check_param("{distribution: int_uniform, min: 1, max: 3}", "int_uniform 1 … 3");
	check_param("{distribution: uniform, min: 1, max: 3}", "uniform 1 … 3");
	check_param("{distribution: q_uniform, min: 0, max: 10}",
	            "q_uniform 0 … 10, q 1");
	check_param("{distribution: q_uniform, min: 0, max: 10, q: 4}",
	            "q_uniform 0 … 10, q 4, whole");
	check_param("{distribution: log_uniform_values, min: 1e-3, max: 1}",
	            "log_uniform_values 0.001 … 1");
	check_param("{distribution: q_log_uniform_values, min: 32, max: 256, q: 8}",
	            "q_log_uniform_values 32 … 256, q 8, whole");
	check_param("{distribution: inv_log_uniform_values, min: 1, max: 100}",
	            "inv_log_uniform_values 1 … 100");
	check_param("{distribution: log_uniform, min: 0, max: 1}",
	            "log_uniform 1 … 2.718281828459");
	check_param("{distribution: normal}", "normal mu 0, sigma 1");
	check_param("{distribution: q_normal, mu: 3, sigma: 2, q: 0.5}",
	            "q_normal mu 3, sigma 2, q 0.5");
	check_param("{distribution: log_normal, mu: 1e-3}",
	            "log_normal mu 0.001, sigma 1");
	check_param("{distribution: q_log_normal}", "q_log_normal mu 0, sigma 1, q 1");
	check_param("{distribution: beta, a: 2, b: 5}", "beta a 2, b 5");
	check_param("{distribution: q_beta, a: 2, q: 0.25}", "q_beta a 2, b 1, q 0.25");
}

TEST(nested_parameters)
{
	struct rig r;

	load(&r,
	     HEAD "parameters:\n  zeta: {value: 1}\n  opt:\n    parameters:\n"
	          "      lr: {min: 0.0, max: 1.0}\n"
	          "      sub: {parameters: {beta: {value: 2}}}\n"
	          "  opt.flat: {value: 3}\n  Alpha: {value: 4}\n",
	     NULL);
	CHECK_INT(r.s.space.n, 5);
	CHECK_STR(r.s.space.params[0].name, "Alpha");
	CHECK_STR(r.s.space.params[1].name, "opt.lr");
	CHECK_INT(r.s.space.params[1].depth, 2);
	CHECK_STR(r.s.space.params[2].name, "opt.sub.beta");
	CHECK_STR(r.s.space.params[3].name, "opt.flat");
	CHECK_INT(r.s.space.params[3].depth, 1);
	CHECK_INT(r.s.space.params[1].line, 8);
	CHECK_INT(r.s.space.params[1].column, 7);
	done(&r);
}

TEST(conditions)
{
	struct rig r;
	const struct space *sp = &r.s.space;
	const struct param *p;

	load(&r,
	     HEAD "parameters:\n"
	          "  name: {values: [a, b, c]}\n"
	          "  momentum: {min: 0.0, max: 1.0, when: {name: [a, b], depth: 2}}\n"
	          "  depth: {min: 1, max: 4}\n"
	          "  group:\n    when: {depth: 3}\n    parameters:\n"
	          "      name: {values: [x, y]}\n"
	          "      rate: {min: 0.0, max: 1.0, when: {name: y}}\n",
	     NULL);
	CHECK(r.ok);
	p = &sp->params[space_find(sp, "momentum")];
	CHECK_INT(p->n_when, 2);
	CHECK_STR(sp->params[p->when[0].param].name, "name");
	CHECK_INT(p->when[0].n, 2);
	CHECK_STR(p->when[0].values[1].string, "b");
	CHECK_STR(sp->params[p->when[1].param].name, "depth");
	/* The group's condition holds for its members; names are looked for inside
	 * first. */
	p = &sp->params[space_find(sp, "group.rate")];
	CHECK_INT(p->n_when, 2);
	CHECK_STR(sp->params[p->when[0].param].name, "depth");
	CHECK_STR(sp->params[p->when[1].param].name, "group.name");
	CHECK_INT(sp->params[space_find(sp, "group.name")].n_when, 1);
	done(&r);
}

TEST(constraints)
{
	struct rig r;

	load(&r,
	     HEAD "parameters: {w: {values: [4, 6]}, a.b: {values: [2, 4]}}\n"
	          "constraints: [\"w % a.b == 0\", 'w > 1']\n",
	     NULL);
	CHECK_INT(r.s.space.n_constraints, 2);
	CHECK(constraint_uses(r.s.space.constraints[0], 0));
	CHECK(constraint_uses(r.s.space.constraints[0], 1));
	CHECK_STR(constraint_text(r.s.space.constraints[1]), "w > 1");
	done(&r);
	load(&r, HEAD PARAM "constraints: x < 0.5\n", NULL);
	CHECK_INT(r.s.space.n_constraints, 1);
	done(&r);
}

TEST(defaults_of_a_small_file)
{
	struct rig r;
	const struct spec *s = &r.s;

	load(&r, "method: sobol\n" PARAM, NULL);
	CHECK(!s->has_command && !s->program && !s->command.n && !s->name);
	CHECK(s->method == METHOD_SOBOL && strcmp(s->method_word, "sobol") == 0);
	CHECK(s->metric.name == NULL);
	CHECK_INT(s->seed, 1);
	CHECK_INT(s->repeats, 1);
	CHECK_INT(s->parallel, 1);
	CHECK(!s->parallel_given && !s->shuffle && !s->accept_nonzero);
	CHECK_INT(s->retries, 0);
	CHECK_INT(s->n_gpus, 0);
	CHECK_INT(s->max_trials, 0);
	CHECK_INT(s->min_trials, 0);
	CHECK_DOUBLE(s->trial_timeout, 0, 0);
	CHECK_DOUBLE(s->kill_grace, 10, 0);
	CHECK(s->early.type == EARLY_NONE && !s->test.present);
	CHECK_INT(s->test.top, 3);
	CHECK_INT(s->test.repeats, 5);
	CHECK_INT(spec_trial_cap(s, 0), 20);
	done(&r);
}

TEST(native_keys)
{
	struct rig r;
	const struct spec *s = &r.s;

	load(
	    &r,
	    "name: n\ndescription: d\nmethod: grid\nprogram: train.py\n"
	    "metric: {name: acc, goal: maximize, target: 0.9, reduce: mean_last_5}\n"
	    "parameters: {x: {values: [1, 2, 3]}}\n"
	    "seed: 7\nrepeats: 3\nparallel: 2\nretries: 4\ngpus: [0, MIG-3, \"1,2\"]\n"
	    "max_trials: 9\nmin_trials: 2\nbudget: {time: 1h30m, cost: 2.5}\n"
	    "stop: {patience: 6}\ntrial_timeout: 90\nkill_grace: 200ms\nshuffle: true\n"
	    "accept_nonzero: true\n"
	    "test: {command: [e, 1, True, 0.50, null], metric: {name: t}, top: 2, "
	    "repeats: 8}\n",
	    NULL);
	CHECK_STR(s->name, "n");
	CHECK_STR(s->description, "d");
	CHECK_STR(s->program, "train.py");
	CHECK(s->has_command);
	CHECK_STR(s->metric.name, "acc");
	CHECK(s->metric.goal == GOAL_MAXIMIZE && s->metric.has_target);
	CHECK_DOUBLE(s->metric.target, 0.9, 0);
	CHECK(s->metric.reduce == REDUCE_MEAN_LAST);
	CHECK_INT(s->metric.reduce_last, 5);
	CHECK_INT(s->seed, 7);
	CHECK_INT(s->repeats, 3);
	CHECK_INT(s->parallel, 2);
	CHECK(s->parallel_given);
	CHECK_INT(s->retries, 4);
	CHECK_INT(s->n_gpus, 3);
	CHECK_STR(s->gpus[0], "0");
	CHECK_STR(s->gpus[1], "MIG-3");
	CHECK_STR(s->gpus[2], "1,2");
	CHECK_INT(s->max_trials, 9);
	CHECK_INT(s->min_trials, 2);
	CHECK_DOUBLE(s->budget_time, 5400, 0);
	CHECK_DOUBLE(s->budget_cost, 2.5, 0);
	CHECK_INT(s->stop_patience, 6);
	CHECK_DOUBLE(s->trial_timeout, 90, 0);
	CHECK_DOUBLE(s->kill_grace, 0.2, 1e-12);
	CHECK(s->shuffle && s->accept_nonzero && s->test.present);
	CHECK_INT(s->test.command.n, 5);
	CHECK_STR(s->test.command.words[1], "1");
	CHECK_STR(s->test.command.words[2], "True");
	CHECK_STR(s->test.command.words[3], "0.5");
	CHECK_STR(s->test.command.words[4], "None");
	CHECK(s->test.metric.goal == GOAL_MAXIMIZE); /* inherited */
	CHECK_INT(s->test.top, 2);
	CHECK_INT(s->test.repeats, 8);
	CHECK_INT(spec_trial_cap(s, 0), 3); /* the grid ends first */
	done(&r);
}

/* auto is {min: 1, max: 8}; then max_trials counts runs, and a grid has a quarter more.
 */
TEST(repeats_are_a_number_or_asked_for)
{
	struct rig r;

	load(&r, HEAD PARAM, NULL);
	CHECK(!spec_adapts_repeats(&r.s) && !spec_reruns(&r.s));
	done(&r);
	load(&r, HEAD PARAM "repeats: 4\n", NULL);
	CHECK(r.s.repeats_least == 4 && r.s.repeats == 4);
	CHECK(!spec_adapts_repeats(&r.s) && spec_reruns(&r.s));
	done(&r);
	load(&r, HEAD PARAM "repeats: auto\n", NULL);
	CHECK(r.s.repeats_least == 1 && r.s.repeats == 8);
	CHECK(spec_adapts_repeats(&r.s) && !spec_reruns(&r.s));
	done(&r);
	load(&r, HEAD PARAM "repeats: {min: 2}\ntest: {repeats: 3}\n", NULL);
	CHECK(r.s.repeats_least == 2 && r.s.repeats == 8);
	CHECK(spec_adapts_repeats(&r.s) && spec_reruns(&r.s));
	done(&r);
	load(&r, HEAD PARAM "repeats: {min: 3, max: 3}\n", NULL);
	CHECK(!spec_adapts_repeats(&r.s));
	CHECK(noticed(&r, "repeats.min is repeats.max: taken as repeats: 3"));
	done(&r);
	load(&r, HEAD PARAM "repeats: auto\ndeterministic_training: true\n", NULL);
	CHECK(r.s.repeats_least == 1 && r.s.repeats == 1);
	done(&r);
	load(&r,
	     "command: [a]\nmethod: grid\nmetric: {name: l}\nrepeats: {min: 2}\n"
	     "parameters: {x: {min: 1, max: 20}}\n",
	     NULL);
	CHECK_INT(spec_trial_cap(&r.s, 0), 50);
	CHECK_INT(spec_trial_cap(&r.s, 90), 90);
	done(&r);
}

TEST(gpus_make_slots)
{
	struct rig r;

	load(&r, HEAD PARAM "gpus: [0, 1, 2]\n", NULL);
	CHECK_INT(r.s.parallel, 3);
	CHECK(!r.s.parallel_given);
	done(&r);
	load(&r, HEAD PARAM "gpus: 2\n", NULL);
	CHECK_INT(r.s.parallel, 2);
	CHECK_STR(r.s.gpus[1], "1");
	done(&r);
	load(&r, HEAD PARAM "gpus: [[0, 1], [2, 3]]\nruns_per_gpu: 2\n", NULL);
	CHECK_INT(r.s.n_gpus, 2);
	CHECK_STR(r.s.gpus[1], "2,3");
	CHECK_INT(r.s.parallel, 4);
	done(&r);
	load(&r, HEAD PARAM "gpus: All\n", NULL);
	CHECK(r.s.gpus_auto);
	CHECK_INT(r.s.n_gpus, 0);
	done(&r);
}

TEST(what_a_run_may_have)
{
	struct rig r;

	load(&r,
	     HEAD PARAM "cpus: 4\nmemory: 1.5g\nnice: 19\nenv: {A: off, B_2: 007, "
	                "C: 1e-3, D: \"x y\", E: \"\", WANDB_MODE: online}\n",
	     NULL);
	CHECK_INT(r.s.cpus, 4);
	CHECK_INT(r.s.memory, INT64_C(1610612736));
	CHECK_STR(r.s.memory_text, "1.5g");
	CHECK_INT(r.s.nice, 19);
	CHECK_INT(r.s.n_env, 6);
	CHECK_STR(r.s.env[0], "A=off");
	CHECK_STR(r.s.env[1], "B_2=007");
	CHECK_STR(r.s.env[2], "C=1e-3");
	CHECK_STR(r.s.env[3], "D=x y");
	CHECK_STR(r.s.env[4], "E=");
	CHECK_STR(spec_variable(&r.s, "C"), "1e-3");
	CHECK_STR(spec_variable(&r.s, "PATH"), getenv("PATH"));
	CHECK(spec_wandb_online(&r.s));
	done(&r);
	load(&r, HEAD PARAM "memory: 512MiB\nwandb: off\nenv: {WANDB_DIR: /w}\n", NULL);
	CHECK_INT(r.s.memory, 512 << 20);
	CHECK_INT(r.s.n_env, 1);
	done(&r);
}

TEST(large_seeds)
{
	struct rig r;

	load(&r, HEAD PARAM "seed: 9223372036854775807\n", NULL);
	CHECK(r.s.seed == INT64_MAX);
	done(&r);
	load(&r, HEAD PARAM "seed: \"18446744073709551615\"\n", NULL);
	CHECK(r.s.seed == UINT64_MAX);
	done(&r);
}

TEST(number_of_trials)
{
	struct rig r;

	load(&r, "method: random\n" PARAM "run_cap: \"12\"\nbudget: {trials: 7}\n",
	     NULL);
	CHECK_INT(r.s.max_trials, 7);
	CHECK_INT(spec_trial_cap(&r.s, 0), 7);
	CHECK(noticed(&r, "given twice"));
	done(&r);
	load(&r,
	     "method: random\nparameters: {a: {min: 0, max: 9}, b: {min: 0, max: 9}, "
	     "c: {min: 0, max: 9}, d: {value: 1}}\n",
	     NULL);
	CHECK_INT(spec_trial_cap(&r.s, 0), 30);
	CHECK(noticed(&r, "stops after 30 trials"));
	done(&r);
	load(&r,
	     "method: grid\nparameters: {a: {min: 1, max: 1000}, b: {min: 1, max: "
	     "1000}}\nconstraints: [a < b]\n",
	     NULL);
	CHECK_INT(spec_trial_cap(&r.s, 0), 499500);
	CHECK_INT(spec_trial_cap(&r.s, 7), 7);
	CHECK_INT(spec_trial_cap(&r.s, 1000000), 499500);
	done(&r);
	load(&r,
	     "method: grid\nparameters: {a: {values: [1, 2, 3]}, b: {values: [1, 2, "
	     "3], when: {a: 1}}}\n",
	     NULL);
	CHECK_INT(spec_trial_cap(&r.s, 0), 5);
	done(&r);
	load(&r, "method: random\n" PARAM, &(struct spec_overrides){.capped = true});
	CHECK(!noticed(&r, "stops after"));
	done(&r);
}

static void check_goal(const char *goal, enum goal want)
{
	struct str text = {0};
	struct rig r;

	str_addf(&text,
	         "method: grid\nmetric: {name: m, goal: %s}\n"
	         "parameters: {x: {value: 1}}\n",
	         goal);
	load(&r, str_text(&text), NULL);
	CHECK_INT(r.s.metric.goal, want);
	CHECK_INT(noticed(&r, "is taken as"),
	          strcmp(goal, "minimize") != 0 && strcmp(goal, "maximize") != 0);
	str_free(&text);
	done(&r);
}

TEST(goals)
{
	static const char *const least[] = {"minimize", "MINIMIZE", "min", "minimum",
	                                    "minimise"};
	static const char *const most[] = {"maximize", "Maximize", "max", "maximum",
	                                   "maximise"};

	for (size_t i = 0; i < ARRAY_LEN(least); i++)
		check_goal(least[i], GOAL_MINIMIZE);
	for (size_t i = 0; i < ARRAY_LEN(most); i++)
		check_goal(most[i], GOAL_MAXIMIZE);
}

TEST(metric_names)
{
	static const struct {
		const char *name;
		bool test, goal;
	} names[] = {{"loss", false, false},        {"test_loss", true, false},
	             {"val/test", true, false},     {"valTest", true, false},
	             {"latest_loss", false, false}, {"contest", false, false},
	             {"val_acc", false, true},      {"AUC", false, true},
	             {"r2", false, true},           {"eval.bleu", false, true}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str text = {0};
		struct rig r;

		str_addf(&text,
		         "method: grid\nmetric: {name: %s}\n"
		         "parameters: {x: {value: 1}}\n",
		         names[i].name);
		load(&r, str_text(&text), NULL);
		if (noticed(&r, "test data") != names[i].test ||
		    noticed(&r, "no goal is given") != names[i].goal)
			printf("# %s\n", names[i].name);
		CHECK(noticed(&r, "test data") == names[i].test);
		CHECK(noticed(&r, "no goal is given") == names[i].goal);
		str_free(&text);
		done(&r);
	}
}

static void load_early(struct rig *r, const char *block)
{
	struct str text = {0};

	str_addf(&text, HEAD PARAM "early_terminate: %s\n", block);
	load(r, str_text(&text), NULL);
	str_free(&text);
}

TEST(wandb_hyperband)
{
	struct rig r;
	const struct early *e = &r.s.early;

	load_early(&r, "{type: hyperband, min_iter: 3}");
	CHECK_INT(e->type, EARLY_WANDB_HYPERBAND);
	CHECK_DOUBLE(e->min_iter, 3, 0);
	CHECK_DOUBLE(e->eta, 3, 0);
	CHECK(isnan(e->max_iter) && isnan(e->s) && e->strict && !e->step);
	CHECK_INT(e->at.line, 5);
	done(&r);
	load_early(&r, "{type: hyperband, max_iter: 27, s: 2, eta: 2, strict: false, "
	               "step: epoch}");
	CHECK_INT(e->type, EARLY_WANDB_HYPERBAND);
	CHECK_DOUBLE(e->max_iter, 27, 0);
	CHECK_DOUBLE(e->s, 2, 0);
	CHECK(!e->strict && isnan(e->min_iter));
	CHECK_STR(e->step, "epoch");
	done(&r);
	/* W&B dies of this one; min_iter alone says enough. */
	load_early(&r, "{type: hyperband, min_iter: 10, max_iter: 100}");
	CHECK_DOUBLE(e->min_iter, 10, 0);
	CHECK(isnan(e->max_iter));
	CHECK(noticed(&r, "without s"));
	done(&r);
	load_early(&r, "hyperband");
	CHECK_INT(e->type, EARLY_NONE);
	CHECK(noticed(&r, "nothing is stopped early"));
	done(&r);
}

TEST(native_rules)
{
	struct rig r;
	const struct early *e = &r.s.early;

	load_early(&r,
	           "{type: asha, grace: 2, max_iter: 81, control: 0.2, min_trials: 4, "
	           "min_steps: 5, smooth: 3}");
	CHECK_INT(e->type, EARLY_ASHA);
	CHECK_DOUBLE(e->grace, 2, 0);
	CHECK_DOUBLE(e->control, 0.2, 0);
	CHECK_INT(e->min_trials, 4);
	CHECK_DOUBLE(e->min_steps, 5, 0);
	CHECK_INT(e->smooth, 3);
	CHECK(e->mode == MODE_STOP);
	done(&r);
	load_early(&r, "{type: asha, resource: {parameter: x, min: 1, max: 27}}");
	CHECK_STR(e->resource, "x");
	CHECK_DOUBLE(e->resource_max, 27, 0);
	CHECK(e->mode == MODE_PROMOTE);
	done(&r);
	load_early(&r, "{type: hyperband, max_iter: 81, grace: 3}");
	CHECK_INT(e->type, EARLY_HYPERBAND);
	done(&r);
	load_early(&r, "{type: hyperband_brackets, max_iter: 81}");
	CHECK_INT(e->type, EARLY_HYPERBAND);
	done(&r);
	load_early(&r, "{type: median, step: epoch}");
	CHECK_INT(e->type, EARLY_MEDIAN);
	CHECK(isnan(e->min_steps) && !e->min_trials);
	done(&r);
	load_early(&r, "{type: threshold, max: 10}");
	CHECK(e->type == EARLY_THRESHOLD && e->has_max && !e->has_min);
	CHECK_DOUBLE(e->max, 10, 0);
	done(&r);
	load_early(&r, "{type: patience, patience: 4}");
	CHECK(e->type == EARLY_PATIENCE && e->patience == 4);
	done(&r);
}

TEST(durations)
{
	static const struct {
		const char *text;
		double seconds; /* < 0: none */
	} cases[] = {
	    {"90", 90},          {"90s", 90},     {"10m", 600},   {"2h", 7200},
	    {"1d", 86400},       {"1h30m", 5400}, {"1.5h", 5400}, {"200ms", 0.2},
	    {"1d2h3m4s", 93784}, {"0", 0},        {"", -1},       {"h", -1},
	    {"2 h", -1},         {"2hours", -1},  {"-2h", -1},    {"2h-", -1},
	    {"nan", -1},         {"1e400", -1},   {"0x10", -1},   {"2w", -1}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		double x = -1;
		bool ok = spec_duration(cases[i].text, &x);

		if (ok != (cases[i].seconds >= 0))
			printf("# %s\n", cases[i].text);
		CHECK(ok == (cases[i].seconds >= 0));
		if (ok)
			CHECK_DOUBLE(x, cases[i].seconds, 1e-12);
	}
}

TEST(overrides)
{
	static const char *const set[] = {"parameters.x.max=0.25", "seed=9",
	                                  "metric.goal=maximize", "repeats=2"};
	struct spec_overrides o = {.set = set,
	                           .n_set = ARRAY_LEN(set),
	                           .command = "train 'a b' \"c\\\"d\" e\\ f ${args}"};
	struct rig r;

	load(&r, HEAD PARAM "command: [other]\n", &o);
	CHECK_DOUBLE(r.s.space.params[0].max, 0.25, 0);
	CHECK_INT(r.s.seed, 9);
	CHECK_INT(r.s.repeats, 2);
	CHECK(r.s.metric.goal == GOAL_MAXIMIZE);
	CHECK(r.s.has_command && !r.s.command.shell);
	CHECK_INT(r.s.command.n, 5);
	CHECK_STR(r.s.command.words[1], "a b");
	CHECK_STR(r.s.command.words[2], "c\"d");
	CHECK_STR(r.s.command.words[3], "e f");
	CHECK_STR(r.s.command.words[4], "${args}");
	done(&r);
}

static void check_override_fails(const struct spec_overrides *o, enum error_kind kind)
{
	static const char text[] = HEAD PARAM;
	struct arena a = {0};
	struct error err = {0};
	struct spec s;

	CHECK(!spec_parse(&s, "f.yaml", text, sizeof text - 1, o, &a, &err));
	CHECK_INT(err.kind, kind);
	arena_free(&a);
}

TEST(overrides_refused)
{
	static const char *const path[] = {"method.x=1"}, *const value[] = {"seed=-1"};
	static const char *const typo[] = {"parameters.x.mxa=1"};

	check_override_fails(&(struct spec_overrides){.command = "train 'x"},
	                     ERROR_USAGE);
	check_override_fails(&(struct spec_overrides){.command = "  "}, ERROR_USAGE);
	check_override_fails(&(struct spec_overrides){.set = path, .n_set = 1},
	                     ERROR_USAGE);
	check_override_fails(&(struct spec_overrides){.set = value, .n_set = 1},
	                     ERROR_FILE);
	check_override_fails(&(struct spec_overrides){.set = typo, .n_set = 1},
	                     ERROR_FILE);
}

TEST(files)
{
	static const struct spec_overrides none;
	static const char text[] = HEAD PARAM;
	char path[] = "/tmp/test_spec.XXXXXX";
	int fd = mkstemp(path);
	struct arena a = {0};
	struct error err = {0};
	struct spec s;

	CHECK(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
	CHECK(spec_load(&s, path, &none, &a, &err));
	CHECK_STR(s.yaml.path, path);
	CHECK_INT(s.yaml.len, sizeof text - 1);
	CHECK_STR(s.yaml.text, text);
	CHECK(!spec_load(&s, "/nowhere/space.yaml", &none, &a, &err));
	CHECK_INT(err.kind, ERROR_FILE);
	CHECK(!spec_load(&s, "/tmp", &none, &a, &err));
	close(fd);
	unlink(path);
	arena_free(&a);
}

TEST(large_files_are_quick)
{
	struct str text = {0};
	struct rig r;

	str_add(&text,
	        HEAD "parameters:\n  many:\n    default: name-9999\n    values:\n");
	for (int i = 0; i < 10000; i++)
		str_addf(&text, "      - name-%d\n", i);
	for (int i = 0; i < 5000; i++)
		str_addf(&text, "  p%d: {min: 0.0, max: 1.0, when: {many: name-%d}}\n",
		         i, i);
	load(&r, str_text(&text), NULL);
	CHECK_INT(r.s.space.n, 5001);
	str_free(&text);
	done(&r);
}

TEST(which_value_is_better)
{
	const struct metric less = {.goal = GOAL_MINIMIZE},
			    more = {.goal = GOAL_MAXIMIZE};

	CHECK(metric_better(&less, 1, 2) && !metric_better(&less, 2, 1));
	CHECK(metric_better(&more, 2, 1) && !metric_better(&more, 1, 2));
	CHECK(!metric_better(&less, 1, 1) && !metric_better(&more, 1, 1));
	CHECK(!metric_better(&less, (double)NAN, 1) &&
	      !metric_better(&more, 1, (double)NAN));
	CHECK(metric_sign(&less) * 1 < metric_sign(&less) * 2);
	CHECK(metric_sign(&more) * 2 < metric_sign(&more) * 1);
	CHECK_STR(goal_name(GOAL_MINIMIZE), "minimize");
	CHECK_STR(goal_name(GOAL_MAXIMIZE), "maximize");
}

TEST_MAIN(distributions_by_inference, native_ranges, distributions_by_name,
          nested_parameters, conditions, constraints, defaults_of_a_small_file,
          native_keys, repeats_are_a_number_or_asked_for, gpus_make_slots,
          what_a_run_may_have, large_seeds, number_of_trials, goals,
          which_value_is_better, metric_names, wandb_hyperband, native_rules, durations,
          overrides, overrides_refused, files, large_files_are_quick)
