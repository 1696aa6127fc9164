#pragma once

/* The commit that the program was built from, as git abbreviates it, with "-dirty" behind it where the tree had changes; ""
   where the build did not say (DMFLOW_REVISION, Package.swift). Valid as long as the program. */
const char *_Nonnull dmflow_revision(void);
