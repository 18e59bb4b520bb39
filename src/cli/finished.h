/* A finished search that something more is to be learnt from: ablate, recheck. */
#ifndef HPS_CLI_FINISHED_H
#define HPS_CLI_FINISHED_H

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/workers.h"
#include "saved/saved.h"
#include "search/ablated.h"
#include "study/comparison.h"

struct finished {
	struct options *o;
	struct saved sv;
	const struct trial *winner; /* verified, or else the best */
	bool verified;
	bool winner_is_defaults;
};

/* Reads o->file: a directory, its YAML file, or a results file; beside whose journal it
 * is the journal that is read. --command and --set of defaults are taken into the spec.
 * Fails, with the way out, where the search is not over, has no winner or no metric, or
 * a file that its command names is gone. */
bool finished_load(struct finished *f, struct options *o, struct error *err);
void finished_free(struct finished *f);
/* Fails where the file gives no defaults. */
bool finished_defaults(struct finished *f, struct error *err);
/* --out, or NAME below the search's directory; of a results file alone STEM.NAME, here.
 */
const char *finished_dir(struct options *o, const struct saved *of, const char *name);
/* Has something been begun there? */
bool finished_exists(const char *dir);
/* What it may spend: --budget, else the budget: of the file. */
bool finished_budget(struct finished *f, struct budget *out, struct error *err);
/* May it begin runs, and how many at once? The commands of a results file alone may be
 * a stranger's: only with --yes. */
bool finished_may_run(struct finished *f, size_t *slots, struct error *err);
/* A study of the search's file, with an origin of today; dir NULL: nothing is written.
 */
bool finished_study(struct finished *f, const char *dir, const struct observer *watch,
                    struct study *s, struct error *err);
/* An ablation that is there, as far as it has come, judged. */
struct ablation_there {
	struct saved sv;
	struct ablated ablated;
};
bool ablation_there_load(struct ablation_there *t, const char *dir, struct error *err);
void ablation_there_free(struct ablation_there *t);
/* The directory of an ablation, of a recheck, loaded, on stdout; the exit code. */
int cli_show_ablation(const struct options *o, struct saved *sv, struct error *err);
int cli_show_recheck(const struct options *o, struct saved *sv, struct error *err);
int cli_show_schedule(const struct options *o, struct saved *sv, struct error *err);

/* Runs under way: the directory's lock, the processes, what is seen of them. */
struct finished_session {
	struct progress progress;
	struct workers workers;
	int lock;
};
/* Makes and locks the directory, whose absolute name is put into *dir (fresh: it is
 * emptied), and begins or continues what is journalled there, in s. To be closed also
 * where it fails. */
bool finished_open(struct finished *f, const char **dir, bool fresh, size_t slots,
                   struct finished_session *x, struct study *s, struct error *err);
void finished_close(struct finished_session *x);

#endif
