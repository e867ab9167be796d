// npm's oidc-provider, set up as Authentik's OAuth2/OpenID provider is: a slash at the issuer's end, groups in the profile scope, email_verified false.
// Its sign-in page asks for a user name alone. People are changed by POST /test/people. It ends when its standard input does.
import { createServer } from 'node:https';
import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

const { ISSUER, CERTIFICATE, PRIVATE_KEY, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, LOGOUT_URI, PEOPLE } = process.env;
let people = JSON.parse(PEOPLE);
const prefix = new URL(ISSUER).pathname.replace(/\/$/, '');
const { privateKey } = await generateKeyPair('RS256', { extractable: true });

const provider = new Provider(ISSUER, {
  clients: [{
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uris: [REDIRECT_URI],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    ...(LOGOUT_URI && { backchannel_logout_uri: LOGOUT_URI, backchannel_logout_session_required: true }),
  }],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'idp-key', alg: 'RS256', use: 'sig' }] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
  // As Authentik: the claims are in the ID token, and not at the userinfo endpoint alone.
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (_, interaction) => `${prefix}/interaction/${interaction.uid}` },
  // Its own would not call back to a server on loopback.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  pkce: { required: () => true },
  findAccount: (_, sub) => {
    const person = people.find((one) => one.sub === sub);
    return person && { accountId: sub, claims: () => person };
  },
  // Nobody is asked for consent, as with a provider that a company sets up for its own.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope(context.oidc.params.scope);
    await grant.save();
    return grant;
  },
});

provider.on('backchannel.error', (_, error) => console.error(error));
provider.on('server_error', (_, error) => console.error(error));

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (response, status, uid, message) => {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><html lang="en"><head><title>Company sign-in</title></head><body><h1>Company sign-in</h1>
<p role="alert">${escape(message)}</p>
<form method="post" action="${prefix}/interaction/${escape(uid)}/login"><label>User name <input name="login" autofocus></label> <button>Sign in</button></form>
<form method="post" action="${prefix}/interaction/${escape(uid)}/abort"><button>Cancel</button></form></body></html>`);
};

const read = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

const callback = provider.callback();
const server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, async (request, response) => {
  try {
    const { pathname } = new URL(request.url, ISSUER);
    const [, uid, action] = pathname.match(/\/interaction\/([^/]+)(?:\/(login|abort))?$/) ?? [];
    if (pathname === '/test/people' && request.method === 'POST') {
      people = JSON.parse(await read(request));
      response.end();
    } else if (uid && request.method === 'GET') {
      page(response, 200, uid, '');
    } else if (uid && action === 'login') {
      const login = new URLSearchParams(await read(request)).get('login');
      const person = people.find((one) => one.preferred_username === login);
      if (!person) return page(response, 401, uid, `There is nobody named '${login}'.`);
      await provider.interactionFinished(request, response, { login: { accountId: person.sub } });
    } else if (uid) {
      await provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'The person did not want to sign in' });
    } else if (pathname.startsWith(`${prefix}/`)) {
      // As a framework mounts it below a path.
      request.originalUrl = request.url;
      request.baseUrl = prefix;
      request.url = request.url.slice(prefix.length);
      callback(request, response);
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500).end();
  }
});

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
