/* Scripts of other trackers: the keys wandb and protocol, and what a script that uses
 * it means for a search. */
#include "config/read.h"

#include <stdlib.h>
#include <string.h>

bool spec_read_wandb(struct reading *r, const struct node *n)
{
	bool text = n->kind == NODE_SCALAR && n->value.kind == VALUE_STRING;
	bool flag = n->kind == NODE_SCALAR && n->value.kind == VALUE_BOOL;

	r->spec->wandb =
	    (flag && n->value.boolean) || (text && !strcmp(n->text, "auto"));
	if (r->spec->wandb || flag || (text && !strcmp(n->text, "off")))
		return true;
	return read_fails(r, n->at,
	                  "auto puts wandb offline where a script uses it; off leaves "
	                  "it alone",
	                  "wandb must be auto or off");
}

bool spec_read_protocol(struct reading *r, const struct node *n)
{
	static const char *const names[] = {"json", "nni", "orion"};
	size_t i;

	if (!read_choice(r, n, "protocol", names, ARRAY_LEN(names), &i))
		return false;
	r->spec->nni = i == 1;
	r->spec->orion = i == 2;
	return true;
}

bool spec_wandb_online(const struct spec *s)
{
	const char *mode = spec_variable(s, "WANDB_MODE");

	return mode && strcmp(mode, "online") == 0;
}

static bool imports_wandb(const struct spec *s, const char *name)
{
	static const char *const ways[] = {"import wandb", "from wandb"};
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, ".py") == 0 &&
	       spec_script_holds(s, name, ways, ARRAY_LEN(ways));
}

void spec_note_wandb(struct reading *r)
{
	struct spec *s = r->spec;
	struct command cmd = s->command;
	const char *script = s->program;

	if (!s->wandb || r->recorded || spec_wandb_online(s))
		return;
	if (cmd.shell && !spec_split_words(cmd.words[0], r->a, &cmd))
		return;
	s->wandb_noted = script && imports_wandb(s, script);
	for (size_t i = 0; i < cmd.n && !s->wandb_noted; i++) {
		script = cmd.words[i];
		s->wandb_noted = imports_wandb(s, script);
	}
	if (s->wandb_noted)
		read_note(r, false, (struct position){0}, "%s uses wandb: %s", script,
		          spec_wandb_text);
}

const char spec_wandb_text[] =
    "it is put offline, and nothing is sent to its server (wandb: off leaves it alone, "
    "WANDB_MODE=online lets it go there)";
