/* What a file means before anything runs: the space, the counts, the rungs, the first
 * commands. */
#ifndef HPS_REPORT_PLAN_H
#define HPS_REPORT_PLAN_H

#include "report/sheet.h"
#include "study/study.h"

/* Method, metric, space, constraints, counts, early stopping, verification. cap: trials
 * at the most; slots: at once. */
void plan_describe(const struct spec *sp, uint64_t cap, size_t slots, struct str *out);
/* The parameters and the rungs as one table: section, name, range, default, step (that
 * a rung is at). */
bool plan_sheet(const struct spec *sp, struct sheet *out, struct error *err);
/* What each of at the most so many slots has of the machine, on one line; empty where
 * the file says nothing of it: "CUDA_VISIBLE_DEVICES=0 | 1, cpus 2 each: 0,1 | 2,3". */
void plan_slots(const struct spec *sp, size_t slots, struct str *out);
/* The first n commands of an empty study (their trials are added to it), with the
 * folders that they would have below s->dir. */
bool plan_commands(struct study *s, size_t n, struct str *out, struct error *err);
/* The command of a trial's first run, as one line for a shell. */
bool plan_command(struct study *s, const struct trial *t, struct str *out,
                  struct error *err);
/* "grid: 24 trials (4 x 3 x 2)"; empty for other methods. */
void plan_grid(const struct spec *sp, struct str *out);

#endif
