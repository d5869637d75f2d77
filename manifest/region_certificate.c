/* SPDX-License-Identifier: Apache-2.0 */
/* Which of Amazon's certificates a region's cloud decrypts with, and where it lies. */
#include "forge/base/strings.h"
#include "manifest/keys.h"

#include <unistd.h>

/* The first row whose prefix fits counts; no file means that nobody ships one. */
static const struct {
    const char *region_prefix;
    const char *file;
} clouds[] = {
    { "us-gov-", "cert-ec2-gov.pem" },
    { "cn-", "cert-ec2-cn-north-1.pem" },
    { "us-iso", NULL },
    { "eu-iso", NULL },
    { "us-", "cert-ec2.pem" },
    { "eu-", "cert-ec2.pem" },
    { "ap-", "cert-ec2.pem" },
    { "sa-", "cert-ec2.pem" },
    { "ca-", "cert-ec2.pem" },
    { "me-", "cert-ec2.pem" },
    { "af-", "cert-ec2.pem" },
    { "il-", "cert-ec2.pem" },
    { "mx-", "cert-ec2.pem" },
};

/* The tools' own order: EC2_AMITOOL_HOME wins. */
static const char *const homes[] = { "EC2_AMITOOL_HOME", "EC2_HOME" };

static const char *file_of_region(const char *region)
{
    for (size_t i = 0; i < ARRAY_SIZE(clouds); i++)
        if (starts_with(region, clouds[i].region_prefix))
            return clouds[i].file;
    return NULL;
}

char *region_certificate_path(const char *region, struct error **err)
{
    const char *file = file_of_region(region);
    if (!file) {
        error_set(err, ERROR_USAGE,
                  "no certificate is known for the cloud of region %s: give one with --ec2cert",
                  region);
        return NULL;
    }
    const char *variable = NULL, *home = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(homes) && !home; i++) {
        variable = homes[i];
        home = getenv(variable);
    }
    if (!home) {
        error_set(err, ERROR_USAGE,
                  "region %s needs %s, which comes with Amazon's ec2-ami-tools: give it with "
                  "--ec2cert, or set EC2_AMITOOL_HOME (neither that nor EC2_HOME is set)",
                  region, file);
        return NULL;
    }
    AUTO_FREE char *directory = path_join(home, "etc/ec2/amitools");
    AUTO_FREE char *path = path_join(directory, file);
    if (access(path, R_OK)) {
        error_set(err, ERROR_USAGE,
                  "region %s needs %s, which comes with Amazon's ec2-ami-tools: it is not in %s "
                  "(from %s); give it with --ec2cert",
                  region, file, directory, variable);
        return NULL;
    }
    return STEAL(path);
}
