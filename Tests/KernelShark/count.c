/* Prints how many events KernelShark's library finds in a trace.dat, in all of its instances: count FILE */
#include <libkshark-tepdata.h>
#include <libkshark.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct kshark_context *context = NULL;
	struct kshark_entry **entries = NULL;
	ssize_t rows, events = 0;
	int stream;

	if (argc != 2 || !kshark_instance(&context))
		return 2;
	stream = kshark_open(context, argv[1]);
	if (stream < 0) {
		fprintf(stderr, "%s: KernelShark does not open it (%d)\n", argv[1], stream);
		return 1;
	}
	/* Each instance is a stream of its own. */
	if (kshark_tep_init_all_buffers(context, stream) < 0) {
		fprintf(stderr, "%s: KernelShark does not open its instances\n", argv[1]);
		return 1;
	}
	rows = kshark_load_all_entries(context, &entries);
	for (ssize_t row = 0; row < rows; row++) {
		/* KernelShark's own rows, such as those of lost events, have negative numbers. */
		events += entries[row]->event_id >= 0;
	}
	printf("%zd\n", events);
	kshark_close_all(context);
	kshark_free(context);
	return rows < 0;
}
