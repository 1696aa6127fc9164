#include <tracefs/tracefs.h>
