// A relying party with npm's jose: all it knows is the issuer. Its keys come from the issuer's discovery document.
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, TOKEN } = process.env;
const discovery = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
try {
  const { payload, protectedHeader } = await jwtVerify(TOKEN, keys, { issuer: discovery.issuer, audience: ISSUER, typ: 'at+jwt' });
  console.log(JSON.stringify({ accepted: true, subject: payload.sub, algorithm: protectedHeader.alg }));
} catch (error) {
  console.log(JSON.stringify({ accepted: false, code: error.code }));
}
