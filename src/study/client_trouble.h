/* What a client library complains of, in words of this program: why it cannot be, and
 * the way out. */
#ifndef HPS_STUDY_CLIENT_TROUBLE_H
#define HPS_STUDY_CLIENT_TROUBLE_H

/* Of the end of an output; NULL: nothing that is known. */
const char *client_trouble(const char *text);

#endif
