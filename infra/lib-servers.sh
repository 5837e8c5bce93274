# shellcheck shell=bash
# Servers of our own: RabbitMQ, PostgreSQL and Redis from Debian packages, on free ports of 127.0.0.1, stopped by us.
# Sourced after lib.sh. start_servers exports RABBITMQ_URL, POSTGRESQL_URL, REDIS_URL and RABBITMQ_MANAGEMENT_URL.

SERVERS="$RUN/servers.env"

# PostgreSQL runs as another user than root and so must be able to reach its folder; RabbitMQ's scripts dislike spaces.
data_folder() {
  local probe=$RUN/data owner
  owner=$(server_user)
  mkdir -p "$probe"
  case $probe in *[!A-Za-z0-9/._-]*) ;; *)
    if [ "$(id -u)" != 0 ] || as "$owner" test -x "$probe"; then echo "$probe"; return; fi ;;
  esac
  echo "/var/tmp/capns-$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)"
}

server_user() { if [ "$(id -u)" != 0 ]; then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

as() { # user command…
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env -C / HOME=/tmp "$@"; else "$@"; fi
}

needed_server_packages() {
  [ -n "${RABBITMQ_URL:-}" ] || echo rabbitmq-server
  [ -n "${POSTGRESQL_URL:-}${POSTGRES_URL:-}${PG_HOST:-}" ] || echo postgresql
  [ -n "${REDIS_URL:-}" ] || echo redis-server
}

# Fills DATA and loads the addresses of servers that an earlier call has started and that still run.
load_servers() {
  DATA=$(data_folder)
  [ -f "$SERVERS" ] || return 0
  local name value
  while IFS='=' read -r name value; do
    case $name in
      RABBITMQ_*) pid_of rabbitmq >/dev/null && [ -z "${RABBITMQ_URL_GIVEN:-}" ] && export "$name=$value" ;;
      POSTGRESQL_URL) pid_of postgresql >/dev/null && [ -z "${POSTGRESQL_URL:-}" ] && export "$name=$value" ;;
      REDIS_URL) pid_of redis >/dev/null && [ -z "${REDIS_URL:-}" ] && export "$name=$value" ;;
    esac
  done <"$SERVERS" || true
}

note_server() { # NAME value
  touch "$SERVERS"
  grep -v "^$1=" "$SERVERS" >"$SERVERS.new" || true
  printf '%s=%s\n' "$1" "$2" >>"$SERVERS.new"
  mv "$SERVERS.new" "$SERVERS"
  export "$1=$2"
}

start_rabbitmq() {
  local home=$DATA/rabbitmq port management distribution epmd sbin
  sbin=$(find /usr/lib/rabbitmq/lib -path '*/sbin/rabbitmq-server' 2>/dev/null | sort | tail -n 1)
  [ -n "$sbin" ] || die "rabbitmq-server is not installed"
  mkdir -p "$home/db" "$home/log"
  port=$(free_port 5672)
  management=$(free_port 15672)
  distribution=$(free_port 25672)
  # A name server of its own, so that it can be stopped without ending another node's.
  epmd=$(free_port 4369)
  printf '[rabbitmq_management].\n' >"$home/enabled_plugins"
  : >"$home/rabbitmq-env.conf"
  printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$port" 'management.tcp.ip = 127.0.0.1' "management.tcp.port = $management" \
    'disk_free_limit.absolute = 50MB' >"$home/rabbitmq.conf"
  # A new name each time would lose the data; the port is part of it only so that two checkouts do not meet.
  [ -f "$home/node" ] || printf 'capns%s@localhost' "$port" >"$home/node"
  printf '%s\n' "$epmd" >"$home/epmd"
  env HOME="$home" RABBITMQ_NODENAME="$(cat "$home/node")" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
    RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$home/db" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_DIST_PORT="$distribution" ERL_EPMD_PORT="$epmd" \
    RABBITMQ_PID_FILE="$home/pid" RABBITMQ_NODE_PORT="$port" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    setsid "$sbin" >"$LOGS/rabbitmq.log" 2>&1 </dev/null &
  local script=$!
  remember rabbitmq "$script"
  wait_for 90 "RabbitMQ did not start; see .run/logs/rabbitmq.log" broker_answers "$script" "$port" "$management"
  # The script may have become the node or stand before it.
  [ ! -s "$home/pid" ] || remember rabbitmq "$(cat "$home/pid")"
  note_server RABBITMQ_URL "amqp://guest:guest@127.0.0.1:$port"
  note_server RABBITMQ_MANAGEMENT_URL "http://127.0.0.1:$management"
}

broker_answers() { # pid port management
  kill -0 "$1" && answers 127.0.0.1 "$2" && is_status "$3" / 200
}

start_postgresql() {
  local home=$DATA/postgresql port bin user
  bin=$(find /usr/lib/postgresql -name pg_ctl 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] || die "postgresql is not installed"
  bin=$(dirname "$bin")
  user=$(server_user)
  port=$(free_port 5432)
  mkdir -p "$home"
  [ "$(id -u)" != 0 ] || chown "$user" "$home"
  if [ ! -f "$home/db/PG_VERSION" ]; then
    as "$user" sh -c 'umask 077; printf capns >"$1/password"' sh "$home"
    as "$user" "$bin/initdb" -D "$home/db" -U capns --pwfile="$home/password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync
  fi
  as "$user" "$bin/pg_ctl" -D "$home/db" -l "$home/log" -w -t 60 \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300" start </dev/null ||
    die "PostgreSQL did not start; see $home/log"
  remember postgresql "$(head -n 1 "$home/db/postmaster.pid")"
  note_server POSTGRESQL_URL "postgresql://capns:capns@127.0.0.1:$port/postgres"
}

start_redis() {
  local port
  port=$(free_port 6379)
  setsid redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir /var/tmp >"$LOGS/redis.log" 2>&1 </dev/null &
  remember redis $!
  wait_for 20 "Redis did not start; see .run/logs/redis.log" answers 127.0.0.1 "$port"
  note_server REDIS_URL "redis://127.0.0.1:$port"
}

# Starts the servers that no variable names and no earlier call has started.
start_servers() {
  mkdir -p "$LOGS" "$PIDS"
  [ -n "${RABBITMQ_URL:-}" ] || step "RabbitMQ" start_rabbitmq || return 1
  [ -n "${POSTGRESQL_URL:-}${POSTGRES_URL:-}${PG_HOST:-}" ] || step "PostgreSQL" start_postgresql || return 1
  [ -n "${REDIS_URL:-}" ] || step "Redis" start_redis || return 1
  load_servers
}

# Stops what start_servers has started, and removes its data: these servers are for trying out.
stop_servers() {
  DATA=$(data_folder)
  stop redis
  # INT: end the sessions of others too.
  stop postgresql 30 INT
  stop rabbitmq 40
  if [ -f "$DATA/rabbitmq/epmd" ]; then
    ERL_EPMD_PORT=$(cat "$DATA/rabbitmq/epmd") epmd -kill >/dev/null 2>&1 || true
  fi
  rm -rf "$DATA" "$SERVERS"
}
