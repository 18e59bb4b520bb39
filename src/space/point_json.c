#include "space/point_json.h"

void point_json(struct str *out, const struct space *sp, const struct coord *point)
{
	bool grid = sp->n && point[0].level >= 0;

	str_add(out, grid ? "\"grid\":[" : "\"u\":[");
	for (size_t i = 0; i < sp->n; i++) {
		str_add(out, i ? "," : "");
		if (grid)
			str_addf(out, "%lld", (long long)point[i].level);
		else
			str_double(out, point[i].u);
	}
	str_addc(out, ']');
}

bool point_read(const cJSON *e, const struct space *sp, struct coord *point,
                struct error *err)
{
	const cJSON *grid = json_get(e, "grid"), *item;
	const cJSON *list = grid ? grid : json_get(e, "u");
	size_t n = 0;

	cJSON_ArrayForEach(item, list)
	{
		double x;

		if (n == sp->n || !cJSON_IsNumber(item))
			break;
		x = item->valuedouble;
		if (grid ? !(x >= 0 && x < 0x1p53) : !(x > 0 && x < 1))
			break;
		point[n++] =
		    grid ? (struct coord){0.5, (int64_t)x} : (struct coord){x, -1};
	}
	if (n != sp->n || item)
		return error_set(err, ERROR_FILE,
		                 "a trial's coordinates do not fit the search space");
	for (size_t i = 0; grid && i < sp->n; i++)
		if ((uint64_t)point[i].level >= param_grid_size(&sp->params[i]))
			return error_set(
			    err, ERROR_FILE,
			    "a trial's grid cell does not fit the search space");
	return true;
}
