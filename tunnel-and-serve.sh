#!/usr/bin/env bash
#
# Starts the server, and keeps an SSH tunnel to a database that only another machine can reach. The settings are in
# docs/deploy.md; without SSH_HOST and SSH_KEY it just serves.
#
#     bash tunnel-and-serve.sh               what npm start runs
#     bash tunnel-and-serve.sh <command>     a command that needs the database, such as npm run message
#
# The server takes the place of this shell, so that signals reach it directly and its exit code is the script's. What
# keeps the tunnel is a child that ignores signals: a platform that tells all processes to end must not take the
# database away while the server finishes its writes. The child ends when a pipe tells it that the server is gone.
#
# Exit codes: the server's; 2 for the settings, as the server has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly DATABASE_PORT=28015
# Seconds for a RethinkDB server to answer, for a tunnel to come up, and between two looks at one that stands.
readonly ANSWER_SECONDS=3 OPEN_SECONDS=20 CHECK_SECONDS=5
# Longest wait between two attempts.
readonly RETRY_MAX_SECONDS=10
# For a command that needs the tunnel to stand.
readonly COMMAND_WAITS_SECONDS=60

main() {
  if (($# == 0)); then
    [[ -f dist/server/main.js && -f static/build/assets.json ]] || npm run --silent build >&2
    set -- node dist/server/main.js
  else
    local is_command=yes
  fi
  read_settings
  if [[ -z $host$key ]]; then exec "$@"; fi
  check_settings
  # It is of use to what keeps the tunnel alone.
  unset SSH_KEY COMPOSE_SSH_KEY COMPOSE_IO_SSH_KEY
  export RETHINKDB_URL="rethinkdb://${credentials}127.0.0.1:$local_port$database"
  # Nothing is written to it; it closes when the server ends, in whatever way.
  exec 9> >(keep_tunnel)
  if [[ ${is_command-} ]]; then await_tunnel; fi
  exec "$@"
}

# --- settings ---

read_settings() {
  host=$(setting SSH_HOST)
  ssh_port=$(setting SSH_PORT)
  ssh_port=${ssh_port:-22}
  user=$(setting SSH_USER)
  key=$(lines_of "$(setting SSH_KEY)")
  known_hosts=$(lines_of "$(setting SSH_KNOWN_HOSTS)")
  any_host_key=${SSH_ACCEPT_ANY_HOST_KEY:-no}
  local_port=${SSH_LOCAL_PORT:-$DATABASE_PORT}
}

# A setting by its name, or by the names that it has at Compose.
setting() {
  local name
  for name in "$1" "COMPOSE_$1" "COMPOSE_IO_$1"; do
    if [[ ${!name-} ]]; then
      printf '%s' "${!name}"
      return
    fi
  done
}

# Lines as they were, where a form or a file has made one line with "\n" of them, or has put carriage returns in.
lines_of() {
  local text=${1//$'\r'/}
  [[ $text == *$'\n'* ]] || text=${text//\\n/$'\n'}
  printf '%s' "$text"
}

# Lists every fault at once, and names no value that could be a secret.
check_settings() {
  faults=()
  demand "SSH_HOST must be a host name or an address" matches "$host" '^[A-Za-z0-9:][A-Za-z0-9._:-]*$'
  demand "SSH_PORT must be a number from 1 to 65535" is_port "$ssh_port"
  demand "SSH_USER must be the name of a user" matches "$user" '^[A-Za-z0-9_][A-Za-z0-9._-]*$'
  demand "SSH_KEY must be a private key, with all its lines" matches "$key" 'PRIVATE KEY-----'
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

# Takes RETHINKDB_URL apart: who logs in, and to which database, stays as it is when the place changes.
read_database_url() {
  local url=${RETHINKDB_URL:-rethinkdb://} rest
  demand "RETHINKDB_URL must begin with rethinkdb: here, as the tunnel encrypts" matches "$url" '^rethinkdb://'
  rest=${url#*://}
  local authority=${rest%%[/?#]*}
  database=${rest#"$authority"}
  place=${authority##*@}
  credentials=${authority%"$place"}
}

# The database's addresses as the other end of the tunnel sees them: those given, or the one in RETHINKDB_URL.
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

# Keeps a tunnel to the first address that answers, beginning with this dyno's.
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
      # Another address is tried at once.
      ((failures % ${#targets[@]})) || pause "$(backoff $((failures / ${#targets[@]})))"
    fi
  done
}

# From the number of the dyno (DYNO is such as web.1), so that dynos spread over the addresses; else from chance.
first_turn() {
  if matches "${DYNO-}" '\.([0-9]{1,9})$'; then echo $((10#${BASH_REMATCH[1]} + ${#targets[@]} - 1))
  else echo "$RANDOM"
  fi
}

# Seconds to wait after so many rounds in vain: doubled each time, and a part of it left to chance.
backoff() {
  local most=$((1 << ($1 > 5 ? 5 : $1)))
  if ((most > RETRY_MAX_SECONDS)); then most=$RETRY_MAX_SECONDS; fi
  local hundredths=$((most * (50 + RANDOM % 51)))
  printf '%d.%02d' $((hundredths / 100)) $((hundredths % 100))
}

# Starts ssh, and waits until a RethinkDB server answers through it. The key is in a file for no longer than that.
open_tunnel() {
  local strict=yes deadline=$((SECONDS + OPEN_SECONDS)) status
  if [[ $any_host_key == yes ]]; then strict=no; fi
  say "to $1 by way of $host"
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

# Returns when the tunnel is down, or no database has answered through it twice in a row.
watch_tunnel() {
  local misses=0 next=$((SECONDS + CHECK_SECONDS))
  while ((misses < 2)); do
    pause 0.2
    if ! runs; then
      say "broke"
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
  # It was told to ignore anything less.
  kill -KILL "$ssh_id" 2>/dev/null || true
  wait "$ssh_id" 2>/dev/null || true
  ssh_id=''
}

runs() {
  kill -0 "$ssh_id" 2>/dev/null
}

readonly NO_TUNNEL=1 NO_ANSWER=2

# Whether a RethinkDB server answers at the tunnel's local end: it greets whoever sends the version number of its
# protocol. Anybody's connection is taken there, also when nobody is at the other end.
answers() {
  {
    local reply
    printf '\303\275\302\064' >&3 && read -r -d '' -t "$ANSWER_SECONDS" -u 3 reply &&
      matches "$reply" '"success":true' || return $NO_ANSWER
  } 3<>"/dev/tcp/127.0.0.1/$local_port"
} 2>/dev/null

# Waits so many seconds. Ends what keeps the tunnel when the server is gone: the pipe has nothing but an end.
pause() {
  if read -r -t "$1" || (($? <= 128)); then exit 0; fi
}

await_tunnel() {
  local end=$((SECONDS + COMMAND_WAITS_SECONDS))
  until answers; do
    if ((SECONDS >= end)); then
      say "does not stand after $COMMAND_WAITS_SECONDS s"
      exit 1
    fi
    sleep 0.2
  done
}

say() {
  printf 'tunnel: %s\n' "$*" >&2
}

main "$@"
