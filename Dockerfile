FROM apache/airflow:3.3.2-python3.11

# A new volume takes its owner from the image.
RUN mkdir -p /opt/airflow/auth

COPY --chown=airflow:root pyproject.toml README.md LICENSE requirements.lock /opt/streak-netsuite/
COPY --chown=airflow:root plugins/streak_netsuite /opt/streak-netsuite/plugins/streak_netsuite
COPY --chown=airflow:root assist /opt/streak-netsuite/assist
# The lock pins what the tests ran with. As constraints, without its hashes, it installs only what the package asks
# for; its markers stay, because some packages stand there once for each Python.
RUN grep -E '^[a-zA-Z0-9._-]+==' /opt/streak-netsuite/requirements.lock | sed 's/ *\\$//' > /tmp/constraints.txt \
    && pip install --no-cache-dir --constraint /tmp/constraints.txt \
        "apache-airflow==${AIRFLOW_VERSION}" /opt/streak-netsuite psycopg2-binary
