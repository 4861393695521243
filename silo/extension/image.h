/*
 * Images of models by their SHA-256: mapped from the silo's store, or read from the catalog into private memory when no silo can be asked.
 */
#ifndef GRAINCAST_IMAGE_H
#define GRAINCAST_IMAGE_H

#include "prelude.h"
#include "score.h"

typedef struct Image
{
	uint8		sha256[GC_SHA256_BYTES];	/* the key */
	void	   *bytes;			/* NULL: being opened */
	size_t		size_bytes;
	MemoryContext context;		/* private memory, or NULL when mapped */
	uint64		last_use;
	uint32		rows;			/* scored, up to IMAGE_QUICK_ROWS */
	void	   *tables;			/* of gc_quicken */
	gc_model	model;
} Image;

/* Tables cost private memory and what a few dozen rows take: they are built for images that are asked more often. */
#define IMAGE_QUICK_ROWS 64

extern uint64 image_evictions;	/* a call site whose count differs must not use its image any more */

/* model_id names the rows of pgml.files to fall back on, 0 = none. ask_silo: even when the image is here, because only the silo knows whether this role may. */
extern Image *image_open(const uint8 sha256[GC_SHA256_BYTES], int64 model_id, bool ask_silo);
extern int	image_list(Image ***out);
extern void image_verify(Image *image);
extern void image_quicken(Image *image);
extern void image_at_transaction_end(void);

/* Before rows are scored. */
static inline void
image_count_rows(Image *image, uint32 rows)
{
	if (likely(image->rows >= IMAGE_QUICK_ROWS))
		return;
	image->rows += Min(rows, IMAGE_QUICK_ROWS);
	if (image->rows >= IMAGE_QUICK_ROWS)
		image_quicken(image);
}

#endif
