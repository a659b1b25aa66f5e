#!/bin/sh
# Say what to do about a check that has failed, and fail.
#
# usage: CHECK || scripts/advise.sh LINE...
{
    echo
    printf '%s\n' "$@"
} >&2
exit 1
