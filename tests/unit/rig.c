#include "rig.h"
#include "study/search_loop.h"

#include "test.h"

bool run_rig(struct rig *r, const char *text, const struct study_options *o)
{
	struct spec_overrides none = {0};

	return spec_parse(&r->spec, "s.yaml", text, strlen(text), &none, &r->arena,
	                  &r->err) &&
	       study_init(&r->study, &r->spec, o, &r->err) &&
	       study_run(&r->study, &r->runner, &r->err);
}

void open_rig(struct rig *r, const char *text, uint64_t trials,
              double (*train)(const struct job *, struct run_result *, bool *))
{
	struct study_options o = {.max_trials = trials};

	*r = (struct rig){.fake.train = train};
	r->runner = fake_runner(&r->fake, 1);
	CHECK(run_rig(r, text, &o));
}

void close_rig(struct rig *r)
{
	study_free(&r->study);
	arena_free(&r->arena);
}
