# docker build -t igny8 .        docker run -p 3000:3000 -v igny8-data:/app/data igny8

FROM rust:1-bookworm AS build
WORKDIR /src
# Tools first: this layer, the slowest, lasts until a lock file or the script changes. It is the same script as outside.
COPY Cargo.toml Cargo.lock ./
COPY scripts scripts
COPY style/package.json style/package-lock.json style/
RUN scripts/setup.sh run
# .dockerignore keeps node_modules of the host out, so those of the layer above stay.
COPY . .
# The caches hold what cargo fetched and compiled; they are gone after the step, so the results are copied out.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/cache/target \
    CARGO_TARGET_DIR=/cache/target make build \
    && mkdir -p /out/target \
    && cp /cache/target/release/igny8 /out/ \
    && cp -r target/site /out/target/site \
    && cp Leptos.toml /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin igny8 \
    && mkdir -p /app/data \
    && chown igny8 /app/data
WORKDIR /app
# Owned by root: the server can write to /app/data and nowhere else.
COPY --from=build /out/ ./
USER igny8
# The paths of Leptos.toml are relative to /app; only the address must differ, or nobody outside the container reaches it.
ENV IGNY8_SERVER__ADDRESS=0.0.0.0:3000 \
    LEPTOS_SITE_ADDR=0.0.0.0:3000 \
    IGNY8_LOG__FORMAT=json
VOLUME /app/data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["./igny8", "health"]
ENTRYPOINT ["./igny8"]
CMD ["serve"]
