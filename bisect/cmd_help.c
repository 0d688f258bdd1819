/* `help [COMMAND]`; `completion SHELL`, which `make install` calls. */
#include "common/base.h"
#include "bisect/cmd.h"

const struct prog_cmd cmd_help = PROG_HELP(USE_HELP);
const struct prog_cmd cmd_completion = PROG_COMPLETION(USE_HELP);
