#include <tracefs/tracefs.h>

/* tracefs_tracer_set() is variadic (a custom tracer's name may follow), which Swift does not import. */
static inline int dmflow_tracer_set(struct tracefs_instance *instance, enum tracefs_tracers tracer)
{
	return tracefs_tracer_set(instance, tracer);
}
