// Talks to a server as the official login action does (OctopusDeploy/login, src/login.ts), in its own order and with its own
// carelessness: `server` is only ever concatenated (its slash-stripper strips nothing), an answer that is not ok is read as JSON without a
// look at its content type, and the token is handed on as it came. The first versions asked no discovery document: CLIENT=v0.
import { EOL } from 'node:os';

const { INPUT_SERVER: server, INPUT_SERVICE_ACCOUNT_ID: serviceAccountId, CLIENT } = process.env;
const tell = result => console.log(JSON.stringify(result));

async function refusalOf(response) {
  const body = await response.json();
  // Versions differ in which one they print; each must be there and say the same.
  return { refused: response.status, Errors: body.Errors.join(EOL), ErrorMessage: body.ErrorMessage, error_description: body.error_description };
}

async function login() {
  const idTokenResponse = await fetch(`${process.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(serviceAccountId)}`, {
    headers: { Authorization: `Bearer ${process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  });
  const idToken = (await idTokenResponse.json()).value;

  let tokenEndpoint = `${server}/token/v1`;
  if (CLIENT !== 'v0') {
    const discovery = await fetch(`${server}/.well-known/openid-configuration`);
    if (!discovery.ok) return tell(await refusalOf(discovery));
    tokenEndpoint = (await discovery.json()).token_endpoint;
  }

  const exchange = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': `GitHubActions (login;${CLIENT})` },
    body: JSON.stringify({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: serviceAccountId,
      subject_token: idToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }),
  });
  if (!exchange.ok) return tell(await refusalOf(exchange));
  tell({ OCTOPUS_URL: server, OCTOPUS_ACCESS_TOKEN: (await exchange.json()).access_token });
}

await login();
