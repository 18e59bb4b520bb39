/* completion: scripts for shells, made of the tables of commands and options. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* 'so': a ' inside becomes '\''; in fish \'. */
static void quote(struct str *out, const char *text, bool fish)
{
	str_addc(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			str_add(out, fish ? "\\'" : "'\\''");
		else
			str_addc(out, *text);
	str_addc(out, '\'');
}

static bool has_formats(const struct option_words *w)
{
	return strcmp(w->name, "format") == 0 || strcmp(w->name, "to") == 0;
}

static const char *formats_of(const struct command_type *c)
{
	const char *formats = options_formats(c->name, NULL);

	return formats ? formats : "";
}

static void names(const struct command_type *all, struct str *out)
{
	for (const struct command_type *c = all; c->name; c++)
		str_addf(out, "%s%s", c == all ? "" : " ", c->name);
}

/* Trials of the first directory on the line, or of its search file. */
static const char trials[] =
    "	local w d\n"
    "	for w in \"$@\"; do\n"
    "		d=${w%.yaml}\n"
    "		d=${d%.yml}\n"
    "		[ \"$d\" = \"$w\" ] || d=$(basename \"$d\").hpsearch\n"
    "		[ -d \"$d/trials\" ] || continue\n"
    "		ls \"$d/trials\" | sed 's/^0*\\(.\\)/\\1/'\n"
    "		return\n"
    "	done\n";

static void bash(const struct command_type *all, struct str *out)
{
	str_add(out, "# bash completion of hpsearch\n_hpsearch_trials() {\n");
	str_add(out, trials);
	str_add(
	    out,
	    "}\n_hpsearch() {\n"
	    "	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	    "	local command=run options formats\n"
	    "	case ' ");
	names(all, out);
	str_add(out, " ' in\n	*\" ${COMP_WORDS[1]} \"*) command=${COMP_WORDS[1]} ;;\n"
	             "	esac\n	case $command in\n");
	for (const struct command_type *c = all; c->name; c++) {
		struct option_words w;

		str_addf(out, "	%s) formats='%s' options='", c->name, formats_of(c));
		for (size_t i = 0; options_next(c, &i, &w);)
			str_addf(out, "--%s ", w.name);
		str_add(out, "' ;;\n");
	}
	str_add(
	    out,
	    "	esac\n"
	    "	case $prev in\n"
	    "	--trial) COMPREPLY=($(compgen -W \"$(_hpsearch_trials "
	    "\"${COMP_WORDS[@]}\")\" "
	    "-- \"$cur\")); return ;;\n"
	    "	-f | --format | --to) COMPREPLY=($(compgen -W \"$formats\" -- "
	    "\"$cur\")); "
	    "return ;;\n"
	    "	--out) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
	    "	esac\n"
	    "	if [ \"$command\" = completion ] && [ \"$COMP_CWORD\" = 2 ]; then\n"
	    "		COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$cur\"))\n"
	    "	elif [ \"${cur#-}\" != \"$cur\" ]; then\n"
	    "		COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	    "	else\n"
	    "		COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	    "		[ \"$COMP_CWORD\" != 1 ] || COMPREPLY+=($(compgen -W '");
	names(all, out);
	str_add(
	    out,
	    "' -- \"$cur\"))\n	fi\n}\ncomplete -o filenames -F _hpsearch hpsearch\n");
}

/* In _arguments' own quoting : and ] are special. */
static void zsh_text(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:", *text))
			str_addc(out, '\\');
		if (*text == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *text);
	}
}

static void zsh_option(struct str *out, const struct command_type *c,
                       const struct option_words *w)
{
	bool value = w->argument && *w->argument != '[';

	str_addf(out, " \\\n			'--%s[", w->name);
	zsh_text(out, w->help);
	str_addc(out, ']');
	if (value && strcmp(w->name, "trial") == 0)
		str_add(out, ":trial:{compadd -- $(_hpsearch_trials $words)}");
	else if (value && has_formats(w))
		str_addf(out, ":format:(%s)", formats_of(c));
	else if (value)
		str_addf(out, ":%s:_files", w->argument);
	str_addc(out, '\'');
}

static void zsh(const struct command_type *all, struct str *out)
{
	str_add(out, "#compdef hpsearch\n_hpsearch_trials() {\n");
	str_add(out, trials);
	str_add(out,
	        "}\n_hpsearch() {\n	local command=run\n	local -a all\n	all=(");
	for (const struct command_type *c = all; c->name; c++) {
		struct str text = {0};

		str_addf(&text, "%s:%s", c->name, c->summary);
		str_add(out, "\n		");
		quote(out, str_text(&text), false);
		str_free(&text);
	}
	str_add(out, ")\n	if ((CURRENT == 2)); then\n"
	             "		_describe command all\n		_files\n	"
	             "	return\n	fi\n"
	             "	if [[ -n ${(M)all:#$words[2]:*} ]]; then\n"
	             "		command=$words[2]\n		shift words\n	"
	             "	((CURRENT--))\n	fi\n"
	             "	case $command in\n");
	for (const struct command_type *c = all; c->name; c++) {
		struct option_words w;

		str_addf(out, "	%s)\n		_arguments", c->name);
		for (size_t i = 0; options_next(c, &i, &w);)
			zsh_option(out, c, &w);
		str_add(out, strcmp(c->name, "completion") == 0
		                 ? " \\\n			'*:shell:(bash zsh "
		                   "fish)'\n		;;\n"
		                 : " \\\n			"
		                   "'*:file:_files'\n		;;\n");
	}
	str_add(out, "	esac\n}\n_hpsearch \"$@\"\n");
}

static void fish(const struct command_type *all, struct str *out)
{
	str_add(
	    out,
	    "# fish completion of hpsearch\n"
	    "function __hpsearch_trials\n"
	    "	for w in (commandline -opc)\n"
	    "		set -l d (string replace -r '\\.ya?ml$' '' -- $w)\n"
	    "		if test \"$d\" != \"$w\"\n"
	    "			set d (basename $d).hpsearch\n"
	    "		end\n"
	    "		if test -d \"$d/trials\"\n"
	    "			ls $d/trials | string replace -r '^0*(.)' '$1'\n"
	    "			return\n"
	    "		end\n"
	    "	end\n"
	    "end\n");
	for (const struct command_type *c = all; c->name; c++) {
		struct option_words w;

		str_addf(out, "complete -c hpsearch -n __fish_use_subcommand -a %s -d ",
		         c->name);
		quote(out, c->summary, true);
		str_addc(out, '\n');
		for (size_t i = 0; options_next(c, &i, &w);) {
			bool value = w.argument && *w.argument != '[';

			str_addf(out,
			         "complete -c hpsearch -n '__fish_seen_subcommand_from "
			         "%s' -l %s",
			         c->name, w.name);
			if (w.letter)
				str_addf(out, " -s %c", w.letter);
			if (value)
				str_add(out, " -r");
			if (value && strcmp(w.name, "trial") == 0)
				str_add(out, " -f -a '(__hpsearch_trials)'");
			if (value && has_formats(&w))
				str_addf(out, " -f -a '%s'", formats_of(c));
			str_add(out, " -d ");
			quote(out, w.help, true);
			str_addc(out, '\n');
		}
	}
	str_add(
	    out,
	    "complete -c hpsearch -n '__fish_seen_subcommand_from completion' -f -a "
	    "'bash zsh fish'\n");
}

int command_completion(struct options *o)
{
	static const struct {
		const char *name;
		void (*write)(const struct command_type *all, struct str *out);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
	struct str out = {0};
	struct error err = {0};

	for (size_t i = 0; i < ARRAY_LEN(shells) && !out.len; i++)
		if (strcmp(o->file, shells[i].name) == 0)
			shells[i].write(o->table, &out);
	if (!out.len) {
		error_set(
		    &err, ERROR_USAGE,
		    "%s: there is no completion for it\n  help: bash, zsh or fish",
		    o->file);
		return cli_fail(&err);
	}
	cli_print(&out);
	str_free(&out);
	return EXIT_FINE;
}
