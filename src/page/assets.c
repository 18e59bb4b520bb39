#include "page/assets.h"

/* Each between two symbols. The assembler reads them, those that the Makefile makes
 * from a folder that it names: it has the dependencies. */
__asm__(".pushsection .rodata\n"
        ".macro asset name, file\n"
        ".globl asset_\\name, asset_\\name\\()_end\n"
        ".hidden asset_\\name, asset_\\name\\()_end\n"
        "asset_\\name: .incbin \"\\file\"\n"
        "asset_\\name\\()_end: .byte 0\n"
        ".endm\n"
        "asset chart_css, src/page/chart.css\n"
        "asset page_css, src/page/page.css\n"
        "asset d3, d3.js\n"
        "asset page_js, page.js\n"
        ".purgem asset\n"
        ".popsection");

extern const char asset_chart_css[], asset_chart_css_end[];
extern const char asset_page_css[], asset_page_css_end[];
extern const char asset_d3[], asset_d3_end[];
extern const char asset_page_js[], asset_page_js_end[];

struct asset asset(enum asset_name name)
{
	const char *text = asset_chart_css, *end = asset_chart_css_end;

	switch (name) {
	case ASSET_CHART_CSS: break;
	case ASSET_PAGE_CSS:
		text = asset_page_css;
		end = asset_page_css_end;
		break;
	case ASSET_D3:
		text = asset_d3;
		end = asset_d3_end;
		break;
	case ASSET_PAGE_JS:
		text = asset_page_js;
		end = asset_page_js_end;
		break;
	}
	return (struct asset){text, (size_t)(end - text)};
}
