"""The commands of `radioloom`, one file each; a new command is a file and its row here."""

from radioloom.commands import (
    apply,
    check,
    compare,
    conformance,
    deidentify,
    discover,
    extract,
    features,
    follow,
    idc,
    key,
    landmarks,
    new,
    plant,
    refit,
    targets,
)
from radioloom.commands.record import Command

# In the order in which `radioloom --help` lists them: that of a study, then what stands alone.
COMMANDS: tuple[Command, ...] = (
    new.COMMAND,
    check.COMMAND,
    key.COMMAND,
    discover.COMMAND,
    deidentify.COMMAND,
    idc.COMMAND,
    landmarks.COMMAND,
    targets.COMMAND,
    follow.COMMAND,
    refit.COMMAND,
    extract.COMMAND,
    apply.COMMAND,
    compare.COMMAND,
    features.COMMAND,
    plant.COMMAND,
    conformance.COMMAND,
)
