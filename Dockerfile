# syntax=docker/dockerfile:1

# Two images. The last is that of the web server, the worker and the commands: Node runs the TypeScript as it is, there is no build step,
# only the packages are fetched apart, so that a change of the source does not fetch them again.
FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# `--build-arg TRACING=yes`: with the packages of OpenTelemetry; `--build-arg QUEUE_BOARD=yes`: with those of the page of the queues
# (docs/operations.md, Tracing, The queues).
ARG TRACING=
ARG QUEUE_BOARD=
RUN --mount=type=cache,target=/root/.npm test -z "$TRACING$QUEUE_BOARD" || npm install --no-save --save-prod --omit=dev --ignore-scripts --no-audit --no-fund \
  $(node -p "const { TRACING, QUEUE_BOARD } = process.env; const scopes = [TRACING && '@opentelemetry/', QUEUE_BOARD && '@bull-board/'].filter(Boolean); Object.entries(require('./package.json').peerDependencies).filter(([name]) => scopes.some((scope) => name.startsWith(scope))).map((entry) => entry.join('@')).join(' ')")

# The web client is built with the packages that only development needs, and without the servers' source: of that it takes types alone.
FROM node:24-trixie-slim AS web
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY web web
RUN node_modules/.bin/vite build web

# `--target nginx`: Nginx with the web client in it. Its configuration is given to it (docker-compose.yml).
FROM nginx:1.30 AS nginx
COPY --from=web /app/web/dist /srv/madang
USER 101:101

FROM node:24-trixie-slim
ENV NODE_ENV=production TZ=UTC
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json ./
COPY src src
COPY workers workers
# A volume that is mounted here takes over the owner.
RUN mkdir -p /data/transcripts /data/media && chown -R node:node /data
ENV TRANSCRIPTS_FOLDER=/data/transcripts MEDIA_FOLDER=/data/media HOST=0.0.0.0 PORT=3000
USER node
EXPOSE 3000
# 16 MiB for what has just been made: as fast as without a bound, and a server of 2,500 sockets takes 209 MB instead of 279 (bench/README.md).
CMD ["node", "--max-semi-space-size=16", "src/server.ts"]
