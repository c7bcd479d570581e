# One image holds one service:   docker build --build-arg SERVICE=ledgers --target service -t safework/ledgers .
# The web page and the API docs: docker build --target portal -t safework/portal .
#
# An image holds the service, kit, contracts and the command line; no other service, no tests, no development tool, no
# embedded server. tests/manifests/test_image.py assembles the same tree from the COPY lines below and starts it.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim

# --- the web app ---------------------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

# --- the libraries, by hash ------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY deploy/docker/runtime.lock /build/runtime.lock
# pip stays behind: what runs does not install.
RUN python -m venv --without-pip /opt/safework \
    && python -m pip --python /opt/safework/bin/python install --require-hashes --no-deps --no-compile -r /build/runtime.lock \
    && python -m compileall -q /opt/safework/lib

# --- what every image has ----------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS runtime
# The base image brings pip and setuptools for itself; nothing that runs here needs them.
RUN python -m pip uninstall --yes --quiet setuptools wheel pip
RUN groupadd --gid 10001 safework \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin safework \
    && install -d -o 10001 -g 10001 -m 0700 /run/safework /var/lib/safework /var/lib/safework/signing-keys
COPY --from=packages /opt/safework /opt/safework
COPY --chmod=0755 deploy/docker/safework /usr/local/bin/safework
COPY --chmod=0755 deploy/docker/health.py /usr/local/bin/safework-health
WORKDIR /app
COPY libs/ libs/
COPY deploy/__init__.py deploy/__init__.py
COPY deploy/cli/ deploy/cli/
# Nothing is written beside the code: the root file system is read-only where it runs. The linter takes the name of the
# folder for a secret; what is in the folder is mounted when the container starts.
# hadolint ignore=DL3064
ENV PATH=/opt/safework/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app:/app/libs \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    SAFEWORK_ENVIRONMENT=production \
    SAFEWORK_SECRETS_DIR=/run/secrets \
    SAFEWORK_HOST=0.0.0.0 \
    SAFEWORK_PORT=8000
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["safework"]

# --- the portal: web app, API docs, the gateway's error pages ------------------------------------------------------------
FROM runtime AS portal
COPY services/__init__.py services/__init__.py
COPY gateway/ gateway/
COPY --from=web /build/web/dist web/dist
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["safework-health", "http://127.0.0.1:8000/healthz"]
CMD ["portal", "--host", "0.0.0.0", "--port", "8000"]

# --- one service: its API, its worker, its migrations ----------------------------------------------------------------------
FROM runtime AS service
ARG SERVICE
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE}/ services/${SERVICE}/
LABEL org.opencontainers.image.title="safework-${SERVICE}" \
      org.opencontainers.image.description="安全生产危险作业管理平台：${SERVICE} 服务"
# For the API; a worker's container asks for its heartbeat instead (docker-compose.yml, deploy/k8s).
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["safework-health", "http://127.0.0.1:8000/healthz"]
CMD ["--help"]
