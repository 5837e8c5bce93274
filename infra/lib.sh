# Shared by up, down, test and servers. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Data, logs and pid files of what is started here.
CAPNS_RUN_DIR="${CAPNS_RUN_DIR:-$ROOT/.run}"
export CAPNS_RUN_DIR
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# One clear sentence that says what to do, and the end.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# step "what" command…: runs it, prints one line with its time; its output is shown only when it fails.
step() {
  local what="$1" started log
  shift
  started=$(date +%s%N)
  log="$(mktemp)"
  # In a shell of its own: what fails there must not end this one before its output is shown.
  if ("$@") >"$log" 2>&1; then
    printf '%-48s %6.1f s\n' "$what" "$(seconds_since "$started")"
    rm -f "$log"
  else
    printf '%-48s failed after %.1f s:\n' "$what" "$(seconds_since "$started")" >&2
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

seconds_since() {
  local now
  now=$(date +%s%N)
  printf '%d.%d' $(((now - $1) / 1000000000)) $((((now - $1) / 100000000) % 10))
}

# installed: a program on the path, or where Debian keeps the servers.
has() { PATH="$PATH:/usr/sbin:/sbin:/usr/lib/rabbitmq/bin" command -v "$1" >/dev/null 2>&1; }

# need "program=package" …: installs the packages of the programs that are missing.
need() {
  local pair missing=()
  for pair in "$@"; do
    has "${pair%%=*}" || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  [ "$(id -u)" = 0 ] && has apt-get || fail "these packages are missing: ${missing[*]}. Install them, or run as root on Debian, or name servers of your own (RABBITMQ_URL, POSTGRESQL_URL, REDIS_URL)."
  step "install ${missing[*]}" install_packages "${missing[@]}"
}

# Packages' own services are kept from starting: what is needed is started here, with data of its own.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made=0 code=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made=1
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } || code=$?
  [ "$made" = 0 ] || rm -f "$policy"
  return "$code"
}

need_dotnet() {
  has dotnet || fail "the .NET 10 SDK is missing: install it so that 'dotnet --version' prints 10.x."
  case "$(dotnet --version 2>/dev/null)" in
    10.*) ;;
    *) fail "the .NET 10 SDK is needed; 'dotnet --version' prints '$(dotnet --version 2>&1 | head -n 1)'." ;;
  esac
}

# wait_until seconds "what" command…
wait_until() {
  local limit="$1" what="$2" end
  shift 2
  end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what did not happen within $limit s; logs are in $CAPNS_RUN_DIR."
    sleep 0.1
  done
}

alive() { [ -n "${1:-}" ] && kill -0 "$1" 2>/dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# pid_of file: the pid in it, when that process is alive.
pid_of() {
  local pid
  [ -s "$1" ] || return 1
  pid="$(head -n 1 "$1" | tr -d '[:space:]')"
  alive "$pid" && printf '%s' "$pid"
}

# end_process file seconds: SIGTERM to the process of a pid file, SIGKILL when it takes too long.
end_process() {
  local pid end
  if pid="$(pid_of "$1")"; then
    kill -TERM "$pid" 2>/dev/null || true
    end=$((SECONDS + $2))
    while alive "$pid"; do
      if [ "$SECONDS" -ge "$end" ]; then
        kill -KILL "$pid" 2>/dev/null || true
      fi
      sleep 0.05
    done
  fi
  rm -f "$1"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port preferred: it, when nobody listens there; else another.
free_port() {
  local port="$1"
  until port_is_free "$port"; do
    port=$((20000 + RANDOM % 12000))
  done
  printf '%s' "$port"
}
