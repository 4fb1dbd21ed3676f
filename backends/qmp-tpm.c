/* SPDX-License-Identifier: MIT */
/* QMP commands of module tpm: there is neither a TPM device nor a backend for one yet. */
#include "gen/qapi-commands.h"

TpmModelList *qmp_query_tpm_models(Error **errp)
{
    return g_new0(TpmModelList, 1);
}

TpmTypeList *qmp_query_tpm_types(Error **errp)
{
    return g_new0(TpmTypeList, 1);
}
