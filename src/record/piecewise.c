#include "record/piecewise.h"
#include "base/crc.h"

void piecewise_flush(struct piecewise *p, size_t at_least)
{
	if (!p->file || p->out->len < at_least)
		return;
	p->crc = crc32c(p->crc, p->out->s, p->out->len);
	file_put(p->file, p->out->s, p->out->len);
	str_clear(p->out);
}
