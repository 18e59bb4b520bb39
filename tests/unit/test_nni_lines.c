/* What NNI's client prints, and what is read of it. */
#include "base/mem.h"
#include "run/nni_lines.h"
#include "run/scrape.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

/* nni 3.0, as printed. */
static const char number[] =
    "NNISDK_MEb'{\"parameter_id\": 0, \"trial_job_id\": \"t0\", \"type\": "
    "\"PERIODICAL\", \"sequence\": 3, \"value\": \"0.93\"}'";
static const char dictionary[] =
    "NNISDK_MEb'{\"parameter_id\": 0, \"trial_job_id\": \"t0\", \"type\": "
    "\"PERIODICAL\", \"sequence\": 2, \"value\": \"{\\\"default\\\": 0.25, "
    "\\\"it's\\\": \\\"a\\\\n\\\\\\\"\\\\\\\\\\\\u00e9\\\"}\"}'";
/* nni 2.10: bytes as Python shows them. */
static const char bytes[] =
    "NNISDK_MEb'{\"parameter_id\": 0, \"trial_job_id\": \"t0\", \"type\": \"FINAL\", "
    "\"sequence\": 0, \"value\": \"{\\\\\"default\\\\\": 0.5, \\\\\"it\\'s\\\\\": "
    "1}\"}\\n'";

static struct nni_said read_line(const char *line)
{
	struct nni_said said = {0};

	CHECK(nni_read(line, strlen(line), &said));
	return said;
}

TEST(messages)
{
	struct nni_said said = read_line(number);

	CHECK(!said.final);
	CHECK_DOUBLE(said.sequence, 3, 0);
	CHECK_STR(said.value->valuestring, "0.93");
	cJSON_Delete(said.value);
	said = read_line(dictionary);
	CHECK_DOUBLE(json_get(said.value, "default")->valuedouble, 0.25, 0);
	CHECK_STR(json_string(said.value, "it's"), "a\n\"\\\xc3\xa9");
	cJSON_Delete(said.value);
	said = read_line(bytes);
	CHECK(said.final);
	CHECK_DOUBLE(json_get(said.value, "it's")->valuedouble, 1, 0);
	cJSON_Delete(said.value);
}

TEST(no_messages)
{
	static const char *const lines[] = {
	    "",
	    "NNISDK_MEb'",
	    "NNISDK_MEb''",
	    "NNISDK_MEb'\\n'",
	    "NNISDK_MEb'{'",
	    "NNISDK_MEb'{\"type\": \"FINAL\"}'",
	    "NNISDK_MEb'{\"type\": \"REQUEST_PARAMETER\", \"value\": \"1\"}'",
	    "{\"type\": \"FINAL\", \"value\": \"1\"}"};
	struct nni_said said;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		CHECK(!nni_read(lines[i], strlen(lines[i]), &said));
}

static void feed(struct scraper *s, const char *type, int sequence, const char *value)
{
	char line[400];

	snprintf(line, sizeof line,
	         "log: NNISDK_MEb'{\"type\": \"%s\", \"sequence\": %d, \"value\": "
	         "\"%s\"}'\n",
	         type, sequence, value);
	scrape_feed(s, &s->out, line, strlen(line));
}

TEST(reports)
{
	struct scraper s;

	scrape_init(&s, "acc", NULL);
	s.nni = true;
	feed(&s, "PERIODICAL", 0, "0.5");
	feed(&s, "PERIODICAL", 1, "{\\\"default\\\": 0.1, \\\"acc\\\": 0.75}");
	feed(&s, "PERIODICAL", 2, "{\\\"default\\\": 0.875, \\\"loss\\\": 3}");
	feed(&s, "FINAL", 0, "0.875");
	CHECK_INT(s.n_reports, 3);
	feed(&s, "FINAL", 0, "{\\\"default\\\": NaN}");
	feed(&s, "PERIODICAL", 9, "{\\\"loss\\\": 3}");
	feed(&s, "PERIODICAL", 9, "[1]");
	CHECK_INT(s.n_reports, 4);
	CHECK_INT(s.unread.n, 2);
	CHECK_DOUBLE(s.reports[0].value, 0.5, 0);
	CHECK_DOUBLE(s.reports[1].value, 0.75, 0);
	CHECK_DOUBLE(s.reports[1].step, 1, 0);
	CHECK(!s.reports[1].counted);
	CHECK_DOUBLE(s.reports[2].value, 0.875, 0);
	CHECK(isnan(s.reports[3].value));
	CHECK_DOUBLE(s.reports[3].step, 3, 0);
	scrape_free(&s);
	/* Another protocol: lines like others. */
	scrape_init(&s, "acc", NULL);
	feed(&s, "FINAL", 0, "{\\\"acc\\\": 1}");
	CHECK_INT(s.n_reports, 0);
	scrape_free(&s);
}

TEST_MAIN(messages, no_messages, reports)
