#include "run/numbers.h"
#include "base/loose.h"

#include <math.h>
#include <string.h>

struct walk {
	void (*found)(void *self, const char *name, double value);
	void *self;
	size_t budget; /* members still to be looked at */
	char name[SERIES_NAME + 1];
};

static void walk(struct walk *w, const cJSON *object, size_t len)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		size_t n = strlen(item->string);
		double value;

		if (!w->budget)
			return;
		w->budget--;
		if (!n || len + n > SERIES_NAME ||
		    (!len && strcmp(item->string, "hpsearch") == 0))
			continue;
		memcpy(w->name + len, item->string, n + 1);
		if (cJSON_IsObject(item) && len + n < SERIES_NAME) {
			w->name[len + n] = '.';
			walk(w, item, len + n + 1);
		} else if (!cJSON_IsBool(item) &&
		           loose_number(item, &value) == LOOSE_NUMBER) {
			w->found(w->self, w->name, value);
		}
	}
}

void numbers_walk(const cJSON *object,
                  void (*found)(void *self, const char *name, double value), void *self)
{
	struct walk w = {.found = found, .self = self, .budget = NUMBERS_MEMBERS};

	walk(&w, object, 0);
}

/* Control characters would reach a terminal in the end; a cut must not split a letter.
 */
void numbers_note(struct numbers *n, const char *text)
{
	size_t room = NOTE_BYTES - n->note.len, len = strlen(text);

	if (!*text || room < 2)
		return;
	if (n->note.len)
		str_addc(&n->note, '\n');
	room -= n->note.len > 0;
	if (len > room)
		for (len = room; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	for (size_t i = 0; i < len; i++)
		str_addc(&n->note, (unsigned char)text[i] < ' ' || text[i] == 0x7f
		                       ? ' '
		                       : text[i]);
}

bool numbers_again(const struct series_log *log, const char *name, double value)
{
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->list[i].name, name) == 0)
			return log->list[i].last == value ||
			       (isnan(value) && isnan(log->list[i].last));
	return false;
}

void numbers_free(struct numbers *n)
{
	series_log_free(&n->said);
	series_log_free(&n->held);
	str_free(&n->note);
}
