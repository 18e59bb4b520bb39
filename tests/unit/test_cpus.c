/* Processors for slots: by cores and packages of a planted machine, within what we may
 * use and the quota of a control group. */
#include "base/file.h"
#include "study/cpus.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void plant(const char *root, const char *folder, const char *name,
                  const char *text)
{
	struct arena a = {0};
	struct error err;
	FILE *f;

	CHECK(file_mkdirs_below(root, folder, &err));
	f = fopen(arena_printf(&a, "%s/%s/%s", root, folder, name), "w");
	CHECK(f && fputs(text, f) >= 0 && !fclose(f));
	arena_free(&a);
}

/* Two packages of two cores of two threads; 4 … 7 are the siblings of 0 … 3, and the
 * packages take turns. */
static void plant_machine(const char *root)
{
	for (int cpu = 0; cpu < 8; cpu++) {
		char folder[128], text[32];

		snprintf(folder, sizeof folder, "sys/devices/system/cpu/cpu%d/topology",
		         cpu);
		snprintf(text, sizeof text, "%d\n", cpu % 2);
		plant(root, folder, "physical_package_id", text);
		snprintf(text, sizeof text, "%d\n", cpu % 4 / 2);
		plant(root, folder, "core_id", text);
	}
}

/* slots: "0,1 | 2"; "": they share. said: "" for nothing. */
static void check_cpus(const char *root, size_t allowed, size_t cpus, size_t slots,
                       size_t threads, const char *wanted, const char *said)
{
	static const int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
	struct cpu_source from = {
	    .allowed = numbers, .n_allowed = allowed, .root = root};
	struct spec spec = {.cpus = cpus};
	struct arena a = {0};
	struct str got = {0};
	const char *note = cpus_find(&spec, slots, &from, &a);

	for (size_t s = 0; s < spec.n_cpu_slots; s++) {
		str_add(&got, s ? " | " : "");
		for (size_t i = 0; i < spec.cpu_slots[s].n; i++)
			str_addf(&got, "%s%d", i ? "," : "", spec.cpu_slots[s].list[i]);
	}
	CHECK_STR(str_text(&got), wanted);
	CHECK_STR(note ? note : "", said);
	CHECK_INT(spec.threads, threads);
	str_free(&got);
	arena_free(&a);
}

TEST(slots_have_cores_of_their_own)
{
	char root[] = "/tmp/test_cpus.XXXXXX";
	struct error err;

	CHECK(mkdtemp(root) != NULL);
	check_cpus(root, 4, 0, 2, 0, "", "");
	check_cpus(root, 4, 2, 2, 2, "0,1 | 2,3", "");
	check_cpus(root, 4, 1, 3, 1, "0 | 1 | 2", "");
	plant_machine(root);
	/* A core each, then whole cores; a package is not cut without need. */
	check_cpus(root, 8, 1, 4, 1, "0 | 2 | 1 | 3", "");
	check_cpus(root, 8, 2, 2, 2, "0,2 | 1,3", "");
	check_cpus(root, 8, 2, 4, 2, "0,4 | 2,6 | 1,5 | 3,7", "");
	check_cpus(root, 8, 4, 2, 4, "0,2,4,6 | 1,3,5,7", "");
	check_cpus(root, 5, 2, 2, 2, "0,2 | 1,3", "");
	check_cpus(root, 8, 4, 3, 4, "",
	           "cpus: 4 for each of 3 at once is more than the 8 there are: the "
	           "runs share them");
	check_cpus(root, 8, 12, 1, 8, "0,1,2,3,4,5,6,7",
	           "cpus: 12, but there are 8: the run has no more");
	check_cpus(root, 1, 2, 1, 1, "0",
	           "cpus: 2, but there is 1: the run has no more");
	CHECK(file_remove_tree(root, &err));
}

TEST(a_quota_counts)
{
	char root[] = "/tmp/test_cpus.XXXXXX";
	static const char shared[] = "cpus: 2 for each of 2 at once is more than the 3 "
				     "there are: the runs share them";
	struct error err;

	CHECK(mkdtemp(root) != NULL);
	plant(root, "proc/self", "cgroup", "1:name=systemd:/x\n0::/job/step\n");
	check_cpus(root, 8, 2, 2, 2, "0,1 | 2,3", "");
	plant(root, "sys/fs/cgroup/job/step", "cpu.max", "max 100000\n");
	check_cpus(root, 8, 2, 2, 2, "0,1 | 2,3", "");
	plant(root, "sys/fs/cgroup/job", "cpu.max", "250000 100000\n");
	check_cpus(root, 8, 2, 2, 2, "", shared);
	plant(root, "sys/fs/cgroup", "cpu.max", "100000 100000\n");
	check_cpus(root, 8, 2, 1, 1, "0",
	           "cpus: 2, but there is 1: the run has no more");
	CHECK(file_remove_tree(root, &err));
	plant("/tmp", root + strlen("/tmp/"), "x", "");
	plant(root, "proc/self", "cgroup", "7:cpuset:/j\n4:cpu,cpuacct:/job\n");
	plant(root, "sys/fs/cgroup/cpu/job", "cpu.cfs_quota_us", "-1\n");
	plant(root, "sys/fs/cgroup/cpu/job", "cpu.cfs_period_us", "100000\n");
	check_cpus(root, 8, 2, 2, 2, "0,1 | 2,3", "");
	plant(root, "sys/fs/cgroup/cpu/job", "cpu.cfs_quota_us", "300000\n");
	check_cpus(root, 8, 2, 2, 2, "", shared);
	CHECK(file_remove_tree(root, &err));
}

TEST_MAIN(slots_have_cores_of_their_own, a_quota_counts)
