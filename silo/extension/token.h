/*
 * Tokens: for clients, and the one by which a session of the silo trains for a client's role. The silo signs and verifies; here nothing is believed of one.
 */
#ifndef GRAINCAST_TOKEN_H
#define GRAINCAST_TOKEN_H

#include "prelude.h"

extern bool token_names_role(Oid *role);

#endif
