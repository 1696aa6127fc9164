#include "CRevision.h"

const char *dmflow_revision(void) { return DMFLOW_REVISION; }
