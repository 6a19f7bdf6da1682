# syntax=docker/dockerfile:1
FROM python:3.13-slim AS packages
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps -r /tmp/base.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin samay
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=config.settings
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# The settings of `make check` stand in for real ones, here alone: nothing of them stays in the image.
RUN --mount=type=bind,source=tests/production.env,target=/tmp/build.env \
    set -a && . /tmp/build.env && python -m compileall -q . && python manage.py collectstatic --no-input
ENV PYTHONDONTWRITEBYTECODE=1
USER samay
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "config.serve", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "--workers-kill-timeout", "25", \
     "--log-level", "warning", "config.wsgi:application"]
