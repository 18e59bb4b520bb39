/* hpsearch.h - a hyperparameter search inside your program.
 *
 * The search is what the program hpsearch does with the same YAML file: the same
 * strategies, early stopping, ranking and results file; only the trainings are yours.
 *
 *     hps_search *s;
 *     uint64_t run;
 *     int more;
 *
 *     if (hps_open(&s, yaml) < 0)                    // or hps_load(&s, "results.json")
 *             die(hps_strerror(s));
 *     while ((more = hps_ask(s, &run)) == HPS_OK) {  // a training to do
 *             double lr, loss = 0;
 *             int answer = HPS_CONTINUE;
 *
 *             hps_number(s, run, "lr", &lr);
 *             for (int epoch = 1; epoch <= 10 && answer == HPS_CONTINUE; epoch++) {
 *                     loss = train_one_epoch(lr);
 *                     answer = hps_report(s, run, epoch, loss);  // may be left out
 *             }
 *             if (answer == HPS_CONTINUE)
 *                     hps_tell(s, run, loss);        // stopped runs are not told
 *     }
 *     if (more == HPS_DONE && hps_best(s, &run, &loss) == HPS_OK)
 *             puts(hps_params(s, run));
 *     hps_save(s, "results.json");                   // hpsearch show, replay, best, …
 *     hps_close(s);
 *
 * Arguments stand in this order: the search, which run of it, what goes in, what comes
 * out. Only hps_open and hps_load put what comes out first, because there is no search
 * yet.
 *
 * Every function that returns int returns HPS_OK or another code >= 0 when it did what
 * it is for, and a negative one when it did not; then nothing has happened to the
 * search, what comes out is untouched, and hps_strerror tells the reason and the way
 * out. One exception: HPS_NOMEM from a function that changes the search (hps_ask,
 * hps_report, hps_tell, hps_fail, hps_infeasible) may come when half of it is done; the
 * search is then lost but for what hps_save has written, every later call returns
 * HPS_NOMEM, and hps_close is the only thing left to do.
 *
 * The library does not print, does not end the program, starts no process and no
 * thread, touches no signal, and opens no file but those that hps_load, hps_save and
 * the key warm_start name. GSL's error handler stays yours (GSL is inside of the
 * library; in a build that had no archive of it, the handler is off while a call runs).
 * Texts are UTF-8.
 *
 * Different searches may be used by different threads at the same time; one search by
 * one thread at a time. To train several runs of one search at once, ask for several
 * before telling, with a lock of yours around each call. */
#ifndef HPSEARCH_H
#define HPSEARCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HPS_API __attribute__((visibility("default")))
#else
#define HPS_API
#endif

/* One search: made by hps_open or hps_load, ended by hps_close. */
typedef struct hps_search hps_search;

enum {
	HPS_OK = 0,
	HPS_CONTINUE = 0, /* hps_report: go on */
	HPS_WAIT = 1,     /* hps_ask: nothing to do before a run under way is told of */
	HPS_DONE = 2,     /* hps_ask: the search is over; hps_why tells the reason */
	HPS_STOP = 3,     /* hps_report: the run is over; end it, and do not tell it */
	HPS_PAUSE = 4, /* hps_report: over for now: keep a checkpoint, do not tell it;
	                * hps_ask may hand it out again, with more steps to take */
	HPS_AGAIN = 5, /* hps_fail: it will be handed out once more (`retries:`) */
	HPS_NONE = 6,  /* there is no such thing */

	HPS_EINVAL = -1, /* a call that makes no sense: no such run, told twice, … */
	HPS_EFILE = -2, /* the YAML text or the results file is wrong; the text has line
	                 * and column */
	HPS_ESYSTEM = -3, /* the machine said no: a file cannot be written, … */
	HPS_NOMEM = -4    /* out of memory */
};

/* --- life --- */

/* Begins a search of this YAML text, which is copied. No command is needed in it; what
 * is about commands, slots and the final verification (parallel, gpus, trial_timeout,
 * test, …) has no effect. The search is ended by hps_close even where this fails, so
 * that hps_strerror can be asked; it is NULL only where there was no memory for it. */
HPS_API int hps_open(hps_search **search, const char *yaml);

/* Goes on with a search that hps_save has written: the same proposals follow as if it
 * had never been away. Runs that were under way are handed out again. The results of a
 * search that hpsearch itself ran can be read, and asked for no more runs. Otherwise as
 * hps_open. */
HPS_API int hps_load(hps_search **search, const char *path);

/* Writes the results file, ranked and self-contained, by way of a temporary file: at no
 * time is there half of one. May be called at any time, after every run, say. */
HPS_API int hps_save(hps_search *search, const char *path);

/* Releases everything, texts that came out of it too. NULL is nothing. */
HPS_API void hps_close(hps_search *search);

/* --- runs ---
 *
 * A run is one training: one configuration with one seed. Its number is that of its
 * trial (0, 1, 2, … in order of proposal) times `repeats:` (1 unless the file says
 * otherwise; the most of them, where it is auto or a range) plus the number of the
 * repeat. */

/* The next run to do: HPS_OK, HPS_WAIT or HPS_DONE. It is under way from now on. */
HPS_API int hps_ask(hps_search *search, uint64_t *run);

/* All parameters of a run as one JSON object; NULL where there is no such run, or no
 * memory. Valid until the next call of this function or hps_text. */
HPS_API const char *hps_params(hps_search *search, uint64_t run);

/* One parameter, by its name in the file (nested ones joined by dots), as a number, a
 * truth value being 0 or 1; HPS_NONE: its `when:` does not hold for this run.
 * HPS_EINVAL: there is no such parameter, or it is no number. */
HPS_API int hps_number(hps_search *search, uint64_t run, const char *name,
                       double *value);
/* The same as a text, as it would stand on a command line. NULL where there is none.
 * Valid until the next call of this function or hps_params. */
HPS_API const char *hps_text(hps_search *search, uint64_t run, const char *name);

/* What the random numbers of a run are to begin with; the same for the same run of the
 * same search. 0 where there is no such run. */
HPS_API uint64_t hps_seed(hps_search *search, uint64_t run);
/* How many steps it is to take, those before a pause included; 0: as many as it likes.
 */
HPS_API double hps_budget(hps_search *search, uint64_t run);

/* --- what becomes of them --- */

/* The metric at a step (an epoch, say; steps rise): HPS_CONTINUE, HPS_STOP or
 * HPS_PAUSE, by the file's `early_terminate:`. */
HPS_API int hps_report(hps_search *search, uint64_t run, double step, double value);

/* The run has ended, with this value of the metric in the file's own sense (no sign is
 * turned for `goal: maximize`). Where steps were reported the value counts as the last
 * report, and `reduce:` has its say. NaN and the infinities: it has diverged, which is
 * an outcome as others. */
HPS_API int hps_tell(hps_search *search, uint64_t run, double value);

/* It has failed; reason (may be NULL) is shown with it. HPS_OK, or HPS_AGAIN. */
HPS_API int hps_fail(hps_search *search, uint64_t run, const char *reason);
/* Its configuration is not possible: no failure, and nothing that is tried again. */
HPS_API int hps_infeasible(hps_search *search, uint64_t run, const char *reason);

/* What a run has cost, in the unit of `budget: {cost: …}`; adds up until it ends. */
HPS_API int hps_cost(hps_search *search, uint64_t run, double cost);

/* --- what has come out --- */

/* The first run of the best trial so far, and the trial's value (the mean of its runs);
 * either may be NULL. HPS_NONE: there is none yet. */
HPS_API int hps_best(hps_search *search, uint64_t *run, double *value);
/* The same for place 0, 1, 2, … of the ranking; HPS_NONE behind the last. */
HPS_API int hps_rank(hps_search *search, uint64_t place, uint64_t *run, double *value);

/* Why the search is over, in a sentence; "" while it is not. */
HPS_API const char *hps_why(const hps_search *search);
/* Warnings and notices on the YAML text, a line each; "": none. */
HPS_API const char *hps_notices(const hps_search *search);
/* What went wrong in the last call that returned a negative code or NULL; "": nothing
 * yet. Of NULL: that there was no memory. Valid until the next call. */
HPS_API const char *hps_strerror(const hps_search *search);
/* "0.2.0", say: of the library that is linked. */
HPS_API const char *hps_version(void);

#ifdef __cplusplus
}
#endif
#endif
