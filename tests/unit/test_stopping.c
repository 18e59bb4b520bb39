/* Early stopping in a search: what is decided, when it is written down, what a kill at
 * any instant leaves, and that replay finds the same. Through the curve runner. */
#include "base/file.h"
#include "curve_runner.h"
#include "early/savings.h"
#include "record/results.h"
#include "report/savings_text.h"
#include "saved/replay.h"
#include "saved/saved.h"
#include "study/alarm.h"
#include "study/search_loop.h"
#include "study/stopping.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rig {
	struct arena arena;
	struct spec spec;
	struct study study;
	struct curve_runner curves;
	struct error err;
	char dir[64];
};

#define HEAD                                                                           \
	"command: [train, '${args}']\n"                                                \
	"method: random\n"                                                             \
	"metric: {name: loss, goal: minimize}\n"                                       \
	"max_trials: 30\n"                                                             \
	"parameters: {x: {min: 0.0, max: 1.0}}\n"

static const char stopping[] =
    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch}\n";
static const char promoting[] = HEAD "early_terminate: {type: asha, grace: 3, "
				     "max_iter: 27, step: epoch, mode: promote}\n";
static const char by_parameter[] =
    HEAD "early_terminate: {type: asha, resource: {parameter: epochs, min: 3, max: "
	 "27}}\n";

static const char learning[] =
    "command: [train, '${args}']\n"
    "method: bayes\n"
    "metric: {name: loss, goal: minimize}\n"
    "max_trials: 30\n"
    "parameters: {x: {min: 0.0, max: 1.0}}\n"
    "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch, mode: "
    "promote}\n";

static bool rig_open(struct rig *r, const char *yaml)
{
	struct spec_overrides none = {0};
	struct study_options o = {.dir = *r->dir ? r->dir : NULL};

	o.origin = (struct search_origin){.yaml = yaml,
	                                  .path = "space.yaml",
	                                  .host = "",
	                                  .git = "",
	                                  .version = HPS_VERSION};
	r->err.text[0] = '\0';
	return spec_parse(&r->spec, "space.yaml", yaml, strlen(yaml), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, &o, &r->err) &&
	       (!*r->dir || study_open(&r->study, false, &r->err));
}

static bool rig_run(struct rig *r, size_t slots)
{
	struct runner runner = curve_runner(&r->curves, slots);

	return study_run(&r->study, &runner, &r->err);
}

static void rig_close(struct rig *r)
{
	study_free(&r->study);
	arena_free(&r->arena);
}

static void rig_dir(struct rig *r)
{
	snprintf(r->dir, sizeof r->dir, "/tmp/test_stopping.XXXXXX");
	CHECK(mkdtemp(r->dir) != NULL);
}

static void rig_remove(struct rig *r)
{
	CHECK(file_remove_tree(r->dir, &r->err));
}

/* In memory, to its end. */
static void run_all(struct rig *r, const char *yaml, size_t slots)
{
	CHECK(rig_open(r, yaml) && rig_run(r, slots));
	CHECK_STR(r->err.text, "");
	CHECK_INT(r->study.search.state, SEARCH_DONE);
}

/* The search as one text: every trial, its outcome and its reason. */
static char *digest(const struct study *s)
{
	struct str out = {0};

	for (size_t i = 0; i < s->search.n; i++) {
		const struct run *r = &s->search.trials[i]->runs[0];

		str_addf(&out, "%zu %s %u %g ", i,
		         outcome_name(s->search.trials[i]->outcome), r->leg, r->budget);
		str_json_double(&out, r->value);
		str_addf(&out, " %zu %s\n", r->n_reports, r->reason ? r->reason : "");
	}
	return out.s;
}

/* Replay from the directory's journal, and from its results file alone. */
static void check_replay(const struct rig *r)
{
	const char *const names[] = {"", "/results.json"};
	char path[128];

	for (size_t i = 0; i < 2; i++) {
		struct saved sv;
		struct error err = {0};
		struct replay out = {0};

		snprintf(path, sizeof path, "%s%s", r->dir, names[i]);
		CHECK(saved_load(&sv, path, &err) && replay_run(&sv, &out, &err));
		CHECK_STR(err.text, "");
		CHECK_STR(out.difference, "");
		CHECK(out.same && out.decisions > 0);
		saved_free(&sv);
	}
}

static const struct observation *last_of(const struct study *s, size_t trial)
{
	return &s->search.known[trial].observations[s->search.known[trial].n - 1];
}

static size_t count(const struct study *s, enum outcome o)
{
	return (size_t)s->search.outcomes[o];
}

TEST(asha_stops_and_says_why)
{
	struct rig r = {.curves = {.steps = 27}};
	const struct run *run;
	size_t i = 0;

	run_all(&r, stopping, 1);
	CHECK(count(&r.study, OUTCOME_STOPPED) > 15);
	CHECK(count(&r.study, OUTCOME_OK) >= 3);
	CHECK_INT(count(&r.study, OUTCOME_OK) + count(&r.study, OUTCOME_STOPPED), 30);
	while (r.study.search.trials[i]->outcome != OUTCOME_STOPPED)
		i++;
	run = &r.study.search.trials[i]->runs[0];
	CHECK_INT(run->n_reports, 3);
	CHECK(strstr(run->reason, "at step 3 (rung 3): ") == run->reason);
	CHECK(strstr(run->reason, "the limit from ") != NULL);
	CHECK(isnan(r.study.search.trials[i]->value));
	CHECK_INT(last_of(&r.study, i)->state, KNOWN_STOPPED);
	CHECK_DOUBLE(last_of(&r.study, i)->value, run->value, 0);
	CHECK_DOUBLE(last_of(&r.study, i)->step, 3, 0);
	rig_close(&r);
}

/* Only where some have failed is there anything to try again. */
TEST(when_all_were_stopped_it_says_what_helps)
{
	struct rig r = {.curves = {.steps = 27}};
	const char *text;

	run_all(&r, stopping, 1);
	r.study.session_runs = 12;
	r.study.session_stopped = 12;
	text = study_stopped_text(&r.study);
	CHECK(strstr(text, "12 of 12 runs were stopped by early_terminate (asha): none "
	                   "has come to its end") == text);
	CHECK(strstr(text, "--fresh") && !strstr(text, "--retry-failed"));
	r.study.session_stopped = 10;
	r.study.session_failures = 2;
	text = study_stopped_text(&r.study);
	CHECK(strstr(text, "10 of 12 runs were stopped by early_terminate (asha), 2 "
	                   "failed: none has come to its end") == text);
	CHECK(strstr(text, " (with --retry-failed also those that failed)"));
	rig_close(&r);
}

TEST(the_winner_is_never_stopped)
{
	for (uint64_t order = 0; order < 8; order++) {
		struct rig r = {.curves = {.steps = 27, .order = order}};
		size_t best = 0;

		run_all(&r, stopping, order ? 4 : 1);
		for (size_t i = 0; i < r.study.search.n; i++)
			if (r.study.search.known[i].point->u <
			    r.study.search.known[best].point->u)
				best = i;
		/* Curves that never cross: the best is the best at every rung. */
		CHECK_INT(r.study.search.trials[best]->outcome, OUTCOME_OK);
		CHECK(r.study.search.best == r.study.search.trials[best]);
		rig_close(&r);
	}
}

/* Whatever a run still says while it is being stopped, and however it ends: the
 * decision stands, and one slot after the other the search is the same. */
TEST(last_words_and_exits_of_their_own_change_nothing)
{
	const struct curve_runner ways[] = {{.steps = 27},
	                                    {.steps = 27, .last_words = 1},
	                                    {.steps = 27, .last_words = 9},
	                                    {.steps = 27, .exits_first = true}};
	char *first = NULL;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct rig r = {.curves = ways[i]};
		char *now;

		run_all(&r, stopping, 1);
		now = digest(&r.study);
		if (first)
			CHECK_STR(now, first);
		else
			first = strdup(now);
		free(now);
		rig_close(&r);
	}
	free(first);
}

TEST(paused_runs_go_on_from_their_checkpoint)
{
	struct rig r = {.curves = {.steps = 27, .checkpoint = true}};
	size_t full = 0, twice = 0;

	run_all(&r, promoting, 1);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct run *run = &r.study.search.trials[i]->runs[0];

		CHECK_INT(run->attempts, run->leg + 1);
		CHECK_INT(run->n_reports, run->budget);
		CHECK_DOUBLE(run->reports[0].step, 1, 0);
		CHECK(run->leg < 3 && run->budget == 3 * pow(3, run->leg));
		CHECK_INT(r.study.search.trials[i]->outcome,
		          run->leg == 2 ? OUTCOME_OK : OUTCOME_STOPPED);
		full += run->leg == 2;
		twice += run->leg >= 1;
	}
	CHECK(twice >= 10 && full >= 3 && full <= 5);
	/* Not one step was taken twice. */
	CHECK_DOUBLE(r.curves.epochs, 30 * 3 + 6 * (double)twice + 18 * (double)full,
	             0);
	CHECK_DOUBLE(savings_of(&r.study.search, r.study.monitor).steps,
	             r.curves.epochs, 0);
	rig_close(&r);
}

/* Of a run in several launches what counts is the largest peak, first or later. */
TEST(the_peak_of_memory_is_that_of_all_launches)
{
	static const int64_t peaks[][2] = {{10, 20}, {10, 5}};

	for (size_t k = 0; k < ARRAY_LEN(peaks); k++) {
		struct rig r = {.curves = {.steps = 27,
		                           .checkpoint = true,
		                           .memory = {peaks[k][0], peaks[k][1]}}};
		size_t later = 0;

		run_all(&r, promoting, 1);
		for (size_t i = 0; i < r.study.search.n; i++) {
			const struct run *run = &r.study.search.trials[i]->runs[0];

			CHECK_INT(run->maxrss, run->leg && !k ? 20 : 10);
			later += run->leg > 0;
		}
		CHECK(later >= 10);
		rig_close(&r);
	}
}

TEST(without_a_checkpoint_the_same_runs_start_again)
{
	struct rig a = {.curves = {.steps = 27, .checkpoint = true}};
	struct rig b = {.curves = {.steps = 27}};
	char *first, *second;

	run_all(&a, promoting, 1);
	run_all(&b, promoting, 1);
	first = digest(&a.study);
	second = digest(&b.study);
	CHECK_STR(first, second);
	CHECK(b.curves.epochs > a.curves.epochs);
	CHECK_DOUBLE(savings_of(&b.study.search, b.study.monitor).steps,
	             b.curves.epochs, 0);
	free(first);
	free(second);
	rig_close(&a);
	rig_close(&b);
}

/* A script that knows nothing of budgets is ended at its first step beyond. */
TEST(a_deaf_run_is_paused_by_force)
{
	struct rig r = {.curves = {.steps = 27, .deaf = true, .last_words = 2}};
	struct rig good = {.curves = {.steps = 27}};
	char *first, *second;

	run_all(&r, promoting, 1);
	run_all(&good, promoting, 1);
	first = digest(&r.study);
	second = digest(&good.study);
	CHECK_STR(first, second);
	CHECK(r.curves.epochs < 27 * 30);
	free(first);
	free(second);
	rig_close(&r);
	rig_close(&good);
}

TEST(the_budget_may_be_a_parameter)
{
	struct rig r = {.curves = {.once = true}};
	size_t full = 0;

	run_all(&r, by_parameter, 2);
	CHECK_INT(r.spec.space.n, 2);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct run *run = &r.study.search.trials[i]->runs[0];
		double epochs = 3 * pow(3, run->leg);

		CHECK_DOUBLE(run->budget, epochs, 0);
		CHECK_INT(run->n_reports, 1);
		CHECK_DOUBLE(run->value,
		             r.study.search.known[i].point[1].u + 1 / epochs, 1e-6);
		full += run->leg == 2;
	}
	CHECK(full >= 3 && full == count(&r.study, OUTCOME_OK));
	/* The configuration of a trial has the full budget. */
	CHECK_INT(r.study.search.trials[0]->values[0]->integer, 27);
	rig_close(&r);
}

TEST(repeats_wait_until_a_promoted_run_has_come_to_the_end)
{
	static const char text[] = HEAD
	    "repeats: 3\n"
	    "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch, mode: "
	    "promote}\n";
	struct rig r = {.curves = {.steps = 27, .order = 3}};

	run_all(&r, text, 4);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct trial *t = r.study.search.trials[i];
		bool ok = t->outcome == OUTCOME_OK;

		CHECK_INT(t->runs[1].attempts, ok);
		CHECK_INT(t->runs[2].attempts, ok);
		if (ok)
			CHECK_INT(t->runs[2].n_reports, 27);
	}
	rig_close(&r);
}

TEST(the_control_group_runs_to_its_end)
{
	static const char text[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch, "
		 "control: 0.3}\n";
	struct rig r = {.curves = {.steps = 27}};
	struct str text_out = {0};
	char words[128];
	size_t members = 0;
	struct savings v;

	run_all(&r, text, 2);
	for (size_t i = 0; i < r.study.search.n; i++) {
		if (!monitor_control(&r.spec, i))
			continue;
		members++;
		CHECK_INT(r.study.search.trials[i]->outcome, OUTCOME_OK);
		CHECK_INT(r.study.search.trials[i]->runs[0].n_reports, 27);
	}
	v = savings_of(&r.study.search, r.study.monitor);
	CHECK(members >= 3 && members <= 18);
	CHECK_INT(v.control, members);
	CHECK_INT(v.control_ok, members);
	CHECK(v.would_stop > 0 && v.would_stop < members);
	CHECK_INT(v.would_win, 0);
	CHECK_DOUBLE(v.loss.low, 0, 0);
	CHECK_DOUBLE(v.loss.high, 1 - pow(0.025, 1 / (double)v.would_stop), 1e-12);
	/* The order is the same at every step: for all, not for survivors alone. */
	CHECK_DOUBLE(v.correlation, 1, 1e-12);
	CHECK(v.effective >= 3 && v.effective < (double)v.pairs);
	savings_report(&r.study, &text_out);
	snprintf(words, sizeof words,
	         "of %llu that it would have stopped, 0 would have won: between 0 and "
	         "%.0f %% of what it stops (95 %%)",
	         (unsigned long long)v.would_stop, 100 * v.loss.high);
	CHECK(strstr(str_text(&text_out), words) != NULL);
	str_free(&text_out);
	CHECK_DOUBLE(v.steps, r.curves.epochs, 0);
	CHECK_DOUBLE(v.full_steps, 27 * 30, 0);
	rig_close(&r);
}

/* Each repeat of a member is judged in its own place among all runs: of the same
 * curves, one after the other, the second meets those that the first met, the first
 * itself, and who has come between. */
TEST(each_repeat_of_the_control_group_is_judged)
{
	static const char text[] =
	    HEAD "repeats: 2\nearly_terminate: {type: asha, grace: 3, max_iter: 27, "
		 "step: epoch, control: 0.3}\n";
	struct rig r = {.curves = {.steps = 27}};
	size_t members = 0, stopped = 0, peers = 0;

	run_all(&r, text, 1);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct judgement *a = &monitor_run(r.study.monitor, i, 0)->would;
		const struct judgement *b = &monitor_run(r.study.monitor, i, 1)->would;

		if (!monitor_control(&r.spec, i)) {
			CHECK_INT(a->decision, DECISION_CONTINUE);
			CHECK_INT(b->decision, DECISION_CONTINUE);
			continue;
		}
		members++;
		stopped += a->decision == DECISION_STOP;
		stopped += b->decision == DECISION_STOP;
		peers += a->peers + b->peers;
		if (a->decision == DECISION_STOP && b->decision == DECISION_STOP &&
		    a->rung >= b->rung && a->rung <= b->rung)
			CHECK(b->peers > a->peers);
	}
	/* As once computed; the first that came had nobody to be compared with. */
	CHECK_INT(members, 7);
	CHECK_INT(stopped, 13);
	CHECK_INT(peers, 297);
	rig_close(&r);
}

/* Late bloomers: the rule stops those that would have won, and only the control group
 * can tell. */
static double late(double x, double step)
{
	return step < 20 ? 1 - x : x;
}

TEST(would_be_winners_are_counted)
{
	static const char text[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch, "
		 "control: 0.3}\n";
	struct rig r = {.curves = {.steps = 27, .value = late}};
	struct savings v;

	run_all(&r, text, 2);
	v = savings_of(&r.study.search, r.study.monitor);
	CHECK(v.would_win > 0 && v.would_win <= v.would_stop);
	CHECK(v.pairs >= 3 && v.correlation < 0);
	CHECK(v.loss.low > 0 && v.loss.high <= 1);
	rig_close(&r);
}

static double explodes(double x, double step)
{
	return x > 0.5 && step >= 2 ? (double)NAN : x + 1 / step;
}

TEST(a_run_that_diverges_is_stopped_at_once)
{
	struct rig r = {.curves = {.steps = 27, .value = explodes}};
	size_t diverged = 0;

	run_all(&r, stopping, 2);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct trial *t = r.study.search.trials[i];

		if (t->outcome != OUTCOME_DIVERGED)
			continue;
		diverged++;
		CHECK_INT(t->runs[0].n_reports, 2);
		CHECK_INT(last_of(&r.study, i)->state, KNOWN_FAILED);
		CHECK_STR(t->reason, "stopped at step 2: nan is not a finite number");
	}
	CHECK(diverged >= 8);
	rig_close(&r);
}

TEST(a_bound_beside_a_rule)
{
	static const char text[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch, "
		 "max: 1.5}\n";
	struct rig r = {.curves = {.steps = 27}};

	run_all(&r, text, 1);
	for (size_t i = 0; i < r.study.search.n; i++)
		if (r.study.search.known[i].point->u > 0.5) {
			CHECK_INT(r.study.search.trials[i]->runs[0].n_reports, 1);
			CHECK(strstr(r.study.search.trials[i]->reason,
			             "above 1.5, the limit"));
		}
	rig_close(&r);
}

TEST(goal_maximize_is_the_mirror_image)
{
	static const char text[] =
	    "command: [train, '${args}']\n"
	    "method: random\n"
	    "metric: {name: loss, goal: maximize}\n"
	    "max_trials: 30\n"
	    "parameters: {x: {min: 0.0, max: 1.0}}\n"
	    "early_terminate: {type: asha, grace: 3, max_iter: 27, step: epoch}\n";
	struct rig r = {.curves = {.steps = 27}};

	run_all(&r, text, 1);
	CHECK(r.study.search.best->value > 0.8);
	for (size_t i = 0; i < r.study.search.n; i++)
		if (r.study.search.trials[i]->outcome == OUTCOME_STOPPED)
			CHECK(strstr(r.study.search.trials[i]->reason,
			             " is worse than "));
	rig_close(&r);
}

TEST(without_a_step_reports_are_counted_from_one)
{
	static const char text[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27}\n";
	struct rig a = {.curves = {.steps = 27}};
	struct rig b = {.curves = {.steps = 27, .counts = true}};
	char *first, *second;

	run_all(&a, stopping, 1);
	run_all(&b, text, 1);
	first = digest(&a.study);
	second = digest(&b.study);
	CHECK_STR(first, second);
	free(first);
	free(second);
	rig_close(&a);
	rig_close(&b);
}

/* Where a step is named, a line without it is no point of the curve. */
TEST(a_line_without_the_named_step_decides_nothing)
{
	struct rig r = {.curves = {.steps = 27, .counts = true}};

	run_all(&r, stopping, 1);
	CHECK_INT(count(&r.study, OUTCOME_OK), 30);
	CHECK_INT(monitor_run(r.study.monitor, 0, 0)->curve.n, 0);
	rig_close(&r);
}

TEST(wandb_hyperband_runs)
{
	static const char text[] =
	    HEAD "early_terminate: {type: hyperband, min_iter: 3, eta: 3}\n";
	struct rig r = {.curves = {.steps = 27}};

	run_all(&r, text, 1);
	CHECK(count(&r.study, OUTCOME_STOPPED) > 10);
	CHECK(count(&r.study, OUTCOME_OK) >= 2);
	rig_close(&r);
}

TEST(more_trials_later_promote_who_was_paused)
{
	struct rig r = {.curves = {.steps = 27, .checkpoint = true}};
	static char more[sizeof promoting + 8];
	uint64_t full;

	rig_dir(&r);
	run_all(&r, promoting, 2);
	full = count(&r.study, OUTCOME_OK);
	rig_close(&r);
	snprintf(more, sizeof more, "%s", promoting);
	memcpy(strstr(more, "max_trials: 30"), "max_trials: 90", 14);
	run_all(&r, more, 2);
	CHECK_INT(r.study.search.n, 90);
	CHECK(count(&r.study, OUTCOME_OK) > full);
	check_replay(&r);
	rig_close(&r);
	rig_remove(&r);
}

/* The machine breaks after every possible number of events, of long searches some; each
 * time the search is taken up again and comes to its end, every decision made again
 * from what was reported. */
static void break_everywhere(const char *yaml, struct curve_runner behaviour,
                             size_t slots)
{
	bool slow = yaml == learning;
	uint64_t few = SANITIZED ? 8 : 1;

	for (uint64_t after = 1;; after += few * (slow ? 13 : after < 60 ? 1 : 37)) {
		struct rig r = {.curves = behaviour};
		bool over;

		rig_dir(&r);
		CHECK(rig_open(&r, yaml));
		r.curves.break_after = after;
		over = rig_run(&r, slots);
		rig_close(&r);
		curve_runner_kill(&r.curves);
		run_all(&r, yaml, slots);
		CHECK_INT(r.study.search.n, 30);
		check_replay(&r);
		rig_close(&r);
		rig_remove(&r);
		if (over || test_failures)
			break;
	}
}

TEST(a_break_anywhere_loses_no_decision_stopping)
{
	break_everywhere(stopping, (struct curve_runner){.steps = 27, .order = 5}, 3);
}

TEST(a_break_anywhere_loses_no_decision_promoting)
{
	break_everywhere(
	    promoting,
	    (struct curve_runner){.steps = 27, .order = 6, .checkpoint = true}, 3);
}

TEST(a_break_anywhere_loses_no_decision_by_parameter)
{
	break_everywhere(by_parameter, (struct curve_runner){.once = true, .order = 7},
	                 3);
}

TEST(a_break_anywhere_loses_no_decision_learning)
{
	break_everywhere(
	    learning,
	    (struct curve_runner){.steps = 27, .order = 8, .checkpoint = true}, 3);
}

/* A checkpoint of each run at its last report. */
static void leave_checkpoints(struct rig *r)
{
	r->curves.checkpoint = true;
	for (size_t i = 0; i < r->study.search.n; i++) {
		const struct run *run = &r->study.search.trials[i]->runs[0];

		if (run->n_reports)
			r->curves.reached[i] = run->reports[run->n_reports - 1].step;
	}
}

/* The journal of a finished search, cut behind each of its lines in turn. */
static void cut_everywhere(const char *yaml, struct curve_runner behaviour,
                           bool checkpoints)
{
	struct rig whole = {.curves = behaviour};
	char path[96], *text, *was;
	size_t len, cuts = 0, each = yaml == learning || checkpoints ? 23 : 7;

	each *= SANITIZED ? 3 : 1;
	rig_dir(&whole);
	run_all(&whole, yaml, 1);
	was = digest(&whole.study);
	snprintf(path, sizeof path, "%s/journal.jsonl", whole.dir);
	CHECK(file_read(path, 1 << 24, &whole.study.search.arena, &text, &len,
	                &whole.err));
	for (char *end = strchr(text, '\n'); end && !test_failures;
	     end = strchr(end + 1, '\n')) {
		struct rig r = {.curves = behaviour};
		char *now;

		if (++cuts % each)
			continue;
		rig_dir(&r);
		snprintf(path, sizeof path, "%s/journal.jsonl", r.dir);
		CHECK(file_write(path, text, (size_t)(end + 1 - text), 0666, &r.err));
		CHECK(rig_open(&r, yaml));
		if (checkpoints)
			leave_checkpoints(&r);
		CHECK(rig_run(&r, 1));
		now = digest(&r.study);
		/* One slot, a training that always says the same: the same search. */
		CHECK_STR(now, was);
		free(now);
		if (r.study.monitor)
			check_replay(&r);
		rig_close(&r);
		rig_remove(&r);
	}
	CHECK(cuts > 80);
	free(was);
	rig_close(&whole);
	rig_remove(&whole);
}

TEST(a_cut_journal_leads_to_the_same_search_stopping)
{
	cut_everywhere(stopping, (struct curve_runner){.steps = 27}, false);
}

TEST(a_cut_journal_leads_to_the_same_search_promoting)
{
	cut_everywhere(promoting, (struct curve_runner){.steps = 27}, false);
}

TEST(a_cut_journal_leads_to_the_same_search_learning)
{
	cut_everywhere(learning, (struct curve_runner){.steps = 27}, false);
}

/* A run that goes on from its checkpoint has the curve of one that was never cut: also
 * where reports are counted, or nothing is stopped. */
TEST(a_checkpoint_keeps_the_curve)
{
	static const char counted[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27}\n";
	static const char median[] =
	    HEAD "early_terminate: {type: median, min_trials: 2, min_steps: 1}\n";
	static const char wandb[] =
	    HEAD "early_terminate: {type: hyperband, min_iter: 3, eta: 3}\n";
	static const char best[] =
	    "command: [train, '${args}']\n"
	    "method: random\n"
	    "metric: {name: loss, goal: maximize, reduce: best}\n"
	    "max_trials: 30\n"
	    "parameters: {x: {min: 0.0, max: 1.0}}\n";

	cut_everywhere(stopping, (struct curve_runner){.steps = 27}, true);
	cut_everywhere(counted, (struct curve_runner){.steps = 27}, true);
	cut_everywhere(median, (struct curve_runner){.steps = 27}, true);
	cut_everywhere(wandb, (struct curve_runner){.steps = 27}, true);
	cut_everywhere(best, (struct curve_runner){.steps = 9}, true);
	cut_everywhere(promoting,
	               (struct curve_runner){.steps = 27, .checkpoint = true}, true);
}

/* Without steps nobody can tell: the curve begins again, as the training may have. */
TEST(without_steps_a_launch_replaces_the_curve)
{
	static const char counted[] =
	    HEAD "early_terminate: {type: asha, grace: 3, max_iter: 27}\n";

	cut_everywhere(counted, (struct curve_runner){.steps = 27, .counts = true},
	               false);
	cut_everywhere(HEAD, (struct curve_runner){.steps = 9, .counts = true}, false);
}

/* Whatever a trial came to in the end, it was seen at a ninth and a third of its length
 * on the way, and when it was paused and promoted; in the order of time. */
TEST(a_strategy_that_learns_is_shown_the_rungs)
{
	struct rig r = {.curves = {.steps = 27}};
	size_t full = 0;

	run_all(&r, learning, 4);
	for (size_t i = 0; i < r.study.search.n; i++) {
		const struct known *seen = &r.study.search.known[i];
		const struct run *run = &r.study.search.trials[i]->runs[0];
		const enum known_state end = run->leg == 2 ? KNOWN_OK : KNOWN_STOPPED;

		/* At each rung it came to: seen there, paused, promoted. */
		CHECK_INT(seen->n, 3 * run->leg + 1 + (run->leg < 2));
		for (size_t k = 0; k < seen->n; k++) {
			const struct observation *o = &seen->observations[k];
			double step = 3 * pow(3, (double)(k / 3));

			CHECK(!k || o->order > o[-1].order);
			CHECK_INT(o->state, k + 1 == seen->n ? end
			                    : k % 3 == 1     ? KNOWN_STOPPED
			                                     : KNOWN_PENDING);
			if (k % 3 == 2) {
				CHECK(isnan(o->value));
				continue;
			}
			CHECK_DOUBLE(o->step, step, 0);
			CHECK_DOUBLE(o->value, run->reports[(size_t)step - 1].value, 0);
		}
		full += run->leg == 2;
	}
	CHECK(full >= 2 && full <= 6);
	rig_close(&r);
}

/* A results file in which one number of a decision, or of a report behind it, is
 * another; with NULL: the line of the decision is not there. */
static void tamper_at(const char *yaml, const char *where, const char *mark,
                      const char *with, const char *difference)
{
	struct rig r = {.curves = {.steps = 27}};
	struct saved sv;
	struct replay out = {0};
	struct arena a = {0};
	char path[96], *text, *at;
	size_t len;

	rig_dir(&r);
	run_all(&r, yaml, 1);
	rig_close(&r);
	snprintf(path, sizeof path, "%s/results.json", r.dir);
	CHECK(file_read(path, 1 << 24, &a, &text, &len, &r.err));
	at = strstr(text, where);
	at = at ? strstr(at, mark) : NULL;
	CHECK(at != NULL);
	if (at && with)
		memcpy(at, with, strlen(with));
	else if (at)
		for (at = (char *)memrchr(text, '\n', (size_t)(at - text)) + 1;
		     *at != '\n'; at++)
			*at = ' ';
	CHECK(file_write(path, text, len, 0666, &r.err));
	CHECK(saved_load(&sv, path, &r.err) && replay_run(&sv, &out, &r.err));
	CHECK(!out.same);
	CHECK(strstr(out.difference, difference) != NULL);
	if (!strstr(out.difference, difference))
		printf("# %s\n", out.difference);
	saved_free(&sv);
	arena_free(&a);
	rig_remove(&r);
}

static void tamper(const char *yaml, const char *mark, const char *with,
                   const char *difference)
{
	tamper_at(yaml, "\"log\":[", mark, with, difference);
}

TEST(replay_finds_a_changed_decision)
{
	tamper(stopping, "\"peers\":4", "\"peers\":5", "its decision says");
	tamper(promoting, "\"decision\":\"promote\"", "\"decision\":\"pause\"  ",
	       "its reports give");
	tamper(stopping, ",\"stopped\"]", ",\"ok\"]     ", "in the log ok");
	tamper(stopping, "[\"report\",2,0,3,", "[\"report\",2,0,3,9", "");
	tamper(stopping, "\"decision\":\"stop\"", NULL, "stopped, by no decision");
	tamper(promoting, "\"decision\":\"pause\"", NULL,
	       "recorded as going on; its reports say: paused at step 3 (rung 3): ");
}

TEST(replay_finds_what_was_never_reported)
{
	tamper_at(learning, "\"id\":29,", "\"step\":3,", "\"step\":4,",
	          "recorded as observed at step 4");
}

TEST(nothing_but_a_promotion_needs_a_known_end)
{
	static const char text[] = HEAD "early_terminate: {type: asha, grace: 3, step: "
					"epoch, mode: promote}\n";
	static const char counted[] = HEAD "early_terminate: {type: asha, max_iter: "
					   "27, mode: promote}\n";
	struct rig r = {0};

	CHECK(!rig_open(&r, text));
	CHECK(strstr(r.err.text, "promotion must know the full budget") != NULL);
	rig_close(&r);
	CHECK(!rig_open(&r, counted));
	CHECK(strstr(r.err.text, "promotion must know where a run stands") != NULL);
	rig_close(&r);
}

TEST_MAIN(a_checkpoint_keeps_the_curve, without_steps_a_launch_replaces_the_curve,
          a_strategy_that_learns_is_shown_the_rungs,
          replay_finds_what_was_never_reported, asha_stops_and_says_why,
          when_all_were_stopped_it_says_what_helps, the_winner_is_never_stopped,
          last_words_and_exits_of_their_own_change_nothing,
          paused_runs_go_on_from_their_checkpoint,
          the_peak_of_memory_is_that_of_all_launches,
          without_a_checkpoint_the_same_runs_start_again, a_deaf_run_is_paused_by_force,
          the_budget_may_be_a_parameter,
          repeats_wait_until_a_promoted_run_has_come_to_the_end,
          the_control_group_runs_to_its_end, would_be_winners_are_counted,
          each_repeat_of_the_control_group_is_judged,
          a_run_that_diverges_is_stopped_at_once, a_bound_beside_a_rule,
          goal_maximize_is_the_mirror_image,
          without_a_step_reports_are_counted_from_one,
          a_line_without_the_named_step_decides_nothing, wandb_hyperband_runs,
          more_trials_later_promote_who_was_paused,
          a_break_anywhere_loses_no_decision_stopping,
          a_break_anywhere_loses_no_decision_promoting,
          a_break_anywhere_loses_no_decision_by_parameter,
          a_cut_journal_leads_to_the_same_search_stopping,
          a_cut_journal_leads_to_the_same_search_promoting,
          replay_finds_a_changed_decision, nothing_but_a_promotion_needs_a_known_end,
          a_break_anywhere_loses_no_decision_learning,
          a_cut_journal_leads_to_the_same_search_learning)
