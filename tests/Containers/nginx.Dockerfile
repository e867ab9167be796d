# What docker-compose.yml uses of the official nginx image, from Debian's package, for a machine that can reach no image registry.
FROM standin/debian:trixie
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends curl nginx-light \
 && rm -rf /var/lib/apt/lists/*
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
