# The image that the Helm chart deploys: docker build -t gapura .
FROM python:3.11-slim

WORKDIR /srv/gapura
COPY requirements/image.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/image.txt

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY kit kit
COPY consent consent
COPY connectors connectors
COPY idp idp
COPY admin admin
COPY portal portal
COPY hub hub
# Compiled here, once: the file system is read-only when it runs.
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && python -OO -c "import hub.worker" \
 && python -m compileall -q kit consent connectors idp admin portal hub

ENV PYTHONDONTWRITEBYTECODE=1 GAPURA_STORAGE__DATA_DIR=/data
RUN install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001
EXPOSE 8000
CMD ["gapura", "serve"]
