#include "base/series.h"
#include "base/json_out.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- what is said --- */

static struct series_said *find(struct series_log *log, const char *name)
{
	for (size_t k = 0; k < log->n; k++) {
		size_t i = (log->next + k) % log->n;

		if (strcmp(log->list[i].name, name) == 0) {
			log->next = i + 1;
			return &log->list[i];
		}
	}
	return NULL;
}

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n && n <= SERIES_NAME;
}

static struct series_said *add(struct series_log *log, const char *name)
{
	struct series_said *s;

	if (log->n == SERIES_MAX) {
		log->more = true;
		return NULL;
	}
	log->list = mem_room(log->list, log->n, &log->cap, sizeof *log->list);
	s = &log->list[log->n++];
	*s = (struct series_said){.name = mem_strdup(name),
	                          .stride = 1,
	                          .min = (double)NAN,
	                          .max = (double)NAN};
	return s;
}

static void limits(double *min, double *max, double x)
{
	if (!isfinite(x))
		return;
	*min = fmin(*min, x);
	*max = fmax(*max, x);
}

static void halve(struct series_said *s)
{
	size_t n = (s->n_kept + 1) / 2;

	for (size_t i = 0; i < n; i++)
		s->kept[i] = s->kept[2 * i];
	s->n_kept = n;
	s->stride *= 2;
}

static void take(struct series_said *s, double step, double value)
{
	s->counted = !isfinite(step);
	s->last = value;
	s->last_step = s->counted ? (double)s->n : step;
	limits(&s->min, &s->max, value);
	if (s->n % s->stride == 0 && s->n_kept == SERIES_POINTS)
		halve(s);
	if (s->n++ % s->stride)
		return;
	s->kept = mem_room(s->kept, s->n_kept, &s->cap_kept, sizeof *s->kept);
	s->kept[s->n_kept++] = (struct series_point){s->last_step, value};
}

void series_say(struct series_log *log, const char *name, double step, double value)
{
	struct series_said *s = find(log, name);

	if (!s && is_name(name))
		s = add(log, name);
	if (s)
		take(s, step, value);
}

void series_log_free(struct series_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		free(log->list[i].name);
		free(log->list[i].kept);
	}
	free(log->list);
	*log = (struct series_log){0};
}

static bool is_latest(const struct series_said *s)
{
	return (s->n - 1) % s->stride == 0;
}

void series_log_move(struct series_log *log, struct series_log *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct series_said *s = &from->list[i];

		for (size_t k = 0; k < s->n_kept; k++)
			series_say(log, s->name,
			           s->counted ? (double)NAN : s->kept[k].step,
			           s->kept[k].value);
		if (!is_latest(s))
			series_say(log, s->name,
			           s->counted ? (double)NAN : s->last_step, s->last);
	}
	log->more = log->more || from->more;
	series_log_free(from);
}

/* --- packed: a head, the name, last, min and max where it was said again, points ---
 */

struct head {
	uint32_t n;
	uint16_t n_points, name; /* name: its bytes, a multiple of 8 with the NUL */
};

static size_t room_of(const struct series *s, size_t *name)
{
	*name = (strlen(s->name) / 8 + 1) * 8;
	return sizeof(struct head) + *name + (s->n > 1 ? 3 : 1) * sizeof(double) +
	       s->n_points * sizeof *s->points;
}

static unsigned char *put(unsigned char *at, const void *what, size_t n)
{
	if (n)
		memcpy(at, what, n);
	return at + n;
}

static unsigned char *put_series(unsigned char *at, const struct series *s)
{
	double numbers[] = {s->last, s->min, s->max};
	struct head h;
	size_t name;

	room_of(s, &name);
	h = (struct head){.n = s->n < UINT32_MAX ? (uint32_t)s->n : UINT32_MAX,
	                  .n_points = (uint16_t)s->n_points,
	                  .name = (uint16_t)name};
	at = put(at, &h, sizeof h);
	memcpy(at, s->name, strlen(s->name)); /* the room is zeroed */
	at = put(at + name, numbers, (s->n > 1 ? 3 : 1) * sizeof *numbers);
	return put(at, s->points, s->n_points * sizeof *s->points);
}

bool series_next(const struct series_set *set, size_t *at, struct series *out)
{
	const unsigned char *p;
	double numbers[3];
	struct head h;

	if (!set || *at == set->end)
		return false;
	p = set->bytes + *at;
	memcpy(&h, p, sizeof h);
	p += sizeof h;
	*out =
	    (struct series){.name = (const char *)p, .n = h.n, .n_points = h.n_points};
	p += h.name;
	memcpy(numbers, p, (h.n > 1 ? 3 : 1) * sizeof *numbers);
	p += (h.n > 1 ? 3 : 1) * sizeof *numbers;
	out->last = numbers[0];
	out->min = h.n > 1 ? numbers[1] : isfinite(out->last) ? out->last : (double)NAN;
	out->max = h.n > 1 ? numbers[2] : out->min;
	out->points = (const void *)p;
	*at = (size_t)(p - set->bytes) + h.n_points * sizeof *out->points;
	return true;
}

bool series_find(const struct series_set *set, const char *name, struct series *out)
{
	size_t at = 0;

	while (series_next(set, &at, out))
		if (strcmp(out->name, name) == 0)
			return true;
	return false;
}

static const struct series_set *pack(const struct series *list, size_t n, bool more,
                                     struct arena *a)
{
	struct series_set *set = arena_new(a, 1, sizeof *set);
	unsigned char *bytes;
	size_t name;

	*set = (struct series_set){.n = n, .more = more};
	for (size_t i = 0; i < n; i++)
		set->end += room_of(&list[i], &name);
	set->bytes = bytes = arena_new(a, set->end, 1);
	for (size_t i = 0; i < n; i++)
		bytes = put_series(bytes, &list[i]);
	return set;
}

/* --- from what was said to what is kept --- */

/* How many are left of n when every k-th is kept, and the last. */
static size_t left_of(size_t n, size_t k)
{
	return (n + k - 1) / k + ((n - 1) % k != 0);
}

static size_t thin(struct series_point *p, size_t n, size_t room)
{
	size_t k = 1, m = 0;

	if (!n || room < 2)
		return 0;
	while (left_of(n, k) > room)
		k *= 2;
	for (size_t i = 0; i < n; i += k)
		p[m++] = p[i];
	if ((n - 1) % k)
		p[m++] = p[n - 1];
	return m;
}

/* An epoch that is its own step has no curve. */
static bool is_own_step(const struct series_point *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].step != p[i].value)
			return false;
	return true;
}

/* What counts of the earlier ones, into p; s has n and limits of it. */
static size_t keep_earlier(const struct series *was, const struct series_said *said,
                           struct series_point *p, struct series *s)
{
	size_t m = 0;
	bool all;

	if (said->counted)
		return 0;
	while (m < was->n_points && was->points[m].step < said->kept[0].step) {
		p[m] = was->points[m];
		limits(&s->min, &s->max, p[m].value);
		m++;
	}
	s->n = m;
	all = m ? m == was->n_points
	        : !was->n_points && is_own_step(said->kept, said->n_kept) &&
	              was->max < said->kept[0].step;
	if (all) {
		s->n = was->n;
		s->min = was->min;
		s->max = was->max;
	}
	return m;
}

/* One name that this launch said. */
static void gather(const struct series_said *said, const struct series_set *earlier,
                   size_t room, struct arena *a, struct series *s)
{
	struct series was = {0};
	bool again = series_find(earlier, said->name, &was);
	struct series_point *p =
	    arena_new(a, was.n_points + said->n_kept + 1, sizeof *p);
	size_t n = 0;

	*s = (struct series){.name = said->name,
	                     .last = said->last,
	                     .min = (double)NAN,
	                     .max = (double)NAN};
	if (again)
		n = keep_earlier(&was, said, p, s);
	s->n += said->n;
	limits(&s->min, &s->max, said->min);
	limits(&s->min, &s->max, said->max);
	for (size_t i = 0; i < said->n_kept; i++)
		p[n++] = said->kept[i];
	if (!is_latest(said))
		p[n++] = (struct series_point){said->last_step, said->last};
	s->points = p;
	if (n > 1 ? !is_own_step(p, n) : !said->counted)
		s->n_points = thin(p, n, room);
}

static bool is_said(const struct series_log *log, const char *name)
{
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->list[i].name, name) == 0)
			return true;
	return false;
}

const struct series_set *series_pack(const struct series_log *log,
                                     const struct series_set *earlier, size_t points,
                                     struct arena *a)
{
	struct arena scratch = {0};
	struct series *list = arena_new(&scratch, SERIES_MAX, sizeof *list), s;
	bool more = log->more || (earlier && earlier->more);
	const struct series_set *set = NULL;
	size_t n = 0, at = 0;

	while (n < SERIES_MAX && series_next(earlier, &at, &s))
		if (!is_said(log, s.name))
			list[n++] = s;
	for (size_t i = 0; i < log->n; i++)
		if (n < SERIES_MAX)
			gather(&log->list[i], earlier, points, &scratch, &list[n++]);
		else
			more = true;
	if (n)
		set = pack(list, n, more, a);
	arena_free(&scratch);
	return set;
}

/* --- JSON --- */

static void points_json(const char *key, const struct series_point *p, size_t n,
                        struct str *out)
{
	json_out_key(out, key);
	str_addc(out, '[');
	for (size_t i = 0; i < n; i++)
		json_out_row(out, (const double[]){p[i].step, p[i].value}, 2);
	str_addc(out, ']');
}

void series_json(const struct series_set *set, struct str *out)
{
	struct series s;
	size_t at = 0;

	while (series_next(set, &at, &s)) {
		json_out_key(out, s.name);
		str_addc(out, '{');
		json_out_double(out, "last", s.last);
		if (s.n > 1) {
			json_out_u64(out, "n", s.n);
			json_out_known(out, "min", s.min);
			json_out_known(out, "max", s.max);
		}
		if (s.n_points)
			points_json("curve", s.points, s.n_points, out);
		str_addc(out, '}');
	}
}

/* NULL: no list of pairs, or of more than SERIES_POINTS. */
static struct series_point *read_points(const cJSON *list, size_t *n, struct arena *a)
{
	struct series_point *p = arena_new(a, SERIES_POINTS, sizeof *p);
	const cJSON *item;

	*n = 0;
	cJSON_ArrayForEach(item, list)
	{
		if (*n == SERIES_POINTS || !json_pair(item, &p[*n].step, &p[*n].value))
			return NULL;
		++*n;
	}
	return cJSON_IsArray(list) ? p : NULL;
}

static bool read_one(const cJSON *item, struct series *s, struct arena *a)
{
	const cJSON *curve = json_get(item, "curve");
	uint64_t n = 1;

	*s = (struct series){
	    .name = item->string, .min = (double)NAN, .max = (double)NAN};
	if (!s->name || !is_name(s->name) || !json_double(item, "last", &s->last))
		return false;
	json_u64(item, "n", &n);
	s->n = (size_t)n + !n;
	if (s->n == 1)
		limits(&s->min, &s->max, s->last);
	json_double(item, "min", &s->min);
	json_double(item, "max", &s->max);
	return !curve || (s->points = read_points(curve, &s->n_points, a)) != NULL;
}

bool series_read(const cJSON *json, bool more, const struct series_set **out,
                 struct arena *a)
{
	struct arena scratch = {0};
	struct series *list = arena_new(&scratch, SERIES_MAX, sizeof *list);
	const cJSON *item;
	bool ok = cJSON_IsObject(json);
	size_t n = 0;

	cJSON_ArrayForEach(item, json)
	{
		ok = ok && n < SERIES_MAX && read_one(item, &list[n], &scratch);
		n += ok;
	}
	*out = ok ? pack(list, n, more, a) : NULL;
	arena_free(&scratch);
	return ok;
}

/* --- between processes --- */

void series_log_json(const struct series_log *log, struct str *out)
{
	str_addc(out, '[');
	for (size_t i = 0; i < log->n; i++) {
		const struct series_said *s = &log->list[i];

		str_add(out, i ? ",{" : "{");
		json_out_text(out, "name", s->name);
		json_out_u64(out, "n", s->n);
		json_out_u64(out, "stride", s->stride);
		json_out_bool(out, "counted", s->counted);
		json_out_double(out, "last", s->last);
		json_out_double(out, "min", s->min);
		json_out_double(out, "max", s->max);
		json_out_double(out, "last_step", s->last_step);
		points_json("kept", s->kept, s->n_kept, out);
		str_addc(out, '}');
	}
	str_addc(out, ']');
}

static bool read_said(const cJSON *json, struct series_said *s, struct arena *a)
{
	const char *name = json_string(json, "name");
	const cJSON *kept = json_get(json, "kept");
	uint64_t n = 0, stride = 0;

	*s = (struct series_said){0};
	if (!name || !is_name(name) || !json_u64(json, "n", &n) ||
	    !json_u64(json, "stride", &stride) || !n || !stride ||
	    (stride & (stride - 1)) || !json_double(json, "last", &s->last) ||
	    !json_double(json, "min", &s->min) || !json_double(json, "max", &s->max) ||
	    !json_double(json, "last_step", &s->last_step))
		return false;
	s->name = arena_strdup(a, name);
	s->n = (size_t)n;
	s->stride = (size_t)stride;
	s->counted = cJSON_IsTrue(json_get(json, "counted"));
	s->kept = read_points(kept, &s->n_kept, a);
	return s->kept && s->n_kept == (s->n - 1) / s->stride + 1;
}

bool series_log_read(const cJSON *list, struct series_log *out, struct arena *a)
{
	const cJSON *item;

	*out = (struct series_log){.list = arena_new(a, SERIES_MAX, sizeof *out->list)};
	cJSON_ArrayForEach(item, list)
	{
		if (out->n == SERIES_MAX || !read_said(item, &out->list[out->n], a))
			return false;
		out->n++;
	}
	return cJSON_IsArray(list);
}
