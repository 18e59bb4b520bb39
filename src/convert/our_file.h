/* The file that a conversion writes: its keys, its parameters, and what could not be
 * taken over. What a converter has looked at is marked as used; the rest becomes
 * comments at the end, by itself. */
#ifndef HPS_CONVERT_OUR_FILE_H
#define HPS_CONVERT_OUR_FILE_H

#include "base/set.h"
#include "config/yaml.h"
#include "convert/convert.h"

struct our_file {
	struct arena *a;
	const struct yaml *yaml; /* the file that is read */
	const struct convert_options *options;
	const char *tool;
	struct set used;       /* nodes that were looked at, by address */
	struct set whole;      /* those dealt with, all below included */
	struct str words;      /* of the command, behind "[" */
	const char *shell;     /* a command for a shell instead */
	const char *method;    /* NULL: none is written */
	const char *metric;    /* the inside of metric: {…} */
	const char *goal;      /* minimize, maximize; NULL: minimize */
	struct str keys;       /* further keys, a line each */
	struct str parameters; /* a line each */
	struct str notes;      /* comments, a line each */
	size_t n_parameters;
	struct set names;   /* of parameters, by hash */
	const char *when;   /* of the parameters to come, in YAML; NULL: none */
	const char *preset; /* the default of the next one, in YAML; NULL: none */
	struct error *err;
};

/* How one tool's files are known and converted. convert returns false with the error
 * set. */
struct format {
	const char *owner;
	bool (*is)(const struct node *root);
	bool (*convert)(struct our_file *t, const struct node *root);
};
extern const struct format format_nni, format_nni_space, format_hydra, format_guild,
    format_katib, format_azure, format_determined, format_polyaxon, format_ray,
    format_sagemaker, format_vertex;
/* A command line: no YAML. */
bool orion_is(const char *text);
bool orion_convert(struct our_file *t, const char *text);

/* Reading: what is taken is marked as used. NULL where the map (or NULL) lacks it. */
const struct node *take(struct our_file *t, const struct node *map, const char *key);
/* The first of the keys that is there; keys end with NULL. */
const struct node *take_any(struct our_file *t, const struct node *map,
                            const char *const *keys);
const char *take_text(struct our_file *t, const struct node *map, const char *key);
bool take_number(struct our_file *t, const struct node *map, const char *key,
                 double *out);
/* The node is known; what is below is looked at one by one. */
void ours_open(struct our_file *t, const struct node *n);
/* The whole node, with all below it, is dealt with. */
void ours_used(struct our_file *t, const struct node *n);
/* The number that the first n bytes are, if it is finite; where it is no integer,
 * *whole (NULL: no matter) becomes false. */
bool number_of(const char *text, size_t n, double *out, bool *whole);
/* A scalar that reads as a finite number, whatever its quotes. */
bool node_number(const struct node *n, double *out);
bool node_is(const struct node *n, const char *text);
/* The member of a list of mappings whose key holds text; NULL: none. */
const struct node *node_named(const struct node *list, const char *key,
                              const char *text);

/* Writing. */
/* A line "key: value"; value is YAML. */
__attribute__((format(printf, 3, 4))) void ours_key(struct our_file *t, const char *key,
                                                    const char *fmt, ...);
/* key: value from a scalar of the file, where it is there; a note where it is no whole
 * number from 1 on. */
void ours_count(struct our_file *t, const char *key, const struct node *n);
/* A comment; at NULL: without a line. */
__attribute__((format(printf, 3, 4))) void ours_note(struct our_file *t,
                                                     const struct node *at,
                                                     const char *fmt, ...);
/* The metric's name, and what stands behind it (", target: 0.3"; NULL: nothing). */
void ours_metric(struct our_file *t, const char *name, const char *more);
/* One more word of the command, quoted as it must be. */
void ours_word(struct our_file *t, const char *word);
/* The words of a text as a shell splits them; a text that needs a shell becomes one for
 * it. */
void ours_command(struct our_file *t, const char *text);
/* No command is in the file: one that will do until somebody writes it. */
void ours_placeholder(struct our_file *t, const char *command, const char *why);

/* A range of numbers. */
struct range {
	double low, high;
	double step; /* 0: none */
	bool whole;  /* integers */
	bool log;
	bool from_zero; /* steps are multiples of step, cut off at the bounds; else they
	                   are counted from low */
};
/* All say false with an error at `at` where there is no such parameter. was: how it
 * stood in the file, for a comment; NULL: nothing. */
bool ours_range(struct our_file *t, const char *name, const struct range *r,
                const struct node *at, const char *was);
bool ours_values(struct our_file *t, const char *name, const struct node *list,
                 const char *was);
/* One value, which is not searched. text is YAML. */
void ours_constant(struct our_file *t, const char *name, const char *was,
                   const char *text);
bool ours_has(const struct our_file *t, const char *name); /* a parameter */
/* {…} as it is. */
__attribute__((format(printf, 4, 5))) void ours_parameter(struct our_file *t,
                                                          const char *name,
                                                          const char *was,
                                                          const char *fmt, ...);
/* The bounds as exponents: {low, high} → {base^low, base^high}. */
struct range range_powers(double base, double low, double high);
/* mu and sigma, step 0: none. */
void ours_normal(struct our_file *t, const char *name, bool log, double mu,
                 double sigma, double step, const char *was);

/* An error in the file read. */
__attribute__((format(printf, 4, 5))) bool ours_fails(struct our_file *t,
                                                      const struct node *at,
                                                      const char *help, const char *fmt,
                                                      ...);

/* A scalar as YAML of ours: as it is written, or in quotes. */
void yaml_scalar(struct str *out, const struct node *n);
void yaml_string(struct str *out, const char *text);
/* Any node, in flow style. */
void yaml_node(struct our_file *t, struct str *out, const struct node *n);
const char *flow(struct our_file *t, const struct node *n);
/* Of whole numbers an integer, of others a float that stays one: 5 is written 5.0. */
void yaml_number(struct str *out, double x, bool whole);

/* Puts it all together. */
void ours_write(struct our_file *t, const struct node *root, struct str *out);

#endif
