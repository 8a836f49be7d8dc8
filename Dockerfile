# Changeroom: docker build -t changeroom . && docker run -p 5000:5000 -v changeroom:/data changeroom

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY packages/client/package.json packages/client/package.json
COPY packages/embedded-rethinkdb/package.json packages/embedded-rethinkdb/package.json
RUN npm ci --no-audit --no-fund
COPY packages packages
COPY scripts scripts
COPY server server
COPY static static
# The image has no sources: its npm scripts, such as `npm run schema`, must not build.
RUN npm run build && npm prune --omit=dev && npm pkg set scripts.build=true

FROM node:22-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
# For the embedded database, and the keys that the first start creates.
RUN install -d -o node -g node -m 700 /data
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages/embedded-rethinkdb/package.json packages/embedded-rethinkdb/package.json
COPY --from=build /app/packages/embedded-rethinkdb/bin packages/embedded-rethinkdb/bin
COPY --from=build /app/packages/embedded-rethinkdb/dist packages/embedded-rethinkdb/dist
COPY --from=build /app/dist dist
COPY --from=build /app/static/build static/build
COPY static/icons static/icons
COPY views views
COPY docs/errors.md docs/errors.md
USER node
VOLUME /data
EXPOSE 5000
# Checks that the process answers. /readyz also checks the database and the brokers: no reason to restart the process.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 5000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/server/main.js"]
