#include "run/hook.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <stddef.h>

/* The files of src/run/python as they are, each between two symbols. The assembler
 * reads them: the Makefile has the dependency. */
__asm__(".pushsection .rodata\n"
        ".macro python name\n"
        ".globl python_\\name, python_\\name\\()_end\n"
        ".hidden python_\\name, python_\\name\\()_end\n"
        "python_\\name: .incbin \"src/run/python/\\name\\().py\"\n"
        "python_\\name\\()_end: .byte 0\n"
        ".endm\n"
        "python sitecustomize\n"
        "python hpsearch_hook\n"
        "python hpsearch_wandb\n"
        "python hpsearch_loggers\n"
        "python hpsearch_import\n"
        ".purgem python\n"
        ".popsection");

extern const char python_sitecustomize[], python_sitecustomize_end[];
extern const char python_hpsearch_hook[], python_hpsearch_hook_end[];
extern const char python_hpsearch_wandb[], python_hpsearch_wandb_end[];
extern const char python_hpsearch_loggers[], python_hpsearch_loggers_end[];
extern const char python_hpsearch_import[], python_hpsearch_import_end[];

static bool write_file(const char *dir, const char *name, const char *text,
                       const char *end, struct error *err)
{
	struct str path = {0};
	bool ok;

	str_addf(&path, "%s/python/%s.py", dir, name);
	ok = file_write(str_text(&path), text, (size_t)(end - text), 0666, err);
	str_free(&path);
	return ok;
}

bool hook_write(const char *dir, struct error *err)
{
	static const struct {
		const char *name, *text, *end;
	} files[] = {
	    {"sitecustomize", python_sitecustomize, python_sitecustomize_end},
	    {"hpsearch_hook", python_hpsearch_hook, python_hpsearch_hook_end},
	    {"hpsearch_wandb", python_hpsearch_wandb, python_hpsearch_wandb_end},
	    {"hpsearch_loggers", python_hpsearch_loggers, python_hpsearch_loggers_end},
	    {"hpsearch_import", python_hpsearch_import, python_hpsearch_import_end},
	};

	if (!file_mkdirs_below(dir, "python", err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (!write_file(dir, files[i].name, files[i].text, files[i].end, err))
			return false;
	return true;
}
