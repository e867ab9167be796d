// The calls of a login action, as a Node action makes them: where are tokens exchanged, an ID token, an access token.
import { appendFileSync } from 'node:fs';

const { INPUT_SERVER, INPUT_SERVICE_ACCOUNT_ID, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN, GITHUB_ENV } = process.env;
const json = async response => {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response.json();
};
const discovery = await json(await fetch(`${INPUT_SERVER}/.well-known/openid-configuration`));
const idToken = await json(await fetch(`${ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${INPUT_SERVICE_ACCOUNT_ID}`,
  { headers: { Authorization: `Bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN}` } }));
const answer = await json(await fetch(discovery.token_endpoint, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: INPUT_SERVICE_ACCOUNT_ID,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: idToken.value,
  }),
}));
console.log(`::add-mask::${answer.access_token}`);
appendFileSync(GITHUB_ENV, `OCTOPUS_ACCESS_TOKEN=${answer.access_token}\n`);
