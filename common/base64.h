/* Base64 (RFC 4648), in lines or not. */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include "common/str.h"

/* Adds the bytes that text stands for; white space is passed over.  false: it is no base64,
 * or does not fit; what came before that is added. */
bool base64_decode(struct str *out, struct span text);

#endif
