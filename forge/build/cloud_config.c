/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a cloud-config, and the order in which cloud-init's modules take them. */
#include "forge/build/cloud_config.h"
#include "forge/base/log.h"
#include "forge/build/cloud_reading.h"

#include <string.h>

/* -- the keys -- */

static const char at_boot[] = CLOUD_AT_BOOT;
static const char of_disks[] =
    "is about the machine's own disks: plant the document with --cloud-config-at-boot";
static const char of_module[] = "is not available when an image is built: install and set it up by "
                                "\"packages\", \"write_files\" "
                                "and \"runcmd\"";
static const char of_file[] = "is not available when an image is built: use \"write_files\"";
static const char of_command[] = "is not available when an image is built: use \"runcmd\"";
static const char of_init[] =
    "is a setting of cloud-init itself: write it to /etc/cloud/cloud.cfg.d "
    "by \"write_files\"";
static const char of_users[] =
    "is about the default user, whom cloud-init makes at boot: use \"users\"";

/* By name. */
/* clang-format off */
const struct cloud_key cloud_keys[] = {
    LEFT_OUT("allow_public_ssh_keys", at_boot),
    REFUSED("ansible", of_module),
    REFUSED("apk_repos", of_file),
    APPLIED("apt"),
    REFUSED("apt_pipelining", of_file),
    LEFT_OUT("apt_reboot_if_required", at_boot),
    APPLIED("apt_update"),
    APPLIED("apt_upgrade"),
    LEFT_OUT("authkey_hash", at_boot),
    REFUSED("autoinstall", "is about an installation: an image is installed already"),
    REFUSED("bootcmd", "runs at every boot: use --firstboot-command, a service, or "
                       "--cloud-config-at-boot"),
    REFUSED("byobu_by_default", of_command),
    APPLIED("ca-certs"),
    APPLIED("ca_certs"),
    REFUSED("chef", of_module),
    REFUSED("chpasswd", "is not available: give \"users\" a \"hashed_passwd\", or use --password"),
    LEFT_OUT("cloud_config_modules", at_boot),
    LEFT_OUT("cloud_final_modules", at_boot),
    LEFT_OUT("cloud_init_modules", at_boot),
    REFUSED("create_hostname_file", of_init),
    REFUSED("datasource", of_init),
    REFUSED("datasource_list", of_init),
    REFUSED("device_aliases", of_disks),
    REFUSED("disable_ec2_metadata", "is done at every boot: plant the document with "
                                    "--cloud-config-at-boot"),
    APPLIED("disable_root"),
    LEFT_OUT("disable_root_opts", "goes with \"disable_root\""),
    REFUSED("disk_setup", of_disks),
    REFUSED("drivers", of_module),
    REFUSED("fan", of_module),
    LEFT_OUT("final_message", at_boot),
    APPLIED("fqdn"),
    REFUSED("fs_setup", of_disks),
    APPLIED("groups"),
    LEFT_OUT("growpart", "is done at boot; --size makes the disk larger now"),
    REFUSED("grub-dpkg", of_command),
    REFUSED("grub_dpkg", of_command),
    APPLIED("hostname"),
    REFUSED("keyboard", of_command),
    REFUSED("landscape", of_module),
    REFUSED("locale", of_command),
    REFUSED("locale_configfile", of_file),
    REFUSED("lxd", of_module),
    APPLIED("manage_etc_hosts"),
    REFUSED("manage_resolv_conf", of_file),
    REFUSED("mcollective", of_module),
    LEFT_OUT("merge_how", "joins several documents, and there is one"),
    LEFT_OUT("merge_type", "joins several documents, and there is one"),
    LEFT_OUT("migrate", at_boot),
    REFUSED("mount_default_fields", of_disks),
    REFUSED("mounts", of_disks),
    REFUSED("network", "is read from the datasource, not from user data"),
    LEFT_OUT("no_ssh_fingerprints", at_boot),
    APPLIED("ntp"),
    LEFT_OUT("output", at_boot),
    LEFT_OUT("package_reboot_if_required", at_boot),
    APPLIED("package_update"),
    APPLIED("package_upgrade"),
    APPLIED("packages"),
    REFUSED("password", of_users),
    REFUSED("phone_home", "tells a server of each boot: plant the document with "
                          "--cloud-config-at-boot"),
    LEFT_OUT("power_state", at_boot),
    APPLIED("prefer_fqdn_over_hostname"),
    APPLIED("preserve_hostname"),
    REFUSED("puppet", of_module),
    REFUSED("random_seed", "would be the same on every machine of the image: plant the document "
                           "with --cloud-config-at-boot"),
    LEFT_OUT("reporting", at_boot),
    LEFT_OUT("resize_rootfs", "is done at boot; --size makes the file system larger now"),
    REFUSED("resolv_conf", of_file),
    REFUSED("rh_subscription", of_module),
    REFUSED("rsyslog", of_module),
    APPLIED("runcmd"),
    REFUSED("salt_minion", of_module),
    REFUSED("snap", "needs the snap store at boot: plant the document with "
                    "--cloud-config-at-boot"),
    REFUSED("spacewalk", of_module),
    LEFT_OUT("ssh", at_boot),
    APPLIED("ssh_authorized_keys"),
    LEFT_OUT("ssh_deletekeys", "is done by --sysprep"),
    LEFT_OUT("ssh_fp_console_blacklist", at_boot),
    LEFT_OUT("ssh_genkeytypes", at_boot),
    REFUSED("ssh_import_id", "needs a network at boot: give the keys as \"ssh_authorized_keys\""),
    LEFT_OUT("ssh_key_console_blacklist", at_boot),
    REFUSED("ssh_keys", "would be the same on every machine of the image: plant the document with "
                        "--cloud-config-at-boot"),
    LEFT_OUT("ssh_publish_hostkeys", at_boot),
    REFUSED("ssh_pwauth", "is not available: write a file of /etc/ssh/sshd_config.d by "
                          "\"write_files\""),
    LEFT_OUT("ssh_quiet_keygen", at_boot),
    REFUSED("swap", of_disks),
    REFUSED("system_info", of_init),
    APPLIED("timezone"),
    REFUSED("ubuntu_advantage", of_module),
    REFUSED("ubuntu_pro", of_module),
    LEFT_OUT("updates", at_boot),
    REFUSED("user", of_users),
    APPLIED("users"),
    LEFT_OUT("vendor_data", at_boot),
    REFUSED("wireguard", of_module),
    APPLIED("write_files"),
    REFUSED("yum_repo_dir", of_file),
    REFUSED("yum_repos", of_file),
    REFUSED("zypper", of_file),
    { 0 },
};
/* clang-format on */

/* The order of cloud.cfg as cloud-init ships it, but for ntp: there it installs its client first,
 * here one of the packages may be it. */
static cloud_module *const modules[] = {
    cloud_write_files, cloud_hostname, cloud_ca_certs, cloud_groups,
    cloud_users,       cloud_members,  cloud_ssh_keys, cloud_apt,
    cloud_timezone,    cloud_packages, cloud_ntp,      cloud_write_deferred_files,
    cloud_runcmd,
};

/* -- what is no cloud-config -- */

/* The beginnings that cloud-init tells user data by, and what to do with each. */
static const struct other_kind {
    const char *begins, *what;
} other_kinds[] = {
    { "#cloud-config-archive", "is an archive of several documents: give its cloud-config alone" },
    { "#cloud-config-jsonp", "is a patch of another document: apply it first" },
    { "## template: jinja",
      "is a template: render it first, as cloud-init devel render does on a machine" },
    { "#!", "is a script: use --run, or --firstboot for the first boot" },
    { "#include", "names other files by URL: fetch them, and give the cloud-config alone" },
    { "#cloud-boothook", "is a script for every boot: use --cloud-seed" },
    { "#part-handler", "is a program for cloud-init: use --cloud-seed" },
    { "content-type:", "is a MIME archive: give its cloud-config alone, or use --cloud-seed" },
    { "mime-version:", "is a MIME archive: give its cloud-config alone, or use --cloud-seed" },
    { "from ", "is a MIME archive: give its cloud-config alone, or use --cloud-seed" },
    { "\x1f\x8b", "is compressed: unpack it with gunzip" },
    { "\xef\xbb\xbf", "begins with a byte order mark, which cloud-init does not pass over: save it "
                      "without" },
};

static bool is_cloud_config(const char *text)
{
    static const char header[] = "#cloud-config";
    size_t length = strlen(header);
    return starts_with(text, header) && (!text[length] || strchr(" \t\r\n", text[length]));
}

int cloud_config_check(const struct recipe_source *source, struct error **err)
{
    if (is_cloud_config(source->text))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(other_kinds); i++)
        if (strncasecmp(source->text, other_kinds[i].begins, strlen(other_kinds[i].begins)) == 0)
            return error_set(err, ERROR_USAGE, "%s %s", source->path, other_kinds[i].what);
    return error_set(err, ERROR_USAGE,
                     "%s is no cloud-config: its first line is not \"#cloud-config\"",
                     source->path);
}

/* -- reading -- */

/* A text that is no YAML is not shown when it may have a secret: nobody knows where. */
static void hide_all(struct recipe_source *source)
{
    static const char *const signs[] = { "passw", "content", "PRIVATE KEY" };
    for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
        source->unseen |= strstr(source->text, signs[i]) != NULL;
}

static void read_document(struct cloud_config *config, const struct recipe_node *root)
{
    if (root->kind != RECIPE_MAPPING)
        hide_all(config->source);
    cloud_check_mapping(config, root, "#cloud-config", cloud_keys);
    for (size_t i = 0; i < ARRAY_SIZE(modules) && root->kind == RECIPE_MAPPING; i++)
        modules[i](config, root);
}

static void interpret(struct cloud_config *config)
{
    struct error *error = NULL;
    config->faults.subject = "the cloud-config";
    if (cloud_config_check(config->source, &error)) {
        const struct recipe_place start = { config->source, 1, 1, 0 };
        config->source->unseen = true;
        recipe_faults_take(&config->faults, NULL, &start, error);
        return;
    }
    config->source->binary = true;
    AUTO(recipe_node_free)
    struct recipe_node *root = recipe_yaml_parse(config->source, &config->faults);
    if (root)
        read_document(config, root);
    else
        hide_all(config->source);
}

int cloud_config_read(const char *path, struct cloud_config *config, struct error **err)
{
    config->source = recipe_source_read(path, err);
    if (!config->source)
        return -1;
    interpret(config);
    return 0;
}

void cloud_config_parse(const char *path, const char *text, size_t length,
                        struct cloud_config *config)
{
    config->source = recipe_source_new(path, text, length);
    interpret(config);
}

void cloud_config_warn(struct cloud_config *config)
{
    recipe_faults_sort(&config->warnings);
    for (size_t i = 0; i < config->warnings.count; i++) {
        AUTO_FREE char *place = recipe_place_text(&config->warnings.items[i].place);
        log_warn("%s: %s", place, config->warnings.items[i].message);
    }
    if (config->warnings.dropped)
        log_warn("%s: %zu more warnings, which are not shown", config->source->path,
                 config->warnings.dropped);
}

void cloud_config_clear(struct cloud_config *config)
{
    customize_plan_clear(&config->plan);
    customize_plan_clear(&config->deferred);
    recipe_faults_clear(&config->faults);
    recipe_faults_clear(&config->warnings);
    recipe_source_free(config->source);
    *config = (struct cloud_config){ 0 };
}
