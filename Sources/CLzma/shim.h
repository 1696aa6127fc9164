#include <lzma.h>

/* A macro that Swift does not import: several compressed files one after the other are one. */
static const uint32_t dmflow_lzma_concatenated = LZMA_CONCATENATED;
