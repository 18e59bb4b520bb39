/* What the page is dressed with: our style sheets and scripts, and d3, as they were
 * when the program was built. */
#ifndef HPS_PAGE_ASSETS_H
#define HPS_PAGE_ASSETS_H

#include <stddef.h>

struct asset {
	const char *text; /* NUL-terminated */
	size_t n;
};
enum asset_name {
	ASSET_CHART_CSS, /* marks and axes: of the page, and of a picture alone */
	ASSET_PAGE_CSS,
	ASSET_D3, /* empty where the program was built without it */
	ASSET_PAGE_JS
};
struct asset asset(enum asset_name name);

#endif
