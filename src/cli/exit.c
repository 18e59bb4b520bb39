#include "cli/exit.h"
#include "search/standing.h"

static int of_error(const struct error *err)
{
	static const int codes[] = {[ERROR_NONE] = EXIT_SYSTEM,
	                            [ERROR_USAGE] = EXIT_USAGE,
	                            [ERROR_FILE] = EXIT_USAGE,
	                            [ERROR_SYSTEM] = EXIT_SYSTEM,
	                            [ERROR_TRIAL] = EXIT_NO_TRIAL};

	return codes[err->kind];
}

static int of_search(const struct search *s)
{
	bool usable = s->spec->metric.name ? s->best && trial_feasible(s->spec, s->best)
	                                   : s->ok > 0;

	switch (s->state) {
	case SEARCH_INTERRUPTED: return 128 + s->signal;
	case SEARCH_CONTRACT: return EXIT_NO_TRIAL;
	case SEARCH_GUARD: return EXIT_GUARD;
	case SEARCH_BUDGET:
		if (s->finished < s->spec->min_trials)
			return EXIT_BUDGET;
		break;
	case SEARCH_RUNNING:
	case SEARCH_DONE: break;
	}
	return usable ? EXIT_FINE : EXIT_NO_TRIAL;
}

static int of_verdict(const struct verdict *v)
{
	switch (v->answer) {
	case ANSWER_NO:
	case ANSWER_CANNOT_TELL:
	case ANSWER_FAILED: return EXIT_VERDICT;
	case ANSWER_NONE:
	case ANSWER_YES:
	case ANSWER_NO_BASELINE: break;
	}
	return EXIT_FINE;
}

int exit_decide(const struct error *err, const struct search *s,
                const struct verdict *v)
{
	int code = err ? of_error(err) : EXIT_FINE;

	if (!err && s)
		code = of_search(s);
	if (code == EXIT_FINE && !err && v)
		code = of_verdict(v);
	return code;
}
