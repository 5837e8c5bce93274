# What tools run in when they name no image: Python and Node.js on a small Debian. Built as capns/tools:local.
FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 nodejs \
  && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/locale
# The runner starts everything as nobody, on a read-only file system, with /tmp as the only place to write.
USER 65534:65534
WORKDIR /tmp
