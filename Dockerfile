# syntax=docker/dockerfile:1
# The server as one static program: the pages are embedded, nothing else is needed to run it.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/kartela ./server && mkdir /out/data

# Certificates for mail relays, a user that is not root, and no shell.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/kartela /kartela
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV KARTELA_ADDR=0.0.0.0:8080 KARTELA_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/kartela"]
CMD ["serve"]
