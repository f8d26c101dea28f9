# docker build -t opendata-catalog .          see docs/deployment.md
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE frictionless_catalog.py requirements.lock ./
COPY catalog catalog
COPY vocab vocab
RUN python -m venv /opt/catalog \
    && /opt/catalog/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock \
    && /opt/catalog/bin/pip install --no-cache-dir '.[server,fast,postgres,s3]'

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data catalog
COPY --from=build /opt/catalog /opt/catalog
ENV PATH=/opt/catalog/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    CATALOG_HOME=/data/store \
    CATALOG_HOST=0.0.0.0
USER catalog
WORKDIR /data
VOLUME ["/data", "/tmp"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["catalog", "serve", "--log", "json"]
