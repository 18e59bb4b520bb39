/* Macro by macro: what reaches the training's argv. */
#include "config/command.h"
#include "test.h"

#include <stdlib.h>

static const char head[] =
    "method: random\nmetric: {name: loss}\nprogram: my train.py\n"
    "max_trials: 5\nparameters:\n"
    "  lr: {value: 1e-5}\n"
    "  batch-size: {value: 16}\n"
    "  whole: {value: 1.0}\n"
    "  flag: {value: true}\n"
    "  off: {value: false}\n"
    "  none: {value: null}\n"
    "  text: {value: \"a b'c\"}\n"
    "  empty: {value: \"\"}\n"
    "  list: {value: [1, 2.5, x, true, null]}\n"
    "  model.dim: {value: 8}\n"
    "  opt: {parameters: {name: {value: adam}, "
    "in: {parameters: {beta: {value: [0.9, 0.95]}}}}}\n"
    "  on: {values: [a, b]}\n"
    "  maybe: {min: 0.0, max: 1.0, when: {on: b}}\n"
    "command: ";

struct rig {
	struct arena a;
	struct spec s;
	struct error err;
	const char *const *argv;
};

static void build_all(struct rig *r, const char *yaml)
{
	static const struct spec_overrides none;
	struct command_context c = {.trial = 17,
	                            .run = 2,
	                            .seed = UINT64_MAX,
	                            .dir = "/d i/r",
	                            .config_path = "/d/config.json",
	                            .gpu = "3",
	                            .step_budget = "27"};
	const struct value **values;
	struct value args;
	struct coord *point;
	bool any;

	*r = (struct rig){0};
	if (!spec_parse(&r->s, "f.yaml", yaml, strlen(yaml), &none, &r->a, &r->err)) {
		printf("# %s\n", r->err.text);
		return;
	}
	point = arena_new(&r->a, r->s.space.n, sizeof *point);
	values = arena_new(&r->a, r->s.space.n, sizeof *values);
	CHECK(space_defaults(&r->s.space, point, &any, &r->err));
	space_decode(&r->s.space, point, &r->a, values);
	args = space_arguments(&r->s.space, values, &r->a);
	c.arguments = &args;
	r->argv = command_build(&r->s, &r->s.command, &c, &r->a, &r->err);
}

/* The words between < and >. */
static void check_words(const char *yaml, const char *want)
{
	struct str got = {0};
	struct rig r;

	build_all(&r, yaml);
	for (size_t i = 0; r.argv && r.argv[i]; i++)
		str_addf(&got, "<%s>", r.argv[i]);
	CHECK_STR(str_text(&got), want);
	str_free(&got);
	arena_free(&r.a);
}

/* A command of the file, as YAML: the items behind "cmd". */
static void check_command(const char *command, const char *want)
{
	struct str yaml = {0}, words = {0};

	bool list = *command == '[';

	str_addf(&yaml, "%s%s%s\n", head, list ? "[cmd, " : "", command + list);
	str_addf(&words, "%s%s", list ? "<cmd>" : "", want);
	check_words(str_text(&yaml), str_text(&words));
	str_free(&yaml);
	str_free(&words);
}

#define LIST  "[1, 2.5, 'x', True, None]"
#define HYDRA "[1, 2.5, 'x', True, null]"
#define DICT  "{'name': 'adam', 'in': {'beta': [0.9, 0.95]}}"

TEST(default_command)
{
	static const char yaml[] = "method: grid\nprogram: my train.py\n"
				   "parameters: {b: {value: 2}, a: {value: x y}}\n";

	check_words(yaml, "</usr/bin/env><python><my train.py><--a=x y><--b=2>");
}

TEST(arguments)
{
	check_command("[\"${args}\"]",
	              "<--batch-size=16><--empty=><--flag=True><--list=" LIST
	              "><--lr=1e-05><--model.dim=8><--none=None><--off=False><--on=a>"
	              "<--text=a b'c><--whole=1><--opt=" DICT ">");
	check_command(
	    "[\"${args_no_hyphens}\"]",
	    "<batch-size=16><empty=><flag=True><list=" LIST
	    "><lr=1e-05><model.dim=8><none=None><off=False><on=a>"
	    "<text=\"a b'c\"><whole=1><opt.name=adam><opt.in.beta=[0.9, 0.95]>");
	check_command("[\"${args_append_hydra}\"]",
	              "<+batch-size=16><+empty=><+flag=True><+list=" HYDRA
	              "><+lr=1e-05><+model.dim=8><+none=null><+off=False><+on=a>"
	              "<+text=\"a b'c\"><+whole=1><+opt.name=adam>"
	              "<+opt.in.beta=[0.9, 0.95]>");
	check_command("[\"${args_override_hydra}\"]",
	              "<++batch-size=16><++empty=><++flag=True><++list=" HYDRA
	              "><++lr=1e-05><++model.dim=8><++none=null><++off=False><++on=a>"
	              "<++text=\"a b'c\"><++whole=1><++opt.name=adam>"
	              "<++opt.in.beta=[0.9, 0.95]>");
	check_command("[\"${args_no_boolean_flags}\"]",
	              "<--batch-size=16><--empty=><--flag><--list=" LIST
	              "><--lr=1e-05><--model.dim=8><--none=None><--on=a>"
	              "<--text=a b'c><--whole=1><--opt=" DICT ">");
	check_command("[\"${args_no_equals}\"]",
	              "<--batch-size><16><--empty><><--flag><True><--list><" LIST
	              "><--lr><1e-05><--model.dim><8><--none><None><--off><False>"
	              "<--on><a><--text><a b'c><--whole><1><--opt><" DICT ">");
	check_command("[\"${args_dict}\"]",
	              "<batch-size><empty><flag><list><lr><model.dim><none><off><on>"
	              "<text><whole><opt>");
}

TEST(json_arguments)
{
	check_command(
	    "[\"${args_json}\"]",
	    "<{\"batch-size\": 16, \"empty\": \"\", \"flag\": true, \"list\": [1, "
	    "2.5, \"x\", true, null], \"lr\": 1e-05, \"model.dim\": 8, \"none\": "
	    "null, \"off\": false, \"on\": \"a\", \"text\": \"a b'c\", "
	    "\"whole\": 1, \"opt\": {\"name\": \"adam\", \"in\": {\"beta\": "
	    "[0.9, 0.95]}}}>");
	check_command("[x, \"${args_json_file}\"]", "<x></d/config.json>");
	check_words("method: grid\nparameters: {a: {value: \"\xc3\xa9\"}}\n"
	            "command: [c, \"${args_json}\"]\n",
	            "<c><{\"a\": \"\\u00e9\"}>");
}

TEST(words_of_the_file)
{
	check_command("[\"${env}\", \"${interpreter}\", \"${program}\", -v]",
	              "</usr/bin/env><python><my train.py><-v>");
	check_command("[14, 1.50, true, null, \"1e-4\", \"- -b 32\"]",
	              "<14><1.5><True><None><1e-4><- -b 32>");
	check_command("train 'a b' --x=\"c d\" e\\ f", "<train><a b><--x=c d><e f>");
}

TEST(macros_that_are_not_expanded)
{
	/* W&B drops an unknown macro that is a whole word, and leaves others alone. */
	check_command("[a, \"${unknown}\", b]", "<a><b>");
	check_command("[a, \"${env} ${program}\", b]", "<a><b>");
	check_command("[a, \"--x=${args}\", \"${env}x\"]", "<a><--x=${args}><${env}x>");
	check_command("[a, \"--x=${unknown}\", \"$x\", \"${\", \"}${\", \"${}\"]",
	              "<a><--x=${unknown}><$x><${><}${>");
}

TEST(our_macros)
{
	check_command(
	    "[\"${param:lr}\", \"--lr=${lr}\", \"${batch-size}/${model.dim}\"]",
	    "<1e-05><--lr=1e-05><16/8>");
	check_command("[\"${opt.name}\", \"${opt.in.beta}\", \"${param:opt}\"]",
	              "<adam><[0.9, 0.95]><" DICT ">");
	check_command(
	    "[\"${trial}-${run}\", \"${seed}\", \"--o=${dir}/x\", \"${gpu}\"]",
	    "<17-2><18446744073709551615><--o=/d i/r/x><3>");
	check_words(
	    "method: random\nmax_trials: 5\nmetric: {name: loss}\n"
	    "parameters: {a: {value: 2}}\n"
	    "early_terminate: {type: asha, mode: promote, step: e, max_iter: 9}\n"
	    "command: [\"b=${step_budget}\", \"${args}\"]\n",
	    "<b=27><--a=2>");
	/* A parameter that this trial does not have takes its word with it. */
	check_command("[a, \"--m=${param:maybe}\", \"${maybe}\", b]", "<a><b>");
}

/* What a value holds is never taken for a macro. */
TEST(values_are_not_expanded)
{
	check_words("method: grid\nparameters: {a: {value: \"${b}\"}, b: {value: 2}}\n"
	            "command: [\"${a}\", \"x${a}\", \"${args}\"]\n",
	            "<${b}><x${b}><--a=${b}><--b=2>");
}

TEST(a_parameter_goes_before_our_word)
{
	check_words("method: grid\nparameters: {seed: {value: 5}, args: {value: 6}}\n"
	            "command: [\"${seed}\", \"${args}\", \"${param:args}\"]\n",
	            "<5><--args=6><--seed=5><6>");
}

TEST(environment)
{
	setenv("HPS_TEST_VALUE", "v w", 1);
	unsetenv("HPS_TEST_NONE");
	check_command("[\"${envvar:HPS_TEST_VALUE}\", \"x${envvar:HPS_TEST_NONE}y\", "
	              "\"a${envvar:lower}\", \"${envvar:lower}\", \"z${envvar:}\"]",
	              "<v w><xHPS_TEST_NONEy><a${envvar:lower}><z>");
	/* W&B replaces the environment first, then looks words up. */
	setenv("HPS_TEST_VALUE", "${param:lr}", 1);
	check_command("[\"${envvar:HPS_TEST_VALUE}\"]", "<1e-05>");
	unsetenv("HPS_TEST_VALUE");
}

static void check_shell(const char *text, const char *want)
{
	struct str yaml = {0}, line = {0};

	str_addf(&yaml, "%s|\n  %s\nshell: true\n", head, text);
	str_addf(&line, "</bin/sh><-c><%s\n>", want);
	check_words(str_text(&yaml), str_text(&line));
	str_free(&line);
	str_free(&yaml);
}

/* In every kind of quotes the shell must get the value as one piece. */
TEST(shell_texts)
{
	check_shell("t ${param:text} | tee log", "t 'a b'\\''c' | tee log");
	check_shell("t \"${param:text}\"", "t \"a b'c\"");
	check_shell("t '${param:text}'", "t 'a b'\\''c'");
	check_shell("t \"x\" ${lr} 'y' ${dir}", "t \"x\" 1e-05 'y' '/d i/r'");
	check_shell("t \\\"${text}", "t \\\"'a b'\\''c'");
	check_shell("t \\${lr} ${HOME} $x", "t \\${lr} ${HOME} $x");
	check_shell("${interpreter} ${program}", "python 'my train.py'");
	check_shell("t ${param:maybe}.", "t ''.");
	check_words(
	    "method: grid\nshell: true\nparameters: {a: {value: '$(x) `y` \"z\"'}}\n"
	    "command: 't \"${a}\" ${args}'\n",
	    "</bin/sh><-c><t \"\\$(x) \\`y\\` \\\"z\\\"\" '--a=$(x) `y` \"z\"'>");
}

TEST(failures)
{
	static const char *const unknown[] = {"${param:nothing}"}, *const gone[] = {
								       "${x}"};
	struct command cmd = {.words = unknown, .n = 1},
		       empty = {.words = gone, .n = 1};
	struct command_context c = {.dir = "", .gpu = "", .step_budget = ""};
	struct value none = {.kind = VALUE_MAP};
	struct error err = {0};
	struct rig r;

	build_all(&r, "method: grid\nparameters: {a: {value: 1}}\n");
	CHECK(r.argv == NULL);
	CHECK_INT(r.err.kind, ERROR_FILE);
	CHECK(strstr(r.err.text, "neither a command nor a program") != NULL);
	c.arguments = &none;
	CHECK(command_build(&r.s, &cmd, &c, &r.a, &err) == NULL);
	CHECK(strstr(err.text, "${param:nothing} names no parameter") != NULL);
	err = (struct error){0};
	CHECK(command_build(&r.s, &empty, &c, &r.a, &err) == NULL);
	CHECK(strstr(err.text, "empty") != NULL);
	arena_free(&r.a);
}

/* A command that cannot be built is no reason to fail when err held something before.
 */
TEST(an_old_error_does_no_harm)
{
	struct rig r;
	struct command_context c = {.dir = "", .gpu = "", .step_budget = ""};
	struct value none = {.kind = VALUE_MAP};
	static const char *const words[] = {"a", "${dir}b"};
	struct command cmd = {.words = words, .n = 2};

	build_all(&r, "method: grid\nparameters: {a: {value: 1}}\n");
	c.arguments = &none;
	CHECK(r.err.kind != ERROR_NONE);
	CHECK(command_build(&r.s, &cmd, &c, &r.a, &r.err) != NULL);
	arena_free(&r.a);
}

TEST(one_line)
{
	static const char *const argv[] = {"a", "b c", "d'e", "", "--x=1", NULL};
	struct str out = {0};

	command_line(argv, &out);
	CHECK_STR(str_text(&out), "a 'b c' 'd'\\''e' '' --x=1");
	str_free(&out);
}

TEST_MAIN(default_command, arguments, json_arguments, words_of_the_file,
          macros_that_are_not_expanded, our_macros, values_are_not_expanded,
          a_parameter_goes_before_our_word, environment, shell_texts, failures,
          an_old_error_does_no_harm, one_line)
