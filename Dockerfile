# syntax=docker/dockerfile:1

# One image for the web server, the worker and the commands. Node runs the TypeScript as it is: there is no build step,
# only the packages are fetched apart, so that a change of the source does not fetch them again.
FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund

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
CMD ["node", "src/server.ts"]
