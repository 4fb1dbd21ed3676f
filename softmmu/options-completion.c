/* SPDX-License-Identifier: MIT */
/* -completion: scripts with which shells complete our command line. Options come from the table;
 * commands of "ctl", their arguments and values from the server that the line names. */
#include "softmmu/options-apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char bash_head[] =
    "_poise_ctl() { # words so far, of which the last is to be completed\n"
    "    local -a at=()\n"
    "    local i n=$(($# - 1)) cur=${*: -1}\n"
    "    for ((i = 3; i <= n; i++)); do\n"
    "        case ${!i} in\n"
    "            -o | --timeout | --wait | --id | --hmp) i=$((i + 1)) ;;\n"
    "            -*) ;;\n"
    "            *) at+=(\"${!i}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    case $cur in\n"
    "        -*) COMPREPLY=($(compgen -W '-o --timeout --wait --id --hmp' -- \"$cur\")) ;;\n"
    "        *=*) COMPREPLY=($(compgen -W \"$(\"$1\" ctl \"${at[0]}\" complete \"${at[1]}\" "
    "\"${cur%%=*}\" 2>/dev/null)\" -- \"${cur#*=}\")) ;;\n"
    "        *)\n"
    "            case ${#at[@]} in\n"
    "                0) return ;;\n"
    "                1) COMPREPLY=($(compgen -W \"wait events help $(\"$1\" ctl \"${at[0]}\" "
    "complete 2>/dev/null)\" -- \"$cur\")) ;;\n"
    "                *)\n"
    "                    compopt -o nospace 2>/dev/null\n"
    "                    COMPREPLY=($(compgen -W \"$(\"$1\" ctl \"${at[0]}\" complete "
    "\"${at[1]}\" 2>/dev/null)\" -- \"$cur\"))\n"
    "                    ;;\n"
    "            esac\n"
    "            ;;\n"
    "    esac\n"
    "}\n"
    "_poise() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT}\n"
    "    local -a words\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *' ' ]] && words+=('')\n"
    "    COMPREPLY=()\n"
    "    if [[ ${words[1]} == ctl && ${#words[@]} -gt 2 ]]; then\n"
    "        _poise_ctl \"${words[@]}\"\n"
    "    elif [[ ${words[*]: -1} == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W '";
static const char bash_tail[] = "' -- \"${words[*]: -1}\"))\n"
                                "    fi\n"
                                "}\n"
                                "complete -o default -F _poise poise poise-system-aarch64\n";

static const char zsh_head[] =
    "#compdef poise poise-system-aarch64\n"
    "_poise_ask() { # words of a server\n"
    "    print -r -- \"$($words[1] ctl $1 complete ${@:2} 2>/dev/null)\"\n"
    "}\n"
    "_poise_ctl() {\n"
    "    local -a at\n"
    "    local i\n"
    "    for ((i = 3; i < CURRENT; i++)); do\n"
    "        case $words[i] in\n"
    "            -o | --timeout | --wait | --id | --hmp) ((i++)) ;;\n"
    "            -*) ;;\n"
    "            *) at+=($words[i]) ;;\n"
    "        esac\n"
    "    done\n"
    "    if [[ $PREFIX == -* ]]; then\n"
    "        compadd -- -o --timeout --wait --id --hmp\n"
    "    elif (($#at == 0)); then\n"
    "        _files\n"
    "    elif (($#at == 1)); then\n"
    "        compadd -- wait events help ${(f)\"$(_poise_ask $at[1])\"}\n"
    "    elif [[ $PREFIX == *=* ]]; then\n"
    "        local key=${PREFIX%%=*}\n"
    "        compset -P '*='\n"
    "        compadd -- ${(f)\"$(_poise_ask $at[1] $at[2] $key)\"} || _files\n"
    "    else\n"
    "        compadd -S '' -- ${(f)\"$(_poise_ask $at[1] $at[2])\"}\n"
    "    fi\n"
    "}\n"
    "_poise() {\n"
    "    if ((CURRENT > 2)) && [[ $words[2] == ctl ]]; then\n"
    "        _poise_ctl\n"
    "    elif [[ $PREFIX == -* ]]; then\n"
    "        compadd -- ";
static const char zsh_tail[] = "\n"
                               "    else\n"
                               "        _files\n"
                               "    fi\n"
                               "}\n"
                               "compdef _poise poise poise-system-aarch64\n";

static void print_script(const char *head, const char *tail)
{
    fputs(head, stdout);
    for (const OptionDef *o = option_table; o->name; o++) {
        printf("%s-%s", o == option_table ? "" : " ", o->name);
    }
    fputs(tail, stdout);
}

bool option_completion(CommandLine *cl, const OptionDef *opt, const char *arg, Error **errp)
{
    if (strcmp(arg, "bash") == 0) {
        print_script(bash_head, bash_tail);
    } else if (strcmp(arg, "zsh") == 0) {
        print_script(zsh_head, zsh_tail);
    } else {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "expected bash or zsh");
    }
    exit(EXIT_SUCCESS);
}
