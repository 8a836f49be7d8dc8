#!/usr/bin/env bash
#
# Starts the server and keeps an SSH tunnel to a database that only another machine can reach. docs/deploy.md describes
# the settings. Without SSH_HOST and SSH_KEY it starts the server without a tunnel.
#
#     bash tunnel-and-serve.sh               what npm start runs
#     bash tunnel-and-serve.sh <command>     a command that needs the database, such as npm run message
#
# The server replaces this shell, so that it receives signals directly and its exit code is that of the script. A child
# process that ignores signals keeps the tunnel: a platform that signals all processes must not disconnect the database
# while the server finishes its writes. The child ends when a pipe is closed, which the server holds open.
#
# Exit codes: those of the server; 2 for invalid settings, as the server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly DATABASE_PORT=28015
# For a RethinkDB server to answer, for a tunnel to open, and between two checks of an open tunnel.
readonly ANSWER_SECONDS=3 OPEN_SECONDS=20 CHECK_SECONDS=5
# Longest wait between two attempts.
readonly RETRY_MAX_SECONDS=10
# For the tunnel to open before a command is run.
readonly COMMAND_WAIT_SECONDS=60

main() {
  if (($# == 0)); then
    [[ -f dist/server/main.js && -f static/build/assets.json ]] || npm run --silent build >&2
    set -- node dist/server/main.js
  else
    local is_command=yes
  fi
  read_env_file
  read_settings
  if [[ -z $host$key ]]; then exec "$@"; fi
  check_settings
  # Only keep_tunnel needs the key.
  unset SSH_KEY COMPOSE_SSH_KEY COMPOSE_IO_SSH_KEY
  export RETHINKDB_URL="rethinkdb://${credentials}127.0.0.1:$local_port$database"
  # The server warns about SSH settings without a tunnel.
  export SSH_TUNNEL=open
  # Nothing is written to this pipe. It is closed when the server ends, also when it is killed.
  exec 9> >(keep_tunnel)
  if [[ ${is_command-} ]]; then await_tunnel; fi
  exec "$@"
}

# --- settings ---

# Adds the settings of .env. Node.js parses the file, as for the server; it prints nothing but quoted assignments.
read_env_file() {
  [[ -n ${ENV_FILE-} || -e .env ]] || return 0
  [[ -f dist/scripts/tunnel-environment.js ]] || npm run --silent build >&2
  local assignments
  assignments=$(node dist/scripts/tunnel-environment.js) || exit $?
  eval "$assignments"
}

read_settings() {
  host=$(setting SSH_HOST)
  ssh_port=$(setting SSH_PORT)
  ssh_port=${ssh_port:-22}
  user=$(setting SSH_USER)
  key=$(key_of "$(setting SSH_KEY)")
  known_hosts=$(lines_of "$(setting SSH_KNOWN_HOSTS)")
  any_host_key=$(setting SSH_ACCEPT_ANY_HOST_KEY)
  any_host_key=${any_host_key:-no}
  local_port=$(setting SSH_LOCAL_PORT)
  local_port=${local_port:-$DATABASE_PORT}
}

# The value of a setting, by its name or by its name at Compose.
setting() {
  local name
  for name in "$1" "COMPOSE_$1" "COMPOSE_IO_$1"; do
    if [[ ${!name-} ]]; then
      printf '%s' "${!name}"
      return
    fi
  done
}

# Restores the lines of a text in which a form or a file has replaced line breaks by "\n", added carriage returns or
# empty lines, or indented the text.
lines_of() {
  local text=${1//$'\r'/}
  text=${text//\\r\\n/\\n}
  text=$(trim "$text")
  [[ $text == *$'\n'* ]] || text=${text//\\n/$'\n'}
  trim "$(sed -e 's/^[[:blank:]]*//' -e 's/[[:blank:]]*$//' <<<"$text")"
}

# Restores a key, also from one line in which spaces have replaced the line breaks.
key_of() {
  local text
  text=$(lines_of "$1")
  if matches "$text" '^(-----BEGIN [A-Z0-9 ]+-----) ([A-Za-z0-9+/= ]+) (-----END [A-Z0-9 ]+-----)$'; then
    text="${BASH_REMATCH[1]}"$'\n'"${BASH_REMATCH[2]// /$'\n'}"$'\n'"${BASH_REMATCH[3]}"
  fi
  printf '%s' "$text"
}

# Removes white space from both ends.
trim() {
  local text=${1#"${1%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# Lists all faults, without values that could be secrets.
check_settings() {
  faults=()
  demand "SSH_HOST must be a host name or an address" matches "$host" '^[A-Za-z0-9:][A-Za-z0-9._:-]*$'
  demand "SSH_PORT must be a number from 1 to 65535" is_port "$ssh_port"
  demand "SSH_USER must be the name of a user" matches "$user" '^[A-Za-z0-9_][A-Za-z0-9._-]*$'
  check_key
  demand "SSH_ACCEPT_ANY_HOST_KEY must be yes or no" matches "$any_host_key" '^(yes|no)$'
  if [[ $any_host_key != yes ]]; then
    demand "SSH_KNOWN_HOSTS must have the host's key, as ssh-keyscan prints it (or set SSH_ACCEPT_ANY_HOST_KEY=yes)" \
      test -n "$known_hosts"
  fi
  demand "SSH_LOCAL_PORT must be a number from 1 to 65535" is_port "$local_port"
  read_database_url
  read_targets
  demand "ssh was not found: install OpenSSH's client" command -v ssh
  ((${#faults[@]} > 0)) || demand "port $local_port is taken: set SSH_LOCAL_PORT to another one" is_free
  ((${#faults[@]} == 0)) && return
  printf 'Changeroom: The tunnel cannot be opened:\n' >&2
  printf '  - %s\n' "${faults[@]}" >&2
  exit 2
}

# ssh would reject an unusable key at each attempt, with a message such as "error in libcrypto".
check_key() {
  local directory reason
  case $key in
  *"PRIVATE KEY-----"*"-----END "*"PRIVATE KEY-----") ;;
  *"PRIVATE KEY-----"*)
    faults+=("SSH_KEY is truncated: its last line must be -----END … PRIVATE KEY-----")
    return
    ;;
  *"PUBLIC KEY"* | ssh-* | ecdsa-* | sk-*)
    faults+=("SSH_KEY is a public key: set it to the private key, which is in the file without .pub")
    return
    ;;
  PuTTY-*)
    faults+=("SSH_KEY is a key of PuTTY: convert it with puttygen key.ppk -O private-openssh")
    return
    ;;
  *)
    faults+=("SSH_KEY must be a private key, with all its lines")
    return
    ;;
  esac
  command -v ssh-keygen >/dev/null || return 0
  directory=$(mktemp -d "${TMPDIR:-/tmp}/changeroom-tunnel.XXXXXX")
  (umask 077 && printf '%s\n' "$key" >"$directory/key")
  reason=$(LC_ALL=C ssh-keygen -y -P '' -f "$directory/key" 2>&1 >/dev/null </dev/null) && reason=''
  rm -rf "$directory"
  case $reason in
  '') ;;
  *passphrase*) faults+=("SSH_KEY has a passphrase: remove it from a copy of the key with ssh-keygen -p -f key") ;;
  *) faults+=("SSH_KEY cannot be read, because it is damaged or incomplete (ssh-keygen: ${reason##*: })") ;;
  esac
}

# demand <fault> <test…>
demand() {
  "${@:2}" >/dev/null || faults+=("$1")
}

matches() {
  [[ $1 =~ $2 ]]
}

is_port() {
  matches "$1" '^[1-9][0-9]{0,4}$' && (($1 <= 65535))
}

is_free() {
  ! { : 3<>"/dev/tcp/127.0.0.1/$local_port"; } 2>/dev/null
}

# Splits RETHINKDB_URL: user, password and database remain when host and port are replaced.
read_database_url() {
  local url=${RETHINKDB_URL:-rethinkdb://} rest
  demand "RETHINKDB_URL must begin with rethinkdb: here, as the tunnel encrypts" matches "$url" '^rethinkdb://'
  rest=${url#*://}
  local authority=${rest%%[/?#]*}
  database=${rest#"$authority"}
  place=${authority##*@}
  credentials=${authority%"$place"}
}

# The addresses of the database as seen from the SSH host: RETHINKDB_INTERNAL_IPS, or the host of RETHINKDB_URL.
read_targets() {
  local given address
  given=$(setting RETHINKDB_INTERNAL_IPS)
  targets=()
  for address in $(tr ',;' '  ' <<<"${given:-$place}"); do
    if matches "$address" '^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$'; then targets+=("$address")
    elif matches "$address" '^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$'; then targets+=("$address:$DATABASE_PORT")
    elif matches "$address" '^[0-9A-Fa-f:.]+$'; then targets+=("[$address]:$DATABASE_PORT")
    else faults+=("RETHINKDB_INTERNAL_IPS must be addresses, each with a port or without")
    fi
  done
  demand "RETHINKDB_INTERNAL_IPS must have at least one address" test "$given$place"
}

# --- the tunnel ---

# Keeps a tunnel to the first address that answers, starting with that of this dyno.
keep_tunnel() {
  trap '' TERM INT HUP PIPE
  umask 077
  ssh_id=''
  directory=$(mktemp -d "${TMPDIR:-/tmp}/changeroom-tunnel.XXXXXX")
  trap 'close_tunnel; rm -rf "$directory"' EXIT
  printf '%s\n' "$known_hosts" >"$directory/known_hosts"
  local target failures=0
  local turn
  turn=$(first_turn)
  while true; do
    target=${targets[turn % ${#targets[@]}]}
    if open_tunnel "$target"; then
      say "127.0.0.1:$local_port leads to $target"
      failures=0
      watch_tunnel "$target"
      close_tunnel
    else
      close_tunnel
      turn=$((turn + 1)) failures=$((failures + 1))
      # The next address is tried without a pause.
      ((failures % ${#targets[@]})) || pause "$(backoff $((failures / ${#targets[@]})))"
    fi
  done
}

# From the number of the dyno (DYNO is web.1 or 1), so that dynos are distributed over the addresses; otherwise random.
first_turn() {
  if matches "${DYNO-}" '(^|\.)([0-9]{1,9})$'; then echo $((10#${BASH_REMATCH[2]} + ${#targets[@]} - 1))
  else echo "$RANDOM"
  fi
}

# backoff <rounds>: seconds to wait after that number of failed rounds, doubled each time, with jitter.
backoff() {
  local most=$((1 << ($1 > 5 ? 5 : $1)))
  if ((most > RETRY_MAX_SECONDS)); then most=$RETRY_MAX_SECONDS; fi
  local hundredths=$((most * (50 + RANDOM % 51)))
  printf '%d.%02d' $((hundredths / 100)) $((hundredths % 100))
}

# Starts ssh and waits until a RethinkDB server answers through it. Removes the file with the key afterwards.
open_tunnel() {
  local strict=yes deadline=$((SECONDS + OPEN_SECONDS)) status
  if [[ $any_host_key == yes ]]; then strict=no; fi
  say "opening to $1 through $host"
  printf '%s\n' "$key" >"$directory/key"
  ssh -F none -N -T -p "$ssh_port" -l "$user" -i "$directory/key" -L "127.0.0.1:$local_port:$1" \
    -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o PreferredAuthentications=publickey \
    -o "StrictHostKeyChecking=$strict" -o "UserKnownHostsFile=$directory/known_hosts" \
    -o GlobalKnownHostsFile=/dev/null -o UpdateHostKeys=no -o ControlPath=none \
    -o ExitOnForwardFailure=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 \
    -o LogLevel=ERROR -- "$host" </dev/null >&2 &
  ssh_id=$!
  while true; do
    status=0
    answers || status=$?
    if ((status != NO_TUNNEL)); then break; fi
    if ! runs || ((SECONDS >= deadline)); then break; fi
    pause 0.1
  done
  rm -f "$directory/key"
  if ((status == 0)) && runs; then return; fi
  if ((status == NO_TUNNEL)); then say "could not be opened"; else say "no database answers at $1"; fi
  return 1
}

# Returns when the tunnel is closed, or the database has not answered twice in a row.
watch_tunnel() {
  local misses=0 next=$((SECONDS + CHECK_SECONDS))
  while ((misses < 2)); do
    pause 0.2
    if ! runs; then
      say "lost"
      return
    fi
    if ((SECONDS < next)); then continue; fi
    if answers; then misses=0; else misses=$((misses + 1)); fi
    next=$((SECONDS + CHECK_SECONDS))
  done
  say "no database answers at $1 any more"
}

close_tunnel() {
  if [[ -z $ssh_id ]]; then return; fi
  # ssh inherits the ignored signals.
  kill -KILL "$ssh_id" 2>/dev/null || true
  wait "$ssh_id" 2>/dev/null || true
  ssh_id=''
}

runs() {
  kill -0 "$ssh_id" 2>/dev/null
}

readonly NO_TUNNEL=1 NO_ANSWER=2

# Whether a RethinkDB server answers at the local end of the tunnel: it replies to the version number of its protocol.
# ssh accepts connections there even when the other end cannot be reached.
answers() {
  {
    local reply
    printf '\303\275\302\064' >&3 && read -r -d '' -t "$ANSWER_SECONDS" -u 3 reply &&
      matches "$reply" '"success":true' || return $NO_ANSWER
  } 3<>"/dev/tcp/127.0.0.1/$local_port"
} 2>/dev/null

# pause <seconds>: waits. Ends keep_tunnel when the server has ended, which closes the pipe.
pause() {
  if read -r -t "$1" || (($? <= 128)); then exit 0; fi
}

await_tunnel() {
  local end=$((SECONDS + COMMAND_WAIT_SECONDS))
  until answers; do
    if ((SECONDS >= end)); then
      say "not open after $COMMAND_WAIT_SECONDS s"
      exit 1
    fi
    sleep 0.2
  done
}

say() {
  printf 'tunnel: %s\n' "$*" >&2
}

main "$@"
