/* SPDX-License-Identifier: Apache-2.0 */
/* What fsimage/ops gives to the table: op_NAME runs a step, check_NAME looks at it beforehand. */
#ifndef FORGE_FSIMAGE_OPS_H
#define FORGE_FSIMAGE_OPS_H

#include "fsimage/customize.h"

typedef int customize_run(struct guest *guest, const struct customize_step *step,
                          struct error **err);
typedef int customize_check(struct customize_step *step, struct error **err);
typedef int customize_expand(struct customize_plan *plan, const struct customize_step *step,
                             struct error **err);
typedef int customize_keys(const struct customize_step *step, struct string_list *keys,
                           struct error **err);
typedef void customize_files(const struct customize_step *step, struct string_list *names);

customize_files files_first; /* local_file.c: FIRST names it */
customize_check check_local_file;

customize_expand expand_commands_file; /* commands_file.c */

customize_run op_hostname; /* hostname.c */
customize_check check_hostname;
extern const char *const hostname_settings[];

customize_run op_timezone; /* timezone.c */
customize_check check_timezone;

customize_run op_write, op_append_line; /* write.c */
customize_check check_append_line, check_write;
extern const char *const write_settings[];

customize_run op_upload; /* upload.c */
customize_check check_upload;

customize_run op_copy_in; /* copy_in.c */
customize_check check_copy_in;

customize_run op_mkdir, op_delete, op_touch; /* files.c */
customize_check check_guest_path, check_not_root;

customize_run op_truncate, op_truncate_recursive, op_scrub; /* erase.c */

customize_run op_copy, op_move; /* copy.c */
customize_check check_copy;

customize_run op_tar_in; /* tar_in.c */
customize_check check_tar_in;

customize_run op_chmod, op_chown; /* permissions.c */
customize_check check_chmod, check_chown;

customize_run op_link; /* link.c */
customize_check check_link;

customize_run op_edit; /* edit.c */
customize_check check_edit;

customize_run op_run_command, op_run; /* run.c */
customize_check check_run_command;

customize_run op_install, op_package_file, op_uninstall, op_update; /* packages.c */
customize_check check_install, check_package_file, check_package_names;
customize_files files_install, files_items;
bool install_is_local(const struct customize_step *step);

customize_run op_firstboot, op_firstboot_command, op_firstboot_install; /* firstboot.c */

customize_run op_selinux_relabel; /* selinux_relabel.c */

customize_run op_service; /* service.c */
customize_check check_service;

customize_run op_user_add; /* user_add.c */
customize_check check_user_add;
customize_files files_user_add;
customize_keys keys_user_add;
extern const char *const user_add_settings[];

customize_run op_group_add; /* group_add.c */
customize_check check_group_add;

customize_run op_ntp; /* ntp.c */
customize_check check_ntp;

customize_run op_cloud_seed; /* cloud_seed.c */

customize_run op_kernel_cmdline; /* kernel_cmdline.c */
customize_check check_kernel_cmdline;

customize_run op_ca_cert; /* ca_cert.c */
customize_check check_ca_cert;
customize_files files_ca_cert;

customize_run op_apt_source; /* apt_source.c */
customize_check check_apt_source;
customize_files files_apt_source;

customize_run op_password, op_root_password; /* password.c */
customize_check check_password, check_root_password;

customize_run op_ssh_inject; /* ssh_inject.c */
customize_check check_ssh_inject;
customize_files files_ssh_inject;
customize_keys keys_ssh_inject;

#endif
