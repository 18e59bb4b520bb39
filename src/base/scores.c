#include "base/scores.h"
#include "base/base64.h"
#include "base/double.h"
#include "base/json_out.h"

#include <math.h>
#include <string.h>

static size_t bytes_of(size_t n, unsigned bits)
{
	return (n * bits + 7) / 8;
}

static bool fits(size_t n, unsigned bits)
{
	return bytes_of(n, bits) <= SCORES_BYTES;
}

static unsigned bits_for(size_t values)
{
	return values <= 2 ? 1 : values <= 4 ? 2 : values <= 16 ? 4 : 8;
}

/* Where x stands among the values, or belongs. */
static size_t place_of(const double *values, size_t n, double x)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (values[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The different ones, rising; more than SCORES_VALUES: too many. */
static size_t find_values(const double *x, size_t n, double *values)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = place_of(values, k, x[i]);

		if (at < k && !(values[at] > x[i]))
			continue;
		if (k == SCORES_VALUES)
			return k + 1;
		memmove(values + at + 1, values + at, (k - at) * sizeof *values);
		values[at] = x[i];
		k++;
	}
	return k;
}

static unsigned code_at(const struct scores *s, size_t i)
{
	size_t at = i * s->bits;

	if (s->bits == 16)
		return s->codes[2 * i] | (unsigned)s->codes[2 * i + 1] << 8;
	return (unsigned)s->codes[at / 8] >> at % 8 & ((1U << s->bits) - 1);
}

static void put_code(uint8_t *codes, unsigned bits, size_t i, unsigned code)
{
	size_t at = i * bits;

	codes[at / 8] |= (uint8_t)(code << at % 8);
	if (bits == 16)
		codes[at / 8 + 1] |= (uint8_t)(code >> 8);
}

static double steps_of(unsigned bits)
{
	return (double)((1U << bits) - 1);
}

double scores_get(const struct scores *s, size_t i)
{
	unsigned code = code_at(s, i);

	if (s->n_values)
		return s->values[code];
	return s->low + (s->high - s->low) * (code / steps_of(s->bits));
}

/* What is summed up is what is kept. */
static void summarise(struct scores *s, const double *x)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += x ? x[i] : scores_get(s, i);
	/* Rounding may lead out of the range. */
	s->mean = fmin(fmax(sum / (double)s->n, s->low), s->high);
	for (size_t i = 0; i < s->n; i++) {
		double d = (x ? x[i] : scores_get(s, i)) - s->mean;

		squares += d * d;
	}
	s->variance = squares / (double)s->n;
}

static void find_limits(struct scores *s, const double *x)
{
	s->low = s->high = x[0];
	for (size_t i = 1; i < s->n; i++) {
		s->low = fmin(s->low, x[i]);
		s->high = fmax(s->high, x[i]);
	}
}

static void pack_codes(struct scores *s, const double *x, struct arena *a)
{
	uint8_t *codes = arena_new(a, bytes_of(s->n, s->bits), 1);

	for (size_t i = 0; i < s->n; i++)
		put_code(codes, s->bits, i,
		         s->n_values
		             ? (unsigned)place_of(s->values, s->n_values, x[i])
		             : (unsigned)lround((x[i] - s->low) / (s->high - s->low) *
		                                steps_of(s->bits)));
	s->codes = codes;
}

void scores_pack(struct scores *s, const double *x, size_t n, struct arena *a)
{
	double *values = arena_new(a, SCORES_VALUES, sizeof *values);
	size_t k = find_values(x, n, values);

	s->kind = SCORES_PACKED;
	s->n = n;
	find_limits(s, x);
	s->bits = k <= SCORES_VALUES ? bits_for(k) : fits(n, 16) ? 16 : 8;
	if (!fits(n, s->bits)) {
		s->kind = SCORES_SUMMARY;
		s->bits = 0;
		summarise(s, x);
		return;
	}
	s->n_values = k <= SCORES_VALUES ? k : 0;
	s->values = values;
	pack_codes(s, x, a);
	summarise(s, NULL);
}

void scores_count(struct scores *s, size_t n, double correct)
{
	double p = correct / (double)n;

	s->kind = SCORES_COUNT;
	s->n = n;
	s->correct = correct;
	s->mean = p;
	s->variance = p * (1 - p);
	s->low = 0;
	s->high = 1;
}

struct scores *scores_copy(const struct scores *s, struct arena *a)
{
	struct scores *copy = arena_new(a, 1, sizeof *copy);
	size_t bytes = bytes_of(s->n, s->bits);
	uint8_t *codes;
	double *values;

	*copy = *s;
	if (s->kind != SCORES_PACKED)
		return copy;
	codes = arena_new(a, bytes, 1);
	memcpy(codes, s->codes, bytes);
	copy->codes = codes;
	values = arena_new(a, s->n_values + 1, sizeof *values);
	if (s->n_values)
		memcpy(values, s->values, s->n_values * sizeof *values);
	copy->values = values;
	return copy;
}

/* Writing. */

static void add_packed(const struct scores *s, struct str *out)
{
	if (s->n_values) {
		json_out_key(out, "values");
		str_addc(out, '[');
		for (size_t i = 0; i < s->n_values; i++) {
			str_add(out, i ? "," : "");
			str_double(out, s->values[i]);
		}
		str_addc(out, ']');
	} else {
		json_out_number(out, "low", s->low);
		json_out_number(out, "high", s->high);
		json_out_int(out, "bits", s->bits);
	}
	json_out_key(out, "scores");
	str_addc(out, '"');
	base64_add(s->codes, bytes_of(s->n, s->bits), out);
	str_addc(out, '"');
}

void scores_json(const struct scores *s, struct str *out)
{
	json_out_u64(out, "n", s->n);
	if (s->kind == SCORES_PACKED || s->kind == SCORES_SUMMARY)
		json_out_u64(out, "set", s->set);
	switch (s->kind) {
	case SCORES_PACKED: add_packed(s, out); break;
	case SCORES_SUMMARY:
		json_out_number(out, "mean", s->mean);
		json_out_number(out, "variance", s->variance);
		json_out_number(out, "low", s->low);
		json_out_number(out, "high", s->high);
		break;
	case SCORES_COUNT: json_out_number(out, "correct", s->correct); break;
	case SCORES_OVER: json_out_bool(out, "over", true); break;
	case SCORES_UNREAD: break;
	}
	if (s->again)
		json_out_u64(out, "again", s->again);
	if (s->unread)
		json_out_u64(out, "unread", s->unread);
}

/* Reading. */

static bool read_limit(const cJSON *json, const char *name, double *out)
{
	return json_double(json, name, out) && fabs(*out) <= SCORE_LARGEST;
}

static bool read_values(const cJSON *list, struct scores *s, struct arena *a)
{
	int n = cJSON_GetArraySize(list);
	double *values = arena_new(a, SCORES_VALUES, sizeof *values);
	const cJSON *item;

	if (!cJSON_IsArray(list) || n < 1 || n > SCORES_VALUES)
		return false;
	cJSON_ArrayForEach(item, list)
	{
		double *x = &values[s->n_values];

		if (!json_number(item, x) || !(fabs(*x) <= SCORE_LARGEST) ||
		    (s->n_values && !(*x > x[-1])))
			return false;
		s->n_values++;
	}
	s->values = values;
	s->low = values[0];
	s->high = values[n - 1];
	s->bits = bits_for((size_t)n);
	return true;
}

static bool read_places(const cJSON *json, struct scores *s)
{
	double bits = 0;

	json_double(json, "bits", &bits);
	s->bits = bits > 12 ? 16 : 8;
	return double_same(bits, s->bits) && read_limit(json, "low", &s->low) &&
	       read_limit(json, "high", &s->high) && s->high > s->low;
}

static bool read_packed(const cJSON *json, const char *text, struct scores *s,
                        struct arena *a)
{
	const cJSON *values = json_get(json, "values");
	uint8_t *codes;

	if (values ? !read_values(values, s, a) : !read_places(json, s))
		return false;
	if (!fits(s->n, s->bits))
		return false;
	codes = arena_new(a, bytes_of(s->n, s->bits), 1);
	s->codes = codes;
	if (!base64_read(text, codes, bytes_of(s->n, s->bits)))
		return false;
	for (size_t i = 0; s->n_values && i < s->n; i++)
		if (code_at(s, i) >= s->n_values)
			return false;
	s->kind = SCORES_PACKED;
	summarise(s, NULL);
	return true;
}

static bool read_summary(const cJSON *json, struct scores *s)
{
	s->kind = SCORES_SUMMARY;
	return read_limit(json, "mean", &s->mean) &&
	       json_double(json, "variance", &s->variance) && isfinite(s->variance) &&
	       s->variance >= 0 && read_limit(json, "low", &s->low) &&
	       read_limit(json, "high", &s->high) && s->low <= s->mean &&
	       s->mean <= s->high;
}

bool scores_read(const cJSON *json, struct scores *s, struct arena *a)
{
	const char *text = json_string(json, "scores");
	uint64_t n = 0;
	double correct;

	*s = (struct scores){0};
	json_u64(json, "again", &s->again);
	json_u64(json, "unread", &s->unread);
	if (!json_u64(json, "n", &n) || n > UINT64_C(1) << 53)
		return false;
	s->n = (size_t)n;
	s->kind = SCORES_UNREAD;
	if (!n)
		return true;
	if (json_double(json, "correct", &correct)) {
		scores_count(s, s->n, correct);
		return correct >= 0 && correct <= (double)n;
	}
	s->kind = SCORES_OVER;
	if (n > SCORES_MAX)
		return false;
	if (cJSON_IsTrue(json_get(json, "over")))
		return true;
	if (!json_u64(json, "set", &s->set))
		return false;
	return text ? read_packed(json, text, s, a) : read_summary(json, s);
}
