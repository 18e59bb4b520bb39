/* What an analyzer that sees one file at a time must be told: these return false. */
#ifndef HPS_TESTS_ANALYZE_H
#define HPS_TESTS_ANALYZE_H

#include "base/error.h"

/* Of vectors it takes the length of an element for its precision. */
#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-shift-count-overflow"
#endif

#define error_set(...) (error_set(__VA_ARGS__), 0)
#define error_prefix(...) (error_prefix(__VA_ARGS__), 0)
#define error_errno(...) (error_errno(__VA_ARGS__), 0)

#endif
