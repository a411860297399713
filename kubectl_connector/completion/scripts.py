"""The small scripts between a shell, or kubectl, and ``kubectl-connector __complete``.

They are our own, because cobra's scripts pass what the user has typed to ``eval``. For candidates
and directives see :mod:`~kubectl_connector.completion.complete`.
"""

from __future__ import annotations

MARK = "kubectl connector completion install"
"""The mark in files that ``completion install`` writes. It may replace and remove such files."""

FOR_KUBECTL = f"""\
#!/bin/sh
# Written by: {MARK}
# kubectl runs this at: kubectl connector <TAB>
exec kubectl-connector __complete "$@"
"""

FOR_KUBECTL_ON_WINDOWS = f"""\
@rem Written by: {MARK}
@rem kubectl runs this at: kubectl connector <TAB>
@kubectl-connector __complete %*
""".replace("\n", "\r\n")

BASH = """\
# Completion of kubectl-connector for bash; in ~/.bashrc:
#   source <(kubectl-connector completion bash)
# kubectl connector is completed by kubectl: source <(kubectl completion bash)

_kubectl_connector() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() word i
  # bash breaks words at = and : too; what no blank separates belongs together.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then
      rest=${rest#"${rest%%[![:space:]]*}"}
      words+=("${rest:0:${#word}}")
    else
      words[${#words[@]} - 1]+=${rest:0:${#word}}
    fi
    rest=${rest:${#word}}
  done

  local out directive
  out=$("${words[0]}" __complete "${words[@]:1}" 2>/dev/null) || return
  directive=${out##*:}
  out=${out%:*}

  # What bash takes for the word ends at the last break: candidates begin after it.
  local last=${words[${#words[@]} - 1]} cut="" mark
  if [[ $last == -*=* ]]; then last=${last#*=}; fi
  for mark in : =; do
    word=${last%"${last##*"$mark"}"}
    if [[ $COMP_WORDBREAKS == *"$mark"* && ${#word} -gt ${#cut} ]]; then cut=$word; fi
  done

  local names=() meanings=() line longest=0
  while IFS= read -r line; do
    if [[ -n $line ]]; then
      names+=("${line%%$'\\t'*}")
      if [[ $line == *$'\\t'* ]]; then meanings+=("${line#*$'\\t'}"); else meanings+=(""); fi
      word=${names[${#names[@]} - 1]}
      if ((${#word} > longest)); then longest=${#word}; fi
    fi
  done <<<"$out"

  COMPREPLY=()
  for ((i = 0; i < ${#names[@]}; i++)); do
    word=${names[i]#"$cut"}
    # Meanings are for lists only: anything else would put them on the line.
    if [[ ${#names[@]} -gt 1 && -n ${meanings[i]} && ${COMP_TYPE-} =~ ^(33|63|64)$ ]]; then
      printf -v word "%-$((longest - ${#cut}))s  (%s)" "$word" "${meanings[i]}"
      word=${word:0:${COLUMNS:-80}}
    fi
    COMPREPLY+=("$word")
  done

  if [[ $(type -t compopt) == builtin ]]; then # bash 3.2, which macOS has, has none
    if ((directive & 2)); then compopt -o nospace; fi
    if ((directive & 4)); then compopt +o default; fi
    if ((directive & 16)); then compopt +o default -o dirnames; fi
  fi
}

complete -o default -F _kubectl_connector kubectl-connector
"""

ZSH = """\
#compdef kubectl-connector
# Completion of kubectl-connector for zsh; in ~/.zshrc, after compinit:
#   source <(kubectl-connector completion zsh)
# kubectl connector is completed by kubectl: source <(kubectl completion zsh)

_kubectl-connector() {
  local -a lines candidates
  local line name meaning
  integer directive
  lines=("${(@f)$(${(Q)words[1]} __complete "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  [[ $lines[-1] == :<-> ]] || return 1
  directive=${lines[-1]#:}
  lines[-1]=()
  [[ $PREFIX == -*=* ]] && compset -P 1 '*='
  if ((directive & 16)); then
    _path_files -/
    return
  fi
  for line in $lines; do
    name=${line%%$'\\t'*}
    meaning=${${line#$name}#$'\\t'}
    candidates+=("${name//:/\\\\:}${meaning:+:$meaning}")
  done
  if ((!$#candidates)); then
    ((directive & 4)) || _files
  elif ((directive & 2)); then
    _describe -t values kubectl-connector candidates -S ''
  else
    _describe -t values kubectl-connector candidates
  fi
}

if [[ $funcstack[1] == _kubectl-connector ]]; then
  _kubectl-connector "$@"
else
  compdef _kubectl-connector kubectl-connector
fi
"""

FISH = """\
# Completion of kubectl-connector for fish; keep it as
#   ~/.config/fish/completions/kubectl-connector.fish
# kubectl connector is completed by kubectl: kubectl completion fish

function __kubectl_connector_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l last (commandline -ct)
    set -l lines ($program __complete $words "$last" 2>/dev/null)
    or return
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    # A candidate of fish is the whole word, what stands before its value included.
    set -l before (string match -r -- '^--[^=]*=' $last)
    set -l value (string replace -r -- '^--[^=]*=' '' $last)
    if test $directive -eq 16
        set lines (__fish_complete_directories "$value")
    else if test $directive -eq 0 -a (count $lines) -eq 0
        set lines (__fish_complete_path "$value")
    end
    for line in $lines
        echo -- "$before$line"
    end
end

complete -c kubectl-connector -e
complete -c kubectl-connector -f -a '(__kubectl_connector_complete)'
"""

POWERSHELL = """\
# Completion of kubectl-connector for PowerShell; in $PROFILE:
#   kubectl-connector completion powershell | Out-String | Invoke-Expression
# kubectl connector is completed by kubectl: kubectl completion powershell

Register-ArgumentCompleter -Native -CommandName kubectl-connector -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text })
    $program = $words[0]
    $words = @($words | Select-Object -Skip 1)
    if ($wordToComplete -eq '') {
        # Before 7.3 an empty argument is lost on its way, unless it is quoted twice.
        $words += if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }
    }
    $lines = @(& $program __complete @words 2>$null)
    if (-not $lines) { return }
    $directive = [int]($lines[-1].TrimStart(':'))
    $last = if ($words) { $words[-1].Trim('"') } else { '' }
    $before = if ($last -match '^(--[^=]*=)') { $Matches[1] } else { '' }
    $candidates = @($lines | Select-Object -SkipLast 1)
    foreach ($line in $candidates) {
        $name, $meaning = $line.Split("`t", 2)
        if (-not $meaning) { $meaning = $name }
        [System.Management.Automation.CompletionResult]::new(
            "$before$name", $name, 'ParameterValue', $meaning)
    }
    # Nothing at all makes PowerShell offer files; an empty text keeps it from that.
    if (-not $candidates -and ($directive -band 4)) { '' }
}
"""

SHELLS = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}
"""The script for the bare command, by shell."""
