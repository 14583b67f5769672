# docker build -t understudy . && docker run --rm -p 127.0.0.1:8383:8383 understudy         (docs/ci.md)
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE __init__.py cli.py py.typed ./
COPY contracts contracts
COPY mocks mocks
COPY fixtures fixtures
# An environment without pip, which nobody needs once it is filled; what is compiled now starts faster.
RUN python -m venv --without-pip /opt/understudy
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
RUN pip --python /opt/understudy/bin/python install --no-cache-dir "$(echo /wheels/*.whl)[speed]"

FROM python:3.13-slim-bookworm
COPY --from=build /opt/understudy /opt/understudy
RUN useradd --system --no-create-home --uid 10001 understudy
USER 10001
# Files that you mount here are found: understudy.toml, scenarios, models.
WORKDIR /work
# The one place that listens wide by itself: a container's loopback is nobody's. The control plane asks for a token.
ENV PATH=/opt/understudy/bin:$PATH UNDERSTUDY_HOST=0.0.0.0 UNDERSTUDY_PORT=8383
EXPOSE 8383
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['UNDERSTUDY_PORT'] + '/__understudy__/v1/health', timeout=2)"]
ENTRYPOINT ["understudy"]
CMD ["serve"]
