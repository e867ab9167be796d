# What server/Dockerfile uses of the official Node.js image, from this machine's own Node.js and npm (and its way to npm's
# registry, which is why this image goes nowhere), for a machine that can reach no image registry.
FROM standin/debian:trixie
COPY node /usr/local/bin/
COPY npm /usr/local/lib/node_modules/npm/
COPY npmrc /root/.npmrc
COPY ca-certificates.crt /etc/ssl/certs/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
