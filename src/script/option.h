/* An option of a script on its way into the list: what a default, a type and a list of
 * choices say of it. Texts are Python. */
#ifndef HPS_SCRIPT_OPTION_H
#define HPS_SCRIPT_OPTION_H

#include "script/script.h"

/* Appends a copy, unless one of that name is there, or too many. */
void option_add(struct script *s, enum script_how how, const struct script_option *o);
/* A default as it is written: its text, and what kind it says the option is. text may
 * be NULL. */
void option_preset(struct script_option *o, const char *text, struct arena *a);
/* Of a type's name; NULL: none is given. */
enum option_kind option_kind(const char *type);
/* A list or tuple of at least two; text may be NULL. */
void option_choices(struct script_option *o, const char *text, struct arena *a);

#endif
