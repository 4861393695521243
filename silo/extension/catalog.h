/*
 * The catalog's tables, read and written as their owner with a pinned search_path, whoever the caller is. Who may do what is decided by the callers of
 * this file, who take GetUserId() first.
 */
#ifndef GRAINCAST_CATALOG_H
#define GRAINCAST_CATALOG_H

#include "prelude.h"

#define CATALOG_NAME_BYTES 192
#define CATALOG_GRANTS_MAX 16

/* Each has those before it in it. */
typedef enum CatalogRight
{
	CATALOG_PREDICT,
	CATALOG_TRAIN,
	CATALOG_OWN
} CatalogRight;

/* To whom a project is granted by its owner. */
typedef struct CatalogGrants
{
	int			count;
	struct
	{
		NameData	role;
		CatalogRight right;
	}			all[CATALOG_GRANTS_MAX];
} CatalogGrants;

/* A project and the model that answers for it, or a model by its id. */
typedef struct CatalogModel
{
	int64		project_id;
	int64		model_id;		/* 0: nothing is deployed */
	NameData	owner;
	CatalogGrants grants;
	char		project[CATALOG_NAME_BYTES];	/* cut off when longer: for messages */
	uint8		sha256[32];
} CatalogModel;

/* catalog.c: whose */
typedef struct CatalogAccess
{
	Oid			user;
	int			security;
	int			guc_level;
} CatalogAccess;

typedef struct CatalogStatement
{
	const char *sql;
	int			parameters;
	Oid			types[16];
	SPIPlanPtr	plan;
} CatalogStatement;

extern Oid	catalog_relation(const char *name);
extern Oid	catalog_projects_relation(void);
extern bool catalog_is_watched(Oid relation);
extern bool catalog_is_distributed(void);
extern void catalog_begin_write(const char *function);
extern void catalog_lock_projects(void);
extern void catalog_become_owner(CatalogAccess *access);
extern void catalog_become_caller(const CatalogAccess *access);
extern void catalog_enter(CatalogAccess *access);
extern void catalog_leave(const CatalogAccess *access);
extern void catalog_raise_outdated(const char *missing) pg_attribute_noreturn();
extern uint64 catalog_run(CatalogStatement *statement, const Datum *values, const char *nulls, bool read_only);
extern int64 catalog_int64(int column);
extern char *catalog_text(int column);
extern Oid	catalog_silo_role(void);

extern void catalog_copy_name(char out[CATALOG_NAME_BYTES], const char *name);
extern const char *catalog_right_name(CatalogRight right);
extern void catalog_check_right(const CatalogModel *model, Oid user, CatalogRight right);
extern bool catalog_image_allows(const uint8 sha256[32], Oid user, bool *named);
extern char *catalog_read_image(int64 model_id, MemoryContext context, size_t *size_bytes);
extern void catalog_check_project(const char *project, const char *owner, const CatalogGrants *grants, Oid user, CatalogRight right);
extern void catalog_raise_unknown_project(const char *name) pg_attribute_noreturn();
extern void catalog_raise_unknown_model(int64 model_id) pg_attribute_noreturn();

/* cataloglookup.c: which model; by the active snapshot */
extern bool catalog_find_project(const char *name, CatalogModel *out);
extern bool catalog_find_model(int64 model_id, CatalogModel *out);
extern void catalog_read_grants(int first_column, CatalogGrants *out);

/* catalogwrite.c: writes */
typedef struct CatalogProject
{
	int64		id;
	char	   *task;
	char	   *owner;
	CatalogGrants grants;
} CatalogProject;

extern bool catalog_lock_project(const char *name, CatalogProject *out);
extern void catalog_lock_project_for(const char *name, Oid user, CatalogRight right, CatalogProject *out);
extern void catalog_check_project_name(const char *name);
extern void catalog_add_project(const char *name, const char *task, const char *owner);
extern void catalog_add_deployment(int64 project_id, int64 model_id, const char *strategy);
extern const char *catalog_key_metric(const char *task);

#endif
