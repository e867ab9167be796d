// A relying party with npm's openid-client and jose, which knows the issuer and its own name as audience. NOW, in seconds, is its clock.
import * as client from 'openid-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, TOKEN, AUDIENCE, NOW } = process.env;
const configuration = await client.discovery(new URL(ISSUER), AUDIENCE, undefined, client.None(), { execute: [client.allowInsecureRequests] });
const server = configuration.serverMetadata();
try {
  const { payload, protectedHeader } = await jwtVerify(TOKEN, createRemoteJWKSet(new URL(server.jwks_uri)), {
    issuer: server.issuer,
    audience: AUDIENCE,
    algorithms: server.id_token_signing_alg_values_supported,
    typ: 'JWT',
    requiredClaims: ['iat', 'nbf', 'exp', 'jti'],
    // With it, jose also refuses what was issued in its future.
    maxTokenAge: '12h',
    clockTolerance: 0,
    ...(NOW && { currentDate: new Date(Number(NOW) * 1000) }),
  });
  console.log(JSON.stringify({ accepted: true, subject: payload.sub, algorithm: protectedHeader.alg }));
} catch (error) {
  console.log(JSON.stringify({ accepted: false, code: error.code, claim: error.claim }));
}
