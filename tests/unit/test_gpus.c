/* Slots from gpus: indices into an inherited list, all that a machine has, sharing. The
 * machine is a planted directory; PATH has no nvidia-smi but a planted one. */
#include "base/file.h"
#include "study/gpus.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD                                                                           \
	"command: [train, '${args}']\nmethod: random\nmetric: {name: loss}\n"          \
	"parameters: {x: {min: 0.0, max: 1.0}}\n"

struct rig {
	struct arena arena;
	struct spec spec;
	struct error err;
	const char *note;
	bool ok;
};

static void open_rig(struct rig *r, const char *lines, const char *inherited,
                     const char *root)
{
	struct spec_overrides none = {0};
	struct gpu_source from = {.inherited = inherited, .root = root};
	char text[1024];

	*r = (struct rig){0};
	snprintf(text, sizeof text, HEAD "%s\n", lines);
	CHECK(spec_parse(&r->spec, "s.yaml", arena_strdup(&r->arena, text),
	                 strlen(text), &none, &r->arena, &r->err));
	r->ok = gpus_find(&r->spec, &from, &r->arena, &r->note, &r->err);
}

/* slots: "0 | 1"; NULL: refused, with `said` in the text. said of the note else, NULL:
 * there is none. */
static void check_slots(const char *lines, const char *inherited, const char *root,
                        size_t parallel, const char *slots, const char *said)
{
	struct str got = {0};
	struct rig r;

	open_rig(&r, lines, inherited, root);
	if (!slots) {
		CHECK(!r.ok);
		CHECK_INT(r.err.kind, ERROR_FILE);
		CHECK_STR(r.err.text, said);
	} else {
		CHECK(r.ok);
		for (size_t i = 0; i < r.spec.n_slots; i++)
			str_addf(&got, "%s%s", i ? " | " : "", r.spec.slots[i]);
		CHECK_STR(str_text(&got), slots);
		CHECK_INT(r.spec.parallel, parallel);
		CHECK_STR(r.note ? r.note : "", said ? said : "");
	}
	str_free(&got);
	arena_free(&r.arena);
}

TEST(listed_devices_are_slots)
{
	check_slots("", NULL, "", 1, "", NULL);
	check_slots("", "4,5", "", 1, "", NULL);
	check_slots("gpus: [0, 2]", NULL, "", 2, "0 | 2", NULL);
	check_slots("gpus: 3", NULL, "", 3, "0 | 1 | 2", NULL);
	check_slots("gpus: [[0, 1], [2, 3]]", NULL, "", 2, "0,1 | 2,3", NULL);
	check_slots("gpus: [0, 1]\nruns_per_gpu: 2", NULL, "", 4, "0 | 1 | 0 | 1",
	            NULL);
	check_slots("gpus: [MIG-a/b, \"1,2\"]", NULL, "", 2, "MIG-a/b | 1,2", NULL);
	check_slots("gpus: [0, 1]\nparallel: 1", NULL, "", 1, "0 | 1", NULL);
	check_slots("gpus: [0, 1]\nparallel: 4", NULL, "", 2, "0 | 1", NULL);
}

TEST(the_inherited_list_is_what_gpus_indexes)
{
	check_slots("gpus: [0, 1]", "4,5", "", 2, "4 | 5",
	            "gpus are 4, 5 of the inherited CUDA_VISIBLE_DEVICES=4,5");
	check_slots("gpus: [[1, 0], [2]]", "GPU-a, GPU-b ,7", "", 2, "GPU-b,GPU-a | 7",
	            "gpus are GPU-b,GPU-a, 7 of the inherited "
	            "CUDA_VISIBLE_DEVICES=GPU-a, GPU-b ,7");
	check_slots("gpus: 1", "3", "", 1, "3",
	            "gpus are 3 of the inherited CUDA_VISIBLE_DEVICES=3");
	check_slots("gpus: all\nruns_per_gpu: 2", "6,2", "", 4, "6 | 2 | 6 | 2",
	            "gpus: auto is 6, 2 of the inherited CUDA_VISIBLE_DEVICES=6,2");
	check_slots(
	    "gpus: [2]", "4,5", "", 0, NULL,
	    "s.yaml: gpus: there is no gpu 2 in the inherited "
	    "CUDA_VISIBLE_DEVICES=4,5\n"
	    "  help: gpus counts within that list, from 0 (gpus: auto takes all "
	    "of it)");
	check_slots(
	    "gpus: [1]", "4,-1,5", "", 0, NULL,
	    "s.yaml: gpus: there is no gpu 1 in the inherited "
	    "CUDA_VISIBLE_DEVICES=4,-1,5\n"
	    "  help: gpus counts within that list, from 0 (gpus: auto takes all "
	    "of it)");
	check_slots("gpus: auto", "", "", 0, NULL,
	            "s.yaml: gpus: auto, but the inherited CUDA_VISIBLE_DEVICES= hides "
	            "every device\n"
	            "  help: unset it, or leave out gpus");
}

static void plant(const char *root, const char *name, const char *text)
{
	struct arena a = {0};
	const char *path = arena_printf(&a, "%s/%s", root, name);
	FILE *f = fopen(path, "w");

	CHECK(f && fputs(text, f) >= 0 && !fclose(f));
	CHECK_INT(chmod(path, 0755), 0);
	arena_free(&a);
}

TEST(auto_is_what_the_machine_has)
{
	static const char script[] = "#!/bin/sh\n"
				     "[ \"$1\" = -L ] || exit 1\n"
				     "echo 'GPU 0: One (UUID: GPU-1)'\n"
				     "echo '  MIG 1g.5gb Device 0: (UUID: MIG-2)'\n"
				     "echo '  MIG 1g.5gb Device 1: (UUID: MIG-4)'\n"
				     "echo 'GPU 1: Other (UUID: GPU-3)'\n";
	struct arena a = {0};
	char root[] = "/tmp/test_gpus.XXXXXX";
	struct error err;

	CHECK(mkdtemp(root) != NULL);
	CHECK_INT(setenv("PATH", root, 1), 0);
	check_slots(
	    "gpus: auto", NULL, root, 0, NULL,
	    "s.yaml: gpus: auto, but no gpu is found (CUDA_VISIBLE_DEVICES, "
	    "nvidia-smi -L, /dev/nvidia0, /proc/driver/nvidia/gpus, /sys/class/kfd)\n"
	    "  help: name them, as in gpus: [0, 1], or leave out gpus");
	for (int i = 0; i < 4; i++) {
		const char *node =
		    arena_printf(&a, "sys/class/kfd/kfd/topology/nodes/%d", i);

		CHECK(file_mkdirs_below(root, node, &err));
		plant(root, arena_printf(&a, "%s/gpu_id", node),
		      i == 0 || i == 2 ? "0\n" : "51234\n");
	}
	arena_free(&a);
	check_slots("gpus: auto", NULL, root, 2, "0 | 1", "gpus: auto is 0, 1");
	CHECK(file_mkdirs_below(root, "proc/driver/nvidia/gpus/0000:3b:00.0", &err));
	check_slots("gpus: auto", NULL, root, 1, "0", "gpus: auto is 0");
	CHECK(file_mkdirs_below(root, "dev", &err));
	plant(root, "dev/nvidiactl", "");
	plant(root, "dev/nvidia-uvm", "");
	plant(root, "dev/nvidia3", "");
	plant(root, "dev/nvidia5", "");
	plant(root, "dev/nvidia10", "");
	check_slots("gpus: auto", NULL, root, 3, "0 | 1 | 2", "gpus: auto is 0, 1, 2");
	plant(root, "nvidia-smi", script);
	check_slots("gpus: auto", NULL, root, 3, "MIG-2 | MIG-4 | 1",
	            "gpus: auto is MIG-2, MIG-4, 1");
	plant(root, "nvidia-smi", "#!/bin/sh\necho 'No devices were found'\nexit 6\n");
	check_slots("gpus: auto\nparallel: 2", NULL, root, 2, "0 | 1 | 2",
	            "gpus: auto is 0, 1, 2");
	check_slots("gpus: auto", "1", root, 1, "1",
	            "gpus: auto is 1 of the inherited CUDA_VISIBLE_DEVICES=1");
	CHECK(file_remove_tree(root, &err));
}

TEST_MAIN(listed_devices_are_slots, the_inherited_list_is_what_gpus_indexes,
          auto_is_what_the_machine_has)
