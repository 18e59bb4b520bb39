/* The commands, as --help lists them. */
#include "cli/cli.h"

#include <stddef.h>

const struct command_type commands[] = {
    {"run", "FILE.yaml", "run a search, or continue it where it stopped", command_run},
    {"check", "FILE.yaml", "read and explain a file; start nothing", command_check},
    {"show", "DIR|results.json", "the ranking, or all about one trial", command_show},
    {"best", "DIR|results.json", "only the winning configuration", command_best},
    {"importance", "DIR|results.json", "which parameters mattered, as a model sees it",
     command_importance},
    {"verify", "DIR|FILE.yaml", "the final verification of a finished search",
     command_verify},
    {"replay", "results.json", "derive every proposal again and compare; start nothing",
     command_replay},
    {"reproduce", "results.json", "run recorded trials again and compare",
     command_reproduce},
    {"ablate", "DIR|results.json",
     "what the winner's difference to the defaults is made of, by running it",
     command_ablate},
    {"recheck", "DIR|results.json",
     "does the winner still hold, with the code and data of today?", command_recheck},
    {"convert", "FILE", "another tool's search file as one for hpsearch",
     command_convert},
    {"init", "SCRIPT.py|FILE.yaml",
     "propose a file for a script; begin a search whose runs you launch", command_init},
    {"ask", "DIR", "the next run to do, of such a search", command_ask},
    {"tell", "DIR TRIAL [VALUE]", "what came of it", command_tell},
    {"completion", "bash|zsh|fish", "what a shell needs to complete hpsearch's words",
     command_completion},
    {"import", "SCRIPT.py", "the sweep that a script defines in Python, as a file",
     command_import},
    {NULL, NULL, NULL, NULL}};
