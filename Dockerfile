# The engine without a desktop, for a server of your own. Everything it keeps is in /data.
#
#   docker build -t ambient-insights .
#   docker run --name ambient-insights --network host -v ambient-insights:/data ambient-insights
#   docker exec -it ambient-insights ambient-insights approvals watch
#
# The door opens on the loopback address alone, so it is the host's network that makes it reachable from the host.

FROM rust:1-slim-trixie AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked --no-default-features --bin ambient-insights

FROM debian:trixie-slim
RUN useradd --system --uid 10001 --home-dir /data ambient \
 && install -d -o ambient -g ambient -m 0700 /data
COPY --from=build /source/target/release/ambient-insights /usr/local/bin/ambient-insights
USER ambient
ENV AMBIENT_INSIGHTS_DATA_DIR=/data
VOLUME /data
# `docker stop` sends SIGTERM: running calls finish first.
STOPSIGNAL SIGTERM
ENTRYPOINT ["ambient-insights"]
CMD ["serve"]
