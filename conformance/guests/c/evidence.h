/* What the modes with one finding per row write into it. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "merlon.h"

typedef void detail(merlon_batch *batch, uint32_t row, merlon_finding *finding);

detail echo_of, state_of, ancestors_of, content_of, ruleset_of, kubernetes_of, wasi_of;

#endif
