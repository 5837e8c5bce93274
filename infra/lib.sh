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

# For apt-get; mostly none.
APT_OPTIONS=()

# Packages' own services are kept from starting: what is needed is started here, with data of its own.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made=0 code=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made=1
  fi
  { apt-get "${APT_OPTIONS[@]}" update -qq && DEBIAN_FRONTEND=noninteractive apt-get "${APT_OPTIONS[@]}" install -y -qq --no-install-recommends "$@"; } || code=$?
  [ "$made" = 0 ] || rm -f "$policy"
  return "$code"
}

# The module that makes a graph server of Valkey, and the sum of its one file. Nobody's copy of it is in this repository.
GRAPH_PACKAGE=@falkordblite/linux-x64@8.2.3-falkordb.4.16.3
GRAPH_SHA256=7e9e39ce69780fbae2cf7a31c28e05a51b4e9177b73e755384de0c3cf9f812e5
GRAPH_WAYS_OUT="name a graph server of your own (FALKORDB_URL or NEO4J_URL), or go without one (CAPNS_GRAPH=off; PostgreSQL answers)"

graph_module() { printf '%s/capns/falkordb-%s.so' "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}" "${GRAPH_SHA256:0:16}"; }

# need_graph: Valkey and the module, installed and fetched when they are missing.
need_graph() {
  [ "$(uname -m)" = x86_64 ] || fail "there is no graph server for $(uname -m) here: $GRAPH_WAYS_OUT."
  if ! has valkey-server; then
    [ "$(id -u)" = 0 ] && has apt-get || fail "valkey-server is missing: install it, or run as root on Debian, or $GRAPH_WAYS_OUT."
    step "install valkey-server" install_valkey || fail "valkey-server cannot be installed: it is in Debian 13, and in Debian 12 in bookworm-backports, which must be reachable at your mirror. Install it by hand, or $GRAPH_WAYS_OUT."
  fi
  [ -e /usr/lib/x86_64-linux-gnu/libgomp.so.1 ] || step "install libgomp1" install_packages libgomp1 || fail "libgomp1 is missing, which the graph module needs: install it."
  if [ ! -s "$(graph_module)" ]; then
    need npm=npm
    step "fetch the graph module" fetch_graph_module || fail "npm cannot fetch $GRAPH_PACKAGE: check its registry (npm config get registry), or $GRAPH_WAYS_OUT."
  fi
}

fetch_graph_module() {
  local folder module
  module="$(graph_module)"
  mkdir -p "$(dirname "$module")"
  folder="$(mktemp -d)"
  (cd "$folder" && npm pack "$GRAPH_PACKAGE" --silent && tar xzf ./*.tgz package/bin/falkordb.so) || { rm -rf "$folder"; return 1; }
  if [ "$(sha256sum "$folder/package/bin/falkordb.so" | cut -d' ' -f1)" != "$GRAPH_SHA256" ]; then
    rm -rf "$folder"
    echo "what came is not the file that is known: its SHA-256 is not $GRAPH_SHA256" >&2
    return 1
  fi
  chmod 755 "$folder/package/bin/falkordb.so"
  # Under a name of its own first: another start may be doing the same.
  cp "$folder/package/bin/falkordb.so" "$module.$$" && mv "$module.$$" "$module"
  rm -rf "$folder"
}

# From Debian itself, else from its backports, whose source is known to these two commands only: nothing in /etc/apt changes, and
# a later apt-get update knows nothing of it.
install_valkey() {
  local folder codename mirror code=0
  apt-get update -qq || return 1
  if [ -n "$(apt-cache madison valkey-server)" ]; then
    install_packages valkey-server
    return
  fi
  codename="$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")"
  mirror="$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk -v release="$codename" '$2 == release { print $1; exit }')"
  [ -n "$mirror" ] || { echo "no mirror of Debian $codename is among the sources of apt" >&2; return 1; }
  folder="$(mktemp -d)"
  mkdir -p "$folder/lists/partial" "$folder/parts"
  [ ! -d /etc/apt/sources.list.d ] || find /etc/apt/sources.list.d -maxdepth 1 \( -name '*.list' -o -name '*.sources' \) -exec cp {} "$folder/parts/" \;
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s-backports main\n' "$mirror" "$codename" >"$folder/parts/capns-backports.list"
  APT_OPTIONS=(-o "Dir::Etc::SourceParts=$folder/parts" -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=")
  chmod -R a+rX "$folder"
  install_packages "valkey-server/$codename-backports" "valkey-tools/$codename-backports" || code=$?
  rm -rf "$folder"
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
