/*
 * Everything of Postgres that the extension uses, and the only place that knows its versions. PostgreSQL 15 is tested; 16, 17 and 18 differ as below.
 */
#ifndef GRAINCAST_PRELUDE_H
#define GRAINCAST_PRELUDE_H

#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "Graincast knows PostgreSQL 15 to 18"
#endif

#ifdef WORDS_BIGENDIAN
#error "The wire and the image are little-endian, and so must the machine be"
#endif

#if PG_VERSION_NUM >= 180000
#include "storage/waiteventset.h"
#endif

#if PG_VERSION_NUM >= 170000
#define gc_create_wait_event_set(events) CreateWaitEventSet(NULL, (events))
#define gc_local_transaction() (MyProc->vxid.lxid)
#else
#define gc_create_wait_event_set(events) CreateWaitEventSet(TopMemoryContext, (events))
#define gc_local_transaction() (MyProc->lxid)
#endif

#if PG_VERSION_NUM >= 160000
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#define gc_owns_relation(relation, role) object_ownercheck(RelationRelationId, (relation), (role))
#define gc_schema_aclcheck(schema, role, mode) object_aclcheck(NamespaceRelationId, (schema), (role), (mode))
#define gc_qualified_name_list(text) stringToQualifiedNameList((text), NULL)
#else
#define gc_owns_relation(relation, role) pg_class_ownercheck((relation), (role))
#define gc_schema_aclcheck(schema, role, mode) pg_namespace_aclcheck((schema), (role), (mode))
#define gc_qualified_name_list(text) stringToQualifiedNameList((text))
#endif

#if PG_VERSION_NUM >= 180000
#define GC_EXECUTOR_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define GC_EXECUTOR_RUN_ARGUMENTS query, direction, count
#else
#define GC_EXECUTOR_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once
#define GC_EXECUTOR_RUN_ARGUMENTS query, direction, count, execute_once
#endif

/* graincast.c: the settings. */
extern char *graincast_socket;
extern int graincast_timeout_ms;
extern int graincast_images_mb;
extern char *graincast_pin;
extern char *graincast_on_behalf_of;
extern char *graincast_traceparent;

#endif
