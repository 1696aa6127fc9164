/*
 * What device-mapper tells of a device's table, by its ioctl: Swift imports neither the requests' numbers nor variadic functions.
 * Nothing here changes a device or waits for one.
 */
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * DM_TABLE_STATUS: what each target of the device is in, or with `table` what it was made of, behind a header in `buffer`.
 * Returns 0, or -1 with errno set. The header has DM_BUFFER_FULL_FLAG if it was too small.
 */
static inline int dmflow_dm_targets(int control, unsigned int major, unsigned int minor, int table, void *buffer, __u32 size)
{
	struct dm_ioctl *header = (struct dm_ioctl *)buffer;

	memset(header, 0, sizeof *header);
	/* Any kernel of this major version takes it. */
	header->version[0] = DM_VERSION_MAJOR;
	header->data_size = size;
	header->data_start = sizeof *header;
	/* As the kernel packs device numbers for user space. */
	header->dev = (minor & 0xff) | (major & 0xfff) << 8 | (__u64)(minor & ~0xffu) << 12;
	/* Not to flush: a target may else write something down before it answers. */
	header->flags = DM_NOFLUSH_FLAG | (table ? DM_STATUS_TABLE_FLAG : 0);
	return ioctl(control, DM_TABLE_STATUS, header);
}

/* As a number of the type that the header has. */
static const __u32 dmflow_dm_buffer_full = DM_BUFFER_FULL_FLAG;
