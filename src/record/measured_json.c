#include "record/measured_json.h"
#include "base/json_out.h"

void measured_json(const struct run_end *end, struct str *out)
{
	if (end->metrics) {
		json_out_key(out, "metrics");
		str_addc(out, '{');
		series_json(end->metrics, out);
		str_addc(out, '}');
		if (end->metrics->more)
			json_out_bool(out, "metrics_more", true);
	}
	if (end->note)
		json_out_text(out, "note", end->note);
}

bool measured_read(const cJSON *json, struct run_end *end, struct arena *a)
{
	const cJSON *metrics = json_get(json, "metrics");
	const char *note = json_string(json, "note");

	if (note)
		end->note = arena_strdup(a, note);
	return !metrics ||
	       series_read(metrics, cJSON_IsTrue(json_get(json, "metrics_more")),
	                   &end->metrics, a);
}
