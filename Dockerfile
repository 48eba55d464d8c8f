FROM apache/airflow:3.3.2-python3.11

USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
USER airflow

COPY --chown=airflow:root pyproject.toml README.md LICENSE requirements.lock /opt/streak-netsuite/
COPY --chown=airflow:root plugins/streak_netsuite /opt/streak-netsuite/plugins/streak_netsuite
COPY --chown=airflow:root assist /opt/streak-netsuite/assist
# The lock pins what the tests ran with; as constraints it installs only what the package asks for.
RUN grep -E '^[a-zA-Z0-9._-]+==' /opt/streak-netsuite/requirements.lock | sed 's/ *\\$//; s/ *;.*//' > /tmp/constraints.txt \
    && pip install --no-cache-dir --constraint /tmp/constraints.txt /opt/streak-netsuite psycopg2-binary
