/* Images: see image.h. */
#include "prelude.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "access/xlog.h"
#include "catalog.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "image.h"
#include "silo.h"

#define IMAGES_MAX 64

uint64		image_evictions;

static HTAB *images;
static uint64 uses;
static size_t open_bytes;		/* of all of them */

static void
raise_corrupt(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the image of a model is damaged"),
			 errdetail("%s", detail),
			 errhint("Deploy another model of the project, or train again.")));
}

static void
keep_bytes(Image *image, void *bytes, size_t size_bytes)
{
	image->bytes = bytes;
	image->size_bytes = size_bytes;
	open_bytes += size_bytes;
}

/* Structure, and the name it carries. The silo verified the hash when it stored a mapped one. */
static void
check_image(Image *image, void *bytes, size_t size_bytes)
{
	char		message[256];

	if (gc_open(bytes, size_bytes, &image->model, message, sizeof(message)) != 0)
		raise_corrupt(message);
	if (memcmp(gc_sha256(&image->model), image->sha256, GC_SHA256_BYTES) != 0)
		raise_corrupt("It carries the name of another image.");
}

/* The hash is taken of all bytes, those of the hash itself read as zero. */
static void
compute_hash(const Image *image, const uint8 *bytes, size_t size_bytes, uint8 digest[GC_SHA256_BYTES])
{
	static const uint8 zero[GC_SHA256_BYTES];
	size_t		at = gc_sha256(&image->model) - bytes;
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
	bool		done = hash != NULL && pg_cryptohash_init(hash) >= 0 && pg_cryptohash_update(hash, bytes, at) >= 0
		&& pg_cryptohash_update(hash, zero, sizeof(zero)) >= 0
		&& pg_cryptohash_update(hash, bytes + at + sizeof(zero), size_bytes - at - sizeof(zero)) >= 0
		&& pg_cryptohash_final(hash, digest, GC_SHA256_BYTES) >= 0;

	pg_cryptohash_free(hash);
	if (!done)
		elog(ERROR, "could not compute the SHA-256 of an image");
}

static void
check_hash(const Image *image, const uint8 *bytes, size_t size_bytes)
{
	uint8		digest[GC_SHA256_BYTES];

	compute_hash(image, bytes, size_bytes, digest);
	if (memcmp(digest, image->sha256, sizeof(digest)) != 0)
		raise_corrupt("Its SHA-256 differs from its name.");
}

/* Of bytes that a user brings, 8-byte aligned: structure, every bound, and that the name they carry is their hash. Opens the model in them. */
void
image_verify(Image *image)
{
	char		message[256];
	uint8		digest[GC_SHA256_BYTES];

	if (gc_open(image->bytes, image->size_bytes, &image->model, message, sizeof(message)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("these bytes are no model's image"),
				 errdetail("%s", message),
				 errhint("Pass what pgml.export_model gave, LightGBM's text, or an ONNX file.")));
	compute_hash(image, image->bytes, image->size_bytes, digest);
	if (memcmp(digest, gc_sha256(&image->model), sizeof(digest)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the image was changed since it was exported"),
				 errdetail("Its SHA-256 differs from its name."),
				 errhint("Export it again.")));
	memcpy(image->sha256, digest, sizeof(digest));
}

/* Only the silo may have written it. */
static bool
is_silos(const struct stat *file)
{
	return (file->st_mode & (S_IWGRP | S_IWOTH)) == 0 && silo_is_owner(file->st_uid);
}

static size_t
check_file(int descriptor)
{
	struct stat file;

	if (fstat(descriptor, &file) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not examine the image of a model: %m")));
	if (!S_ISREG(file.st_mode) || !is_silos(&file))
		raise_corrupt("Its file could be changed by others than the silo.");
	if (file.st_size <= 0)
		raise_corrupt("Its file is empty.");
	return file.st_size;
}

/* The descriptor stays the caller's, who sees to it that no error leaks it. */
static void
map_file(Image *image, int descriptor, size_t size_bytes)
{
	void	   *bytes;

	/* It lasts as long as the mapping, and tells the silo that the file is in use. Without it a copy more may be made, no harm done. */
	(void) flock(descriptor, LOCK_SH | LOCK_NB);
	bytes = mmap(NULL, size_bytes, PROT_READ, MAP_SHARED, descriptor, 0);
	if (bytes == MAP_FAILED)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not map the image of a model: %m")));
	PG_TRY();
	{
		check_image(image, bytes, size_bytes);
	}
	PG_CATCH();
	{
		munmap(bytes, size_bytes);
		PG_RE_THROW();
	}
	PG_END_TRY();
	keep_bytes(image, bytes, size_bytes);
}

/*
 * From the silo's folder, when the image is there: nobody is asked, and no silo need run. Where nobody else can put a file, one with this name is one that
 * the silo verified.
 */
static bool
map_from_folder(Image *image)
{
	char		folder[MAXPGPATH];
	char		name[GC_SHA256_BYTES * 2 + 1] = {0};
	struct stat status;
	int			descriptor;

	strlcpy(folder, graincast_socket, sizeof(folder));
	get_parent_directory(folder);
	if (folder[0] == '\0')
		return false;
	strlcat(folder, "/images", sizeof(folder));
	if (lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode) || !is_silos(&status))
		return false;
	hex_encode((const char *) image->sha256, GC_SHA256_BYTES, name);
	descriptor = OpenTransientFile(psprintf("%s/%s.img", folder, name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor < 0)
		return false;
	map_file(image, descriptor, check_file(descriptor));
	CloseTransientFile(descriptor);
	return true;
}

/* The descriptor stays the silo's to be closed by silo_at_abort until the mapping is made. */
static void
map_descriptor(Image *image, uint64 claimed_bytes)
{
	if (silo.descriptor < 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("%s sent no descriptor with an image", silo_label()),
				 errhint("Use the extension and the silo of the same Graincast release.")));
	if (check_file(silo.descriptor) != claimed_bytes)
		raise_corrupt("Its file does not have the size that the silo named.");
	map_file(image, silo.descriptor, claimed_bytes);
	close(silo_take_descriptor());
}

/* False with the reason when the silo cannot be asked or cannot answer now, or knows nothing of an image that the catalog here has; raises when it refuses. */
static bool
open_from_silo(Image *image, bool in_catalog, SiloFailure *failure)
{
	StringInfoData frame;
	WireReader	reply;
	uint64		size_bytes;
	int			class;

	initStringInfo(&frame);
	wire_begin(&frame, WIRE_OPEN, silo_next_stream());
	wire_put_server_text(&frame, GetUserNameFromId(GetUserId(), false));
	appendBinaryStringInfo(&frame, (const char *) image->sha256, GC_SHA256_BYTES);
	wire_end(&frame);
	if (silo_try_call(&frame, WIRE_OPENED, graincast_timeout_ms, true, &reply, failure))
	{
		size_bytes = wire_get_u64(&reply);
		silo_replied(&reply);
		if (image->bytes == NULL)
			map_descriptor(image, size_bytes);
		else
			close(silo_take_descriptor());
		return true;
	}
	/* A row of this transaction, such as pgml.import_model wrote, is nothing that the silo sees. */
	if (failure->answered && failure->sqlstate == ERRCODE_UNDEFINED_OBJECT && in_catalog)
		return false;
	/* Connection trouble, a silo short of something, or one that starts or stops. */
	class = ERRCODE_TO_CATEGORY(failure->sqlstate);
	if (failure->answered && class != MAKE_SQLSTATE('0', '8', '0', '0', '0') && class != MAKE_SQLSTATE('5', '3', '0', '0', '0')
		&& class != MAKE_SQLSTATE('5', '7', '0', '0', '0'))
		silo_raise(failure);
	return false;
}

/* Not of an ONNX model: only the silo scores it, which the prediction says next. */
static void
warn_once(const Image *image, const SiloFailure *failure)
{
	static bool warned;
	size_t		external_bytes;

	if (warned || failure->sqlstate == ERRCODE_UNDEFINED_OBJECT || gc_external(&image->model, &external_bytes) != NULL)
		return;
	warned = true;
	ereport(WARNING,
			(errmsg("models are read from the catalog into this connection's memory"),
			 failure->message ? errdetail("%s", failure->message) : errdetail("This server is a standby."),
			 errhint("Predictions are the same; connections made when a silo runs share one mapped copy.")));
}

static void
open_from_catalog(Image *image, int64 model_id, const SiloFailure *failure)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "graincast image", ALLOCSET_SMALL_SIZES);
	size_t		size_bytes = 0;
	char	   *bytes = model_id != 0 ? catalog_read_image(model_id, context, &size_bytes) : NULL;

	if (bytes == NULL)
	{
		if (failure->message != NULL)
			silo_raise(failure);
		raise_corrupt("The catalog holds no bytes of it.");
	}
	check_image(image, bytes, size_bytes);
	check_hash(image, (const uint8 *) bytes, size_bytes);
	warn_once(image, failure);
	MemoryContextSetParent(context, TopMemoryContext);
	image->context = context;
	keep_bytes(image, bytes, size_bytes);
}

Image *
image_open(const uint8 sha256[GC_SHA256_BYTES], int64 model_id, bool ask_silo)
{
	Image	   *image;
	bool		found;
	SiloFailure failure = {0};

	if (images == NULL)
	{
		HASHCTL		control = {.keysize = GC_SHA256_BYTES, .entrysize = sizeof(Image)};

		images = hash_create("graincast images", IMAGES_MAX, &control, HASH_ELEM | HASH_BLOBS);
	}
	image = hash_search(images, sha256, HASH_ENTER, &found);
	if (!found)
		memset((char *) image + GC_SHA256_BYTES, 0, sizeof(Image) - GC_SHA256_BYTES);
	image->last_use = ++uses;
	if (!ask_silo && (image->bytes != NULL || map_from_folder(image)))
		return image;
	/* Entries are left in the table when this fails: they are empty and go at the transaction's end. */
	if (!RecoveryInProgress() && open_from_silo(image, model_id != 0 && !ask_silo, &failure))
		return image;
	if (ask_silo)
		silo_raise(&failure);
	open_from_catalog(image, model_id, &failure);
	return image;
}

/* Those that are open in this backend; the array is the caller's, the images are not. */
int
image_list(Image ***out)
{
	HASH_SEQ_STATUS scan;
	Image	   *image;
	int			count = 0;

	*out = palloc(sizeof(Image *) * Max(images ? hash_get_num_entries(images) : 0, 1));
	if (images == NULL)
		return 0;
	hash_seq_init(&scan, images);
	while ((image = hash_seq_search(&scan)) != NULL)
	{
		if (image->bytes != NULL)
			(*out)[count++] = image;
	}
	return count;
}

/* Without the memory the answers are the same, later. */
void
image_quicken(Image *image)
{
	size_t		size_bytes = gc_quick_bytes(&image->model);

	if (size_bytes > 0)
		image->tables = MemoryContextAllocExtended(TopMemoryContext, size_bytes + PG_CACHE_LINE_SIZE, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (image->tables != NULL)
		gc_quicken(&image->model, (void *) TYPEALIGN(PG_CACHE_LINE_SIZE, image->tables), gc_simd_best());
}

static void
close_image(Image *image)
{
	open_bytes -= image->size_bytes;
	if (image->tables != NULL)
		pfree(image->tables);
	if (image->context != NULL)
		MemoryContextDelete(image->context);
	else if (image->bytes != NULL)
		munmap(image->bytes, image->size_bytes);
	(void) hash_search(images, image->sha256, HASH_REMOVE, NULL);
}

/* The image used last stays, however large: a connection with one model must not open it in each transaction. */
static bool
are_too_many(void)
{
	long		count = hash_get_num_entries(images);

	return count > IMAGES_MAX || (count > 1 && open_bytes / (1024 * 1024) >= (size_t) graincast_images_mb);
}

/* The only moment when no statement can be scoring. */
void
image_at_transaction_end(void)
{
	while (images != NULL && are_too_many())
	{
		HASH_SEQ_STATUS scan;
		Image	   *image;
		Image	   *oldest = NULL;

		hash_seq_init(&scan, images);
		while ((image = hash_seq_search(&scan)) != NULL)
		{
			if (oldest == NULL || image->last_use < oldest->last_use)
				oldest = image;
		}
		close_image(oldest);
		image_evictions++;
	}
}
