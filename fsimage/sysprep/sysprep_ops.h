/* SPDX-License-Identifier: Apache-2.0 */
/* What fsimage/sysprep gives to the table: the operations that rules cannot say. */
#ifndef FORGE_FSIMAGE_SYSPREP_OPS_H
#define FORGE_FSIMAGE_SYSPREP_OPS_H

#include "fsimage/sysprep.h"

typedef int sysprep_find(struct sysprep_search *search, struct error **err);
typedef int sysprep_finish(struct sysprep_search *search, bool dry_run, struct error **err);

sysprep_find sysprep_find_user_accounts; /* user_accounts.c */
sysprep_find sysprep_find_secrets;       /* secrets.c */
sysprep_finish sysprep_finish_fs_uuids;  /* fs_uuids.c */
sysprep_finish sysprep_finish_lvm_uuids; /* lvm_uuids.c */

#endif
