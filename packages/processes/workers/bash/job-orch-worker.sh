# A job-orch worker in bash 4.2 or newer: one file to source, no other program. Speaks LJP/1 (docs/protocol.md).
#
#   source job-orch-worker.sh
#   shout() { REPLY=${1^^}; }            # $1: the request as JSON text; REPLY: the response as JSON text
#   job_orch_serve shout                 # serves the functions of these names
#
# A job fails by `job_orch_fail <name> <message> [code] [retry]` and returning non-zero; a bare non-zero return fails as well.
# While a job runs, LJP_ID is its id on this link. job_orch_progress and job_orch_log tell the host about it. Jobs run one after
# the other and cannot be cancelled. A job named with characters that functions lack: serve "wire.name=function".
# Names that begin with LJP_, ljp_ or job_orch_ are this file's; a job may use all others. `set -e` does not reach into jobs.

# A text as JSON, in REPLY.
job_orch_quote() {
  local LC_ALL=C text=$1 char code
  text=${text//\\/\\\\} text=${text//\"/\\\"} text=${text//$'\n'/\\n} text=${text//$'\t'/\\t} text=${text//$'\r'/\\r}
  while [[ $text =~ [$'\001'-$'\037'] ]]; do
    char=${BASH_REMATCH[0]}
    printf -v code '\\u%04x' "'$char"
    text=${text//"$char"/$code}
  done
  REPLY="\"$text\""
}

job_orch_fail() {
  local error message=${2:-failed}
  ((${#message} < 2000000)) || message=${message:0:8192} # it goes in one line
  job_orch_quote "${1:-Error}" && error="{\"name\":$REPLY"
  job_orch_quote "$message" && error+=",\"message\":$REPLY"
  job_orch_quote "${3:-ERR_PROCESS}" && error+=",\"code\":$REPLY"
  job_orch_quote "${4:-unknown}" && error+=",\"retry\":$REPLY}"
  LJP_ERROR=$error
  return 1
}

# What is too long for a line is not shown.
job_orch_progress() { ((${#1} > 2000000)) || printf 'G %s %s\n' "$LJP_ID" "${1//$'\n'/ }" >&"$LJP_OUT"; }

job_orch_log() { # level, message
  local level REPLY # a job's REPLY is its response
  job_orch_quote "$1" && level=$REPLY
  job_orch_quote "$2" && ((${#REPLY} > 2000000)) || printf 'L %s {"level":%s,"message":%s}\n' "$LJP_ID" "$level" "$REPLY" >&"$LJP_OUT"
}

# Whether the response goes in one line of 8 MiB.
job_orch_fits() {
  local LC_ALL=C # bytes are counted
  ((${#REPLY} < 8388608 - 20))
}

# Frames get file descriptors of their own; what jobs print goes to standard error, what they read is empty.
job_orch_open() {
  if [[ ${LJP_ADDR-} == tcp:* ]]; then
    local place=${LJP_ADDR#tcp:}
    exec {LJP_IN}<>"/dev/tcp/${place%:*}/${place##*:}" || exit 1
    LJP_OUT=$LJP_IN
    printf 'LJP/1 %s\n' "${LJP_TOKEN-}" >&"$LJP_OUT"
  elif [[ -n ${LJP_ADDR-} ]]; then
    printf 'bash dials tcp:<host>:<port> alone, not %s\n' "$LJP_ADDR" >&2
    exit 1
  elif [[ ${LJP_TRANSPORT-} == stdio ]]; then
    exec {LJP_IN}<&0 {LJP_OUT}>&1 1>&2
  else
    exec {LJP_IN}<&3 {LJP_OUT}>&3 3>&-
  fi
  exec 0</dev/null
}

job_orch_serve() {
  local -A ljp_jobs
  local one names=() caps='"busy","drain","ping"' op id job request ljp_status ljp_ack='' ljp_draining='' ljp_idle=''
  for one; do
    ljp_jobs[${one%%=*}]=${one#*=}
    job_orch_quote "${one%%=*}" && names+=("$REPLY")
  done
  if [[ ${LJP-} != 1 ]]; then
    printf 'This is a worker for the jobs %s: a host starts it, processes(job, { command: … }) of @job-orch/processes.\n' "${names[*]}" >&2
    exit 2
  fi
  [[ ,${LJP_CAPS-}, == *,ack,* ]] && ljp_ack=1 caps+=',"ack"'
  trap '[[ -n $ljp_idle ]] && exit 0; ljp_draining=1' TERM
  trap : PIPE # not ignored, or the programs that jobs start would ignore it as well
  job_orch_open
  local IFS=,
  printf 'H 0 {"v":1,"name":"bash","lang":"bash %s","jobs":[%s],"credit":1024,"caps":[%s],"pid":%s}\n' \
    "${BASH_VERSION%%(*}" "${names[*]}" "$caps" "$$" >&"$LJP_OUT" || exit 0
  IFS=$' \t\n'
  while :; do
    ljp_idle=1
    [[ -n $ljp_draining ]] && exit 0
    IFS=' ' read -r -u "$LJP_IN" op id request || exit 0
    ljp_idle=''
    case $op in
      R)
        job=${request%% *}
        if [[ $request == *' '* ]]; then request=${request#* }; else request=null; fi
        [[ -n $ljp_ack ]] && printf 'B %s\n' "$id" >&"$LJP_OUT"
        LJP_ID=$id LJP_ERROR='' REPLY=null ljp_status=0
        if [[ -z $job || -z ${ljp_jobs[$job]-} ]]; then
          job_orch_fail UnsupportedError 'This worker has no such job' ERR_UNSUPPORTED never || ljp_status=1
        else
          "${ljp_jobs[$job]}" "$request" || ljp_status=$?
        fi
        [[ $ljp_status == 0 || -n $LJP_ERROR ]] || job_orch_fail Error "The job returned $ljp_status" || :
        [[ -n $LJP_ERROR ]] || ((${#REPLY} < 2000000)) || job_orch_fits || job_orch_fail Error 'The response is over the limit of 8 MiB' ERR_TOO_LARGE never || :
        [[ $REPLY == *$'\n'* ]] && REPLY=${REPLY//$'\n'/ } # JSON that was laid out
        if [[ -n $LJP_ERROR ]]; then printf 'E %s %s\n' "$LJP_ID" "$LJP_ERROR"; else printf 'K %s %s\n' "$LJP_ID" "$REPLY"; fi >&"$LJP_OUT" || exit 0
        ;;
      P) printf 'O %s\n' "$id" >&"$LJP_OUT" ;;
      Q) exit 0 ;;
    esac
  done
}
