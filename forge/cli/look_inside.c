/* SPDX-License-Identifier: Apache-2.0 */
/* A guest opened for reading, from the command line. */
#include "forge/cli/look_inside.h"
#include "forge/cli/bundle_request.h"

void declare_look(struct options *options, struct look_settings *settings)
{
    declare_input(options, &settings->input);
    declare_opening_key(options, &settings->keys);
    declare_guest(options, &settings->appliance);
}

int look_open(struct look *look, const struct look_settings *settings,
              const struct invocation *invocation, struct error **err)
{
    const char *path = invocation->arguments->items[0];
    if (keyring_read_for_input(&look->keyring, &settings->keys, path, err))
        return -1;
    const struct input_options input = input_options_of(&settings->input, &look->keyring);
    look->input = input_open(path, &input, invocation->progress, err);
    if (!look->input)
        return -1;
    struct guest_options guest = guest_options_of(&settings->appliance, invocation->common);
    guest.image_name = path;
    look->guest =
        guest_open(look->input->image, GUEST_READ_ONLY, &guest, invocation->progress, err);
    return look->guest ? 0 : -1;
}

void look_clear(struct look *look)
{
    guest_close(look->guest);
    input_close(look->input);
    keyring_clear(&look->keyring);
}
